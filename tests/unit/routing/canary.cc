#include "routing/canary.h"

#include <boost/test/unit_test.hpp>

namespace coder::routing {
namespace {

int users_of_1000(const std::string& stem, const std::string& model, double percent) {
  int count = 0;
  for (int i = 0; i < 1000; ++i) count += on_canary_side(stem + std::to_string(i), model, percent);
  return count;
}

/// `count` requests, `bad` of them failed; first tokens after `ms`, one in ten of them after `slow_ms`.
Arm arm(int count, int bad, int ms, int slow_ms) {
  Arm result;
  for (int i = 0; i < count; ++i) {
    const bool good = i >= bad;
    result.add({good, good ? std::optional(Millis(i % 10 == 9 ? slow_ms : ms)) : std::nullopt});
  }
  return result;
}

BOOST_AUTO_TEST_CASE(the_share_of_users) {
  for (const char* model : {"deepseek-v4", "gpt-5", "new"}) {
    for (const char* stem : {"user-", "user", "u", "anna.schmidt+"}) {
      const int at_10 = users_of_1000(stem, model, 10);
      BOOST_TEST_MESSAGE(stem << " " << model << ": " << at_10 << " of 1,000");
      BOOST_TEST((at_10 >= 70 && at_10 <= 130), stem << " " << model << ": " << at_10);
      BOOST_TEST(users_of_1000(stem, model, 0) == 0);
      BOOST_TEST(users_of_1000(stem, model, 100) == 1000);
      const int at_50 = users_of_1000(stem, model, 50);
      BOOST_TEST((at_50 >= 450 && at_50 <= 550));
    }
  }
}

// Computed apart from this code: any machine and compiler must agree.
BOOST_AUTO_TEST_CASE(the_same_users_everywhere) {
  struct {
    const char* user;
    int deepseek;  ///< ten-thousandth at which deepseek-v4 begins
    int gpt;       ///< gpt-5
  } const expected[] = {{"", 1474, 9473},       {"anna", 1102, 9220},   {"bob", 3997, 1938},
                        {"carol", 3148, 6374},  {"dave", 3103, 7083},   {"erin", 7994, 9184},
                        {"frank", 2525, 1315},  {"用户", 2473, 8425},   {"user-0", 242, 1671},
                        {"user-1", 4988, 4309}, {"user-17", 8965, 3982}};
  for (const auto& row : expected) {
    // A quarter of a ten-thousandth aside, so that no rounding of the percentage matters.
    BOOST_TEST(!on_canary_side(row.user, "deepseek-v4", (row.deepseek - 0.25) / 100), row.user);
    BOOST_TEST(on_canary_side(row.user, "deepseek-v4", (row.deepseek + 0.25) / 100), row.user);
    BOOST_TEST(!on_canary_side(row.user, "gpt-5", (row.gpt - 0.25) / 100), row.user);
    BOOST_TEST(on_canary_side(row.user, "gpt-5", (row.gpt + 0.25) / 100), row.user);
  }
  BOOST_TEST(users_of_1000("user-", "deepseek-v4", 10) == 93);
  BOOST_TEST(users_of_1000("user-", "gpt-5", 10) == 90);
  std::string first;
  for (int i = 0; i < 100; ++i) {
    if (on_canary_side("user-" + std::to_string(i), "deepseek-v4", 10)) first += std::to_string(i) + " ";
  }
  BOOST_TEST(first == "0 4 11 30 42 55 56 61 73 90 ");
}

BOOST_AUTO_TEST_CASE(a_user_stays_and_more_join) {
  int both = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string user = "user-" + std::to_string(i);
    // Who is in at 10 per cent is in at 20, too.
    if (on_canary_side(user, "new", 10)) BOOST_TEST(on_canary_side(user, "new", 20));
    both += on_canary_side(user, "deepseek-v4", 10) && on_canary_side(user, "gpt-5", 10);
  }
  BOOST_TEST(both == 12);  // not the same users try everything
  // The byte between keeps name and model apart.
  BOOST_TEST(on_canary_side("ab", "c", 24.4) != on_canary_side("a", "bc", 24.4));
}

BOOST_AUTO_TEST_CASE(an_arm_counts_its_last_200) {
  Arm a;
  BOOST_TEST(a.count() == 0u);
  BOOST_TEST(a.error_percent() == 0);
  BOOST_TEST(!a.p95().has_value());
  for (int i = 0; i < 50; ++i) a.add({false, std::nullopt});
  BOOST_TEST(a.error_percent() == 100);
  BOOST_TEST(!a.p95().has_value());
  for (int i = 1; i <= 150; ++i) a.add({true, Millis(i)});
  BOOST_TEST(a.count() == 200u);
  BOOST_TEST(a.error_percent() == 25);
  for (int i = 151; i <= 200; ++i) a.add({true, Millis(i)});
  BOOST_TEST(a.count() == 200u);
  BOOST_TEST(a.error_percent() == 0);
  BOOST_TEST((a.p95() == Millis(190)));  // nearest rank
  Arm few;
  for (int i = 1; i <= 33; ++i) few.add({true, Millis(i)});
  BOOST_TEST((few.p95() == Millis(32)));  // of 31.35 the next rank
  Arm one;
  one.add({true, Millis(7)});
  BOOST_TEST((one.p95() == Millis(7)));
}

BOOST_AUTO_TEST_CASE(rolled_back_when_slower_by_half_or_five_points_worse) {
  BOOST_TEST(rollback_reason(arm(30, 0, 100, 150), arm(30, 0, 100, 100)) == "");
  BOOST_TEST(rollback_reason(arm(30, 0, 100, 151), arm(120, 0, 100, 100)) ==
             "first tokens took up to 151 ms (95th percentile) against 100 ms (30 and 120 requests)");
  BOOST_TEST(rollback_reason(arm(29, 0, 100, 900), arm(120, 0, 100, 100)) == "");
  BOOST_TEST(rollback_reason(arm(29, 29, 100, 100), arm(120, 0, 100, 100)) == "");
  // Errors, in points of per cent.
  BOOST_TEST(rollback_reason(arm(40, 5, 100, 100), arm(100, 8, 100, 100)) == "");
  BOOST_TEST(rollback_reason(arm(40, 5, 100, 100), arm(200, 4, 100, 100)) ==
             "12.5 % errors against 2.0 % (40 and 200 requests)");
  BOOST_TEST(rollback_reason(arm(100, 15, 100, 100), arm(100, 10, 100, 100)) !=
             "");  // five points are enough
  BOOST_TEST(rollback_reason(arm(200, 29, 100, 100), arm(100, 10, 100, 100)) == "");
  BOOST_TEST(rollback_reason(arm(200, 0, 100, 100), arm(200, 100, 900, 900)) == "");  // better
  // 36.7 against 31.7: five points, though not in binary fractions.
  BOOST_TEST(rollback_reason(arm(30, 11, 100, 100), arm(60, 19, 100, 100)) != "");
  // Its own samples alone: errors only.
  BOOST_TEST(rollback_reason(arm(40, 0, 9000, 9000), Arm()) == "");
  BOOST_TEST(rollback_reason(arm(40, 1, 100, 100), Arm()) == "");
  BOOST_TEST(rollback_reason(arm(40, 2, 100, 100), Arm()) == "5.0 % errors (40 requests)");
  BOOST_TEST(rollback_reason(arm(40, 2, 100, 100), arm(29, 29, 100, 100)) == "5.0 % errors (40 requests)");
  BOOST_TEST(rollback_reason(Arm(), arm(200, 0, 100, 100)) == "");
  // Nothing came through at the control: nothing to compare first tokens with.
  BOOST_TEST(rollback_reason(arm(30, 0, 100, 900), arm(30, 30, 100, 100)) == "");
}

}  // namespace
}  // namespace coder::routing
