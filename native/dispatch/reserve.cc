#include "dispatch/reserve.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace coder::dispatch {
namespace {

/// Further ahead than any reservation: the value is a damaged file's, and nobody is to wait for it.
constexpr WallMs kNonsense = 24 * 3600 * 1000;

/// Times are doubles; what is off by a microsecond is not worth a millisecond's wait.
constexpr double kSlack = 1e-3;

}  // namespace

void refresh(Bucket& bucket, WallMs now) {
  if (now < bucket.updated) {
    bucket.tat += static_cast<double>(now - bucket.updated);
    bucket.updated = now;
  }
  const bool sound = bucket.tat < static_cast<double>(now + kNonsense);  // false for NaN too
  if (!sound) bucket.tat = 0;
}

WallMs earliest(const Bucket& bucket, const Rate& rate, WallMs now, int ahead) {
  const double from = static_cast<double>(now);
  const double full = std::max(bucket.tat, from) + ahead * rate.interval();
  return static_cast<WallMs>(std::ceil(std::max(from, full - (rate.burst - 1) * rate.interval()) - kSlack));
}

double take(Bucket& bucket, const Rate& rate, WallMs now) {
  bucket.tat = std::max(bucket.tat, static_cast<double>(now)) + rate.interval();
  bucket.updated = now;
  return bucket.tat;
}

void give_back(Bucket& bucket, const Rate& rate, double tat) {
  if (std::abs(bucket.tat - tat) < kSlack) bucket.tat -= rate.interval();
}

void refresh(Window& window, WallMs now) {
  if (now < window.updated) {
    for (Place& place : window.places) place.at += now - window.updated;
    window.updated = now;
  }
  const auto over = [&](const Place& place) {
    return place.at + kWindow <= now || place.at > now + kNonsense;
  };
  window.places.erase(std::remove_if(window.places.begin(), window.places.end(), over), window.places.end());
}

WallMs earliest(const Window& window, int64_t rpm, std::optional<int64_t> own, WallMs now) {
  std::vector<WallMs> times;
  for (const Place& place : window.places) {
    if (!own || (place.settled && place.id != *own)) times.push_back(place.at);
  }
  if (static_cast<int64_t>(times.size()) < rpm) return now;
  const auto last = times.begin() + (rpm - 1);  // of the `rpm` latest
  std::nth_element(times.begin(), last, times.end(), std::greater<>());
  return std::max(now, *last + kWindow);
}

int64_t put(Window& window, std::optional<int64_t> own, WallMs at, bool settled, WallMs now) {
  const int64_t id = own ? *own : window.next_id++;
  const auto before = [](const Place& place, int64_t wanted) { return place.id < wanted; };
  auto place = std::lower_bound(window.places.begin(), window.places.end(), id, before);
  if (place == window.places.end() || place->id != id) place = window.places.insert(place, {id, at, settled});
  *place = {id, at, settled};
  window.updated = now;
  return id;
}

void give_back(Window& window, int64_t place, WallMs now) {
  const auto same = [&](const Place& other) { return other.id == place; };
  const auto found = std::find_if(window.places.begin(), window.places.end(), same);
  if (found == window.places.end()) return;
  window.places.erase(found);
  window.updated = now;
}

namespace {

/// One batch being answered: counts what its process has reserved and what had to stay in line.
class Answering {
 public:
  Answering(Book& book, const Batch& batch, WallMs now)
      : book_(book), now_(now), in_buckets_(batch.in_buckets), in_windows_(batch.in_windows) {}

  void take_back(const Return& back) {
    if (back.held.tat) {
      Bucket& bucket = book_.buckets[back.counts.key];
      refresh(bucket, now_);
      give_back(bucket, back.counts.rate, *back.held.tat);
    }
    if (back.held.place) {
      Window& window = book_.windows[back.counts.model];
      refresh(window, now_);
      give_back(window, *back.held.place, now_);
    }
  }

  /// The window first; only when its time has come, the bucket.
  Answer answer(const Ask& ask) {
    if (ask.counts.has_window()) {
      Window& window = book_.windows[ask.counts.model];
      refresh(window, now_);
      const WallMs at = earliest(window, ask.counts.rpm, ask.place, now_);
      if (at > now_) return window_is_full(ask, window, at);
    }
    Planned planned{now_, {}, 0};
    if (ask.counts.has_bucket()) {
      const Rate& rate = ask.counts.rate;
      Bucket& bucket = book_.buckets[ask.counts.key];
      refresh(bucket, now_);
      planned.at = earliest(bucket, rate, now_);
      if (planned.at > now_) {
        if (!ask.patient) return Refused{};
        if (in_buckets_[ask.counts.key] >= kReserved) {
          const WallMs at = earliest(bucket, rate, now_, in_bucket_lines_[ask.counts.key]++);
          return InLine{at, before(at, rate)};
        }
        ++in_buckets_[ask.counts.key];
        planned.ahead = before(planned.at, rate);
      }
      planned.held.tat = take(bucket, rate, now_);
    }
    if (ask.counts.has_window()) {
      planned.held.place = put(book_.windows[ask.counts.model], ask.place, planned.at, true, now_);
    }
    return planned;
  }

 private:
  Answer window_is_full(const Ask& ask, Window& window, WallMs at) {
    if (!ask.patient) return Refused{};
    const auto goes_before = [&](const Place& place) { return place.at > now_ && place.at <= at; };
    const auto ahead =
        static_cast<int>(std::count_if(window.places.begin(), window.places.end(), goes_before));
    int& reserved = in_windows_[ask.counts.model];
    if (!ask.place && reserved >= kReserved) {
      const int more = in_window_lines_[ask.counts.model]++;
      return InLine{at + more * kWindow / ask.counts.rpm, std::max(1, ahead + more)};
    }
    ++reserved;
    return Ticket{at, put(window, ask.place, at, false, now_), std::max(1, ahead)};
  }

  /// How many go before `at`: while there is a wait, the bucket lets one go each interval.
  int before(WallMs at, const Rate& rate) const {
    return std::max(1, static_cast<int>(std::ceil(static_cast<double>(at - now_) / rate.interval())) - 1);
  }

  Book& book_;
  WallMs now_;
  std::map<std::string, int> in_buckets_, in_windows_;
  std::map<std::string, int> in_bucket_lines_, in_window_lines_;
};

}  // namespace

std::vector<Answer> answer(Book& book, const Batch& batch, WallMs now) {
  Answering answering(book, batch, now);
  // The last first: each that was the last makes the one before it the last.
  std::vector<const Return*> returns;
  for (const Return& back : batch.returns) returns.push_back(&back);
  std::stable_sort(returns.begin(), returns.end(), [](const Return* a, const Return* b) {
    return a->held.tat.value_or(0) > b->held.tat.value_or(0);
  });
  for (const Return* back : returns) answering.take_back(*back);
  std::vector<Answer> answers;
  for (const Ask& ask : batch.asks) answers.push_back(answering.answer(ask));
  return answers;
}

}  // namespace coder::dispatch
