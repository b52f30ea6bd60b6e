// How often a completion may be asked for: the user's rhythm, how the engine keeps up, a paid lane's budget,
// and a rest after failures. Pure: every time comes from the caller. One for all buffers of an editor, since
// there is one user and one lane.
#pragma once

#include <optional>

#include "base/clock.h"

namespace coder::completion {

class Pace {
 public:
  /// The user changed the text.
  void edited(TimePoint now);

  /// How long to wait for the next key where a request should not be wasted: 1.3 times the user's median
  /// gap between keys. A key that has not come by then is late enough to mean a pause.
  Millis pause(Millis least, Millis most) const;

  /// A request was accepted this long after it was sent.
  void accepted(Clock::duration after);
  /// A request was given up this long after it was sent, not accepted yet.
  void unaccepted(Clock::duration after);
  /// The engine keeps requests waiting (over 150 ms, three of the last few times).
  bool slow() const { return slow_; }

  /// A request failed. From the third in a row on there is a rest: 1, 2, 4, 8, then 10 seconds.
  void failed(TimePoint now);
  void worked();
  /// No request before this; the past when there is no rest.
  TimePoint rests_until() const { return rests_until_; }

  /// When the next request fits the budget, may be in the past; none: never. In no minute are there more
  /// than `per_minute`; a quarter of them may come at once.
  std::optional<TimePoint> affordable(int per_minute) const;
  /// One request is made.
  void spend(int per_minute, TimePoint now);

 private:
  void kept_waiting(bool long_time);

  std::optional<TimePoint> last_edit_;
  Clock::duration gap_ = Millis(200);  ///< the median; at first that of an average typist
  int slowness_ = 0;
  bool slow_ = false;
  int failures_ = 0;
  TimePoint rests_until_{};
  TimePoint paid_up_to_{};  ///< the theoretical arrival time of GCRA (ITU-T I.371)
};

}  // namespace coder::completion
