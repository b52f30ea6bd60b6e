// Every rule alone.
#include <boost/test/unit_test.hpp>

#include "unit/routing/table.h"

namespace coder::routing {
namespace {

// cloudy is cheap and away, vllm is in the house and trusted.
const std::string kTwo = "cloudy cloud; vllm local trusted";
const std::string kTwoEach = "cloudy cloud; gpt cloud; vllm local trusted; mine local trusted";

BOOST_AUTO_TEST_CASE(rule_1_a_model_by_name) {
  check({
      {"model vllm", kTwo, "", "vllm", "model vllm is asked for by name"},
      {"model cloudy", kTwo, "", "cloudy", "model cloudy is asked for by name"},
      {"model vlm", kTwo, "", "refused config",
       "no model is called `vlm` in config.toml. did you mean `vllm`?"},
      {"model x", kTwo, "", "refused config", "there are: cloudy, vllm"},
      {"model x", "", "", "refused config", "no model is configured in config.toml"},
      {"model fim", "fim local completes", "", "refused config", "add \"chat\" to `roles` in [models.fim]"},
  });
}

BOOST_AUTO_TEST_CASE(rule_2_a_mode_is_a_lane) {
  check({
      {"plain", kTwo, "", "cloudy, vllm", "mode auto"},
      {"plain", kTwo + "; mode local", "", "vllm", "mode local"},
      {"plain", kTwo + "; mode cloud", "", "cloudy", "mode cloud"},
      {"mode local", kTwo + "; mode cloud", "", "vllm", "mode local"},
      {"mode auto", kTwo + "; mode local", "", "cloudy, vllm", "mode auto"},
      {"mode cloud", "vllm local", "", "refused config",
       "mode is cloud, but no cloud model is configured in config.toml. set another mode or add a model to "
       "that lane"},
      {"mode local", "cloudy cloud", "", "refused config", "mode is local, but no local model is configured"},
      {"mode local", "cloudy cloud; f local completes", "", "refused config",
       "no local model for chat is configured"},
      {"plain", "", "", "refused config", "add a [models.NAME] block"},
      {"plain", "f local completes", "", "refused config", "no model in config.toml is for chat"},
      // A lane that is not there is no refusal in auto mode.
      {"plain", "vllm local", "", "vllm", "no cloud model is configured"},
      {"repo-wide", "cloudy cloud", "", "cloudy", "no local model is configured"},
  });
}

BOOST_AUTO_TEST_CASE(rule_3_private_text_goes_to_trusted_models) {
  check({
      {"private", kTwo, "", "vllm", "src/x.py (rule src/**) is local_only: trusted models only"},
      {"private", kTwo, "", "vllm", "cloudy is passed over: not trusted"},
      {"private", kTwo, "", "vllm", "no cloud model is left"},
      {"private", kTwoEach, "", "vllm, mine", "cloudy and gpt are passed over: not trusted"},
      {"private", "cloudy cloud; box local unwritten", "", "refused policy",
       "src/x.py (rule src/**) is local_only and lane box at http://10.0.0.42:8000/v1 is not trusted. write "
       "lane = "
       "\"local\" in [models.box] if that machine is yours"},
      {"private", "cloudy cloud", "", "refused policy",
       "no model is trusted: write lane = \"local\" in the block"},
      {"private", "cloudy cloud; box local", "", "refused policy",
       "no model is trusted"},  // it says that it is not
      // A trusted machine that routing counts as cloud.
      {"private", "cloudy cloud; rack cloud trusted", "", "rack", "cloudy is passed over: not trusted"},
      {"plain", "cloudy cloud; box local unwritten", "", "cloudy, box", "mode auto"},
  });
}

BOOST_AUTO_TEST_CASE(rule_4_a_spent_budget_shuts_the_cloud) {
  check({
      {"plain", kTwo + "; daily 5", "spent 4.99", "cloudy, vllm", ""},
      {"plain", kTwo + "; daily 5", "spent 5", "vllm", "cloudy is passed over: $5.00 of $5.00 spent today"},
      {"plain", kTwo + "; monthly 40", "spent 39.5 this month", "cloudy, vllm", ""},
      {"plain", kTwo + "; monthly 40", "spent 41 this month", "vllm", "$41.00 of $40.00 spent this month"},
      {"plain", kTwo + "; monthly 0", "", "vllm", "$0.00 of $0.00 spent this month"},
      {"plain", "cloudy cloud; daily 5", "spent 5.12", "refused policy",
       "the budget is used up: $5.12 of $5.00 spent today, so no cloud lane is asked. raise daily_usd in "
       "[budget] of "
       "config.toml"},
      {"mode cloud", kTwo + "; monthly 40", "spent 41 this month", "refused policy",
       "raise monthly_usd in [budget] of config.toml, or use --mode local"},
      {"model cloudy", kTwo + "; daily 5", "spent 6", "refused policy", "raise daily_usd"},
      {"plain", "cloudy cloud; daily 5; monthly 40", "spent 6; spent 41 this month", "refused policy",
       "raise daily_usd in [budget] of config.toml and monthly_usd in [budget] of config.toml"},
      {"plain", "cloudy cloud; daily 0.005", "spent 0.006", "refused policy",
       "$0.0060 of $0.0050 spent today"},
      {"model vllm", kTwo + "; daily 5", "spent 6", "vllm", "asked for by name"},
  });
}

BOOST_AUTO_TEST_CASE(rule_4_a_limit_of_its_own_stops_one_model) {
  Situation s = situation("plain", kTwo + "; other cloud", "");
  s.world.stopped["cloudy"] = "$2.00 of $2.00 spent today by cloudy";
  Decision decision = route(s.request, s.config, s.world, s.now);
  BOOST_TEST(order(decision) == "other, vllm");
  BOOST_TEST(reasons(decision).find("cloudy is passed over: $2.00 of $2.00 spent today by cloudy") !=
             std::string::npos);
  s.request.model = "cloudy";
  decision = route(s.request, s.config, s.world, s.now);
  BOOST_TEST(order(decision) == "refused policy");
  BOOST_TEST(decision.refused->message ==
             "the budget is used up: $2.00 of $2.00 spent today by cloudy, so cloudy is not asked");
  s.world.stopped["vllm"] = "$1.00 of $1.00 spent today on the local lane";
  s.request.model = "vllm";
  BOOST_TEST(order(route(s.request, s.config, s.world, s.now)) == "refused policy");
}

BOOST_AUTO_TEST_CASE(rule_4_the_user_may_go_on) {
  Situation s = situation("plain", kTwo + "; daily 5", "spent 6");
  s.world.stopped["cloudy"] = "$2.00 of $2.00 spent today by cloudy";
  BOOST_TEST(order(route(s.request, s.config, s.world, s.now)) == "vllm");
  s.request.over_budget = true;
  const Decision decision = route(s.request, s.config, s.world, s.now);
  BOOST_TEST(order(decision) == "cloudy, vllm");
  BOOST_TEST(reasons(decision).find("over the budget, as asked for") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rule_5_a_model_that_does_not_chat_is_none) {
  check({
      {"plain", "fim cloud completes; cloudy cloud", "", "cloudy", ""},
      {"mode local", "fim local completes; vllm local", "", "vllm", ""},
  });
}

BOOST_AUTO_TEST_CASE(rule_6_whether_it_can_serve_now) {
  check({
      {"plain", kTwo, "cloudy fails", "vllm, cloudy",
       "cloudy is passed over: connection refused, again in 4 s"},
      {"plain", kTwo, "cloudy probing", "vllm, cloudy", "connection refused, being tried just now"},
      {"plain", kTwo, "cloudy half-open", "cloudy, vllm", "cloudy is tried again after: connection refused"},
      {"plain", kTwo, "cloudy loads", "vllm, cloudy", "cloudy is passed over: loading the model"},
      {"plain", kTwo, "cloudy is shut", "vllm, cloudy", "cloudy is passed over: the key was refused"},
      {"plain", kTwo, "cloudy queue 2", "vllm, cloudy", "cloudy is passed over: 2 requests wait there"},
      {"plain", kTwo, "cloudy queue 1", "vllm, cloudy", "cloudy is passed over: 1 request waits there"},
      {"plain", kTwo + "; objective 800", "cloudy slow", "vllm, cloudy",
       "cloudy is passed over: first tokens took 2,310 ms (objective 800 ms)"},
      {"plain", kTwo + "; objective 800", "cloudy on trial", "cloudy, vllm",
       "cloudy is on trial again after: first"},
      {"plain", kTwo, "cloudy slow", "cloudy, vllm", ""},  // without an objective nothing is slow
      // What is known of models that are not configured does not count.
      {"plain", kTwo, "gone fails; gone is shut", "cloudy, vllm", ""},
      // Nothing is left but what does not serve well: the best of it, and the reason says so.
      {"mode cloud", kTwo, "cloudy fails", "cloudy",
       "cloudy as the last resort: connection refused, again in 4 s"},
      {"mode cloud", kTwo, "cloudy is shut", "cloudy", "cloudy as the last resort: the key was refused"},
      {"mode cloud", kTwo, "cloudy loads", "cloudy", "cloudy as the last resort: loading the model"},
      {"model cloudy", kTwo, "cloudy fails", "cloudy", "cloudy as the last resort"},
      {"mode cloud", kTwo, "cloudy queue 3", "cloudy", "cloudy all the same: 3 requests wait there"},
      {"plain", kTwo, "cloudy queue 3; vllm queue 1", "cloudy, vllm",
       "cloudy all the same: 3 requests wait there, but no other is free"},
      {"plain", kTwo, "cloudy queue 3; vllm loads", "cloudy, vllm", "no other is free"},
      {"plain", kTwo + "; objective 800", "cloudy slow; vllm fails", "cloudy, vllm",
       "cloudy all the same: first tokens"},
  });
}

BOOST_AUTO_TEST_CASE(rule_6_its_classes_in_order) {
  const std::string six =
      "shut local; small local window 100; open local; loads local; queue local; fine local";
  const std::string states = "shut is shut; open fails; loads loads; queue queue 1";
  check({
      {"repo-wide", six, states, "fine, queue, loads, open, small, shut", "queue is passed over"},
      {"model shut", six, states, "shut", "last resort"},
      // Of several troubles the worst counts.
      {"plain", "a cloud; b cloud", "a fails; a queue 2; b loads", "b, a",
       "a is passed over: connection refused"},
      {"plain", "a cloud; b cloud", "a is shut; a fails; b fails", "b, a",
       "a is passed over: the key was refused"},
  });
}

BOOST_AUTO_TEST_CASE(rule_6_the_window) {
  check({
      // The room for the answer: the request's, the model's, else 4,096 and at most a quarter of the window.
      {"28672 tokens", "a cloud; b cloud window 65536", "", "a, b", ""},
      {"28673 tokens", "a cloud; b cloud window 65536", "", "b, a",
       "a is passed over: its window of 32,768 tokens (assumed) is too small for 28,673 and 4,096 for the "
       "answer"},
      {"3000 tokens", "a cloud window 4000; b cloud", "", "a, b", ""},
      {"3001 tokens", "a cloud window 4000; b cloud", "", "b, a",
       "its window of 4,000 tokens is too small for 3,001 and 1,000 for the answer"},
      {"3900 tokens", "a cloud window 4000 answer 100; b cloud", "", "a, b", ""},
      {"3900 tokens, answer 101", "a cloud window 4000 answer 100; b cloud", "", "b, a",
       "101 for the answer"},
      {"1 tokens, answer 9223372036854775807", "a cloud; b cloud", "", "a, b",
       "a as the last resort: its window"},
      // The configuration's window, then the server's.
      {"9000 tokens", "a cloud; b cloud", "a window 8192", "b, a", "its window of 8,192 tokens is too small"},
      {"9000 tokens", "a cloud window 65536; b cloud", "a window 8192", "a, b", ""},
      {"9000 tokens", "a cloud; b cloud", "a window 0", "a, b", ""},
      // No window is large enough: the largest first.
      {"90000 tokens", "a cloud; b cloud window 65536; c local window 40000", "", "b, c, a",
       "b as the last resort: its window of 65,536 tokens is too small for 90,000"},
  });
}

BOOST_AUTO_TEST_CASE(rule_7_the_task_table) {
  check({
      {"task review", kTwo + "; task review = local", "", "vllm, cloudy", "task review: local first"},
      {"task ask", kTwo + "; task review = local", "", "cloudy, vllm",
       "800 characters, not repository-wide: cloud first"},
      {"task review", kTwoEach + "; task review = mine", "", "mine, cloudy, gpt, vllm",
       "task review: mine first"},
      {"task review", kTwo + "; task review = gone", "", "cloudy, vllm",
       "task review names gone, which is not configured"},
      {"task review", kTwo + "; f local completes; task review = f", "", "cloudy, vllm",
       "f, which is not for chat"},
  });
}

BOOST_AUTO_TEST_CASE(rule_8_size_and_scope) {
  check({
      {"24000 chars", kTwo, "", "cloudy, vllm", "24,000 characters, not repository-wide: cloud first"},
      {"24001 chars", kTwo, "", "vllm, cloudy", "24,001 characters > 24,000: local first"},
      {"101 chars", kTwo + "; large 100", "", "vllm, cloudy", "101 characters > 100: local first"},
      {"repo-wide", kTwo, "", "vllm, cloudy", "repository-wide: local first"},
      {"marked ctx_repo:", kTwo, "", "vllm, cloudy", "marked `ctx_repo:`: local first"},
      {"avoid cloud", kTwo, "", "vllm, cloudy", "another lane than cloud is asked for: local first"},
      {"avoid local", kTwo, "", "cloudy, vllm", "another lane than local is asked for: cloud first"},
      {"avoid cloud", "cloudy cloud", "", "cloudy", "no local model is configured"},
  });
}

BOOST_AUTO_TEST_CASE(rule_9_the_canary_then_the_order_of_the_file) {
  const std::string canary = "cloudy cloud; gpt cloud; new cloud; vllm local trusted; canary new ";
  check({
      {"plain", kTwoEach, "", "cloudy, gpt, vllm, mine", ""},
      {"repo-wide", kTwoEach, "", "vllm, mine, cloudy, gpt", ""},
      {"user anna", canary + "100", "", "new, cloudy, gpt, vllm",
       "canary: this user tries new in place of cloudy"},
      {"user anna", canary + "0", "", "cloudy, gpt, vllm",
       "new is passed over: a canary for 0 % of the users"},
      {"user anna", canary + "100", "rolled back", "cloudy, gpt, vllm",
       "new is passed over: the canary was rolled back: 12.5 % errors"},
      {"user anna, model new", canary + "0", "", "new", "by name"},
      {"user anna", "gone cloud; canary new 100", "", "gone", ""},
      // The only model of its lane: the other lane serves the others.
      {"user anna", "new cloud; vllm local; canary new 0", "", "vllm", "no cloud model is left"},
      {"user anna", "new cloud; vllm local; canary new 100", "", "new, vllm", "tries new in place of vllm"},
      {"user anna", "new cloud; canary new 100", "", "new", "canary: this user tries new"},
      {"user anna", "new cloud; canary new 2.5", "", "refused config",
       "a canary for 2.5 % of the users, not for this"},
      {"mode cloud", "new cloud; vllm local; canary new 0", "", "refused config",
       "mode is cloud, and the only model for it, new, is passed over: a canary for 0 %"},
  });
}

BOOST_AUTO_TEST_CASE(what_was_left_and_what_was_narrowed) {
  const auto decide = [](const char* request, const std::string& config, const char* states) {
    // The models of a decision live in its configuration; only names are looked at here.
    const Situation s = situation(request, config, states);
    Decision decision = route(s.request, s.config, s.world, s.now);
    decision.models.clear();
    return decision;
  };
  Decision d = decide("plain", kTwo, "");
  BOOST_TEST(d.left == "");
  BOOST_TEST(d.left_why == "");
  BOOST_TEST(!d.narrowed);
  d = decide("plain", kTwo, "cloudy fails");
  BOOST_TEST(d.left == "cloudy");
  BOOST_TEST(d.left_why == "connection refused, again in 4 s");
  d = decide("plain", kTwoEach, "gpt fails; cloudy loads");
  BOOST_TEST(d.left == "cloudy");
  BOOST_TEST(d.left_why == "loading the model");
  d = decide("plain", kTwoEach, "gpt fails");  // nobody was going there
  BOOST_TEST(d.left == "");
  d = decide("plain", kTwo, "cloudy fails; vllm fails");  // and here nothing else was left
  BOOST_TEST(d.left == "");
  d = decide("90000 tokens", "a cloud; b cloud window 65536", "");
  BOOST_TEST(d.left == "a");
  d = decide("user anna", "cloudy cloud; new cloud; canary new 100", "new fails");
  BOOST_TEST(d.left == "new");
  BOOST_TEST(!d.canary);

  BOOST_TEST(decide("private", kTwo, "").narrowed);
  BOOST_TEST(decide("plain", kTwo + "; daily 5", "spent 6").narrowed);
  BOOST_TEST(decide("private", "cloudy cloud", "").narrowed);
  BOOST_TEST(!decide("private, mode local", kTwo, "").narrowed);  // the mode had taken it
  BOOST_TEST(!decide("plain, mode local", kTwo + "; daily 5", "spent 6").narrowed);
  BOOST_TEST(!decide("private, model vllm", kTwo, "").narrowed);
  BOOST_TEST(!decide("private", "f cloud completes; vllm local trusted", "").narrowed);
}

BOOST_AUTO_TEST_CASE(a_projects_lower_budget_counts) {
  Situation s = situation("mode cloud", "cloudy cloud; daily 5", "spent 2");
  s.world.budget = config::Budget{{std::nullopt, 1.5}, {}, {}, {}};
  const Decision decision = route(s.request, s.config, s.world, s.now);
  BOOST_TEST(order(decision) == "refused policy");
  BOOST_TEST(decision.refused->message.find("$2.00 of $1.50 spent today") != std::string::npos);
  BOOST_TEST(decision.refused->hint ==
             "raise daily_usd in [budget] of the project's .coder.toml; to go on once: --over-budget, or "
             ":CoderCost continue");
}

BOOST_AUTO_TEST_CASE(a_configuration_with_errors_says_which) {
  Situation s = situation("plain", "", "");
  s.config.problems.push_back(
      {config::Severity::error, "config.toml", 3, "`model` is missing in [models.x]"});
  const Decision decision = route(s.request, s.config, s.world, s.now);
  BOOST_TEST(decision.refused->message == "no usable model: config.toml:3: `model` is missing in [models.x]");
  BOOST_TEST(decision.refused->hint == "coder-nvim config check lists every problem");
}

}  // namespace
}  // namespace coder::routing
