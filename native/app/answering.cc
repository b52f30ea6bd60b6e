#include "app/answering.h"

#include <cstdio>

#include "app/named.h"
#include "base/text.h"

namespace coder::app {

Result<void> read_routing(const Args& args, routing::Request& route) {
  route.user = args.get("--user").value_or(default_user());
  route.model = args.get("--model");
  route.over_budget = args.has("--over-budget");
  const std::optional<std::string> mode = args.get("--mode");
  if (!mode) return {};
  route.mode = routing::mode_of(*mode);
  if (route.mode) return {};
  return Error{ErrorKind::usage, "`--mode` wants auto, local or cloud, not `" + one_line(*mode, 40) + "`",
               ""};
}

std::function<void(dispatch::Phase, const std::string&)> phases_on_stderr() {
  return [told = std::string()](dispatch::Phase phase, const std::string& detail) mutable {
    std::string line;
    if (phase == dispatch::Phase::retry) line = "trying again: " + detail;
    if (phase == dispatch::Phase::limited || phase == dispatch::Phase::warming) line = "waiting: " + detail;
    if (!line.empty() && line != told) std::fprintf(stderr, "coder-nvim: %s\n", line.c_str());
    told = line;
  };
}

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
