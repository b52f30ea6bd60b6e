#include "routing/objective.h"

#include <boost/test/unit_test.hpp>

namespace coder::routing {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLimit{800};

struct Script {
  Objective objective;
  TimePoint now = TimePoint(1000h);

  Script& after(Millis delay) {
    now += delay;
    return *this;
  }
  void tokens(std::initializer_list<int> times) {
    for (const int ms : times) objective.sample(now, Millis(ms), kLimit);
  }
  std::string state() const {
    BOOST_TEST(!(objective.slow(now) && objective.on_trial(now)));
    return objective.slow(now) ? "slow" : objective.on_trial(now) ? "on trial" : "kept";
  }
  static Script left() {
    Script s;
    s.tokens({900, 900, 900});
    return s;
  }
};

BOOST_AUTO_TEST_CASE(three_late_of_the_last_five_leave_it) {
  Script s;
  BOOST_TEST(s.state() == "kept");
  s.tokens({2000, 100, 2000, 100, 100, 2000, 800});
  BOOST_TEST(s.state() == "kept");  // at the limit is in time
  BOOST_TEST(s.objective.why() == "");
  s.tokens({100, 2000});
  BOOST_TEST(s.state() == "kept");  // late: 2 of 100, 2000, 800, 100, 2000
  s.tokens({2310});
  BOOST_TEST(s.state() == "slow");
  BOOST_TEST(s.objective.why() == "first tokens took 2,310 ms (objective 800 ms)");
  BOOST_TEST(s.after(29999ms).state() == "slow");
  BOOST_TEST(s.after(1ms).state() == "on trial");
  BOOST_TEST(s.after(1h).state() == "on trial");
}

BOOST_AUTO_TEST_CASE(two_in_a_row_well_in_time_take_it_up_again) {
  Script s = Script::left();
  s.after(30s).tokens({640});
  BOOST_TEST(s.state() == "on trial");
  s.tokens({641});  // in time, not well in time
  s.tokens({640});
  BOOST_TEST(s.state() == "on trial");
  s.tokens({640});
  BOOST_TEST(s.state() == "kept");
  // It is judged afresh: what was late before does not count.
  s.tokens({900, 900});
  BOOST_TEST(s.state() == "kept");
  s.tokens({900});
  BOOST_TEST(s.state() == "slow");
  BOOST_TEST(s.after(30s).state() == "on trial");  // and its pause is short again
  s.tokens({100});
  BOOST_TEST(s.state() == "on trial");  // two in a row, those of last time aside
}

BOOST_AUTO_TEST_CASE(each_trial_that_fails_doubles_the_pause) {
  Script s = Script::left();
  Millis pause = 30s;
  for (const Millis next : {60s, 120s, 240s, 480s, 600s, 600s}) {
    s.after(pause);
    BOOST_TEST(s.state() == "on trial");
    s.tokens({1200});
    BOOST_TEST(s.state() == "slow");
    BOOST_TEST(s.objective.why() == "first tokens took 1,200 ms (objective 800 ms)");
    BOOST_TEST(s.after(next - 1ms).state() == "slow");
    s.after(1ms - next);
    pause = next;
  }
}

BOOST_AUTO_TEST_CASE(used_although_it_is_slow) {
  Script s = Script::left();
  s.after(10s).tokens({900, 900, 900});
  BOOST_TEST(s.after(19999ms).state() == "slow");
  BOOST_TEST(s.after(1ms).state() == "on trial");  // the pause was not made longer

  Script mended = Script::left();
  mended.after(1s).tokens({300, 300});
  BOOST_TEST(mended.state() == "kept");

  Script mixed = Script::left();
  mixed.after(1s).tokens({300, 900, 300});
  BOOST_TEST(mixed.state() == "slow");
}

BOOST_AUTO_TEST_CASE(limits_that_are_no_multiple_of_five) {
  Script s;
  for (int i = 0; i < 3; ++i) s.objective.sample(s.now, 2ms, 1ms);
  BOOST_TEST(s.state() == "slow");
  for (int i = 0; i < 2; ++i) s.objective.sample(s.now, 1ms, 1ms);
  BOOST_TEST(s.state() == "kept");
}

}  // namespace
}  // namespace coder::routing
