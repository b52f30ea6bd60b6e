#include "completion/session_pace.h"

#include <algorithm>

namespace coder::completion {
namespace {

/// A local engine that is free accepts within a few milliseconds.
constexpr Millis kLong{150};

struct Bucket {
  Clock::duration interval, tolerance;
};

/// A quarter of the budget at once and the rest spread over the minute, so that any 60 s hold no more than
/// the whole.
Bucket bucket(int per_minute) {
  const int burst = std::max(1, per_minute / 4);
  const Clock::duration interval = Clock::duration(std::chrono::minutes(1)) / std::max(1, per_minute - burst);
  return {interval, interval * (burst - 1)};
}

}  // namespace

void Pace::edited(TimePoint now) {
  // Below: a paste, a macro, a held key. Above: a pause.
  constexpr Millis kLeast{10}, kMost{1000};
  if (last_edit_) {
    const Clock::duration gap = now - *last_edit_;
    if (gap >= kLeast && gap < kMost) {
      // Stochastic approximation of the median (Robbins and Monro, 1951): a step of a fixed share up or down,
      // so that an outlier counts no more than any other gap.
      gap_ += (gap > gap_ ? gap_ : -gap_) / 16;
      gap_ = std::clamp<Clock::duration>(gap_, kLeast, kMost);
    }
  }
  last_edit_ = now;
}

Millis Pace::pause(Millis least, Millis most) const {
  return std::clamp(std::chrono::duration_cast<Millis>(gap_ * 13 / 10), least, std::max(least, most));
}

void Pace::accepted(Clock::duration after) { kept_waiting(after > kLong); }

// One that was given up early says nothing.
void Pace::unaccepted(Clock::duration after) {
  if (after > kLong) kept_waiting(true);
}

void Pace::kept_waiting(bool long_time) {
  constexpr int kEnough = 3;
  // A quick one counts for two slow ones: it gets better sooner than worse.
  slowness_ = long_time ? std::min(slowness_ + 1, kEnough) : std::max(slowness_ - 2, 0);
  if (slowness_ == kEnough) slow_ = true;
  if (slowness_ == 0) slow_ = false;
}

void Pace::failed(TimePoint now) {
  constexpr int kPatience = 3;
  constexpr Millis kLongest{10000};
  failures_ = std::min(failures_ + 1, kPatience + 4);
  if (failures_ < kPatience) return;
  rests_until_ = now + std::min(Millis(1000) * (1 << (failures_ - kPatience)), kLongest);
}

void Pace::worked() {
  failures_ = 0;
  rests_until_ = {};
}

std::optional<TimePoint> Pace::affordable(int per_minute) const {
  if (per_minute <= 0) return std::nullopt;
  return paid_up_to_ - bucket(per_minute).tolerance;
}

void Pace::spend(int per_minute, TimePoint now) {
  if (per_minute <= 0) return;
  paid_up_to_ = std::max(paid_up_to_, now) + bucket(per_minute).interval;
}

}  // namespace coder::completion
