// Random requests to random configurations in random worlds, and what must hold of every decision. The order
// is checked pair by pair against the rules as route.h words them, not against the code's own way of sorting.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <set>

#include "base/text.h"
#include "unit/routing/random_world.h"

namespace coder::routing {
namespace {

using config::Mode;
using config::Model;
using privacy::Label;
using privacy::Lane;

/// One random question, and the rules read from route.h anew.
struct Case {
  Request asked;
  config::Config config;
  World world;

  explicit Case(uint32_t seed) {
    Dice dice(seed);
    asked = random_request(dice);
    config = random_config(dice);
    world = random_world(dice);
  }

  Mode mode() const { return asked.mode ? *asked.mode : config.mode; }
  const config::Budget& budget() const { return world.budget ? *world.budget : config.budget; }
  bool cloud_spent() const {
    return (budget().daily_usd && world.spent_today >= *budget().daily_usd) ||
           (budget().monthly_usd && world.spent_this_month >= *budget().monthly_usd);
  }
  std::string task_entry() const {
    const auto at = config.router.tasks.find(asked.task);
    return at == config.router.tasks.end() ? "" : at->second;
  }
  const LaneState& state_of(const Model& model) const {
    static const LaneState unknown;
    const auto at = world.lanes.find(model.name);
    return at == world.lanes.end() ? unknown : at->second;
  }
  bool is_canary(const Model& model) const {
    return config.router.canary && config.router.canary->model == model.name && !asked.model &&
           task_entry() != model.name;
  }

  bool by_wish_and_role(const Model& model) const {  // 1, 2, 5
    if (asked.model && model.name != *asked.model) return false;
    if (!asked.model && mode() == Mode::local && model.lane != Lane::local) return false;
    if (!asked.model && mode() == Mode::cloud && model.lane != Lane::cloud) return false;
    if (is_canary(model) && (!world.canary_rolled_back.empty() ||
                             !on_canary_side(asked.user, model.name, config.router.canary->percent))) {
      return false;
    }
    return model.chat;
  }
  bool by_privacy(const Model& model) const { return asked.label == Label::any || model.trusted; }
  bool by_budget(const Model& model) const { return model.lane == Lane::local || !cloud_spent(); }
  bool may(const Model& model) const {
    return by_wish_and_role(model) && by_privacy(model) && by_budget(model);
  }

  int64_t window(const Model& model) const {
    const LaneState& lane = state_of(model);
    return model.context ? *model.context : lane.context && *lane.context > 0 ? *lane.context : 32768;
  }
  int readiness(const Model& model) const {
    const LaneState& lane = state_of(model);
    const int64_t room = asked.max_tokens   ? *asked.max_tokens
                         : model.max_tokens ? *model.max_tokens
                                            : std::min<int64_t>(4096, window(model) / 4);
    const Circuit::State circuit = lane.circuit.state(kNow);
    if (!lane.shut.empty()) return 5;
    if (asked.tokens + room > window(model)) return 4;
    if (circuit == Circuit::State::open || circuit == Circuit::State::probing) return 3;
    if (!lane.warming.empty()) return 2;
    return lane.waiting > 0 || (config.router.slo_ttft && lane.objective.slow(kNow)) ? 1 : 0;
  }
  /// Which of two the wishes of rules 7 to 9 put first: < 0 for `a`.
  int wish(const Model& a, const Model& b) const {
    const auto prefer = [&](const std::function<bool(const Model&)>& liked) { return liked(b) - liked(a); };
    const std::string entry = task_entry();
    int order = 0;
    if (!asked.model) {
      if (mode() == Mode::automatic && asked.avoid) {
        order = prefer([&](const Model& model) { return model.lane != *asked.avoid; });
      }
      if (!order && entry != "local" && entry != "cloud") {
        order = prefer([&](const Model& model) { return model.name == entry; });
      }
      if (!order && mode() == Mode::automatic && !asked.avoid) {
        const bool big =
            asked.repo_scope || !asked.marker.empty() || asked.chars > config.router.large_prompt_chars;
        const Lane lane = entry == "local"   ? Lane::local
                          : entry == "cloud" ? Lane::cloud
                          : big              ? Lane::local
                                             : Lane::cloud;
        order = prefer([&](const Model& model) { return model.lane == lane; });
      }
      if (!order) order = prefer([&](const Model& model) { return is_canary(model); });
    }
    return order ? order : &a < &b ? -1 : 1;
  }
  int order(const Model& a, const Model& b) const {
    if (readiness(a) != readiness(b)) return readiness(a) - readiness(b);
    if (readiness(a) == 4 && window(a) != window(b)) return window(a) > window(b) ? -1 : 1;
    return wish(a, b);
  }
};

/// What is wrong with the decision; empty when nothing.
std::string flaw(const Case& c, const Decision& d) {
  if (d.models.empty() != d.refused.has_value()) return "neither or both a decision and a refusal";
  if (d.reasons.empty()) return "no reasons";
  for (const std::string& reason : d.reasons) {
    if (reason.empty() || reason.find('\n') != std::string::npos) return "a reason that is no phrase";
  }
  std::set<const Model*> seen;
  for (const Model* model : d.models) {
    const bool ours = std::any_of(c.config.models.begin(), c.config.models.end(),
                                  [&](const Model& configured) { return &configured == model; });
    if (!ours) return "a model of another configuration";
    if (!seen.insert(model).second) return "a model twice: " + model->name;
    if (c.asked.label == Label::local_only && !model->trusted) return "private text to " + model->name;
    if (!c.may(*model)) return "a model that may not be asked: " + model->name;
  }
  size_t open = 0;
  bool taken = false;
  for (const Model& model : c.config.models) {
    open += c.may(model);
    taken = taken || (c.by_wish_and_role(model) && !c.may(model));
  }
  if (open != d.models.size()) return "a model is missing";
  if (taken != d.narrowed) return "narrowed";
  for (size_t i = 1; i < d.models.size(); ++i) {
    if (c.order(*d.models[i - 1], *d.models[i]) >= 0) return "order of " + d.models[i - 1]->name;
  }
  if (d.refused) {
    const ErrorKind kind = taken ? ErrorKind::policy : ErrorKind::config;
    if (d.refused->kind != kind) return "kind of the refusal";
    if (d.refused->message.empty() || d.refused->hint.empty()) return "a refusal without words";
    return d.shadow || d.canary || !d.left.empty() || !d.control.empty() ? "more than a refusal" : "";
  }
  const Model& chosen = *d.models.front();
  const Model& healthy =
      **std::min_element(d.models.begin(), d.models.end(),
                         [&](const Model* a, const Model* b) { return a != b && c.wish(*a, *b) < 0; });
  if (d.left != (&healthy == &chosen ? "" : healthy.name)) return "left";
  if (d.left.empty() != d.left_why.empty()) return "why left";
  if (d.canary != c.is_canary(chosen)) return "canary";
  if (d.control != (d.canary && d.models.size() > 1 ? d.models[1]->name : "")) return "control";
  if (!d.shadow) return "";
  if (!c.config.router.shadow || c.mode() != Mode::automatic || c.asked.model) return "a shadow unasked for";
  if (d.shadow == &chosen || !seen.count(d.shadow)) return "a shadow that may not see the request";
  if (c.readiness(*d.shadow) != 0) return "a shadow that is not ready";
  const std::string& wanted = *c.config.router.shadow;
  return (wanted.empty() ? d.shadow->lane != chosen.lane : d.shadow->name == wanted) ? ""
                                                                                     : "the wrong shadow";
}

std::string text(const Decision& d) {
  std::string out;
  for (const Model* model : d.models) out += model->name + " ";
  out += "| " + join(d.reasons, "; ") + " | " + (d.refused ? d.refused->text() : "") + " | " + d.left +
         d.left_why;
  return out + (d.narrowed ? " narrowed" : "") + (d.canary ? " canary for " + d.control : "") +
         (d.shadow ? " shadow " + d.shadow->name : "");
}

BOOST_AUTO_TEST_CASE(every_decision_keeps_the_rules) {
  constexpr uint32_t kCases = 25000;
  int refused = 0, policy = 0, left = 0, canaries = 0, shadows = 0, private_ones = 0;
  for (uint32_t seed = 1; seed <= kCases; ++seed) {
    const Case c(seed);
    const Decision decision = route(c.asked, c.config, c.world, kNow);
    const std::string wrong = flaw(c, decision);
    BOOST_TEST_REQUIRE(wrong.empty(), "seed " << seed << ": " << wrong << "\n" << text(decision));
    refused += decision.refused.has_value();
    policy += decision.refused && decision.refused->kind == ErrorKind::policy;
    left += !decision.left.empty();
    canaries += decision.canary;
    shadows += decision.shadow != nullptr;
    private_ones += !decision.refused && c.asked.label == Label::local_only;
  }
  BOOST_TEST_MESSAGE(kCases << " decisions: " << refused << " refused, " << policy << " of them by policy, "
                            << left << " left for health, " << canaries << " canaries, " << shadows
                            << " shadows, " << private_ones << " private");
  // The dice got everywhere.
  for (const int count : {refused - policy, policy, left, canaries, shadows, private_ones})
    BOOST_TEST(count > 300);
}

BOOST_AUTO_TEST_CASE(the_same_question_gets_the_same_answer) {
  for (uint32_t seed = 1; seed <= 2500; ++seed) {
    const Case c(seed), again(seed);
    const std::string answer = text(route(c.asked, c.config, c.world, kNow));
    BOOST_TEST_REQUIRE(text(route(c.asked, c.config, c.world, kNow)) == answer);
    BOOST_TEST_REQUIRE(text(route(again.asked, again.config, again.world, kNow)) == answer);
    // What is known of models and tasks that have nothing to do with it changes nothing, before or behind.
    Case more(seed);
    Dice dice(seed + 1000000);
    for (const char* other : {"", "aa", "m", "zz"}) {
      more.world.lanes[other] = random_state(dice);
      more.config.router.tasks[std::string("other") + other] = "local";
    }
    // A lane of which nothing is known is a healthy one.
    for (const Model& model : more.config.models) more.world.lanes.try_emplace(model.name);
    BOOST_TEST_REQUIRE(text(route(more.asked, more.config, more.world, kNow)) == answer);
  }
}

}  // namespace
}  // namespace coder::routing
