// When to ask, and when not: the user's rhythm, the engine's, money, failures, lanes.
#include "completion/session_pace.h"

#include <boost/test/unit_test.hpp>

#include "unit/completion/session_script.h"

namespace coder::completion {
namespace {

using namespace std::chrono_literals;

const TimePoint kStart(1000h);
const Lane kFree{true, false, false, false, std::nullopt};
const Lane kBusy{true, false, true, false, std::nullopt};
const Lane kPaid{true, true, false, false, 8};

int64_t pause(const Pace& pace) { return pace.pause(40ms, 400ms).count(); }

BOOST_AUTO_TEST_SUITE(session_pace)

BOOST_AUTO_TEST_CASE(the_pause_follows_the_users_rhythm) {
  for (const int gap : {60, 120, 250}) {
    Pace pace;
    TimePoint now = kStart;
    for (int i = 0; i < 200; ++i) {
      // Every fifth gap is a pause to think, some are bursts: neither moves the median.
      now += Millis(i % 5 == 4 ? 900 : i % 20 == 7 ? 12 : gap);
      pace.edited(now);
    }
    BOOST_TEST(pause(pace) > gap * 1.1);
    BOOST_TEST(pause(pace) < gap * 1.7);
  }
}

BOOST_AUTO_TEST_CASE(the_pause_has_bounds) {
  Pace fast, slow;
  TimePoint now = kStart;
  for (int i = 0; i < 200; ++i) fast.edited(now += 15ms);
  for (int i = 0; i < 200; ++i) slow.edited(now += 800ms);
  BOOST_TEST(pause(fast) == 40);
  BOOST_TEST(pause(slow) == 400);
  Pace untouched;
  for (int i = 0; i < 50; ++i) untouched.edited(now += 1ms);  // a paste
  for (int i = 0; i < 50; ++i) untouched.edited(now += 5s);
  BOOST_TEST(pause(untouched) == pause(Pace()));
}

BOOST_AUTO_TEST_CASE(an_engine_is_slow_after_three_long_waits_and_until_it_gets_better) {
  Pace pace;
  pace.accepted(200ms);
  pace.accepted(200ms);
  BOOST_TEST(!pace.slow());
  pace.accepted(200ms);
  BOOST_TEST(pace.slow());
  pace.accepted(10ms);
  BOOST_TEST(pace.slow());
  pace.accepted(10ms);
  BOOST_TEST(!pace.slow());
  // Given up before it was accepted: counts only when it took long.
  for (int i = 0; i < 9; ++i) pace.unaccepted(20ms);
  BOOST_TEST(!pace.slow());
  for (int i = 0; i < 3; ++i) pace.unaccepted(300ms);
  BOOST_TEST(pace.slow());
}

BOOST_AUTO_TEST_CASE(no_minute_holds_more_than_the_budget) {
  for (const int per_minute : {1, 2, 3, 8, 20, 60, 1000}) {
    Pace pace;
    std::vector<TimePoint> times;
    TimePoint now = kStart;
    while (now < kStart + 5min) {
      if (*pace.affordable(per_minute) <= now) {
        pace.spend(per_minute, now);
        times.push_back(now);
      }
      now += 7ms;
    }
    for (size_t i = 0; i < times.size(); ++i) {
      size_t last = i;
      while (last + 1 < times.size() && times[last + 1] < times[i] + 1min) ++last;
      BOOST_TEST_REQUIRE(last - i + 1 <= static_cast<size_t>(per_minute));
    }
    BOOST_TEST(times.size() >= static_cast<size_t>(per_minute * 5 / 2));
  }
  BOOST_TEST(!Pace().affordable(0).has_value());
}

BOOST_AUTO_TEST_CASE(a_rest_after_failures_grows_to_ten_seconds) {
  Pace pace;
  std::vector<int64_t> rests;
  for (int i = 0; i < 9; ++i) {
    pace.failed(kStart);
    rests.push_back(pace.rests_until() <= kStart ? 0 : (pace.rests_until() - kStart) / 1ms);
  }
  const std::vector<int64_t> expected = {0, 0, 1000, 2000, 4000, 8000, 10000, 10000, 10000};
  BOOST_TEST(rests == expected, boost::test_tools::per_element());
  pace.worked();
  BOOST_TEST((pace.rests_until() <= kStart));
  pace.failed(kStart);
  BOOST_TEST((pace.rests_until() <= kStart));
}

BOOST_AUTO_TEST_CASE(a_busy_lane_is_asked_when_the_user_pauses) {
  Script s(kBusy);
  s.at("x", "");
  const int64_t pause = s.due();
  BOOST_TEST(pause == 260);
  BOOST_TEST(s.after(200) == "");
  BOOST_TEST(s.type("y") == "");
  BOOST_TEST(s.after(200) == "");
  BOOST_TEST(s.after(static_cast<int>(s.due())) == "ask 1");
  BOOST_TEST(std::get<Ask>(s.last.at(0)).view.before == "xy");
  // A divergence ends it at once all the same.
  s.wrote(1, "foo");
  BOOST_TEST(s.type("z") == "cancel 1, hide");
  BOOST_TEST(s.due() > 0);
}

BOOST_AUTO_TEST_CASE(a_fixed_debounce_is_always_that) {
  for (const Lane& lane : {kFree, kBusy}) {
    Script s(lane);
    s.policy.debounce = 75ms;
    s.session.set_policy(s.policy);
    BOOST_TEST(s.at("x", "") == "");
    BOOST_TEST(s.due() == 75);
    BOOST_TEST(s.after(74) == "");
    BOOST_TEST(s.after(1) == "ask 1");
    BOOST_TEST(s.at("y", "") == "cancel 1");
    BOOST_TEST(s.at("y", "", true) == "ask 2");
  }
}

BOOST_AUTO_TEST_CASE(a_move_that_changes_nothing_does_not_start_the_wait_again) {
  Script s(kBusy);
  s.at("x", "");
  BOOST_TEST(s.after(200, Moved{s.view, false}) == "");
  BOOST_TEST(s.due() == 60);
}

BOOST_AUTO_TEST_CASE(own_experience_makes_a_lane_busy) {
  Script s(kFree);
  for (int i = 0; i < 3; ++i) {
    const int64_t id = i + 1;
    BOOST_TEST(s.type("x") == "ask " + std::to_string(id));
    s.after(400, Began{id});
    s.ended(id);
  }
  BOOST_TEST(s.type("x") == "");
  BOOST_TEST(s.due() > 0);
  for (int64_t id = 4; id < 6; ++id) {
    s.after(static_cast<int>(s.due()));
    s.after(5, Began{id});
    s.ended(id);
    s.after(500);
    if (id == 4) s.type("x");
  }
  BOOST_TEST(s.type("x") == "ask 6");
}

BOOST_AUTO_TEST_CASE(a_paid_lane_stops_at_its_budget) {
  Script s(kPaid);
  int asked = 0;
  for (int i = 0; i < 40; ++i) {
    s.type("x");
    const std::string done = s.after(1000);
    if (done.empty()) continue;
    ++asked;
    s.ended(asked);
  }
  BOOST_TEST(asked >= 4);
  BOOST_TEST(asked <= 8);
  // Not for the user either; it comes when it can be paid.
  for (int i = 0; i < 4; ++i) {
    s.type("x");
    if (s.manual() == "") break;
    s.ended(++asked);
  }
  BOOST_TEST(s.due() > 0);
  BOOST_TEST(s.after(static_cast<int>(s.due())).substr(0, 3) == "ask");
}

BOOST_AUTO_TEST_CASE(after_accepting_all_a_busy_lane_is_asked_at_once) {
  Script s(kBusy);
  s.at("x = ", "");
  s.after(static_cast<int>(s.due()));
  s.wrote(1, "foo");
  s.ended(1);
  s.accept(1, 3, true);
  BOOST_TEST(s.type("foo") == "ask 2");
}

BOOST_AUTO_TEST_CASE(a_failure_is_not_tried_again_by_itself) {
  Script s(kFree);
  s.at("x", "");
  BOOST_TEST(s.tell(Failed{1}) == "");
  BOOST_TEST(s.due() == -1);
  BOOST_TEST(s.type("y") == "ask 2");
}

BOOST_AUTO_TEST_CASE(a_failure_leaves_what_is_shown) {
  Script s(kFree);
  s.at("x = ", "");
  s.wrote(1, "foo");
  BOOST_TEST(s.tell(Failed{1}) == "show 1 [foo]");
  BOOST_TEST(s.type("f") == "show 1 [oo]");
}

BOOST_AUTO_TEST_CASE(a_dead_server_is_not_asked_at_every_key) {
  Script s(kFree);
  int64_t asked = 0;
  for (int i = 0; i < 300; ++i) {
    s.after(100);
    s.type("x");
    const int64_t newest = s.session.counters().asked;
    if (newest == asked) continue;
    s.tell(Failed{asked = newest});
  }
  // 30 s: two at once, then with rests of 1, 2, 4, 8, 10 s. The one that ends a rest may meet a key.
  BOOST_TEST(asked <= 14);
  BOOST_TEST(asked >= 6);
  BOOST_TEST(s.manual() == "ask " + std::to_string(asked + 1));
}

BOOST_AUTO_TEST_CASE(a_request_that_takes_too_long_is_ended) {
  Script s(kFree);
  s.at("x = ", "");
  BOOST_TEST(s.due() == 8000);
  BOOST_TEST(s.after(7999) == "");
  BOOST_TEST(s.after(1) == "cancel 1");
  BOOST_TEST(s.due() == -1);
  s.type("y");
  s.wrote(2, "foo");
  BOOST_TEST(s.after(8000) == "cancel 2, show 2 [foo]");
}

BOOST_AUTO_TEST_CASE(a_lane_that_goes_takes_everything_with_it) {
  Script s(kFree);
  s.at("x = ", "");
  s.wrote(1, "foo");
  BOOST_TEST(s.tell(LaneChanged{}) == "cancel 1, hide");
  BOOST_TEST(s.type("f") == "");
  BOOST_TEST(s.manual() == "");
  BOOST_TEST(s.due() == -1);
  // Back again, it is asked for what is there now.
  BOOST_TEST(s.tell(LaneChanged{kFree}) == "ask 2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
