#include <algorithm>

#include "dispatch/dispatcher.h"

namespace coder::dispatch {

int64_t estimate_tokens(size_t bytes) { return static_cast<int64_t>((bytes * 10 + 35) / 36); }

std::optional<double> cost_of(const provider::Usage& usage, const std::optional<config::Price>& price) {
  if (usage.cost) return usage.cost;
  if (!price) return std::nullopt;
  const auto fresh = static_cast<double>(std::max<int64_t>(0, usage.input - usage.cached_input));
  const double cached_price = price->cached_input.value_or(price->input);
  return (fresh * price->input + static_cast<double>(usage.cached_input) * cached_price +
          static_cast<double>(usage.output) * price->output) /
         1e6;
}

}  // namespace coder::dispatch
