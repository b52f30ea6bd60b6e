// Where a request goes: a pure function of the request, the configuration, what is known of the lanes, the
// clock and the user. It opens nothing, asks nobody and keeps nothing.
//
// The rules, the strictest first. 1 to 5 take models away, 6 to 9 put the rest in order:
//   1. --model NAME: that one and no other.
//   2. mode local or cloud: that lane only.
//   3. Labels: local_only text goes to trusted models only.
//   4. Budget: once it is spent, no cloud lane; nor what a limit of its own stops. The user may go on all the
//      same.
//   5. roles: the model must chat. A canary that was rolled back takes part no more, and one whose side the
//      user is not on neither.
//   6. Whether it can serve now: ready; busy (others wait there) or slower than the objective; warming up;
//      its circuit open; its window too small; shut (key or balance refused, until the configuration
//      changes).
//   7. The task table.
//   8. In auto mode: repository-wide, marked or long requests prefer local lanes, all others the cloud.
//      `avoid` turns that around.
//   9. The canary, if the user is on its side, before the models of its lane; then the file's order.
// A model that the user or the task table names is no canary in that request: it is what was asked for.
// Rule 6 only orders: where nothing better is left, a model whose circuit is open is asked all the same.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"
#include "routing/canary.h"
#include "routing/circuit.h"
#include "routing/objective.h"

namespace coder::routing {

/// What the request itself says. Context gathered automatically does not count.
struct Request {
  std::string task = "ask";
  privacy::Label label = privacy::Label::any;
  std::string label_origin;  ///< what made it local_only, for the reasons: "src/x.py (rule client-x/**)"
  bool repo_scope = false;   ///< asked for as repository-wide
  std::string marker;        ///< the marker of a repository-wide request it carries; see marker_in
  int64_t chars = 0;         ///< Unicode code points of what the user named
  int64_t tokens = 0;        ///< estimate of the same
  std::optional<int64_t> max_tokens;
  std::optional<std::string> model;    ///< NAME
  std::optional<config::Mode> mode;    ///< overrides the configuration's
  std::optional<privacy::Lane> avoid;  ///< another lane than this one, if one is open
  std::string user;
  bool over_budget = false;  ///< the user wants it, whatever was spent
};

/// What is known of one model and its server. Nothing known counts as healthy.
struct LaneState {
  Circuit circuit;      ///< of its endpoint
  Objective objective;  ///< used when the configuration has one
  std::string warming;  ///< not empty: it is loading; in words ("loading the model")
  std::string shut;     ///< not empty: the key or the balance was refused, or there is no such model; why
  int waiting = 0;      ///< requests waiting at the server
  std::optional<int64_t> context;  ///< window in tokens as the server says it; the configuration's wins
};

struct World {
  std::map<std::string, LaneState> lanes;  ///< by NAME
  double spent_today = 0;                  ///< USD
  double spent_this_month = 0;
  /// By NAME: the limit of that model, its lane or this project that was reached, in words.
  std::map<std::string, std::string> stopped;
  std::string canary_rolled_back;  ///< why; empty: it was not
  /// What counts, the configuration's as lowered by project files; none: the configuration's.
  std::optional<config::Budget> budget;
};

struct Decision {
  /// The chosen model, then those to fail over to, in order; empty when refused. They live in the Config.
  std::vector<const config::Model*> models;
  /// Phrases for the user, never with text of the prompt. The mode or the model named; what decided the
  /// preference; the label; who was passed over and why; trials; the shadow. "mode auto", "30,112 characters
  /// > 24,000: local first", "local-qwen3 is passed over: connection refused, again in 4 s". Never empty.
  std::vector<std::string> reasons;
  /// Kind config (nothing that fits is configured) or policy (privacy or the budget). Set if and only if
  /// `models` is empty.
  std::optional<Error> refused;
  /// Privacy or the budget took models away that could have answered: a lane that fails then is a refusal.
  bool narrowed = false;
  /// The model that would have been chosen were every lane healthy, and why it is not; empty when it is.
  std::string left;
  std::string left_why;
  bool canary = false;  ///< models.front() is the canary, by rule 9
  std::string control;  ///< then: the model that would have been chosen without it
  /// To be asked beside the chosen one, for comparison: another one of `models`, that is ready. Or nullptr.
  const config::Model* shadow = nullptr;
};

/// Deterministic and total: the same arguments give the same decision, and there always is one.
Decision route(const Request& request, const config::Config& config, const World& world, TimePoint now);

/// Kind config: nothing is configured (or the file is broken), or not under that NAME; what to do is in them.
Error no_models(const config::Config& config);
Error no_such_model(const config::Config& config, const std::string& name);

/// The first of `markers` that `text` carries; empty when none. One in square brackets counts at the
/// beginning only (white space aside), any other anywhere.
std::string marker_in(std::string_view text, const std::vector<std::string>& markers);

/// Unicode code points of valid or invalid UTF-8: bytes that begin one.
int64_t count_chars(std::string_view text);

/// "auto", "local", "cloud".
std::optional<config::Mode> mode_of(std::string_view word);

}  // namespace coder::routing
