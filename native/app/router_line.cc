#include "app/router_line.h"

#include <cstdio>

#include "base/text.h"

namespace coder::app {

std::string router_line(const dispatch::Outcome& outcome) {
  char cost[48] = "$?";
  if (outcome.usd) std::snprintf(cost, sizeof cost, "$%.6f", *outcome.usd);
  const std::string id =
      outcome.model_id == outcome.model ? "" : " (" + one_line(outcome.model_id, 100) + ")";
  return "[router] " + outcome.model + id + " " + std::to_string(static_cast<int64_t>(outcome.ms)) +
         "ms in=" + std::to_string(outcome.usage.input) + " out=" + std::to_string(outcome.usage.output) +
         " " + cost;
}

}  // namespace coder::app
