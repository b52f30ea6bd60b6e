#include "engine/plan.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/text.h"

namespace coder::engine {
namespace {

constexpr int64_t kWantedOnGpu = 32768;  // tokens of one slot
constexpr int64_t kWantedOnCpu = 8192;   // more is too slow to wait for there
constexpr int64_t kLeast = 2048;
constexpr int64_t kMiB = 1 << 20;
constexpr int64_t kGpuMargin = 1024 * kMiB;  // what a desktop and the engine's own buffers take
constexpr int kMostCrashes = 8;
constexpr int kMostUnknown = 3;

int64_t cache_bytes(const Plan& plan, const ModelFacts& facts, int64_t context) {
  // f16 takes two bytes a value; q8_0 34 for every 32.
  const int64_t values = context * facts.layers * facts.cache_row;
  return plan.small_cache ? values / 32 * 34 : values * 2;
}

/// The value of an option that the user gave, by any of its names; the last one wins.
std::optional<std::string> given(const std::vector<std::string>& args, std::string_view name) {
  std::optional<std::string> out;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == name && i + 1 < args.size()) out = args[i + 1];
  }
  return out;
}

/// The user's own arguments come last, so what they name cannot be changed here.
bool is_fixed(const Plan& plan, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](auto name) { return given(plan.extra, name).has_value(); });
}

bool context_is_fixed(const Plan& plan) { return is_fixed(plan, {"--ctx-size", "-c"}); }

bool halve_context(Plan& plan) {
  if (context_is_fixed(plan) || plan.context / 2 < kLeast * plan.slots) return false;
  plan.context /= 2;
  return true;
}

bool halve_slots(Plan& plan) {
  if (plan.slots < 2 || is_fixed(plan, {"--parallel", "-np"})) return false;
  if (!context_is_fixed(plan)) plan.context /= 2;
  plan.slots /= 2;
  return true;
}

/// Makes it need less memory than before, if it can.
bool lighten(Plan& plan) {
  if (plan.all_on_gpu && !plan.small_cache && plan.flash_attention != FlashAttention::off &&
      !is_fixed(plan, {"--cache-type-k", "-ctk", "--cache-type-v", "-ctv", "--flash-attn", "-fa"})) {
    plan.small_cache = true;
    plan.flash_attention = FlashAttention::on;
    return true;
  }
  if (halve_context(plan) || halve_slots(plan)) return true;
  if (!plan.all_on_gpu || is_fixed(plan, {"--n-gpu-layers", "--gpu-layers", "-ngl"})) return false;
  plan.all_on_gpu = false;
  return true;
}

int64_t number_given(const Plan& plan, std::initializer_list<std::string_view> names, int64_t otherwise) {
  for (const std::string_view name : names) {
    const std::string text = given(plan.extra, name).value_or("");
    int64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code == std::errc() && end == text.data() + text.size() && value > 0 && value < int64_t{1} << 40)
      return value;
  }
  return otherwise;
}

/// As computed, without what the user's arguments say.
void fit_freely(Plan& plan, const ModelFacts& facts, const Machine& machine);

}  // namespace

std::vector<std::string> Plan::arguments() const {
  std::vector<std::string> out = command;
  const auto add = [&](const char* name, std::string value) {
    out.emplace_back(name);
    out.push_back(std::move(value));
  };
  if (on_own_socket()) add("--host", socket);
  add("--model", model);
  add("--ctx-size", std::to_string(context));
  add("--parallel", std::to_string(slots));
  if (all_on_gpu) add("--n-gpu-layers", "all");
  if (flash_attention != FlashAttention::automatic)
    add("--flash-attn", flash_attention == FlashAttention::on ? "on" : "off");
  if (small_cache) {
    add("--cache-type-k", "q8_0");
    add("--cache-type-v", "q8_0");
  }
  add("--cache-reuse", "256");
  // Answers that repeat their input (edits, middles) come faster; others lose nothing.
  if (speculation) add("--spec-type", "ngram-simple");
  if (idle.count() > 0)
    add("--sleep-idle-seconds", std::to_string(std::max<int64_t>(1, idle.count() / 1000)));
  add("--api-key-file", key_file);
  for (const char* flag : {"--jinja", "--metrics", "--no-ui", "--offline"}) out.emplace_back(flag);
  out.insert(out.end(), extra.begin(), extra.end());
  return out;
}

bool Plan::on_own_socket() const { return !given(extra, "--host") && !given(extra, "--port"); }

std::string Plan::address() const {
  const std::optional<std::string> host = given(extra, "--host");
  if (on_own_socket()) return "unix://" + socket;
  if (host && host->size() > 5 && host->compare(host->size() - 5, 5, ".sock") == 0) return "unix://" + *host;
  const bool any = !host || *host == "0.0.0.0" || *host == "::";
  const std::string name = any ? "127.0.0.1" : *host;
  const bool six = name.find(':') != std::string::npos;
  return "http://" + (six ? "[" + name + "]" : name) + ":" + given(extra, "--port").value_or("8080");
}

int64_t bytes_needed(const Plan& plan, const ModelFacts& facts) {
  return facts.file_bytes + cache_bytes(plan, facts, plan.context);
}

void fit(Plan& plan, const ModelFacts& facts, const Machine& machine) {
  fit_freely(plan, facts, machine);
  plan.slots =
      static_cast<int>(std::min<int64_t>(number_given(plan, {"--parallel", "-np"}, plan.slots), 1024));
  plan.context = number_given(plan, {"--ctx-size", "-c"}, plan.context);
}

namespace {

void fit_freely(Plan& plan, const ModelFacts& facts, const Machine& machine) {
  const bool gpu = machine.gpu_memory > 0;
  plan.slots = gpu ? 4 : 2;
  const int64_t wanted = gpu ? kWantedOnGpu : kWantedOnCpu;
  plan.context = plan.slots * (facts.context > 0 ? std::min(wanted, facts.context) : wanted);
  if (!gpu) {
    // The model is mapped from its file; only the cache is memory that cannot go back.
    while (cache_bytes(plan, facts, plan.context) > machine.memory / 4 && halve_context(plan)) {
    }
    return;
  }
  const int64_t room = machine.gpu_memory - kGpuMargin;
  const auto fits = [&] { return bytes_needed(plan, facts) <= room; };
  plan.all_on_gpu = true;
  const auto shrink_to = [&](int64_t least) {
    while (!fits() && plan.context / plan.slots > least && halve_context(plan)) {
    }
    return fits();
  };
  if (shrink_to(16384)) return;
  plan.small_cache = true;
  plan.flash_attention = FlashAttention::on;
  if (shrink_to(8192)) return;
  while (!fits() && plan.slots > 1) {
    plan.context /= 2;
    plan.slots /= 2;
  }
  // What does not fit is left to the engine, which knows its layers better.
  plan.all_on_gpu = fits();
}

}  // namespace

std::string differences(const Plan& before, const Plan& now) {
  std::vector<std::string> out;
  if (now.small_cache != before.small_cache)
    out.push_back(now.small_cache ? "a q8_0 KV cache" : "an f16 KV cache");
  if (now.context / now.slots != before.context / before.slots)
    out.push_back("a context of " + std::to_string(now.context / now.slots) + " tokens");
  if (now.slots != before.slots)
    out.push_back(std::to_string(now.slots) + (now.slots == 1 ? " parallel slot" : " parallel slots"));
  if (now.all_on_gpu != before.all_on_gpu) out.emplace_back("fewer layers on the GPU");
  if (now.flash_attention == FlashAttention::off && before.flash_attention != FlashAttention::off)
    out.emplace_back("no flash attention");
  if (now.speculation != before.speculation) out.emplace_back("no speculation");
  return join(out, ", ");
}

bool change_after(Plan& plan, std::optional<Cause> cause, const Crashes& before) {
  if (before.count >= kMostCrashes) return false;
  if (!cause) return before.count < kMostUnknown;
  switch (*cause) {
    case Cause::gpu_memory:
    case Cause::host_memory:
      return lighten(plan);
    case Cause::killed:
      return before.count == 0 || lighten(plan);  // once, it may have been anybody
    case Cause::memory_in_use:
      return halve_slots(plan) || lighten(plan);
    case Cause::gpu_fault:
      if (before.faults != 1) return before.faults == 0;
      plan.flash_attention = FlashAttention::off;
      plan.small_cache = false;  // it needs flash attention
      plan.speculation = false;
      return true;
    case Cause::v_cache:
      if (!plan.small_cache) return false;  // the user's arguments ask for it
      if (plan.flash_attention == FlashAttention::on) plan.small_cache = false;
      plan.flash_attention = FlashAttention::on;
      return true;
    case Cause::address_taken:
      // A socket of ours is removed before each start; somebody was quicker.
      return plan.on_own_socket() && before.count == 0;
    default:
      return false;
  }
}

}  // namespace coder::engine
