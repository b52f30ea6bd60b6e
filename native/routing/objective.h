// Is a lane fast enough? A latency objective with hysteresis, as a pure state machine: it is left after three
// of the last five first tokens came late, and taken up again after two in a row came well in time (within
// four fifths of the limit).
//
//           3 of the last 5 late                pause over: 30 s, 60 s, … 10 min
//    kept ───────────────────────▶ slow ───────────────────────────────────────▶ on trial
//     ▲  2 in a row well in time    │ ▲                   late: pause twice          │
//     ├─────────────────────────────┘ └──────────────────────────────────────────────┤
//     └──────────────────────────────────────────────────────────────────────────────┘
//
// Where the lane is used although it is slow (no other is open), what it does there counts too: well in time
// it is taken up again, late it does not lengthen the pause.
#pragma once

#include <deque>
#include <string>

#include "base/clock.h"

namespace coder::routing {

class Objective {
 public:
  /// The lane is too slow just now and its pause is not over: another lane is better.
  bool slow(TimePoint now) const;
  /// The lane was left and is on trial: a request may go there to see.
  bool on_trial(TimePoint now) const;

  /// A first token came after `ttft`, or the user gave up waiting for it after that time (to be told only
  /// when that is more than the limit: to have given up before says nothing). `limit` is [router]
  /// slo_ttft_ms, > 0.
  void sample(TimePoint now, Millis ttft, Millis limit);

  /// "first tokens took 2,310 ms (objective 800 ms)", the last late one; empty when never left.
  const std::string& why() const { return why_; }

 private:
  std::deque<bool> late_;  ///< of the last five
  bool left_ = false;
  int good_in_a_row_ = 0;
  Millis pause_{0};  ///< 30 s, doubled up to 10 min each time a trial fails
  TimePoint until_;
  std::string why_;
};

}  // namespace coder::routing
