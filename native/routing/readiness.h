// Rule 6: whether a model can serve a request now.
#pragma once

#include <cstdint>
#include <string>

#include "routing/route.h"

namespace coder::routing {

/// The best first; of several troubles the worst counts.
enum class Readiness {
  ready,      ///< also with a half-open circuit, and on trial for the objective
  busy,       ///< others wait there, or it is slower than the objective
  warming,    ///< loading
  open,       ///< its circuit is, or a probe is under way
  too_small,  ///< the request and its answer do not fit its window
  shut,       ///< key or balance refused, or no such model there
};

struct Standing {
  Readiness readiness = Readiness::ready;
  int64_t window = 0;           ///< tokens
  bool window_assumed = false;  ///< neither the configuration nor the server says it
  int64_t room = 0;             ///< tokens of the answer
  bool slow = false;            ///< than the objective
};

Standing standing_of(const Request& request, const config::Config& config, const config::Model& model,
                     const LaneState& state, TimePoint now);

/// Why it is not ready, as a phrase after the model's NAME and a colon; empty when it is.
std::string trouble(const Request& request, const Standing& standing, const LaneState& state, TimePoint now);

}  // namespace coder::routing
