// When an engine is to read a prompt that nobody has asked for yet, so that the first key finds it in the
// engine's cache: a little after the cursor has come to rest outside of insert mode. Pure: every time comes
// from the caller. It never acts by itself while the user is away: an engine that nobody uses may fall
// asleep.
//
//   rested ─▶ wanting ─(pause, and a rest after the last one)─▶ reading ─▶ read
//                ▲────────── it was busy: a few times again ──────┘
#pragma once

#include <optional>

#include "base/clock.h"

namespace coder::completion {

struct WarmthPolicy {
  Millis pause{300};   ///< of the cursor
  int share = 4;       ///< rests so many times as long as the last one took: a slow machine reads seldom
  Millis again{2000};  ///< after one that the engine had no time for
  int attempts = 5;    ///< for one place
  std::optional<Millis> stale;  ///< an engine not used for so long falls asleep soon
};

class Warmth {
 public:
  explicit Warmth(WarmthPolicy policy = {}) : policy_(policy) {}
  void set_policy(WarmthPolicy policy) { policy_ = policy; }

  /// The cursor is somewhere else now, or the user is seen again.
  void rested(TimePoint now);
  /// Nothing is to be read: insert mode has begun, or the engine has read it already.
  void left();
  /// A request of the user's own goes to the engine.
  void used(TimePoint now) { used_ = now; }
  /// The engine is about to fall asleep, though the user is here.
  bool stale(TimePoint now) const { return policy_.stale && used_ && now - *used_ >= *policy_.stale; }

  void began(TimePoint now);
  /// What began is over; `well`: the engine has read it. One that was given up ends with left().
  void ended(TimePoint now, bool well);

  /// When the next one is due; may be in the past. None: never by time alone.
  std::optional<TimePoint> due() const;

 private:
  WarmthPolicy policy_;
  bool wanting_ = false;
  bool reading_ = false;
  int attempts_ = 0;
  TimePoint rested_{}, began_{}, free_{};
  std::optional<TimePoint> used_;
};

}  // namespace coder::completion
