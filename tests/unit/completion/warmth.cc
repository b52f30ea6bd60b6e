#include "completion/warmth.h"

#include <boost/test/unit_test.hpp>

using coder::Millis;
using coder::TimePoint;
using coder::completion::Warmth;
using coder::completion::WarmthPolicy;

namespace {

const TimePoint kNow = TimePoint(Millis(1'000'000));
TimePoint at(int ms) { return kNow + Millis(ms); }
bool due_at(const Warmth& warmth, int ms) { return warmth.due() == at(ms); }

}  // namespace

BOOST_AUTO_TEST_SUITE(warmth)

BOOST_AUTO_TEST_CASE(a_cursor_that_rests_is_read_once) {
  Warmth warmth;
  BOOST_TEST(!warmth.due().has_value());
  warmth.rested(kNow);
  warmth.rested(at(200));  // it moved on
  BOOST_TEST(due_at(warmth, 500));
  warmth.began(at(500));
  BOOST_TEST(!warmth.due().has_value());
  warmth.ended(at(600), true);
  BOOST_TEST(!warmth.due().has_value());
}

BOOST_AUTO_TEST_CASE(insert_mode_ends_it) {
  Warmth warmth;
  warmth.rested(kNow);
  warmth.left();
  BOOST_TEST(!warmth.due().has_value());
  warmth.rested(at(100));
  warmth.began(at(400));
  warmth.left();
  warmth.ended(at(500), false);  // too late to count
  BOOST_TEST(!warmth.due().has_value());
  warmth.rested(at(600));
  BOOST_TEST(due_at(warmth, 900));
}

BOOST_AUTO_TEST_CASE(what_took_long_is_done_seldom) {
  Warmth warmth;
  warmth.rested(kNow);
  warmth.began(at(300));
  warmth.rested(at(1000));  // elsewhere while it reads
  BOOST_TEST(!warmth.due().has_value());
  warmth.ended(at(5300), true);
  BOOST_TEST(due_at(warmth, 5300 + 20'000));
}

BOOST_AUTO_TEST_CASE(a_busy_engine_is_asked_a_few_times) {
  Warmth warmth;
  warmth.rested(kNow);
  int now = 300;
  for (int i = 0; i < 5; ++i) {
    BOOST_REQUIRE(due_at(warmth, now));
    warmth.began(at(now));
    warmth.ended(at(now + 1), false);
    now += 2001;
  }
  BOOST_TEST(!warmth.due().has_value());
  warmth.rested(at(now));
  BOOST_TEST(due_at(warmth, now + 300));
}

BOOST_AUTO_TEST_CASE(an_engine_about_to_sleep_is_known) {
  WarmthPolicy policy;
  policy.stale = Millis(60'000);
  Warmth warmth(policy);
  BOOST_TEST(!warmth.stale(at(900'000)));  // it was never used
  warmth.used(kNow);
  BOOST_TEST(!warmth.stale(at(59'000)));
  BOOST_TEST(warmth.stale(at(60'000)));
  // By time alone nothing happens, however long.
  BOOST_TEST(!warmth.due().has_value());
  warmth.rested(at(61'000));
  warmth.began(at(61'300));
  warmth.ended(at(61'310), true);
  BOOST_TEST(!warmth.stale(at(62'000)));
  policy.stale.reset();
  warmth.set_policy(policy);
  BOOST_TEST(!warmth.stale(at(900'000)));
}

BOOST_AUTO_TEST_SUITE_END()
