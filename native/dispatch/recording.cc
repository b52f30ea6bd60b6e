#include "dispatch/recording.h"

#include <algorithm>
#include <random>

#include "base/text.h"
#include "base/tokens.h"

namespace coder::dispatch {
namespace {

int64_t random_id() {
  static std::mt19937_64 engine{std::random_device{}()};
  return static_cast<int64_t>(engine() >> 1);
}

ledger::Source source_of(provider::UsageSource source) {
  switch (source) {
    case provider::UsageSource::reported:
      return ledger::Source::reported;
    case provider::UsageSource::estimated:
      return ledger::Source::estimated;
    case provider::UsageSource::none:
      break;
  }
  return ledger::Source::none;
}

}  // namespace

ledger::Tokens tokens_of(const provider::Usage& usage) {
  return {std::max<int64_t>(0, usage.input - usage.cached_input - usage.cache_write), usage.cached_input,
          usage.cache_write, usage.output, usage.reasoning};
}

std::optional<ledger::Nano> cost_of(const provider::Usage& usage, const std::optional<config::Price>& price) {
  if (usage.cost) return ledger::nano_of(*usage.cost);
  if (!price) return std::nullopt;
  return ledger::cost(tokens_of(usage), ledger::price_of(*price));
}

provider::Usage estimated(const provider::Usage& usage, size_t prompt_bytes, size_t output_bytes,
                          size_t reasoning_bytes) {
  if (usage.source != provider::UsageSource::none) return usage;
  provider::Usage out = usage;
  out.input = estimate_tokens(prompt_bytes);
  out.output = estimate_tokens(output_bytes);
  out.reasoning = estimate_tokens(reasoning_bytes);
  out.source = provider::UsageSource::estimated;
  return out;
}

size_t bytes_of(const privacy::Cleared& cleared) {
  size_t bytes = 0;
  for (const privacy::Message& message : cleared.messages()) bytes += message.text.size();
  return bytes;
}

Recording::Recording(ledger::Ledger& ledger, loop::Loop& loop, const config::Model& model, What what)
    : ledger_(ledger), loop_(loop), price_(model.price), sent_(loop.now()), prompt_bytes_(what.prompt_bytes) {
  attempt_.about = {random_id(), std::move(what.project),  std::move(what.task),       to_string(model.lane),
                    model.name,  std::move(what.model_id), model.destination().address};
  attempt_.reasons = join(what.reasons, "; ");
  ledger_.sent({attempt_.about, ledger::wall_ms(), what.label, std::move(what.pieces)});
}

Recording::~Recording() {
  // It was on its way: what the server has done of it is paid for.
  if (!over_) end(ledger::Ending::cancelled, {}, true);
}

void Recording::accepted() {
  if (!attempt_.queue_ms) attempt_.queue_ms = static_cast<int64_t>(millis_between(sent_, loop_.now()));
}

void Recording::content(size_t bytes) {
  if (!attempt_.ttft_ms) attempt_.ttft_ms = static_cast<int64_t>(millis_between(sent_, loop_.now()));
  output_bytes_ += bytes;
}

void Recording::text(size_t bytes) { content(bytes); }

void Recording::reasoning(size_t bytes) {
  content(bytes);
  reasoning_bytes_ += bytes;
}

void Recording::answered(const provider::Usage& usage) { end(ledger::Ending::answered, usage, true); }

ledger::Nano Recording::failed(const provider::Usage& usage, const std::string& why) {
  attempt_.reasons += (attempt_.reasons.empty() ? "" : "; ") + one_line(why, 300);
  return end(ledger::Ending::failed, usage, attempt_.queue_ms.has_value());
}

ledger::Nano Recording::end(ledger::Ending ending, provider::Usage usage, bool estimate) {
  if (over_) return 0;
  over_ = true;
  if (estimate) usage = estimated(usage, prompt_bytes_, output_bytes_, reasoning_bytes_);
  attempt_.at = ledger::wall_ms();
  attempt_.ms = static_cast<int64_t>(millis_between(sent_, loop_.now()));
  attempt_.ending = ending;
  attempt_.source = source_of(usage.source);
  attempt_.tokens = tokens_of(usage);
  attempt_.cost = usage.source == provider::UsageSource::none ? 0 : cost_of(usage, price_);
  if (usage.cost) {
    attempt_.price = "provider";
  } else if (price_) {
    attempt_.price = ledger::price_of(*price_).version();
  }
  const ledger::Nano cost = attempt_.cost.value_or(0);
  ledger_.ended(std::move(attempt_));
  return cost;
}

}  // namespace coder::dispatch
