// Whether an endpoint is worth asking: a circuit breaker as a pure state machine. It knows no clock; every
// event brings its time, from the steady clock.
//
//            3 failures in a row, or
//            over 50 % of ≥ 5 in 60 s           cooled down               a request goes out
//    closed ──────────────────────────▶ open ───────────────▶ half_open ─────────────────────▶ probing
//      ▲                                  ▲                                                      │  │
//      │                                  └───────────────────── it fails: cool twice ───────────┘  │
//      └──────────────────────────────────────────────────────── it ends well ──────────────────────┘
//
// The cool-down is 5, 10, 20, 40, then 60 s. The circuit only advises: a request may go out although it is
// open, because nothing else is left. That is no probe: failing, it does not lengthen the cool-down; ending
// well, it closes the circuit.
#pragma once

#include <deque>
#include <string>

#include "base/clock.h"

namespace coder::routing {

class Circuit {
 public:
  enum class State { closed, open, half_open, probing };

  State state(TimePoint now) const;
  /// Until it is half open; 0 in the other states.
  Millis left(TimePoint now) const;
  /// Why it is open or was last; empty when nothing ever failed.
  const std::string& why() const { return why_; }

  /// A request goes out. In half_open it is the probe.
  void begin(TimePoint now);
  /// A request ended with content, or with an error that shows a healthy server (a bad request). One that
  /// went out before the circuit opened does not close it; while a probe is out the two cannot be told apart.
  void succeeded(TimePoint now);
  /// A request failed on the server's account: connection, time limit, 5xx, a broken stream. `why` in a few
  /// words, without the prompt's: "connection refused".
  void failed(TimePoint now, const std::string& why);
  /// Nothing listens there: open at once.
  void trip(TimePoint now, const std::string& why);
  /// The server asked for a pause (Retry-After): open for that long (a day at most), and the cool-down of
  /// later failures is not raised by it.
  void pause(TimePoint now, Millis wait, const std::string& why);
  /// A request was given up by the user; a probe then leaves it half open.
  void cancelled(TimePoint now);

 private:
  struct Sample {
    TimePoint at;
    bool good;
  };
  void add(TimePoint now, bool good);
  bool mostly_bad() const;
  void open(TimePoint now, Millis cool);
  void fail(TimePoint now, const std::string& why, bool at_once);

  std::deque<Sample> samples_;  ///< of the last 60 s, at most 64
  int in_a_row_ = 0;
  Millis cool_{0};  ///< of the last opening: 5, 10, 20, 40, 60 s
  bool open_ = false;
  bool probing_ = false;
  bool tried_ = false;  ///< a request went out although it was open
  TimePoint until_;
  std::string why_;
};

}  // namespace coder::routing
