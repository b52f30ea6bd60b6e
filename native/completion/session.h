// The ghost text of one buffer, as a pure state machine: what happened goes in with the time, what is to be
// done comes out. It knows no clock, no buffer and no connection; completer.cc feeds it and carries out what
// it says.
//
//   cursor ──▶ fits what is known (results, or the request under way)? ──▶ show the rest, no request
//                 │ no
//                 ├─ cancel what diverged, at once
//                 └─ lane idle and free: ask now; busy or paid: ask after the user's own pause; out of
//                 budget: wait
//
// Invariants: at most one ghost; it fits the buffer's state it names; at most one request for now and one
// ahead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "completion/results.h"
#include "completion/view.h"

namespace coder::completion {

/// Fixed in tests; the rest comes from the configuration.
struct Policy {
  Millis frame{33};                         ///< least time between two shows of a growing ghost
  std::optional<Millis> debounce;           ///< [completion] debounce_ms: always this; none: adaptive
  Millis least_pause{40}, most_pause{400};  ///< bounds of the adaptive pause
  size_t max_lines = 0;                     ///< [completion] max_lines, 0: no limit
  size_t max_raw_bytes = 8192;              ///< a longer answer is ended
  size_t max_alternatives = 4;
  int paid_per_minute = 20;    ///< requests to a paid lane, where the model sets no rpm
  Millis request_limit{8000};  ///< a request that takes longer is cancelled
};

/// The lane requests go to now, told by the owner.
struct Lane {
  bool available = false;  ///< there is one that may see this buffer
  bool paid = false;       ///< has a price, or is a cloud lane
  bool busy = false;       ///< others are being served: the last head took long, or requests are queued
  bool ahead = false;      ///< it can work on a second request of ours without slowing the first
  std::optional<int> per_minute;
};

// What happens.
struct Moved {  ///< the cursor is here, after an edit or a move
  View view;
  bool manual = false;
};
struct Closed {
  bool dismissed = false;
};
struct Accepted {
  int64_t id = 0;
  size_t bytes = 0;
  bool all = false;
};
struct Cycled {
  int64_t tick = 0;
  int step = 1;
};
struct LaneChanged {
  Lane lane;
};
struct Began {  ///< the request was accepted by the server
  int64_t request = 0;
};
struct Wrote {  ///< the model wrote more
  int64_t request = 0;
  std::string text;
};
struct Ended {
  int64_t request = 0;
  bool cut_short = false;
};
struct Failed {
  int64_t request = 0;
};
struct TimePassed {};
using Event =
    std::variant<Moved, Closed, Accepted, Cycled, LaneChanged, Began, Wrote, Ended, Failed, TimePassed>;

// What is to be done.
enum class Purpose {
  now,      ///< for the cursor
  ahead,    ///< for the state after the visible ghost is accepted; dropped first
  another,  ///< an alternative: sampled
};
struct Ask {
  int64_t request = 0;
  Purpose purpose = Purpose::now;
  int64_t alternative = 0;  ///< 0 the first, then 1, 2 …: the seed
  View view;                ///< of `ahead`: as it would be; its changedtick, line and col then mean nothing
  std::string accepted;     ///< of `ahead`: the text that would have been put in at the cursor
};
struct Cancel {
  int64_t request = 0;
};
struct Show {
  int64_t tick = 0;
  size_t line = 0, col = 0;
  int64_t id = 0;
  std::string text;
  bool more = false;
  size_t index = 1, count = 1;
};
struct Hide {
  int64_t tick = 0;
};
using Action = std::variant<Ask, Cancel, Show, Hide>;

/// Counts for the status page and the benchmarks.
struct Counters {
  int64_t asked = 0, cancelled = 0, saved = 0;  ///< saved: keys answered without a request
  int64_t shown = 0, accepted = 0, ahead = 0, ahead_used = 0;
};

class Session {
 public:
  /// `results` is shared by all buffers and outlives the session.
  Session(Policy policy, Results& results);

  std::vector<Action> step(Event event, TimePoint now);

  /// When TimePassed is due; none: never by time alone.
  std::optional<TimePoint> deadline() const;

  const Counters& counters() const { return counters_; }
  void set_policy(Policy policy) { policy_ = policy; }

 private:
  Policy policy_;
  Results& results_;
  Counters counters_;
};

}  // namespace coder::completion
