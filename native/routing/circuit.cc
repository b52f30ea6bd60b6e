#include "routing/circuit.h"

#include <algorithm>

namespace coder::routing {
namespace {

constexpr Millis kWindow{60000};
constexpr size_t kMaxSamples = 64;
constexpr size_t kMinSamples = 5;
constexpr int kInARow = 3;
constexpr Millis kFirstCool{5000};
constexpr Millis kLongestCool{60000};
constexpr Millis kLongestPause{std::chrono::hours(24)};

Millis twice(Millis cool) { return std::clamp(2 * cool, kFirstCool, kLongestCool); }

}  // namespace

Circuit::State Circuit::state(TimePoint now) const {
  if (!open_) return State::closed;
  if (probing_) return State::probing;
  return now < until_ ? State::open : State::half_open;
}

Millis Circuit::left(TimePoint now) const {
  return state(now) == State::open ? std::chrono::ceil<Millis>(until_ - now) : Millis(0);
}

void Circuit::begin(TimePoint now) {
  const State before = state(now);
  if (before == State::half_open) probing_ = true;
  if (before == State::open) tried_ = true;
}

void Circuit::succeeded(TimePoint now) {
  add(now, true);
  in_a_row_ = 0;
  if (!open_ || !(probing_ || tried_)) return;
  // A fresh start: what failed before the recovery says nothing about the server as it is now.
  open_ = probing_ = tried_ = false;
  cool_ = Millis(0);
  samples_.clear();
}

void Circuit::failed(TimePoint now, const std::string& why) { fail(now, why, false); }

void Circuit::trip(TimePoint now, const std::string& why) { fail(now, why, true); }

void Circuit::fail(TimePoint now, const std::string& why, bool at_once) {
  const State before = state(now);
  add(now, false);
  ++in_a_row_;
  why_ = why;
  switch (before) {
    case State::closed:
      if (at_once || in_a_row_ >= kInARow || mostly_bad()) open(now, kFirstCool);
      break;
    case State::open:  // it went out before, or as the last resort: nothing new
      tried_ = false;
      break;
    case State::half_open:  // one that went out before it opened
      open(now, std::max(cool_, kFirstCool));
      break;
    case State::probing:
      open(now, twice(cool_));
      break;
  }
}

void Circuit::pause(TimePoint now, Millis wait, const std::string& why) {
  if (wait <= Millis(0)) return;
  const TimePoint end = now + std::min(wait, kLongestPause);
  until_ = state(now) == State::open ? std::max(until_, end) : end;
  open_ = true;
  probing_ = tried_ = false;
  why_ = why;
}

void Circuit::cancelled(TimePoint) { probing_ = tried_ = false; }

void Circuit::open(TimePoint now, Millis cool) {
  open_ = true;
  probing_ = tried_ = false;
  cool_ = cool;
  until_ = now + cool;
}

void Circuit::add(TimePoint now, bool good) {
  samples_.push_back({now, good});
  while (samples_.size() > kMaxSamples || now - samples_.front().at > kWindow) samples_.pop_front();
}

bool Circuit::mostly_bad() const {
  const auto bad = std::count_if(samples_.begin(), samples_.end(), [](const Sample& s) { return !s.good; });
  return samples_.size() >= kMinSamples && 2 * static_cast<size_t>(bad) > samples_.size();
}

}  // namespace coder::routing
