#include "routing/circuit.h"

#include <boost/test/unit_test.hpp>

#include "unit/routing/random_world.h"

namespace coder::routing {
namespace {

using namespace std::chrono_literals;

/// A circuit on a clock of its own.
struct Script {
  Circuit circuit;
  TimePoint now = TimePoint(1000h);

  Script& after(Millis delay) {
    now += delay;
    return *this;
  }
  void begin() { circuit.begin(now); }
  void good() { circuit.succeeded(now); }
  void bad(const char* why = "connection reset") { circuit.failed(now, why); }
  /// "open 4000: connection reset", "closed".
  std::string state() const {
    switch (circuit.state(now)) {
      case Circuit::State::closed:
        BOOST_TEST(circuit.left(now).count() == 0);
        return "closed";
      case Circuit::State::open:
        return "open " + std::to_string(circuit.left(now).count()) + ": " + circuit.why();
      case Circuit::State::half_open:
        BOOST_TEST(circuit.left(now).count() == 0);
        return "half open";
      case Circuit::State::probing:
        BOOST_TEST(circuit.left(now).count() == 0);
        return "probing";
    }
    return "";
  }
  /// Open since now, for 5 s.
  static Script opened() {
    Script s;
    s.circuit.trip(s.now, "connection refused");
    return s;
  }
};

BOOST_AUTO_TEST_CASE(three_failures_in_a_row_open_it) {
  Script s;
  BOOST_TEST(s.state() == "closed");
  BOOST_TEST(s.circuit.why() == "");
  s.bad();
  s.after(1h).bad();
  BOOST_TEST(s.state() == "closed");
  BOOST_TEST(s.circuit.why() == "connection reset");
  s.after(1h).bad("HTTP 502");
  BOOST_TEST(s.state() == "open 5000: HTTP 502");
  BOOST_TEST(s.after(4999ms).state() == "open 1: HTTP 502");
  BOOST_TEST(s.after(1ms).state() == "half open");
  BOOST_TEST(s.after(1h).state() == "half open");
}

BOOST_AUTO_TEST_CASE(a_success_between_starts_the_row_anew) {
  Script s;
  for (int i = 0; i < 20; ++i) {
    s.good();
    s.good();
    s.bad();
    s.bad();
  }
  BOOST_TEST(s.state() == "closed");  // exactly half is not over half
}

BOOST_AUTO_TEST_CASE(over_half_of_five_in_a_minute_open_it) {
  Script s;
  s.bad();
  s.good();
  s.bad();
  s.good();
  BOOST_TEST(s.state() == "closed");
  s.bad();
  BOOST_TEST(s.state() == "open 5000: connection reset");  // 3 of 5

  Script few;
  few.bad();
  few.bad();
  few.good();
  few.bad();
  BOOST_TEST(few.state() == "closed");  // 3 of 4

  Script old;
  old.bad();
  old.bad();
  old.after(60001ms).good();
  old.bad();
  old.good();
  old.bad();
  BOOST_TEST(old.state() == "closed");  // 2 of 4: the first two are over a minute old
  old.bad();
  BOOST_TEST(old.state() == "open 5000: connection reset");  // 3 of 5

  Script edge;
  edge.bad();
  edge.bad();
  edge.after(60000ms).good();
  edge.good();
  edge.bad();
  BOOST_TEST(edge.state() == "open 5000: connection reset");  // a minute old is not over a minute
}

BOOST_AUTO_TEST_CASE(no_more_than_the_last_64_count) {
  Script s;
  for (int i = 0; i < 1000; ++i) s.good();
  for (int i = 0; i < 32; ++i) {
    s.bad();
    s.bad();
    if (s.circuit.state(s.now) != Circuit::State::closed) break;
    s.good();
  }
  BOOST_TEST(s.state() == "open 5000: connection reset");  // all of the 64 count, none of the 1,000
}

BOOST_AUTO_TEST_CASE(nothing_listening_opens_it_at_once) {
  Script s = Script::opened();
  BOOST_TEST(s.state() == "open 5000: connection refused");
  s.after(1s).circuit.trip(s.now, "connection refused");
  BOOST_TEST(s.state() == "open 4000: connection refused");
}

BOOST_AUTO_TEST_CASE(each_probe_that_fails_doubles_the_cool_down) {
  Script s = Script::opened();
  for (const int seconds : {10, 20, 40, 60, 60}) {
    s.after(s.circuit.left(s.now));
    BOOST_TEST(s.state() == "half open");
    s.begin();
    BOOST_TEST(s.state() == "probing");
    s.after(250ms).bad("connection refused");
    BOOST_TEST(s.state() == "open " + std::to_string(seconds) + "000: connection refused");
  }
  s.after(60s).begin();
  s.after(100ms).good();
  BOOST_TEST(s.state() == "closed");
  BOOST_TEST(s.circuit.why() == "connection refused");
  // A fresh start: the failures before do not count, and the cool-down is short again.
  s.bad();
  s.bad();
  BOOST_TEST(s.state() == "closed");
  s.bad();
  BOOST_TEST(s.state() == "open 5000: connection reset");
}

BOOST_AUTO_TEST_CASE(a_recovered_server_starts_afresh) {
  Script s;
  for (int i = 0; i < 3; ++i) s.bad();
  s.after(5s).begin();
  s.good();
  s.bad();  // with those of 5 s ago it would be four of five
  BOOST_TEST(s.state() == "closed");

  Script raised = Script::opened();
  raised.after(5s).begin();
  raised.bad();
  raised.after(10s).begin();
  raised.good();
  raised.circuit.pause(raised.now, 1s, "HTTP 429");
  raised.after(1s).begin();
  raised.bad();
  BOOST_TEST(raised.state() == "open 5000: connection reset");
}

BOOST_AUTO_TEST_CASE(one_probe_at_a_time_and_a_cancelled_one_says_nothing) {
  Script s = Script::opened();
  s.after(5s).begin();
  BOOST_TEST(s.state() == "probing");
  s.circuit.cancelled(s.now);
  BOOST_TEST(s.state() == "half open");
  s.begin();
  s.after(1s).bad();
  BOOST_TEST(s.state() == "open 10000: connection reset");
  Script closed;
  closed.begin();
  closed.circuit.cancelled(closed.now);
  BOOST_TEST(closed.state() == "closed");
}

BOOST_AUTO_TEST_CASE(the_end_of_what_went_out_before_changes_nothing) {
  Script s = Script::opened();
  s.after(1s).bad();
  s.bad();
  s.bad();
  BOOST_TEST(s.state() == "open 4000: connection reset");
  s.good();
  BOOST_TEST(s.state() == "open 4000: connection reset");
  BOOST_TEST(s.after(4s).state() == "half open");
  s.bad();  // it still fails, but was no probe: as long again
  BOOST_TEST(s.state() == "open 5000: connection reset");
}

BOOST_AUTO_TEST_CASE(a_request_as_the_last_resort) {
  Script s = Script::opened();
  s.after(1s).begin();
  BOOST_TEST(s.state() == "open 4000: connection refused");
  s.bad("connection refused");
  BOOST_TEST(s.state() == "open 4000: connection refused");  // no probe: the cool-down stays
  s.good();
  BOOST_TEST(s.state() == "open 4000: connection refused");  // of an older one
  s.begin();
  s.after(500ms).good();
  BOOST_TEST(s.state() == "closed");

  Script left_alone = Script::opened();
  left_alone.begin();
  left_alone.circuit.cancelled(left_alone.now);
  left_alone.good();
  BOOST_TEST(left_alone.state() == "open 5000: connection refused");
}

BOOST_AUTO_TEST_CASE(a_pause_that_the_server_asks_for) {
  Script s;
  s.circuit.pause(s.now, 30s, "HTTP 429");
  BOOST_TEST(s.state() == "open 30000: HTTP 429");
  s.after(10s).good();  // answers under way end well
  BOOST_TEST(s.state() == "open 20000: HTTP 429");
  s.circuit.pause(s.now, 5s, "HTTP 429");
  BOOST_TEST(s.state() == "open 20000: HTTP 429");  // the longer one counts
  s.after(20s).begin();
  BOOST_TEST(s.state() == "probing");
  s.circuit.pause(s.now, 7s, "HTTP 429");
  BOOST_TEST(s.state() == "open 7000: HTTP 429");
  s.after(7s).begin();
  s.bad("HTTP 503");
  BOOST_TEST(s.state() == "open 5000: HTTP 503");  // not raised by the pauses
  s.after(5s).begin();
  s.bad("HTTP 503");
  BOOST_TEST(s.state() == "open 10000: HTTP 503");
  s.circuit.pause(s.now, 60s, "HTTP 429");
  s.after(60s).begin();
  s.bad("HTTP 503");
  BOOST_TEST(s.state() == "open 20000: HTTP 503");

  Script none;
  none.circuit.pause(none.now, 0ms, "HTTP 429");
  none.circuit.pause(none.now, -5s, "HTTP 429");
  BOOST_TEST(none.state() == "closed");
  none.circuit.pause(none.now, Millis::max(), "HTTP 429");
  BOOST_TEST(none.state() == "open 86400000: HTTP 429");
}

BOOST_AUTO_TEST_CASE(what_is_left_is_rounded_up) {
  Script s = Script::opened();
  s.now += std::chrono::microseconds(4999500);
  BOOST_TEST(s.circuit.left(s.now).count() == 1);
}

/// One random walk of a circuit; says what is wrong with it, empty when nothing.
std::string walk(uint32_t seed) {
  using State = Circuit::State;
  Dice dice(seed);
  Circuit circuit;
  TimePoint now = kNow;
  for (int step = 0; step < 60; ++step) {
    now += Millis(dice.below(4000));
    switch (dice.below(6)) {
      case 0:
        circuit.begin(now);
        break;
      case 1:
        circuit.succeeded(now);
        break;
      case 2:
        circuit.failed(now, "HTTP 502");
        break;
      case 3:
        circuit.trip(now, "connection refused");
        if (circuit.state(now) != State::open) return "not open after a trip";
        break;
      case 4:
        circuit.pause(now, Millis(dice.below(9000)), "HTTP 429");
        break;
      case 5:
        circuit.cancelled(now);
        break;
    }
    const Millis left = circuit.left(now);
    if ((circuit.state(now) == State::open) != (left > 0ms)) return "open without a time, or a time without";
    if (left > 60s) return "open for too long";
    // Time alone leads from open to half open, and changes nothing else.
    const State later = circuit.state(now + left);
    if (later != (circuit.state(now) == State::open ? State::half_open : circuit.state(now))) return "stuck";
  }
  now += 120s;
  circuit.cancelled(now);
  circuit.begin(now);
  circuit.succeeded(now);
  return circuit.state(now) == State::closed ? "" : "a probe that ends well does not close it";
}

BOOST_AUTO_TEST_CASE(a_random_circuit_is_never_stuck) {
  for (uint32_t seed = 1; seed <= 2000; ++seed) {
    const std::string wrong = walk(seed);
    BOOST_TEST_REQUIRE(wrong.empty(), "seed " << seed << ": " << wrong);
  }
}

}  // namespace
}  // namespace coder::routing
