// What must hold for all that processes, workers, timers and clocks may do: never above a limit, nobody
// starved, nobody forgotten. In simulated time.
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "unit/dispatch/limits_world.h"

using namespace coder::dispatch;

namespace {

const Rate kRate{50, 10};

Counts bucket(const std::string& key, const Rate& rate) { return {key, rate, "", 0}; }

/// CODER_LIMITS_ROUNDS: how many worlds of a kind; more than a few for a long look.
int rounds(int usual) {
  const char* wanted = std::getenv("CODER_LIMITS_ROUNDS");
  return wanted ? std::atoi(wanted) : usual;
}

/// Hundreds of requests of all kinds within two minutes, some of them given up.
World busy_world(World::Terms terms, uint32_t seed) {
  std::mt19937 random(seed);
  terms.processes = 1 + static_cast<int>(random() % 4);
  const Rate one{1.0 + static_cast<double>(random() % 60), 1.0 + static_cast<double>(random() % 20)};
  const Rate two{0.5 + static_cast<double>(random() % 5), 1};
  const auto rpm = [&] { return static_cast<int64_t>(1 + random() % 40); };
  terms.kinds = {bucket("one", one),       bucket("two", two),       {"one", one, "a", rpm()},
                 {"one", one, "b", rpm()}, {"two", two, "c", rpm()}, {"", {}, "d", rpm()}};
  World world(terms, seed);
  for (int group = 0; group < 12; ++group) {
    const int64_t at = random() % 120'000;
    const size_t process = random() % static_cast<size_t>(terms.processes),
                 kind = random() % terms.kinds.size();
    for (uint32_t i = 1 + random() % 40; i > 0; --i) {
      std::optional<int64_t> give_up_at;
      if (random() % 8 == 0) give_up_at = at + random() % (random() % 2 == 0 ? 50 : 90'000);
      world.add(at, process, kind, random() % 6 != 0, give_up_at);
    }
  }
  return world;
}

constexpr int64_t kForEver = 100LL * 3'600'000;

}  // namespace

BOOST_AUTO_TEST_CASE(no_limit_is_passed_and_nobody_is_forgotten) {
  for (int seed = 0; seed < rounds(15); ++seed) {
    World::Terms terms;
    terms.job_ms = seed % 30;
    terms.late_ms = seed % 20;
    World world = busy_world(terms, static_cast<uint32_t>(seed));
    world.run(kForEver);
    BOOST_REQUIRE_MESSAGE(world.trouble(terms.job_ms + terms.late_ms + 2).empty(),
                          "seed " << seed << ": " << world.trouble(terms.job_ms + terms.late_ms + 2));
  }
}

BOOST_AUTO_TEST_CASE(nor_where_processes_stall) {
  for (int seed = 0; seed < rounds(15); ++seed) {
    World::Terms terms;
    terms.stall_percent = 1 + seed % 10;
    World world = busy_world(terms, static_cast<uint32_t>(seed));
    world.run(kForEver);
    BOOST_REQUIRE_MESSAGE(world.trouble(kLate + 2).empty(),
                          "seed " << seed << ": " << world.trouble(kLate + 2));
  }
}

BOOST_AUTO_TEST_CASE(nor_where_the_machine_sleeps) {
  for (int seed = 0; seed < rounds(15); ++seed) {
    World::Terms terms;
    terms.sleep_percent = 1 + seed % 3;
    World world = busy_world(terms, static_cast<uint32_t>(seed));
    world.run(kForEver);
    BOOST_REQUIRE_MESSAGE(world.trouble(kLate + 2).empty(),
                          "seed " << seed << ": " << world.trouble(kLate + 2));
  }
}

BOOST_AUTO_TEST_CASE(nor_where_the_clock_is_set_back) {
  for (int seed = 0; seed < rounds(15); ++seed) {
    World::Terms terms;
    terms.set_back_percent = 1 + seed % 3;
    World world = busy_world(terms, static_cast<uint32_t>(seed));
    world.run(kForEver);
    BOOST_REQUIRE_MESSAGE(world.trouble(kLate + 2).empty(),
                          "seed " << seed << ": " << world.trouble(kLate + 2));
  }
}

BOOST_AUTO_TEST_CASE(processes_that_ask_for_much_at_once_take_turns) {
  for (int processes = 2; processes <= 5; ++processes) {
    World::Terms terms;
    terms.processes = processes;
    terms.kinds = {bucket("key", kRate)};
    World world(terms, 1);
    for (int i = 0; i < processes; ++i) {
      for (int n = 0; n < 150; ++n) world.add(0, static_cast<size_t>(i), 0);
    }
    world.run(60'000);
    BOOST_TEST(world.trouble(5) == "");
    // The burst goes to who comes first; from then on each second is shared.
    for (int64_t second = 1; second < 150 * processes / 50; ++second) {
      std::vector<int> share(static_cast<size_t>(processes));
      for (const World::Request& request : world.requests()) {
        if (*request.went / 1000 == second) ++share[request.process];
      }
      if (second + 1 >= (150 * processes - 10) / 50) break;
      for (const int count : share) BOOST_TEST(std::abs(count - 50 / processes) <= 5);
    }
  }
}

BOOST_AUTO_TEST_CASE(who_comes_late_does_not_wait_for_all_that_others_have) {
  World::Terms terms;
  terms.kinds = {bucket("key", kRate)};
  World world(terms, 1);
  for (int n = 0; n < 300; ++n) world.add(0, 0, 0);
  const size_t late = world.add(3000, 1, 0);
  world.run(60'000);
  BOOST_TEST(*world.requests()[late].went - 3000 <= 20 * (kReserved + 1) + 10);
}

BOOST_AUTO_TEST_CASE(a_process_alone_gets_the_whole_rate) {
  World::Terms terms;
  terms.processes = 1;
  terms.kinds = {bucket("key", kRate)};
  World world(terms, 1);
  for (int n = 0; n < 310; ++n) world.add(0, 0, 0);
  world.run(60'000);
  BOOST_TEST(world.trouble(5) == "");
  BOOST_TEST(*world.requests().back().went <= 6000 + 20);
  // In order, each told once in line and once with its time at most.
  int64_t last = 0;
  for (const World::Request& request : world.requests()) {
    BOOST_TEST(*request.went >= last);
    BOOST_TEST(request.waits <= 2);
    last = *request.went;
  }
}

BOOST_AUTO_TEST_CASE(a_window_is_used_up_as_soon_as_it_opens) {
  World::Terms terms;
  terms.processes = 3;
  terms.kinds = {{"", {}, "model", 30}};
  World world(terms, 1);
  for (size_t process = 0; process < 3; ++process) {
    for (int n = 0; n < 30; ++n) world.add(0, process, 0);
  }
  world.run(600'000);
  BOOST_TEST(world.trouble(0) == "");
  std::vector<int64_t> times;
  for (const World::Request& request : world.requests()) times.push_back(*request.went);
  std::sort(times.begin(), times.end());
  BOOST_TEST(times[29] <= 10);
  BOOST_TEST(times[59] <= kWindow + 100);
  BOOST_TEST(times[89] <= 2 * kWindow + 200);
}

BOOST_AUTO_TEST_CASE(a_model_at_its_limit_leaves_the_key_to_the_others) {
  World::Terms terms;
  terms.processes = 1;
  terms.kinds = {{"key", kRate, "full", 5}, {"key", kRate, "free", 1000}};
  World world(terms, 1);
  for (int n = 0; n < 100; ++n) world.add(0, 0, 0);
  const size_t first = world.add(10, 0, 1);
  for (int n = 0; n < 50; ++n) world.add(10, 0, 1);
  world.run(100LL * 60'000);
  BOOST_TEST(world.trouble(5) == "");
  BOOST_TEST(*world.requests()[first].went <= 20);
  BOOST_TEST(*world.requests().back().went <= 1200);
}
