#include "app/batch_queue.h"

#include <algorithm>
#include <numeric>

namespace coder::app {
namespace {

constexpr int kMostBroken = 4;         // asks of one file: a server error, a cut stream
constexpr int kMostBusy = 10;          // asks of one file: 429
constexpr int kPauseAfter = 4;         // failures in a row
constexpr int kMostPauses = 6;         // 1 + 2 + 4 + 8 + 16 + 30 s
constexpr int kMostPausesAtFirst = 2;  // nothing was answered yet: a wrong address is more likely
constexpr Millis kFirstWait{1000};
constexpr Millis kLongestPause{30'000};
constexpr Millis kLongestAsked{600'000};  // that a server may ask for

Millis doubled(int times) {
  return std::min(kLongestPause, kFirstWait * (int64_t{1} << std::clamp(times, 0, 10)));
}

}  // namespace

BatchQueue::BatchQueue(size_t files, size_t at_once)
    : files_(files), most_(static_cast<double>(at_once)), at_once_(static_cast<double>(at_once)) {}

std::optional<size_t> BatchQueue::next(TimePoint now) {
  if (stopped_ || now < resume_ || under_way_.size() >= static_cast<size_t>(at_once_)) return std::nullopt;
  size_t file = 0;
  if (!back_.empty() && back_.begin()->first <= now) {
    file = back_.begin()->second;
    back_.erase(back_.begin());
  } else if (fresh_ < files_) {
    file = fresh_++;
  } else {
    return std::nullopt;
  }
  under_way_[file] = pause_number_;
  return file;
}

std::optional<TimePoint> BatchQueue::next_due() const {
  if (stopped_ || under_way_.size() >= static_cast<size_t>(at_once_)) return std::nullopt;
  if (fresh_ < files_) return resume_;
  if (back_.empty()) return std::nullopt;
  return std::max(resume_, back_.begin()->first);
}

void BatchQueue::answered(size_t file) {
  over(file);
  ever_ = true;
  in_row_ = pauses_ = 0;
  at_once_ = std::min(most_, at_once_ + 1 / at_once_);
}

void BatchQueue::over(size_t file) {
  under_way_.erase(file);
  busy_.erase(file);
  broken_.erase(file);
}

BatchQueue::Verdict BatchQueue::failed(size_t file, const Failure& failure, TimePoint now) {
  const bool news = under_way_[file] == pause_number_;
  at_once_ = std::max(1.0, at_once_ / 2);
  // Those that were under way when all paused say nothing new.
  if (news && ++in_row_ >= kPauseAfter) {
    if (pauses_ >= (ever_ ? kMostPauses : kMostPausesAtFirst)) {
      over(file);
      stop();
      return Verdict::stop;
    }
    pause(failure, now);
  }
  return back(file, failure, now);
}

void BatchQueue::pause(const Failure& failure, TimePoint now) {
  const Millis asked = std::min(failure.retry_after.value_or(Millis{0}), kLongestAsked);
  resume_ = now + std::max(asked, doubled(pauses_));
  ++pauses_;
  ++pause_number_;
  at_once_ = 1;
}

BatchQueue::Verdict BatchQueue::back(size_t file, const Failure& failure, TimePoint now) {
  const int times = failure.busy ? ++busy_[file] : ++broken_[file];
  if (stopped_ || times >= (failure.busy ? kMostBusy : kMostBroken)) {
    over(file);
    return Verdict::failed;
  }
  const Millis asked = std::min(failure.retry_after.value_or(Millis{0}), kLongestAsked);
  back_.emplace(now + std::max(asked, doubled(times - 1)), file);
  under_way_.erase(file);
  return Verdict::again;
}

std::vector<size_t> BatchQueue::left() const {
  std::vector<size_t> out(files_ - fresh_);
  std::iota(out.begin(), out.end(), fresh_);
  for (const auto& [when, file] : back_) out.push_back(file);
  std::sort(out.begin(), out.end());
  return out;
}

bool BatchQueue::idle() const {
  return under_way_.empty() && (stopped_ || (fresh_ == files_ && back_.empty()));
}

std::optional<TimePoint> BatchQueue::paused_until(TimePoint now) const {
  return !stopped_ && now < resume_ ? std::optional(resume_) : std::nullopt;
}

}  // namespace coder::app
