// Monotonic time. Code that decides by time takes a TimePoint as an argument
// (pure step functions) rather than reading the clock itself.
#pragma once

#include <chrono>

namespace coder {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Millis = std::chrono::milliseconds;

/// Milliseconds between two points, with fraction.
inline double millis_between(TimePoint from, TimePoint to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace coder
