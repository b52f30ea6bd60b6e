// Canary and shadow in a decision, and what reads a request.
#include <boost/test/unit_test.hpp>

#include "unit/routing/world.h"

namespace coder::routing {
namespace {

/// "new for cloudy", "new", or "" when the canary was not chosen.
std::string canary(const std::string& request, const std::string& config, const std::string& states = "") {
  const Situation s = situation(request, config, states);
  const Decision decision = route(s.request, s.config, s.world, s.now);
  if (!decision.canary) return decision.control.empty() ? "" : "a control without a canary";
  return decision.models.front()->name + (decision.control.empty() ? "" : " for " + decision.control);
}

std::string shadow(const std::string& request, const std::string& config, const std::string& states = "") {
  const Situation s = situation(request, config, states);
  const Decision decision = route(s.request, s.config, s.world, s.now);
  const bool told = reasons(decision).find("shadow: ") != std::string::npos;
  BOOST_TEST(told == (decision.shadow != nullptr));
  return decision.shadow ? decision.shadow->name : "";
}

BOOST_AUTO_TEST_CASE(a_canary_and_its_control) {
  const std::string models = "cloudy cloud; new cloud; vllm local trusted; canary new 100";
  BOOST_TEST(canary("plain", models) == "new for cloudy");
  BOOST_TEST(canary("mode cloud", models) == "new for cloudy");
  BOOST_TEST(canary("mode local", models) == "");
  BOOST_TEST(canary("repo-wide", models) == "");
  BOOST_TEST(canary("private", models) == "");
  BOOST_TEST(canary("plain", models, "cloudy fails") == "new for vllm");
  BOOST_TEST(canary("plain", models, "new fails") == "");
  BOOST_TEST(canary("plain", models, "rolled back") == "");
  BOOST_TEST(canary("plain", "new cloud; canary new 100") == "new");
  // Asked for, it is measured against nobody.
  BOOST_TEST(canary("model new", models) == "");
  BOOST_TEST(canary("task review", models + "; task review = new") == "");
  BOOST_TEST(canary("task review", models + "; task review = cloudy") == "");
  // First in the file it is a canary still.
  BOOST_TEST(canary("plain", "new cloud; cloudy cloud; canary new 100") == "new for cloudy");
}

BOOST_AUTO_TEST_CASE(a_shadow_is_another_model_that_may_and_can) {
  const std::string two = "cloudy cloud; vllm local trusted; shadow vllm";
  BOOST_TEST(shadow("plain", two) == "vllm");
  BOOST_TEST(shadow("repo-wide", two) == "");  // it is the chosen one
  BOOST_TEST(shadow("plain", "cloudy cloud; vllm local") == "");
  BOOST_TEST(shadow("plain", "cloudy cloud; vllm local; shadow") == "vllm");
  BOOST_TEST(shadow("repo-wide", "cloudy cloud; vllm local; shadow") == "cloudy");
  BOOST_TEST(shadow("plain", "cloudy cloud; gpt cloud; shadow") == "");  // no other lane
  BOOST_TEST(shadow("plain", "cloudy cloud; gpt cloud; shadow gpt") == "gpt");
  BOOST_TEST(shadow("plain", "cloudy cloud; shadow gone") == "");
  BOOST_TEST(shadow("plain", "cloudy cloud; f local completes; shadow f") == "");
  // In auto mode and without a name only.
  BOOST_TEST(shadow("mode cloud", "cloudy cloud; gpt cloud; shadow gpt") == "");
  BOOST_TEST(shadow("model cloudy", two) == "");
  // Label, budget, window, readiness.
  BOOST_TEST(shadow("private", "cloudy cloud; vllm local trusted; shadow cloudy") == "");
  BOOST_TEST(shadow("private", "vllm local trusted; mine local trusted; shadow mine") == "mine");
  BOOST_TEST(shadow("repo-wide", "cloudy cloud; vllm local; shadow cloudy; daily 1", "spent 1") == "");
  BOOST_TEST(shadow("40000 tokens", "cloudy cloud window 128000; vllm local; shadow vllm") == "");
  for (const char* state : {"vllm fails", "vllm probing", "vllm loads", "vllm is shut", "vllm queue 1"}) {
    BOOST_TEST(shadow("plain", two, state) == "", state);
  }
  BOOST_TEST(shadow("plain", two + "; objective 800", "vllm slow") == "");
  BOOST_TEST(shadow("plain", two, "vllm half-open") == "vllm");
  // The others of that lane stand in for one that cannot.
  BOOST_TEST(shadow("plain", "cloudy cloud; vllm local; mine local; shadow", "vllm fails") == "mine");
  // A canary takes no part for those it is not for.
  BOOST_TEST(shadow("plain", "cloudy cloud; new cloud; canary new 0; shadow new") == "");
}

BOOST_AUTO_TEST_CASE(markers) {
  const std::vector<std::string> usual = config::Router().repo_markers;
  BOOST_TEST(marker_in("why is ctx_repo: there", usual) == "ctx_repo:");
  BOOST_TEST(marker_in("[REPO_CTX] why", usual) == "[REPO_CTX]");
  BOOST_TEST(marker_in("\n  [REPO_CTX] why", usual) == "[REPO_CTX]");
  BOOST_TEST(marker_in("what is [REPO_CTX]?", usual) == "");
  BOOST_TEST(marker_in("[REPO_CTX] and ctx_repo:", usual) == "ctx_repo:");
  BOOST_TEST(marker_in("CTX_REPO:", usual) == "");
  BOOST_TEST(marker_in("", usual) == "");
  BOOST_TEST(marker_in("anything", {""}) == "");
  BOOST_TEST(marker_in("anything", {}) == "");
  BOOST_TEST(marker_in("a [b", {"[b"}) == "[b");
}

BOOST_AUTO_TEST_CASE(characters_are_code_points) {
  BOOST_TEST(count_chars("") == 0);
  BOOST_TEST(count_chars("abc") == 3);
  BOOST_TEST(count_chars("Größe 世界 🦀") == 10);
  BOOST_TEST(count_chars("a\xFFz") == 3);
  BOOST_TEST(count_chars("\x80\x80") == 0);
  std::string text;
  for (int i = 1; i <= 1000; ++i) {
    text += i % 3 ? "a" : "ß";
    BOOST_TEST_REQUIRE(count_chars(text) == i);
  }
}

BOOST_AUTO_TEST_CASE(words_for_modes) {
  BOOST_TEST((mode_of("auto") == config::Mode::automatic));
  BOOST_TEST((mode_of("local") == config::Mode::local));
  BOOST_TEST((mode_of("cloud") == config::Mode::cloud));
  for (const char* other : {"", "Auto", "automatic", "loca"}) BOOST_TEST(!mode_of(other).has_value());
}

}  // namespace
}  // namespace coder::routing
