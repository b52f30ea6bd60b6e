// Limits, and how far they are.
#include "ledger/spent.h"

#include <boost/test/unit_test.hpp>

#include "help.h"

using namespace coder;
using namespace coder::ledger;

namespace {

config::Model model(const std::string& name, privacy::Lane lane) {
  config::Model out;
  out.name = name;
  out.lane = lane;
  return out;
}

const config::Model kRelay = model("relay", privacy::Lane::cloud),
                    kOther = model("other", privacy::Lane::cloud), kBox = model("box", privacy::Lane::local);

Spent spent_on(int day, Nano relay, Nano box, const std::string& project = "/p") {
  Spent out;
  out.day = day;
  out.sums[{"relay", "cloud", project}] = {relay, 2 * relay};
  out.sums[{"box", "local", project}] = {box, 2 * box};
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_spent_begins_anew_with_the_day_and_the_month) {
  const Spent spent = spent_on(20261130, kDollar, 0);
  BOOST_TEST(spent.on(20261130).total().today == kDollar);
  BOOST_TEST(spent.on(20261130).total().month == 2 * kDollar);
  Spent earlier = spent_on(20261129, kDollar, 0);
  BOOST_TEST(earlier.on(20261130).total().today == 0);
  BOOST_TEST(earlier.on(20261130).total().month == 2 * kDollar);
  BOOST_TEST(spent.on(20261201).total().month == 0);
}

BOOST_AUTO_TEST_CASE(a_row_counts_on_its_day_and_in_its_month) {
  Spent spent;
  Attempt one = attempt("relay", "cloud", 10);
  spent.day = day_of(one.at);
  spent.add(one);
  spent.add(attempt("relay", "cloud", std::nullopt));
  BOOST_TEST(spent.total().today == 10);
  one.at -= WallMs{70} * 86'400'000;
  spent.add(one);
  BOOST_TEST(spent.total().month == 10);
}

BOOST_AUTO_TEST_CASE(the_limit_over_all_is_of_cloud_lanes) {
  config::Budget budget;
  budget.daily_usd = 1.0;
  BOOST_TEST(stopped(budget, spent_on(20261130, 0, 5 * kDollar), "/p", kRelay) == "");
  const Spent spent = spent_on(20261130, kDollar, 5 * kDollar);
  BOOST_TEST(stopped(budget, spent, "/p", kRelay) == "$1.00 of $1.00 spent today");
  BOOST_TEST(stopped(budget, spent, "/p", kBox) == "");
}

BOOST_AUTO_TEST_CASE(limits_of_a_model_a_lane_a_project) {
  config::Budget budget;
  budget.models["relay"].monthly_usd = 2.0;
  const Spent spent = spent_on(20261130, kDollar, kDollar);
  BOOST_TEST(stopped(budget, spent, "", kRelay) == "$2.00 of $2.00 spent this month by relay");
  BOOST_TEST(stopped(budget, spent, "", kOther) == "");

  budget.models.clear();
  budget.lanes["local"].daily_usd = 0.5;
  BOOST_TEST(stopped(budget, spent, "", kBox) == "$1.00 of $0.500 spent today on the local lane");
  BOOST_TEST(stopped(budget, spent, "", kRelay) == "");

  budget.lanes.clear();
  budget.projects["/p"].daily_usd = 1.5;
  BOOST_TEST(stopped(budget, spent, "/p/sub", kRelay) == "$2.00 of $1.50 spent today in /p");
  BOOST_TEST(stopped(budget, spent, "/pp", kRelay) == "");
  BOOST_TEST(stopped(budget, spent, "", kRelay) == "");
}

BOOST_AUTO_TEST_CASE(near_from_80_per_cent_on_reached_at_all_of_it) {
  Limit limit;
  limit.limit = 100;
  for (const auto& [spent, near, reached] :
       {std::tuple(79, false, false), std::tuple(80, true, false), std::tuple(99, true, false),
        std::tuple(100, false, true), std::tuple(500, false, true)}) {
    limit.spent = spent;
    BOOST_TEST(limit.near() == near);
    BOOST_TEST(limit.reached() == reached);
  }
}
