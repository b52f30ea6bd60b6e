#include "routing/replica.h"

#include <boost/test/unit_test.hpp>
#include <random>

using coder::Millis;
using coder::TimePoint;
using coder::routing::Circuit;
using coder::routing::kQueueWorthLeaving;
using coder::routing::pick_replica;
using coder::routing::ReplicaState;

namespace {

const TimePoint kNow = TimePoint(Millis(1'000'000));
using Replicas = std::vector<ReplicaState>;

ReplicaState waiting(int count) {
  ReplicaState one;
  one.waiting = count;
  return one;
}
ReplicaState down() {
  ReplicaState one;
  one.circuit.trip(kNow, "connection refused");
  return one;
}
ReplicaState loading() {
  ReplicaState one;
  one.warming = true;
  return one;
}

size_t picked(const Replicas& all, std::optional<size_t> last, size_t seed = 0) {
  return pick_replica(all, last, seed, kNow).value().index;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(replica)

BOOST_AUTO_TEST_CASE(new_sessions_spread_and_take_the_shortest_queue) {
  const Replicas alike(3);
  for (size_t seed = 0; seed < 9; ++seed) BOOST_TEST(picked(alike, std::nullopt, seed) == seed % 3);
  for (size_t seed = 0; seed < 9; ++seed)
    BOOST_TEST(picked({waiting(2), waiting(1), waiting(0)}, std::nullopt, seed) == 2U);
}

BOOST_AUTO_TEST_CASE(a_session_stays_until_the_queue_is_much_longer) {
  BOOST_TEST(picked({waiting(kQueueWorthLeaving - 1), waiting(0)}, 0) == 0U);
  const auto left = pick_replica({waiting(kQueueWorthLeaving), waiting(0)}, 0, 0, kNow);
  BOOST_TEST(left->index == 1U);
  BOOST_TEST(left->why == "replica 2 of 2: replica 1 has 2 waiting");
  BOOST_TEST(picked({waiting(5), waiting(4)}, 0) == 0U);
  BOOST_TEST(pick_replica(Replicas(2), 1, 0, kNow)->why.empty());
}

BOOST_AUTO_TEST_CASE(health_counts_more_than_affinity_and_queues) {
  const auto left = pick_replica({down(), waiting(9)}, 0, 0, kNow);
  BOOST_TEST(left->index == 1U);
  BOOST_TEST(left->why == "replica 2 of 2: replica 1 is down (connection refused)");
  BOOST_TEST(picked({waiting(9), loading()}, 0) == 0U);
  BOOST_TEST(pick_replica({loading(), waiting(9)}, 0, 0, kNow)->why ==
             "replica 2 of 2: replica 1 is loading its model");
  BOOST_TEST(picked({down(), loading()}, 0) == 1U);
  // Nothing better is left: like a lane, it is asked all the same.
  BOOST_TEST(picked({down(), down()}, 1) == 1U);
  // Once it has cooled down it may be tried again, by whoever has nothing elsewhere.
  const Replicas cooled{down(), waiting(0)};
  BOOST_TEST(pick_replica(cooled, std::nullopt, 0, kNow + Millis(6000))->index == 0U);
  BOOST_TEST(pick_replica(cooled, 1, 0, kNow + Millis(6000))->index == 1U);
}

BOOST_AUTO_TEST_CASE(none_is_tried_twice_by_one_request) {
  ReplicaState tried;
  tried.tried = true;
  const auto next = pick_replica({tried, waiting(9)}, 0, 0, kNow);
  BOOST_TEST(next->index == 1U);
  BOOST_TEST(next->why == "replica 2 of 2: replica 1 did not answer");
  BOOST_TEST(!pick_replica({tried, tried}, 0, 0, kNow).has_value());
  BOOST_TEST(!pick_replica({}, std::nullopt, 7, kNow).has_value());
  // A configuration that has fewer now.
  BOOST_TEST(picked(Replicas(1), 4) == 0U);
}

BOOST_AUTO_TEST_CASE(whatever_is_known_the_pick_is_one_of_the_best) {
  std::mt19937 random(7);  // NOLINT: the same every time
  for (int run = 0; run < 20'000; ++run) {
    Replicas all(1 + random() % 4);
    for (ReplicaState& one : all) {
      if (random() % 4 == 0) one.circuit.trip(kNow, "x");
      one.warming = random() % 4 == 0;
      one.waiting = static_cast<int>(random() % 6);
      one.tried = random() % 4 == 0;
    }
    const std::optional<size_t> last =
        random() % 2 ? std::optional<size_t>(random() % 5) : std::optional<size_t>();
    const auto pick = pick_replica(all, last, random(), kNow);
    bool any = false, healthy = false;
    for (const ReplicaState& one : all) {
      any = any || !one.tried;
      healthy = healthy || (!one.tried && one.circuit.state(kNow) == Circuit::State::closed);
    }
    BOOST_REQUIRE(pick.has_value() == any);
    if (!pick) continue;
    const ReplicaState& taken = all.at(pick->index);
    BOOST_REQUIRE(!taken.tried);
    BOOST_REQUIRE(!healthy || taken.circuit.state(kNow) == Circuit::State::closed);
    BOOST_REQUIRE(pick->why.empty() || pick->index != *last);
  }
}

BOOST_AUTO_TEST_SUITE_END()
