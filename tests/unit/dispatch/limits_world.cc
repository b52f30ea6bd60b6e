#include "unit/dispatch/limits_world.h"

#include <algorithm>
#include <set>
#include <utility>

namespace coder::dispatch {

World::World(Terms terms, uint32_t seed) : terms_(std::move(terms)), random_(seed) {
  processes_.resize(static_cast<size_t>(terms_.processes));
}

size_t World::add(int64_t at, size_t process, size_t kind, bool patient, std::optional<int64_t> give_up_at) {
  Request request;
  request.process = process;
  request.kind = kind;
  request.patient = patient;
  request.begun = at;
  request.give_up_at = give_up_at;
  requests_.push_back(request);
  arrivals_.emplace(at, requests_.size() - 1);
  if (give_up_at) give_ups_.emplace(std::max(at, *give_up_at), requests_.size() - 1);
  return requests_.size() - 1;
}

Admissions::Moment World::moment() const {
  return {epoch_ + now_, TimePoint(std::chrono::hours(1)) + Millis(now_ - slept_)};
}

int64_t World::delay(int64_t most) {
  const bool stalls = static_cast<int>(random_() % 100) < terms_.stall_percent;
  return static_cast<int64_t>(random_() % static_cast<uint32_t>((stalls ? 3000 : most) + 1));
}

void World::act(size_t process, const std::vector<Admissions::Action>& actions) {
  for (const Admissions::Action& action : actions) {
    const auto* wait = std::get_if<Admissions::Wait>(&action);
    const auto* end = std::get_if<Admissions::End>(&action);
    Request& request = requests_[processes_[process].ids.at(wait ? wait->id : end->id)];
    if (request.given_up || request.ends > 0) trouble_ = "a call after the end";
    if (wait) {
      ++request.waits;
      if (wait->ahead < 1 || wait->wait < Millis(0))
        trouble_ =
            "a wait that is none: " + std::to_string(wait->ahead) + ", " + std::to_string(wait->wait.count());
      if (!request.patient) trouble_ = "who is not patient was told to wait";
    } else {
      ++request.ends;
      if (end->goes) request.went = now_;
      if (!end->goes && request.patient) trouble_ = "a patient request was refused";
    }
  }
}

void World::go_on(size_t process) {
  Process& p = processes_[process];
  if (std::optional<Batch> batch = p.admissions.next_batch()) {
    p.batch = std::move(*batch);
    p.transacts = now_ + delay(terms_.job_ms);
  }
  if (const std::optional<TimePoint> due = p.admissions.next_due()) {
    const int64_t left = std::chrono::duration_cast<Millis>(*due - moment().steady).count();
    const int64_t wakes = now_ + std::max<int64_t>(0, left) + delay(terms_.late_ms);
    p.wakes = std::min(wakes, p.wakes.value_or(wakes));
  }
}

std::optional<std::pair<int64_t, std::function<void()>>> World::next() {
  std::optional<std::pair<int64_t, std::function<void()>>> first;
  const auto consider = [&](int64_t at, std::function<void()> what) {
    if (!first || at < first->first) first.emplace(at, std::move(what));
  };
  if (!arrivals_.empty()) {
    consider(arrivals_.begin()->first, [this] {
      // All that begin at one time begin in one turn of their loop.
      const int64_t at = arrivals_.begin()->first;
      std::set<size_t> woken;
      while (!arrivals_.empty() && arrivals_.begin()->first == at) {
        const size_t index = arrivals_.begin()->second;
        arrivals_.erase(arrivals_.begin());
        Request& request = requests_[index];
        Process& p = processes_[request.process];
        request.id = p.admissions.add(terms_.kinds[request.kind], request.patient);
        p.ids[request.id] = index;
        woken.insert(request.process);
      }
      for (const size_t process : woken) go_on(process);
    });
  }
  if (!give_ups_.empty()) {
    consider(give_ups_.begin()->first, [this] {
      Request& request = requests_[give_ups_.begin()->second];
      give_ups_.erase(give_ups_.begin());
      if (request.id == 0) return;
      if (request.ends == 0) request.given_up = true;
      processes_[request.process].admissions.give_up(request.id);
      go_on(request.process);
    });
  }
  for (size_t i = 0; i < processes_.size(); ++i) {
    Process& p = processes_[i];
    if (p.transacts) {
      consider(*p.transacts, [this, &p] {
        p.answered_at = moment().wall;
        p.answers = answer(book_, p.batch, p.answered_at);
        p.transacts.reset();
        p.returns = now_ + delay(terms_.job_ms);
      });
    }
    if (p.returns) {
      consider(*p.returns, [this, &p, i] {
        p.returns.reset();
        act(i, p.admissions.answered(p.answers, p.answered_at, moment()));
        go_on(i);
      });
    }
    if (p.wakes) {
      consider(*p.wakes, [this, &p, i] {
        p.wakes.reset();
        act(i, p.admissions.time_passed(moment()));
        go_on(i);
      });
    }
  }
  return first;
}

void World::disturb() {
  if (static_cast<int>(random_() % 100) < terms_.sleep_percent) {
    // Nothing runs meanwhile, and the steady clock stands still.
    const int64_t time = 1 + random_() % 120'000;
    now_ += time;
    slept_ += time;
    for (Process& p : processes_) {
      for (std::optional<int64_t>* pending : {&p.transacts, &p.returns, &p.wakes}) {
        if (*pending) **pending += time;
      }
    }
  }
  if (static_cast<int>(random_() % 100) < terms_.set_back_percent) epoch_ -= 1 + random_() % 3'600'000;
}

void World::run(int64_t limit) {
  while (auto event = next()) {
    now_ = std::max(now_, event->first);
    if (now_ > limit) break;
    event->second();
    disturb();
  }
}

std::vector<int64_t> World::sends(const std::function<bool(const Counts&)>& of) const {
  std::vector<int64_t> times;
  for (const Request& request : requests_) {
    if (request.went && of(terms_.kinds[request.kind])) times.push_back(*request.went);
  }
  std::sort(times.begin(), times.end());
  return times;
}

std::string World::trouble(int64_t slack) const {
  if (!trouble_.empty()) return trouble_;
  for (const Request& request : requests_) {
    if (request.ends > 1) return "ended twice";
    if (request.ends == 0 && !request.given_up) return "a request was forgotten";
  }
  for (const Counts& kind : terms_.kinds) {
    if (kind.has_window()) {
      const std::vector<int64_t> times = sends([&](const Counts& one) { return one.model == kind.model; });
      const auto most = static_cast<size_t>(kind.rpm);
      for (size_t i = most; i < times.size(); ++i) {
        const int64_t span = times[i] - times[i - most];
        if (span < 60'000) {
          return std::to_string(most + 1) + " of " + kind.model + " in " + std::to_string(span) + " ms";
        }
      }
    }
    if (kind.has_bucket()) {
      const std::vector<int64_t> times = sends([&](const Counts& one) { return one.key == kind.key; });
      for (size_t i = 0; i < times.size(); ++i) {
        for (size_t j = i; j < times.size(); ++j) {
          const double span = static_cast<double>(times[j] - times[i] + slack);
          if (static_cast<double>(j - i + 1) > kind.rate.burst + kind.rate.rps * span / 1000 + 1e-6) {
            return std::to_string(j - i + 1) + " of " + kind.key + " in " +
                   std::to_string(times[j] - times[i]) + " ms";
          }
        }
      }
    }
  }
  return "";
}

}  // namespace coder::dispatch
