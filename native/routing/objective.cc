#include "routing/objective.h"

#include <algorithm>

#include "routing/words.h"

namespace coder::routing {
namespace {

constexpr size_t kRemembered = 5;
constexpr int kLate = 3;
constexpr int kGood = 2;
constexpr Millis kFirstPause{30000};
constexpr Millis kLongestPause{600000};

bool well_in_time(Millis ttft, Millis limit) { return ttft <= limit - limit / 5; }

}  // namespace

bool Objective::slow(TimePoint now) const { return left_ && now < until_; }

bool Objective::on_trial(TimePoint now) const { return left_ && now >= until_; }

void Objective::sample(TimePoint now, Millis ttft, Millis limit) {
  const bool late = ttft > limit;
  const auto leave = [&](Millis pause) {
    left_ = true;
    pause_ = pause;
    until_ = now + pause;
    late_.clear();
  };
  const auto words = [&] {
    return "first tokens took " + grouped(ttft.count()) + " ms (objective " + grouped(limit.count()) + " ms)";
  };

  if (!left_) {
    late_.push_back(late);
    if (late_.size() > kRemembered) late_.pop_front();
    if (!late || std::count(late_.begin(), late_.end(), true) < kLate) return;
    good_in_a_row_ = 0;
    why_ = words();
    leave(kFirstPause);
    return;
  }
  good_in_a_row_ = well_in_time(ttft, limit) ? good_in_a_row_ + 1 : 0;
  if (good_in_a_row_ >= kGood) {
    left_ = false;
    return;
  }
  if (!late) return;
  why_ = words();
  if (on_trial(now)) leave(std::min(2 * pause_, kLongestPause));
}

}  // namespace coder::routing
