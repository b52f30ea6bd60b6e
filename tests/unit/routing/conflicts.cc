// Each pair of rules that can disagree: the stricter one wins.
#include <boost/test/unit_test.hpp>

#include "unit/routing/table.h"

namespace coder::routing {
namespace {

const std::string kTwo = "cloudy cloud; vllm local trusted";
const std::string kFour = "cloudy cloud; gpt cloud; vllm local trusted; mine local trusted";

BOOST_AUTO_TEST_CASE(a_named_model_against_the_rest) {
  check({
      // 1 against 2: a name is more than a mode.
      {"model cloudy, mode local", kTwo, "", "cloudy",
       "model cloudy is asked for by name, whatever the mode (local)"},
      {"model vllm", kTwo + "; mode cloud", "", "vllm", "whatever the mode (cloud)"},
      // 1 against 3, 4: privacy and budget are kept.
      {"model cloudy, private", kTwo, "", "refused policy",
       "src/x.py (rule src/**) is local_only and lane cloudy at https://relay.example/v1 is not trusted. ask "
       "a trusted "
       "model instead: --mode local"},
      {"model box, private", "box local unwritten; vllm local trusted", "", "refused policy",
       "write lane = \"local\" in [models.box] if that machine is yours, or use --mode local"},
      {"model cloudy, private", "cloudy cloud; rack cloud trusted", "", "refused policy",
       "ask a trusted model instead: --model rack"},
      {"model cloudy", kTwo + "; daily 1", "spent 1", "refused policy", "the budget is used up"},
      // 1 against 6, 7, 8, 9.
      {"model cloudy", kTwo, "cloudy is shut", "cloudy", "last resort"},
      {"model cloudy, task review", kTwo + "; task review = vllm", "", "cloudy", ""},
      {"model cloudy, repo-wide, avoid cloud", kTwo, "", "cloudy", ""},
      {"model gpt", kFour + "; canary cloudy 100", "", "gpt", ""},
      {"model gpt", kFour + "; canary gpt 100", "rolled back", "gpt", ""},
  });
}

BOOST_AUTO_TEST_CASE(a_mode_against_the_rest) {
  check({
      // 2 against 3: refused with the advice.
      {"mode cloud, private", kTwo, "", "refused policy", "ask a trusted model instead: --mode local"},
      {"mode cloud, private", "cloudy cloud; box local unwritten", "", "refused policy",
       "write lane = \"local\" in [models.box] if that machine is yours, and use --mode local"},
      {"mode cloud, private", "cloudy cloud", "", "refused policy", "no model is trusted"},
      {"mode local, private", "box local unwritten", "", "refused policy",
       "write lane = \"local\" in [models.box] if"},
      {"mode cloud, private", "cloudy cloud; rack cloud trusted", "", "rack",
       "cloudy is passed over: not trusted"},
      // 2 against 4.
      {"mode cloud", kTwo + "; daily 1", "spent 1", "refused policy", "or use --mode local"},
      // 2 against 5.
      {"mode local", "fim local completes; cloudy cloud", "", "refused config", "no local model for chat"},
      // 2 against 6: a lane that is down stays the lane.
      {"mode local", kTwo, "vllm fails", "vllm", "vllm as the last resort: connection refused, again in 4 s"},
      // 2 against 7.
      {"mode local, task review", kTwo + "; task review = cloud", "", "vllm", "mode local"},
      {"mode local, task review", kTwo + "; task review = cloudy", "", "vllm",
       "names cloudy, which is not of this mode"},
      {"mode local, task review", kFour + "; task review = mine", "", "mine, vllm",
       "task review: mine first"},
      // 2 against 8 and `avoid`.
      {"mode cloud, repo-wide", kTwo, "", "cloudy", "mode cloud"},
      {"mode local, avoid local", kTwo, "", "vllm",
       "another lane than local is asked for, but this mode allows no"},
      {"mode cloud, avoid local", kTwo, "", "cloudy", "mode cloud"},
      // 2 against 9.
      {"mode local", kFour + "; canary gpt 100", "", "vllm, mine", ""},
      {"mode cloud", kFour + "; canary gpt 100", "", "gpt, cloudy", "tries gpt in place of cloudy"},
  });
}

BOOST_AUTO_TEST_CASE(a_label_against_the_rest) {
  check({
      // 3 against 4: privacy leaves a cloud lane, the budget takes that.
      {"private", "cloudy cloud; rack cloud trusted; daily 1", "spent 1", "refused policy",
       "spent today, so no cloud lane is asked; not trusted with local_only text: cloudy"},
      {"private", "cloudy cloud; vllm local trusted; daily 1", "spent 1", "vllm",
       "cloudy is passed over: not trusted"},
      // 3 against 6: down is no reason to send it elsewhere.
      {"private", kTwo, "vllm fails", "vllm", "vllm as the last resort"},
      {"private", kTwo, "vllm is shut", "vllm", "vllm as the last resort: the key was refused"},
      {"private, 90000 tokens", "cloudy cloud window 128000; vllm local trusted", "", "vllm",
       "vllm as the last resort"},
      // 3 against 7, 8, 9.
      {"private, task review", kTwo + "; task review = cloudy", "", "vllm",
       "cloudy is passed over: not trusted"},
      {"private, task review", kTwo + "; task review = cloud", "", "vllm", "no cloud model is left"},
      {"private, avoid local", kTwo, "", "vllm", "another lane than local is asked for"},
      {"private", "cloudy cloud; new local; vllm local trusted; canary new 100", "", "vllm",
       "new are passed over: not"},
  });
}

BOOST_AUTO_TEST_CASE(a_budget_against_the_rest) {
  const std::string spent = kTwo + "; daily 1";
  check({
      // 4 against 5: the canary is all that chats beyond the cloud.
      {"plain", "cloudy cloud; new local; daily 1; canary new 0", "spent 1", "refused policy",
       "budget is used up"},
      // 4 against 6.
      {"plain", spent, "spent 1; vllm fails", "vllm", "vllm as the last resort"},
      {"40000 tokens", "cloudy cloud window 128000; vllm local; daily 1", "spent 1", "vllm", "too small"},
      // 4 against 7, 8, 9.
      {"task review", spent + "; task review = cloudy", "spent 1", "vllm",
       "cloudy is passed over: $1.00 of $1.00"},
      {"avoid local", spent, "spent 1", "vllm", "no cloud model is left"},
      {"plain", spent, "spent 1", "vllm", "no cloud model is left"},
      {"plain", kFour + "; daily 1; canary gpt 100", "spent 1", "vllm, mine",
       "cloudy and gpt are passed over"},
  });
}

BOOST_AUTO_TEST_CASE(the_canarys_side_against_the_rest) {
  const std::string four = "cloudy cloud; new cloud; vllm local trusted; mine local trusted; canary new ";
  check({
      // 5 against 6: not even when all others are down.
      {"plain", four + "0", "cloudy fails; vllm fails; mine fails", "cloudy, vllm, mine", "last resort"},
      {"plain", four + "100", "rolled back; cloudy fails; vllm fails; mine fails", "cloudy, vllm, mine", ""},
      // 5 against 7: who names it, gets it.
      {"task review", four + "0; task review = new", "", "new, cloudy, vllm, mine", "task review: new first"},
      {"task review", four + "100; task review = new", "rolled back", "new, cloudy, vllm, mine",
       "task review: new"},
      {"task review", four + "0; task review = cloud", "", "cloudy, vllm, mine", "new is passed over"},
  });
}

BOOST_AUTO_TEST_CASE(health_against_wishes) {
  check({
      // 6 against 7.
      {"task review", kTwo + "; task review = vllm", "vllm fails", "cloudy, vllm",
       "vllm is passed over: connection"},
      {"task review", kTwo + "; task review = vllm", "vllm fails", "cloudy, vllm",
       "800 characters, not repository-wide"},
      {"task review", kTwo + "; task review = local", "vllm queue 2", "cloudy, vllm",
       "vllm is passed over: 2 requests"},
      // 6 against 8 and `avoid`.
      {"repo-wide", kTwo, "vllm loads", "cloudy, vllm", "vllm is passed over: loading the model"},
      {"avoid cloud", kTwo, "vllm fails", "cloudy, vllm", "vllm is passed over"},
      {"avoid cloud", kTwo, "vllm fails; cloudy fails", "vllm, cloudy", "vllm as the last resort"},
      {"30000 chars, 40000 tokens", "cloudy cloud window 128000; vllm local", "", "cloudy, vllm",
       "vllm is passed over: its window of 32,768 tokens (assumed)"},
      // 6 against 9: only as good a canary.
      {"plain", kFour + "; canary gpt 100", "gpt queue 1", "cloudy, vllm, mine, gpt",
       "gpt is passed over: 1 request"},
      {"plain", kFour + "; canary gpt 100", "gpt queue 1; cloudy queue 1; vllm queue 1; mine queue 1",
       "gpt, cloudy, vllm, mine", "tries gpt in place of cloudy"},
      {"plain", kFour + "; canary gpt 100", "cloudy fails", "gpt, vllm, mine, cloudy",
       "tries gpt in place of vllm"},
      // Within the same readiness the lane decides, then the file.
      {"repo-wide", kFour, "vllm fails; cloudy fails", "mine, gpt, vllm, cloudy", "vllm is passed over"},
  });
}

BOOST_AUTO_TEST_CASE(wishes_against_each_other) {
  check({
      // 7 against 8.
      {"task review, repo-wide", kTwo + "; task review = cloud", "", "cloudy, vllm",
       "task review: cloud first"},
      {"task review, 30000 chars", kTwo + "; task review = cloudy", "", "cloudy, vllm",
       "task review: cloudy first"},
      {"task review", kFour + "; task review = mine", "", "mine, cloudy, gpt, vllm", ""},
      {"task review, repo-wide", kFour + "; task review = gpt", "", "gpt, vllm, mine, cloudy", ""},
      // `avoid` against 7 and 8.
      {"task review, avoid cloud", kTwo + "; task review = cloud", "", "vllm, cloudy",
       "another lane than cloud"},
      {"task review, avoid cloud", kFour + "; task review = gpt", "", "vllm, mine, gpt, cloudy",
       "another lane than"},
      {"task review, avoid cloud", kFour + "; task review = mine", "", "mine, vllm, cloudy, gpt",
       "task review: mine"},
      {"repo-wide, avoid local", kTwo, "", "cloudy, vllm", "another lane than local"},
      // 7 against 9: the model a task names is no control.
      {"task review", kFour + "; task review = cloudy; canary gpt 100", "", "cloudy, gpt, vllm, mine",
       "cloudy first"},
      {"task review", kFour + "; task review = local; canary gpt 100", "", "vllm, mine, gpt, cloudy",
       "local first"},
      {"task review", kFour + "; task review = cloud; canary gpt 100", "", "gpt, cloudy, vllm, mine",
       "cloud first"},
      // 8 against 9: a canary of the other lane waits.
      {"repo-wide", kFour + "; canary gpt 100", "", "vllm, mine, gpt, cloudy",
       "repository-wide: local first"},
      {"repo-wide", kFour + "; canary mine 100", "", "mine, vllm, cloudy, gpt",
       "tries mine in place of vllm"},
      {"avoid local", kFour + "; canary mine 100", "", "cloudy, gpt, mine, vllm", ""},
      // The marker, the scope and the size say the same.
      {"repo-wide, marked ctx_repo:, 90000 chars", kTwo, "", "vllm, cloudy", "repository-wide: local first"},
  });
}

}  // namespace
}  // namespace coder::routing
