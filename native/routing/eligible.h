// Rules 1 to 5: which models may be asked at all, who was taken away and why, and the refusal if none is
// left.
#pragma once

#include <string>
#include <vector>

#include "routing/route.h"

namespace coder::routing {

using Models = std::vector<const config::Model*>;

struct Eligible {
  Models models;        ///< in file order
  bool canary = false;  ///< one of them takes part as the canary; see canary_of

  Models untrusted;                          ///< taken away by rule 3
  Models over_budget;                        ///< by rule 4
  std::string over_budget_why;               ///< which limits were reached, in words
  const config::Model* no_canary = nullptr;  ///< the canary, taken away by rule 5
  std::string no_canary_why;
};

/// `mode` is the one that counts.
Eligible eligible(const Request& request, const config::Config& config, const World& world,
                  config::Mode mode);

/// The canary, unless the request or its task names it; nullptr when there is none.
const config::Model* canary_of(const Request& request, const config::Config& config);

/// "$5.12 of $5.00 spent today"; empty while cloud lanes may be used.
std::string spent_budget(const config::Config& config, const World& world);

/// Why nothing is left, for an Eligible without models.
Error refusal(const Eligible& left, const Request& request, const config::Config& config, const World& world,
              config::Mode mode);

}  // namespace coder::routing
