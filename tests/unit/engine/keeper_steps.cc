// The keeper's decisions, without a loop, a clock or a process.
#include "engine/keeper_steps.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "engine/keeper.h"

namespace coder::engine {
namespace {

using namespace std::chrono_literals;

Plan gpu_plan() {
  Plan plan;
  plan.command = {"llama-server"};
  plan.context = 32768;
  plan.slots = 4;
  plan.all_on_gpu = true;
  return plan;
}

/// A keeper and its time.
struct Kept {
  explicit Kept(Millis idle = 900s, Plan plan = gpu_plan()) : steps(std::move(plan), policy(idle), now) {}
  static Policy policy(Millis idle) {
    Policy out;
    out.idle = idle;
    return out;
  }
  Actions operator()(const Event& event) {
    const Actions actions = steps.step(event, now);
    if (actions.launch) steps.step(event::Launched{}, now);
    return actions;
  }
  Actions after(Millis time, const Event& event = event::Tick{}) {
    now += time;
    return (*this)(event);
  }
  /// Started, loaded and ready.
  Kept& ready() {
    (*this)(event::Tick{});
    after(1s, event::Answered{});
    return *this;
  }
  /// Ends for `cause` and comes again; false when it does not.
  bool crash(std::optional<Cause> cause, int signal = 0) {
    event::Exited exited{signal == 0 ? 1 : 0, signal, {}};
    if (cause) exited.found = Diagnosis{*cause, 1, "", "it failed", "mend it"};
    if ((*this)(exited).end) return false;
    BOOST_TEST(!steps.running());
    BOOST_REQUIRE(steps.due());
    now = *steps.due();
    return (*this)(event::Tick{}).launch;
  }
  State state() const { return steps.status().state; }

  TimePoint now{1h};
  KeeperSteps steps;
};

BOOST_AUTO_TEST_CASE(from_cold_to_busy_and_asleep) {
  Kept keeper;
  const Actions first = keeper(event::Tick{});
  BOOST_TEST(first.launch);
  BOOST_TEST((keeper.state() == State::loading));
  BOOST_TEST(keeper(event::Loaded{40}).publish);
  BOOST_TEST(!keeper(event::Loaded{30}).publish);
  BOOST_TEST(keeper.steps.status().percent == 40);
  keeper(event::Loaded{100});
  BOOST_TEST(keeper.steps.status().percent == 99);  // whole when it answers
  keeper.after(1s, event::Answered{true, false, 0, ""});
  BOOST_TEST((keeper.state() == State::loading));
  BOOST_TEST(keeper.after(1s, event::Answered{}).publish);
  BOOST_TEST((keeper.state() == State::warm));
  BOOST_TEST(keeper.steps.status().percent == 100);
  BOOST_TEST(!keeper.after(1s, event::Answered{}).publish);
  keeper.after(1s, event::Answered{false, false, 2, "1"});
  BOOST_TEST((keeper.state() == State::busy));
  keeper.after(1s, event::Answered{false, true, 0, "2"});
  BOOST_TEST((keeper.state() == State::asleep));
  keeper.after(1s, event::Answered{false, false, 0, "2"});
  BOOST_TEST((keeper.state() == State::warm));
}

BOOST_AUTO_TEST_CASE(its_speed_is_told_when_it_is_another_one) {
  Kept keeper;
  keeper.ready();
  BOOST_TEST(keeper.after(1s, event::Answered{false, false, 0, "1", 40}).publish);
  BOOST_TEST(!keeper.after(1s, event::Answered{false, false, 0, "2", 41}).publish);
  BOOST_TEST(keeper.steps.status().tokens_per_s == 40);
  BOOST_TEST(!keeper.after(1s, event::Answered{false, false, 0, "2", 0}).publish);  // it answers nobody
  BOOST_TEST(keeper.steps.status().tokens_per_s == 40);
  BOOST_TEST(keeper.after(1s, event::Answered{false, false, 0, "3", 60}).publish);
}

BOOST_AUTO_TEST_CASE(what_its_metrics_say) {
  const event::Answered none = read_metrics("");
  BOOST_TEST((none.running == 0 && none.activity.empty() && none.tokens_per_s == 0));
  const event::Answered some = read_metrics(
      "# HELP llamacpp:predicted_tokens_seconds Average generation throughput in tokens/s.\n"
      "llamacpp:predicted_tokens_seconds 45.5\nllamacpp:requests_processing 1\n"
      "llamacpp:requests_deferred 2\nllamacpp:prompt_tokens_total 10\n");
  BOOST_TEST(some.running == 3);
  BOOST_TEST(some.tokens_per_s == 45.5);
  BOOST_TEST(!some.activity.empty());
}

BOOST_AUTO_TEST_CASE(ends_after_the_idle_time_and_not_before) {
  Kept keeper(60s);
  keeper.ready();
  BOOST_TEST(!keeper.after(59s).terminate);
  BOOST_TEST((*keeper.steps.due() == keeper.now + 1s));
  BOOST_TEST(keeper.after(1s).terminate);
  BOOST_TEST((keeper.state() == State::cold));
  BOOST_TEST(keeper(event::Exited{0, 15, {}}).end);
  // Nothing happens afterwards.
  BOOST_TEST(!keeper.after(1h).launch);
  BOOST_TEST(!keeper.steps.due());
}

BOOST_AUTO_TEST_CASE(clients_and_requests_keep_it) {
  Kept keeper(60s);
  keeper.ready();
  keeper.after(30s, event::Clients{1});
  BOOST_TEST(!keeper.steps.due());
  BOOST_TEST(!keeper.after(1h).terminate);
  keeper(event::Clients{0});  // the time begins when the last one leaves
  BOOST_TEST(!keeper.after(59s).terminate);
  keeper(event::Answered{false, false, 1, "1"});  // somebody without a lock
  BOOST_TEST(!keeper.after(1h).terminate);
  keeper(event::Answered{false, false, 0, "2"});
  BOOST_TEST(!keeper.after(59s).terminate);
  keeper(event::Answered{false, false, 0, "3"});  // a request between two looks
  BOOST_TEST(!keeper.after(59s).terminate);
  keeper(event::Answered{false, false, 0, "3"});
  BOOST_TEST(keeper.after(1s).terminate);
  Kept forever(0s);
  forever.ready();
  BOOST_TEST(!forever.steps.due());
  BOOST_TEST(!forever.after(1000h).terminate);
}

BOOST_AUTO_TEST_CASE(loading_is_not_idling) {
  Kept keeper(60s);
  keeper(event::Tick{});
  for (int i = 0; i < 100; ++i) BOOST_TEST(!keeper.after(30s, event::Answered{true, false, 0, ""}).terminate);
  BOOST_TEST(!keeper.after(30s, event::Answered{}).terminate);
  BOOST_TEST(!keeper.after(59s).terminate);
}

BOOST_AUTO_TEST_CASE(stop_is_asked_for_then_forced) {
  Kept keeper;
  keeper.ready();
  BOOST_TEST(keeper(event::Stop{}).terminate);
  BOOST_TEST(!keeper(event::Stop{}).terminate);
  BOOST_TEST(!keeper.after(9s).kill);
  BOOST_TEST(keeper.after(1s).kill);
  BOOST_TEST(!keeper.after(1h).kill);
  BOOST_TEST(keeper(event::Exited{0, 9, {}}).end);
  BOOST_TEST((keeper.state() == State::cold));
  Kept early;
  BOOST_TEST(early(event::Stop{}).end);
}

BOOST_AUTO_TEST_CASE(unknown_crashes_are_tried_again_with_longer_pauses_then_no_more) {
  Kept keeper;
  keeper(event::Tick{});
  std::vector<Millis> pauses;
  while (true) {
    if (keeper(event::Exited{139, 0, {}}).end) break;
    BOOST_REQUIRE(pauses.size() < 20u);
    pauses.push_back(std::chrono::duration_cast<Millis>(*keeper.steps.due() - keeper.now));
    BOOST_TEST(!keeper.after(pauses.back() - 1ms).launch);
    BOOST_TEST(keeper.after(1ms).launch);
  }
  BOOST_TEST((pauses == std::vector<Millis>{1s, 4s, 16s}));
  BOOST_TEST((keeper.state() == State::failed));
  BOOST_TEST(keeper.steps.status().reason == "the engine ended with status 139");
  BOOST_TEST(!keeper.steps.status().remedy.empty());
}

BOOST_AUTO_TEST_CASE(a_long_calm_run_forgets_crashes) {
  Kept keeper(0s);
  for (int i = 0; i < 50; ++i) {
    keeper.ready();
    keeper.after(10min, event::Answered{});
    BOOST_TEST(keeper.crash({}, 11));
  }
  // Time spent on loading is not calm.
  for (int i = 0; i < 3; ++i) {
    keeper.after(1h, event::Answered{true, false, 0, ""});
    if (i < 2) BOOST_TEST(keeper.crash({}, 11));
  }
  BOOST_TEST(!keeper.crash({}, 11));
}

BOOST_AUTO_TEST_CASE(what_does_not_heal_is_not_repeated) {
  for (const Cause cause :
       {Cause::driver_old, Cause::driver_half, Cause::fabric_manager, Cause::driver_mismatch,
        Cause::no_kernel, Cause::model_missing, Cause::model_broken, Cause::model_unknown,
        Cause::argument_removed, Cause::argument_unknown, Cause::kv_memory}) {
    Kept keeper;
    keeper(event::Tick{});
    BOOST_TEST(!keeper.crash(cause));
    BOOST_TEST((keeper.state() == State::failed));
    BOOST_TEST(keeper.steps.status().reason == "it failed");
    BOOST_TEST(keeper.steps.status().remedy == "mend it");
  }
  Kept keeper;
  keeper(event::Tick{});
  const Actions actions = keeper(event::LaunchFailed{Error{ErrorKind::config, "cannot run `x`", ""}});
  BOOST_TEST((actions.end && actions.publish));
  BOOST_TEST(keeper.steps.status().reason == "cannot run `x`");
}

BOOST_AUTO_TEST_CASE(too_little_memory_makes_the_plan_smaller_each_time) {
  Kept keeper;
  keeper(event::Tick{});
  ModelFacts facts;
  facts.layers = 32;
  facts.cache_row = 2048;
  int64_t before = bytes_needed(keeper.steps.plan(), facts);
  int starts = 0;
  bool gpu = true;
  while (keeper.crash(Cause::gpu_memory)) {
    const Plan& plan = keeper.steps.plan();
    const int64_t now = bytes_needed(plan, facts);
    BOOST_TEST((now < before || (gpu && !plan.all_on_gpu)));
    BOOST_TEST(plan.context >= 2048 * plan.slots);
    before = now;
    gpu = plan.all_on_gpu;
    BOOST_REQUIRE(++starts < 20);
  }
  BOOST_TEST(starts >= 4);
  BOOST_TEST((keeper.state() == State::failed));
  BOOST_TEST(keeper.steps.status().changed ==
             "a q8_0 KV cache, a context of 2048 tokens, 1 parallel slot, fewer layers on the GPU");
  // What the user's arguments say cannot be changed, so nothing is tried again.
  Plan fixed = gpu_plan();
  fixed.extra = {"-c", "8000000", "-np", "1", "-ctk", "f16", "-ngl", "99"};
  Kept theirs(0s, fixed);
  theirs(event::Tick{});
  BOOST_TEST(!theirs.crash(Cause::gpu_memory));
}

BOOST_AUTO_TEST_CASE(a_gpu_fault_once_again_then_plainer_then_no_more) {
  Kept keeper;
  keeper.ready();
  BOOST_TEST(keeper.crash(Cause::gpu_fault, 6));
  BOOST_TEST(keeper.steps.plan().speculation);
  BOOST_TEST((keeper.steps.plan().flash_attention == FlashAttention::automatic));
  keeper.ready();
  BOOST_TEST(keeper.crash(Cause::gpu_fault, 6));
  BOOST_TEST(!keeper.steps.plan().speculation);
  BOOST_TEST((keeper.steps.plan().flash_attention == FlashAttention::off));
  BOOST_TEST(!keeper.crash(Cause::gpu_fault, 6));
}

BOOST_AUTO_TEST_CASE(other_changes) {
  Kept flags;
  flags(event::Tick{});
  BOOST_TEST(flags.crash(Cause::gpu_memory));
  BOOST_TEST(flags.steps.plan().small_cache);
  BOOST_TEST(flags.crash(Cause::v_cache));
  BOOST_TEST(!flags.steps.plan().small_cache);
  Kept busy;
  busy.ready();
  BOOST_TEST(busy.crash(Cause::memory_in_use));
  BOOST_TEST(busy.steps.plan().slots == 2);
  BOOST_TEST(busy.steps.plan().context == 16384);
  Kept port;
  port(event::Tick{});
  BOOST_TEST(port.crash(Cause::address_taken));  // our own socket: somebody was quicker
  BOOST_TEST(!port.crash(Cause::address_taken));
  Plan named = gpu_plan();
  named.extra = {"--port", "8080"};
  Kept theirs(0s, named);
  theirs(event::Tick{});
  BOOST_TEST(!theirs.crash(Cause::address_taken));
  // SIGKILL from nobody knows where: once as it was, then smaller.
  Kept killed;
  killed.ready();
  BOOST_TEST(killed.crash({}, 9));
  BOOST_TEST(killed.steps.status().changed == "");
  BOOST_TEST(killed.crash({}, 9));
  BOOST_TEST(killed.steps.status().changed == "a q8_0 KV cache");
}

BOOST_AUTO_TEST_CASE(an_engine_that_hangs_is_killed_and_started_again) {
  Kept keeper;
  keeper.ready();
  BOOST_TEST(!keeper.after(59s, event::Silent{}).kill);
  keeper(event::Answered{});
  BOOST_TEST(!keeper.after(59s, event::Silent{}).kill);
  BOOST_TEST(keeper.after(1s, event::Silent{}).kill);
  BOOST_TEST(!keeper.after(1h, event::Silent{}).kill);
  BOOST_TEST(keeper.crash({}, 9));
  BOOST_TEST(keeper.steps.status().reason.find("did not answer") != std::string::npos);
  BOOST_TEST(keeper.steps.status().changed == "");  // that was no lack of memory
}

BOOST_AUTO_TEST_CASE(random_events_never_make_two_engines_nor_a_loop) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    Kept keeper(random() % 2 ? 60s : 0s);
    int alive = 0, starts = 0;
    bool over = false;
    TimePoint calm = keeper.now;
    for (int i = 0; i < 300 && !over; ++i) {
      keeper.now += Millis(random() % 20'000);
      Event event = event::Tick{};
      switch (random() % 9) {
        case 0:
          if (alive == 0) continue;  // only a process can end
          {
            event::Exited exited{1, random() % 2 ? 9 : 0, {}};
            if (random() % 2) exited.found = Diagnosis{static_cast<Cause>(random() % 20), 1, "", "m", "r"};
            event = exited;
          }
          --alive;
          break;
        case 1:
          event = event::Answered{random() % 2 == 0, random() % 5 == 0, static_cast<int>(random() % 3),
                                  std::to_string(random() % 4)};
          break;
        case 2:
          event = event::Silent{};
          break;
        case 3:
          event = event::Loaded{static_cast<int>(random() % 200)};
          break;
        case 4:
          event = event::Clients{static_cast<int>(random() % 3)};
          break;
        case 5:
          if (random() % 40 == 0) event = event::Stop{};
          break;
        default:
          break;
      }
      const Actions actions = keeper(event);
      if (actions.launch) {
        BOOST_REQUIRE(alive == 0);
        ++alive;
        ++starts;
      }
      if (actions.terminate || actions.kill) BOOST_REQUIRE(alive == 1);
      if (actions.end) {
        BOOST_REQUIRE(alive == 0);
        BOOST_TEST((keeper.state() == State::cold || keeper.state() == State::failed));
        over = true;
      }
      // Waiting always has an end.
      if (!over && alive == 0 && starts > 0) BOOST_REQUIRE(keeper.steps.due());
    }
    // At most eight crashes within each calm stretch, which is ten minutes at least.
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(keeper.now - calm).count();
    BOOST_TEST(starts <= 9 * (1 + minutes / 10));
  }
}

}  // namespace
}  // namespace coder::engine
