#include "dispatch/limiter.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace coder::dispatch {
namespace {

/// A job that has not come back after so many looks at it will not: its disk hangs, or the threads are taken
/// by others. Looks rather than one time limit: a process that was stopped for a while finds its job done.
constexpr int kJobChecks = 4;
constexpr Millis kJobCheck{1000};

WallMs wall_clock() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Limiter::Limiter(loop::Loop& loop, std::string state_file, std::function<void(const std::string&)> notice)
    : loop_(loop), state_file_(std::move(state_file)), notice_(std::move(notice)) {
  if (!state_file_.empty()) store_ = std::make_shared<LimitsStore>(state_file_);
  due_timer_ = std::make_unique<loop::Timer>(loop_, [this] { carry_out(admissions_.time_passed(now())); });
  job_timer_ = std::make_unique<loop::Timer>(loop_, [this] {
    if (--job_checks_ > 0) {
      job_timer_->start(kJobCheck);
      return;
    }
    const auto limit = std::chrono::duration_cast<std::chrono::seconds>(kJobCheck * kJobChecks).count();
    store_answered(
        Error{ErrorKind::internal,
              state_file_ + " could not be read and written within " + std::to_string(limit) + " s",
              "Make sure that its disk is there."});
  });
}

Limiter::~Limiter() { close(); }

void Limiter::close() {
  if (std::exchange(closed_, true)) return;
  job_.reset();
  job_timer_.reset();
  due_timer_.reset();
  drop_store();
  // What they own may give requests up, so they go last.
  const std::map<Admissions::Id, Callbacks> callbacks = std::exchange(callbacks_, {});
}

Admissions::Moment Limiter::now() const { return {wall_clock(), loop_.now()}; }

Admissions::Id Limiter::add(Counts counts, bool patient, Limits::Handlers handlers) {
  const Admissions::Id id = admissions_.add(std::move(counts), patient);
  Callbacks callbacks;
  if (handlers.on_wait) {
    callbacks.on_wait = std::make_shared<unique_function<void(int, Millis)>>(std::move(handlers.on_wait));
  }
  callbacks.on_go = std::move(handlers.on_go);
  callbacks_.emplace(id, std::move(callbacks));
  wake();
  return id;
}

void Limiter::give_up(Admissions::Id id) {
  if (closed_) return;
  admissions_.give_up(id);
  const auto found = callbacks_.find(id);
  if (found == callbacks_.end()) return;
  const Callbacks callbacks = std::move(found->second);
  callbacks_.erase(found);
  wake();
}

/// Asks on the next turn: what begins on this one goes into the same batch.
void Limiter::wake() {
  if (std::exchange(awake_, true)) return;
  loop_.post([weak = weak_from_this()] {
    if (const std::shared_ptr<Limiter> self = weak.lock(); self && !self->closed_) self->ask();
  });
}

void Limiter::ask() {
  awake_ = false;
  std::optional<Batch> batch = admissions_.next_batch();
  if (!batch) {
    set_timer();
  } else if (store_) {
    ask_store(std::move(*batch));
  } else {
    const Admissions::Moment moment = now();
    carry_out(admissions_.answered(answer(book_, *batch, moment.wall), moment.wall, moment));
  }
}

void Limiter::ask_store(Batch batch) {
  job_checks_ = kJobChecks;
  job_timer_->start(kJobCheck);
  job_ = std::make_unique<loop::Work>(
      loop_, [store = store_, batch = std::move(batch)] { return store->run(batch, wall_clock); },
      [this](Result<LimitsStore::Reply> reply) { store_answered(std::move(reply)); });
}

void Limiter::store_answered(Result<LimitsStore::Reply> reply) {
  job_.reset();
  job_timer_->stop();
  if (!reply.ok()) return fall_back(reply.error());
  for (auto& [key, bucket] : reply->book.buckets) book_.buckets[key] = bucket;
  for (auto& [model, window] : reply->book.windows) book_.windows[model] = std::move(window);
  carry_out(admissions_.answered(reply->answers, reply->at, now()));
}

void Limiter::fall_back(const Error& why) {
  const std::shared_ptr<Limiter> self = shared_from_this();  // the notice may end us
  drop_store();
  admissions_.unanswered();
  wake();
  if (notice_) notice_("rate limits count in this process alone: " + why.text());
}

/// Closing a database may write to the disk, so not here.
void Limiter::drop_store() {
  if (!store_) return;
  loop::Work(
      loop_,
      [store = std::move(store_)]() mutable {
        store.reset();
        return 0;
      },
      [](int) {});
}

void Limiter::carry_out(const std::vector<Admissions::Action>& actions) {
  const std::shared_ptr<Limiter> self = shared_from_this();  // callbacks may end us
  for (const Admissions::Action& action : actions) {
    if (const auto* wait = std::get_if<Admissions::Wait>(&action)) {
      const auto found = callbacks_.find(wait->id);
      if (found == callbacks_.end()) continue;
      if (const auto on_wait = found->second.on_wait) (*on_wait)(wait->ahead, wait->wait);
    } else if (const auto* end = std::get_if<Admissions::End>(&action)) {
      const auto found = callbacks_.find(end->id);
      if (found == callbacks_.end()) continue;
      Callbacks callbacks = std::move(found->second);
      callbacks_.erase(found);
      callbacks.on_go(end->goes);
    }
    if (closed_) return;
  }
  set_timer();
  wake();
}

void Limiter::set_timer() {
  const std::optional<TimePoint> due = admissions_.next_due();
  if (due) {
    due_timer_->start(std::chrono::ceil<Millis>(std::max(*due - loop_.now(), Clock::duration::zero())));
  } else {
    due_timer_->stop();
  }
}

}  // namespace coder::dispatch
