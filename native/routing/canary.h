// A new model tried by some of the users: who, and whether it does worse than the one it would replace.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace coder::routing {

/// Is `user` among the `percent` (0 to 100) per cent that try `model`? The same on every machine and in every
/// run: FNV-1a (64 bit) over USER, a NUL byte and MODEL, finished with splitmix64's mixer, modulo 10,000, is
/// below percent × 100. The model is part of it so that not the same users try everything.
bool on_canary_side(std::string_view user, std::string_view model, double percent);

/// How requests of one side went.
class Arm {
 public:
  struct Sample {
    bool good = true;
    std::optional<Millis> ttft;  ///< none: it failed before
  };
  void add(Sample sample);
  size_t count() const { return samples_.size(); }
  double error_percent() const;
  /// 95th percentile of the time to first token; nullopt without one.
  std::optional<Millis> p95() const;

 private:
  std::deque<Sample> samples_;  ///< the last 200
};

/// Why the canary is to be rolled back: with at least 30 samples on each side, a p95 time to first token
/// above 1.5 times the control's, or 5 points more errors. Empty: it may go on. With only its own samples at
/// hand (≥ 30) a canary is rolled back for errors alone, counted against none at the control.
std::string rollback_reason(const Arm& canary, const Arm& control);

}  // namespace coder::routing
