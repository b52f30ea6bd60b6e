// Some minutes with two lanes on a simulated clock: who is asked, and what the user is told. Run with
// --log_level=message to read them.
#include <boost/test/unit_test.hpp>
#include <functional>

#include "base/text.h"
#include "unit/routing/world.h"

namespace coder::routing {
namespace {

using namespace std::chrono_literals;

constexpr Millis kLimit{800};

/// What a server does with a request.
struct Fate {
  bool listens = true;
  Millis ttft{100};
};

struct Day {
  config::Config config;
  World world;
  TimePoint start = TimePoint(1000h);
  TimePoint now = start;
  std::function<Fate(const std::string& model)> server = [](const std::string&) { return Fate(); };

  explicit Day(const std::string& words) : config(config_of(words)) {}

  double seconds() const { return millis_between(start, now) / 1000; }

  /// Asks as dispatch would: the models in turn until one answers. Returns who was asked: "vllm: failed,
  /// cloudy".
  std::string ask(const std::string& words) {
    const Decision decision = route(request_of(words), config, world, now);
    BOOST_TEST_MESSAGE("  " << seconds() << " s, [" << words << "] -> " << order(decision) << "\n      "
                            << join(decision.reasons, "\n      "));
    if (!decision.left.empty()) {
      BOOST_TEST_MESSAGE("      (left " << decision.left << ": " << decision.left_why << ")");
    }
    std::string asked;
    for (const config::Model* model : decision.models) {
      LaneState& lane = world.lanes[model->name];
      lane.circuit.begin(now);
      const Fate fate = server(model->name);
      asked += (asked.empty() ? "" : ", ") + model->name;
      if (fate.listens) {
        lane.circuit.succeeded(now);
        lane.objective.sample(now, fate.ttft, kLimit);
        return asked;
      }
      lane.circuit.trip(now, "connection refused");
      asked += ": failed";
    }
    return asked;
  }
  std::string at(double second, const std::string& words) {
    now = start + Millis(static_cast<int64_t>(second * 1000));
    return ask(words);
  }
};

BOOST_AUTO_TEST_CASE(a_lane_fails_cools_down_is_probed_and_returns) {
  BOOST_TEST_MESSAGE("failover, cool-down, probe, return");
  Day day("cloudy cloud; vllm local trusted");
  bool up = false;
  day.server = [&](const std::string& name) { return Fate{name == "cloudy" || up}; };
  BOOST_TEST(day.at(0, "repo-wide") == "vllm: failed, cloudy");
  BOOST_TEST(day.at(0.5, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(4.9, "repo-wide") == "cloudy");
  // The probes, each after twice the time: 5, 10, 20, 40, 60, 60 s.
  double probe = 0;
  for (const double cool : {5, 10, 20, 40, 60, 60}) {
    probe += cool;
    BOOST_TEST(day.at(probe - 0.001, "repo-wide") == "cloudy");
    BOOST_TEST(day.at(probe, "repo-wide") == "vllm: failed, cloudy");
  }
  up = true;
  BOOST_TEST(day.at(probe + 59, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(probe + 60, "repo-wide") == "vllm");
  BOOST_TEST(day.at(probe + 61, "repo-wide") == "vllm");
}

BOOST_AUTO_TEST_CASE(while_a_probe_is_out_nobody_else_follows) {
  BOOST_TEST_MESSAGE("one probe at a time");
  Day day("cloudy cloud; vllm local trusted");
  day.world.lanes["vllm"].circuit.trip(day.now, "connection refused");
  day.now += 5s;
  day.world.lanes["vllm"].circuit.begin(day.now);
  BOOST_TEST(day.ask("repo-wide") == "cloudy");
  day.world.lanes["vllm"].circuit.cancelled(day.now);
  BOOST_TEST(day.ask("repo-wide") == "vllm");
  BOOST_TEST(day.ask("repo-wide") == "vllm");
}

BOOST_AUTO_TEST_CASE(private_text_waits_for_its_lane) {
  BOOST_TEST_MESSAGE("private text while the local lane is down");
  Day day("cloudy cloud; vllm local trusted");
  bool up = false;
  day.server = [&](const std::string& name) { return Fate{name == "cloudy" || up}; };
  for (const double second : {0.0, 1.0, 7.0})
    BOOST_TEST(day.at(second, "repo-wide, private") == "vllm: failed");
  // Asked as the last resort it answers, and is open to all again.
  up = true;
  BOOST_TEST(day.at(8, "repo-wide, private") == "vllm");
  BOOST_TEST(day.at(8.1, "repo-wide") == "vllm");
}

BOOST_AUTO_TEST_CASE(an_objective_is_left_and_taken_up_again) {
  BOOST_TEST_MESSAGE("latency objective");
  Day day("cloudy cloud; vllm local trusted; objective 800");
  Millis ttft = 2310ms;
  day.server = [&](const std::string& name) { return Fate{true, name == "vllm" ? ttft : Millis(60)}; };
  for (const double second : {0, 2, 4}) BOOST_TEST(day.at(second, "repo-wide") == "vllm");
  BOOST_TEST(day.at(6, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(33.9, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(34, "repo-wide") == "vllm");  // a trial, late: 60 s more
  BOOST_TEST(day.at(35, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(93.9, "repo-wide") == "cloudy");
  ttft = 300ms;
  BOOST_TEST(day.at(94, "repo-wide") == "vllm");
  BOOST_TEST(day.at(95, "repo-wide") == "vllm");
  BOOST_TEST(day.at(96, "repo-wide") == "vllm");
  BOOST_TEST(!day.world.lanes["vllm"].objective.on_trial(day.now));
}

BOOST_AUTO_TEST_CASE(a_queue_spills_over) {
  BOOST_TEST_MESSAGE("a queue at the local lane");
  Day day("cloudy cloud; vllm local trusted");
  BOOST_TEST(day.at(0, "repo-wide") == "vllm");
  day.world.lanes["vllm"].waiting = 2;
  BOOST_TEST(day.at(1, "repo-wide") == "cloudy");
  BOOST_TEST(day.at(1, "repo-wide, private") == "vllm");
  day.world.lanes["cloudy"].waiting = 9;
  BOOST_TEST(day.at(2, "repo-wide") == "vllm");
  day.world.lanes.clear();
  BOOST_TEST(day.at(3, "repo-wide") == "vllm");
}

BOOST_AUTO_TEST_CASE(a_canary_is_rolled_back) {
  BOOST_TEST_MESSAGE("canary");
  Day day("cloudy cloud; new cloud; vllm local trusted; canary new 10");
  // new-0 … new-9: user-0 is on the side of `new`, user-1 is not.
  std::string mine, theirs;
  for (int i = 0; mine.empty() || theirs.empty(); ++i) {
    const std::string user = "user-" + std::to_string(i);
    (on_canary_side(user, "new", 10) ? mine : theirs) = "user " + user;
  }
  Arm canary, control;
  int round = 0;
  for (; rollback_reason(canary, control).empty() && round < 100; ++round) {
    day.now += 1s;
    BOOST_TEST_REQUIRE(order(route(request_of(mine), day.config, day.world, day.now)) == "new, cloudy, vllm");
    BOOST_TEST_REQUIRE(order(route(request_of(theirs), day.config, day.world, day.now)) == "cloudy, vllm");
    canary.add({round % 8 != 0, Millis(90)});
    control.add({true, Millis(80)});
  }
  BOOST_TEST(round == 30);
  day.ask(mine);
  day.world.canary_rolled_back = rollback_reason(canary, control);
  BOOST_TEST(day.world.canary_rolled_back == "13.3 % errors against 0.0 % (30 and 30 requests)");
  BOOST_TEST(day.ask(mine) == "cloudy");
  BOOST_TEST(day.ask(theirs) == "cloudy");
  BOOST_TEST(day.ask(mine + ", model new") == "new");
}

}  // namespace
}  // namespace coder::routing
