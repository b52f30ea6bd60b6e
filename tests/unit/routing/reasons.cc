// The whole of what a user reads about a decision.
#include <boost/test/unit_test.hpp>

#include "unit/routing/world.h"

namespace coder::routing {
namespace {

std::string told(const char* request, const std::string& config, const char* states) {
  const Situation s = situation(request, config, states);
  return "\n" + reasons(route(s.request, s.config, s.world, s.now)) + "\n";
}

const std::string kFour = "cloudy cloud; gpt cloud; vllm local trusted; mine local trusted";

BOOST_AUTO_TEST_CASE(no_more_than_what_decided) {
  BOOST_TEST(told("plain", kFour, "") == R"(
mode auto
800 characters, not repository-wide: cloud first
)");
  // Who would not have been asked anyway is passed over in silence.
  BOOST_TEST(told("plain", kFour, "vllm fails; gpt loads") == R"(
mode auto
800 characters, not repository-wide: cloud first
)");
  BOOST_TEST(told("mode local", kFour, "") == R"(
mode local
)");
  BOOST_TEST(told("task review", "cloudy cloud; vllm local; mine local; task review = mine", "") == R"(
mode auto
task review: mine first
)");
  BOOST_TEST(told("task review", "vllm local; mine local; task review = mine", "") == R"(
mode auto
task review: mine first
)");
  BOOST_TEST(told("model mine", kFour, "") == R"(
model mine is asked for by name
)");
}

BOOST_AUTO_TEST_CASE(everything_at_once_in_its_order) {
  BOOST_TEST(told("30112 chars, 9000 tokens, private, task review, user anna",
                  kFour +
                      "; small local trusted window 8192; rack cloud trusted; new local trusted; daily 5; "
                      "task review = small; canary new 0; shadow; objective 800",
                  "spent 5.12; vllm slow; mine fails") == R"(
mode auto
task review: small first
30,112 characters > 24,000: local first
src/x.py (rule src/**) is local_only: trusted models only
cloudy and gpt are passed over: not trusted
rack is passed over: $5.12 of $5.00 spent today
new is passed over: a canary for 0 % of the users, not for this one
small is passed over: its window of 8,192 tokens is too small for 9,000 and 2,048 for the answer
vllm all the same: first tokens took 2,310 ms (objective 800 ms), but no other is free
)");
}

BOOST_AUTO_TEST_CASE(a_canary_and_a_shadow) {
  BOOST_TEST(told("user anna", kFour + "; canary gpt 100; shadow vllm", "") == R"(
mode auto
800 characters, not repository-wide: cloud first
canary: this user tries gpt in place of cloudy
shadow: vllm is asked beside it, for comparison
)");
}

BOOST_AUTO_TEST_CASE(a_refusal) {
  BOOST_TEST(told("mode cloud, private", kFour, "") == R"(
mode cloud
src/x.py (rule src/**) is local_only: trusted models only
cloudy and gpt are passed over: not trusted
src/x.py (rule src/**) is local_only and lane cloudy at https://relay.example/v1 is not trusted. ask a trusted model instead: --mode local
)");
}

BOOST_AUTO_TEST_CASE(what_servers_and_users_say_stays_one_line) {
  Situation s = situation("private", "cloudy cloud; gpt cloud", "");
  s.request.label_origin = "a\nb.py";
  BOOST_TEST(reasons(route(s.request, s.config, s.world, s.now)).find("a b.py is local_only") !=
             std::string::npos);
  Situation t = situation("plain", "cloudy cloud; gpt cloud", "");
  t.world.lanes["cloudy"].circuit.trip(t.now, std::string(5000, 'e') + "\n");
  for (const std::string& reason : route(t.request, t.config, t.world, t.now).reasons) {
    BOOST_TEST(reason.size() < 300u);
  }
}

}  // namespace
}  // namespace coder::routing
