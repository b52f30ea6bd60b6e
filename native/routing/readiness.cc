#include "routing/readiness.h"

#include <algorithm>

#include "routing/words.h"

namespace coder::routing {
namespace {

constexpr int64_t kUsualAnswer = 4096;  ///< tokens, and never more than a quarter of the window

void measure_window(Standing& standing, const Request& request, const config::Model& model,
                    const LaneState& state) {
  if (model.context) {
    standing.window = *model.context;
  } else if (state.context && *state.context > 0) {
    standing.window = *state.context;
  } else {
    standing.window = config::kAssumedWindow;
    standing.window_assumed = true;
  }
  const std::optional<int64_t> wanted = request.max_tokens ? request.max_tokens : model.max_tokens;
  standing.room = wanted ? std::max<int64_t>(*wanted, 0) : std::min(kUsualAnswer, standing.window / 4);
}

bool fits(const Standing& standing, int64_t tokens) {
  return standing.room <= standing.window && tokens <= standing.window - standing.room;
}

}  // namespace

Standing standing_of(const Request& request, const config::Config& config, const config::Model& model,
                     const LaneState& state, TimePoint now) {
  Standing standing;
  measure_window(standing, request, model, state);
  standing.slow = config.router.slo_ttft && state.objective.slow(now);
  const Circuit::State circuit = state.circuit.state(now);
  if (!state.shut.empty()) {
    standing.readiness = Readiness::shut;
  } else if (!fits(standing, request.tokens)) {
    standing.readiness = Readiness::too_small;
  } else if (circuit == Circuit::State::open || circuit == Circuit::State::probing) {
    standing.readiness = Readiness::open;
  } else if (!state.warming.empty()) {
    standing.readiness = Readiness::warming;
  } else if (standing.slow || state.waiting > 0) {
    standing.readiness = Readiness::busy;
  }
  return standing;
}

std::string trouble(const Request& request, const Standing& standing, const LaneState& state, TimePoint now) {
  switch (standing.readiness) {
    case Readiness::ready:
      return "";
    case Readiness::busy:
      if (standing.slow) return state.objective.why();
      return state.waiting == 1 ? "1 request waits there" : grouped(state.waiting) + " requests wait there";
    case Readiness::warming:
      return said(state.warming);
    case Readiness::open: {
      const Millis left = state.circuit.left(now);
      return said(state.circuit.why()) +
             (left > Millis(0) ? ", again in " + wait_words(left) : ", being tried just now");
    }
    case Readiness::too_small:
      return "its window of " + grouped(standing.window) + " tokens" +
             (standing.window_assumed ? " (assumed)" : "") + " is too small for " + grouped(request.tokens) +
             " and " + grouped(standing.room) + " for the answer";
    case Readiness::shut:
      return said(state.shut);
  }
  return "";
}

}  // namespace coder::routing
