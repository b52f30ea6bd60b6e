// The rules in their order. Which models may be asked is eligible.cc, whether they can serve now
// readiness.cc, which the request would rather have preference.cc.
#include "routing/route.h"

#include <algorithm>
#include <tuple>

#include "routing/eligible.h"
#include "routing/preference.h"
#include "routing/readiness.h"
#include "routing/words.h"

namespace coder::routing {

using config::Mode;
using config::Model;
using privacy::Label;
using privacy::Lane;

namespace {

/// A model that may be asked, with what orders it.
struct Candidate {
  const Model* model;
  const LaneState* state;
  Standing standing;
  std::tuple<bool, bool, bool, bool, size_t> wish;  ///< rules 7 to 9, the smallest first
};

/// Among windows that are too small the largest is the best.
std::pair<Readiness, int64_t> by_readiness(const Candidate& candidate) {
  const Standing& standing = candidate.standing;
  return {standing.readiness, standing.readiness == Readiness::too_small ? -standing.window : 0};
}

bool by_all(const Candidate& a, const Candidate& b) {
  return std::tuple(by_readiness(a), a.wish) < std::tuple(by_readiness(b), b.wish);
}

bool by_wish(const Candidate& a, const Candidate& b) { return a.wish < b.wish; }

std::vector<Candidate> candidates_of(const Eligible& open, const Preference& preference,
                                     const Request& request, const config::Config& config, const World& world,
                                     TimePoint now) {
  static const LaneState healthy;
  const Model* const canary = open.canary ? canary_of(request, config) : nullptr;
  std::vector<Candidate> candidates;
  candidates.reserve(open.models.size());
  for (const Model* model : open.models) {
    const auto at = world.lanes.find(model->name);
    const LaneState* state = at == world.lanes.end() ? &healthy : &at->second;
    candidates.push_back(
        {model,
         state,
         standing_of(request, config, *model, *state, now),
         {model->lane == preference.avoid, model != preference.named,
          preference.lane && model->lane != *preference.lane, model != canary, candidates.size()}});
  }
  return candidates;
}

/// "a and b are passed over: not trusted"
std::string passed_over(const Models& models, const std::string& why) {
  return listed(models) + (models.size() == 1 ? " is" : " are") + " passed over: " + why;
}

/// What decided before anybody's health: mode, wishes, label, budget, canary's side.
void explain_rules(Decision& decision, const Eligible& open, const Preference& preference,
                   const Request& request, const config::Config& config, const World& world, Mode mode) {
  auto& reasons = decision.reasons;
  if (request.model) {
    reasons.push_back(
        "model " + said(*request.model) + " is asked for by name" +
        (mode == Mode::automatic ? "" : std::string(", whatever the mode (") + to_string(mode) + ")"));
  } else {
    reasons.push_back(std::string("mode ") + to_string(mode));
    reasons.insert(reasons.end(), preference.reasons.begin(), preference.reasons.end());
  }
  const bool named_is_chosen = !decision.models.empty() && decision.models.front() == preference.named;
  if (!preference.lane_reason.empty() && !named_is_chosen) reasons.push_back(preference.lane_reason);
  if (request.label == Label::local_only) {
    reasons.push_back((request.label_origin.empty() ? "the request" : said(request.label_origin)) +
                      " is local_only: trusted models only");
  }
  if (!open.untrusted.empty()) reasons.push_back(passed_over(open.untrusted, "not trusted"));
  if (!open.over_budget.empty()) reasons.push_back(passed_over(open.over_budget, open.over_budget_why));
  if (request.over_budget && !(spent_budget(config, world).empty() && world.stopped.empty()))
    reasons.push_back("over the budget, as asked for");
  if (open.no_canary) reasons.push_back(passed_over({open.no_canary}, open.no_canary_why));
}

/// The preferred lane has nobody who may be asked.
void explain_empty_lane(Decision& decision, const std::vector<Candidate>& candidates,
                        const Preference& preference, const config::Config& config) {
  if (!preference.lane || candidates.front().model == preference.named) return;
  const auto on_it = [&](const Model& model) { return model.chat && model.lane == *preference.lane; };
  if (std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) { return on_it(*c.model); }))
    return;
  const bool some = std::any_of(config.models.begin(), config.models.end(), on_it);
  decision.reasons.push_back(std::string("no ") + to_string(*preference.lane) + " model is " +
                             (some ? "left" : "configured"));
}

/// Rule 6: who would have come first, and how the chosen one stands. `candidates` are in their final order.
void explain_health(Decision& decision, const std::vector<Candidate>& candidates, const Request& request,
                    const config::Config& config, TimePoint now) {
  const Candidate& chosen = candidates.front();
  const std::string own = trouble(request, chosen.standing, *chosen.state, now);
  const std::string& name = chosen.model->name;

  std::vector<const Candidate*> ahead;
  for (const Candidate& candidate : candidates) {
    if (by_wish(candidate, chosen)) ahead.push_back(&candidate);
  }
  std::sort(ahead.begin(), ahead.end(),
            [](const Candidate* a, const Candidate* b) { return by_wish(*a, *b); });
  for (const Candidate* candidate : ahead) {
    const std::string why = trouble(request, candidate->standing, *candidate->state, now);
    decision.reasons.push_back(passed_over({candidate->model}, why));
    if (candidate != ahead.front()) continue;
    decision.left = candidate->model->name;
    decision.left_why = why;
  }

  switch (chosen.standing.readiness) {
    case Readiness::ready:
      if (chosen.state->circuit.state(now) == Circuit::State::half_open) {
        decision.reasons.push_back(name + " is tried again after: " + said(chosen.state->circuit.why()));
      }
      if (config.router.slo_ttft && chosen.state->objective.on_trial(now)) {
        decision.reasons.push_back(name + " is on trial again after: " + chosen.state->objective.why());
      }
      break;
    case Readiness::busy:
      decision.reasons.push_back(name + " all the same: " + own +
                                 (candidates.size() > 1 ? ", but no other is free" : ""));
      break;
    default:
      decision.reasons.push_back(name + " as the last resort: " + own);
      break;
  }
}

void explain_canary(Decision& decision, const Request& request, const config::Config& config) {
  const Model* const canary = canary_of(request, config);
  if (!canary || decision.models.front() != canary) return;
  decision.canary = true;
  if (decision.models.size() > 1) decision.control = decision.models[1]->name;
  decision.reasons.push_back("canary: this user tries " + canary->name +
                             (decision.control.empty() ? "" : " in place of " + decision.control));
}

/// A model asked for by name is alone and has none.
void add_shadow(Decision& decision, const std::vector<Candidate>& candidates, const config::Config& config,
                Mode mode) {
  if (!config.router.shadow || mode != Mode::automatic) return;
  const std::string& wanted = *config.router.shadow;
  const Lane lane = candidates.front().model->lane;
  for (size_t i = 1; i < candidates.size(); ++i) {
    const Model& model = *candidates[i].model;
    if (wanted.empty() ? model.lane == lane : model.name != wanted) continue;
    if (candidates[i].standing.readiness == Readiness::ready) {
      decision.shadow = &model;
      decision.reasons.push_back("shadow: " + model.name + " is asked beside it, for comparison");
    }
    return;
  }
}

}  // namespace

Decision route(const Request& request, const config::Config& config, const World& world, TimePoint now) {
  const Mode mode = request.mode.value_or(config.mode);
  const Preference preference = request.model ? Preference{} : preference_of(request, config, mode);
  const Eligible open = eligible(request, config, world, mode);
  std::vector<Candidate> candidates = candidates_of(open, preference, request, config, world, now);
  std::sort(candidates.begin(), candidates.end(), by_all);

  Decision decision;
  decision.narrowed = !open.untrusted.empty() || !open.over_budget.empty();
  for (const Candidate& candidate : candidates) decision.models.push_back(candidate.model);
  explain_rules(decision, open, preference, request, config, world, mode);
  if (candidates.empty()) {
    decision.refused = refusal(open, request, config, world, mode);
    return decision;
  }
  explain_empty_lane(decision, candidates, preference, config);
  explain_health(decision, candidates, request, config, now);
  explain_canary(decision, request, config);
  add_shadow(decision, candidates, config, mode);
  return decision;
}

}  // namespace coder::routing
