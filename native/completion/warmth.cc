#include "completion/warmth.h"

#include <algorithm>

namespace coder::completion {

void Warmth::rested(TimePoint now) {
  rested_ = now;
  attempts_ = 0;
  wanting_ = true;
}

void Warmth::left() { wanting_ = reading_ = false; }

void Warmth::began(TimePoint now) {
  began_ = used_.emplace(now);
  wanting_ = false;
  reading_ = true;
  ++attempts_;
}

void Warmth::ended(TimePoint now, bool well) {
  if (!reading_) return;
  reading_ = false;
  const Clock::duration pause = (now - began_) * policy_.share;
  free_ = now + (well ? pause : std::max<Clock::duration>(pause, policy_.again));
  // Where the cursor has moved meanwhile, that is wanted already.
  if (!well && attempts_ < policy_.attempts) wanting_ = true;
}

std::optional<TimePoint> Warmth::due() const {
  if (!wanting_ || reading_) return std::nullopt;
  return std::max(rested_ + policy_.pause, free_);
}

}  // namespace coder::completion
