#include "provider/usage.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "codec/json.h"

namespace coder::provider {
namespace {

using codec::Value;

/// No request has more tokens than this; it also keeps sums far from overflow.
constexpr double kMaxTokens = 1e12;

std::optional<int64_t> count(const Value* value) {
  if (!value || !(value->as_int() || value->as_double())) return std::nullopt;
  const double number = value->number_or(0);
  if (std::isnan(number)) return std::nullopt;
  return static_cast<int64_t>(std::clamp(number, 0.0, kMaxTokens));
}

/// The first of `names` that is a number.
std::optional<int64_t> count(const Value& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const std::optional<int64_t> found = count(object.find(name))) return found;
  }
  return std::nullopt;
}

/// A number inside a details object, which has one name for chat and another for responses.
std::optional<int64_t> detail(const Value& usage, std::initializer_list<const char*> objects,
                              const char* name) {
  for (const char* object : objects) {
    const Value* details = usage.find(object);
    if (!details) continue;
    if (const std::optional<int64_t> found = count(details->find(name))) return found;
  }
  return std::nullopt;
}

void read_reported(const Value& usage, Usage& out, bool& knows_cached) {
  std::optional<int64_t> input = count(usage, {"prompt_tokens"});
  std::optional<int64_t> cached =
      detail(usage, {"prompt_tokens_details", "input_tokens_details"}, "cached_tokens");
  if (!cached) cached = count(usage, {"prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens"});
  if (!input) {
    // DeepSeek: hits and misses make up the prompt.
    const std::optional<int64_t> missed = count(usage, {"prompt_cache_miss_tokens"});
    if (missed) input = *missed + cached.value_or(0);
  }
  if (!input) {
    input = count(usage, {"input_tokens"});
    // Anthropic's own form: fresh, read and written are disjoint.
    const std::optional<int64_t> read = count(usage, {"cache_read_input_tokens"});
    const std::optional<int64_t> written = count(usage, {"cache_creation_input_tokens"});
    if (input) *input += read.value_or(0) + written.value_or(0);
  }
  out.input = input.value_or(0);
  knows_cached = cached.has_value();
  out.cached_input = std::min(cached.value_or(0), out.input);
  // Anthropic's and Bedrock's name, then OpenRouter's.
  std::optional<int64_t> written = count(usage, {"cache_creation_input_tokens"});
  if (!written) {
    written = detail(usage, {"prompt_tokens_details", "input_tokens_details"}, "cache_write_tokens");
  }
  out.cache_write = std::min(written.value_or(0), out.input - out.cached_input);

  out.output = count(usage, {"completion_tokens", "output_tokens"}).value_or(0);
  std::optional<int64_t> reasoning =
      detail(usage, {"completion_tokens_details", "output_tokens_details"}, "reasoning_tokens");
  if (!reasoning) reasoning = count(usage, {"reasoning_tokens"});
  out.reasoning = reasoning.value_or(0);
  // Some servers count reasoning beside the output instead of in it; the total gives them away.
  const int64_t total = count(usage, {"total_tokens"}).value_or(0);
  if (out.reasoning > out.output || (out.reasoning > 0 && total == out.input + out.output + out.reasoning)) {
    out.output += out.reasoning;
  }

  if (const Value* cost = usage.find("cost")) {
    const double usd = cost->number_or(-1);
    if (std::isfinite(usd) && usd >= 0) out.cost = usd;
  }
}

}  // namespace

void Usage::add(const Usage& other) {
  input += other.input;
  cached_input += other.cached_input;
  cache_write += other.cache_write;
  output += other.output;
  reasoning += other.reasoning;
  if (other.cost) cost = cost.value_or(0) + *other.cost;
}

Usage read_usage(const Value* usage, const Value* timings) {
  Usage out;
  bool knows_cached = false;
  const bool has_usage = usage && usage->as_map() && !usage->as_map()->empty();
  const bool has_timings = timings && count(timings->find("prompt_n")).has_value();
  if (has_usage) {
    read_reported(*usage, out, knows_cached);
    out.source = UsageSource::reported;
    out.raw_json = codec::dump_json(*usage);
  }
  if (has_timings) {
    const int64_t fresh = count(timings->find("prompt_n")).value_or(0);
    const int64_t cached = count(timings->find("cache_n")).value_or(0);
    if (!has_usage) {
      out.input = fresh + cached;
      out.output = count(timings->find("predicted_n")).value_or(0);
      out.source = UsageSource::reported;
      out.raw_json = codec::dump_json(*timings);
    }
    if (!knows_cached) out.cached_input = std::min(cached, out.input - out.cache_write);
  }
  return out;
}

FimTimings read_timings(const Value& timings) {
  const auto tokens = [&](const char* name) { return count(timings.find(name)).value_or(0); };
  const auto millis = [&](const char* name) {
    const Value* value = timings.find(name);
    const double number = value ? value->number_or(0) : 0;
    return std::isfinite(number) ? std::max(number, 0.0) : 0.0;
  };
  return {tokens("prompt_n"), tokens("cache_n"), millis("prompt_ms"), tokens("predicted_n"),
          millis("predicted_ms")};
}

}  // namespace coder::provider
