#include "ledger/ledger.h"

#include <iterator>
#include <utility>

#include "base/log.h"

namespace coder::ledger {
namespace {

constexpr Millis kBatch{100};
constexpr Millis kRetry{5000};
constexpr Millis kAge{1000};
constexpr Millis kLongestRead{250};
constexpr Millis kBusyAtEnd{500};
constexpr size_t kMostWaiting = 20'000;
constexpr size_t kMostBytes = 64u << 20;

template <class T>
void append(std::vector<T>& to, std::vector<T>&& more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// "budget daily 5000000000 model relay 100": a limit that is raised is told of again.
std::string key_of(const Limit& limit) {
  return std::string("budget ") + (limit.daily ? "daily " : "monthly ") + std::to_string(limit.limit) + " " +
         std::to_string(static_cast<int>(limit.scope)) + " " + limit.name +
         (limit.reached() ? " 100" : " 80");
}

std::string words_of(const Limit& limit) {
  if (!limit.reached()) return "budget: " + limit.words() + ", over 80 %";
  return "budget: " + limit.words() + "; " +
         (limit.scope == Limit::Scope::model
              ? "that model is not asked any more"
              : "no " + (limit.scope == Limit::Scope::lane ? limit.name : std::string("cloud")) +
                    " lane is asked any more") +
         " (:CoderCost continue, or --over-budget, for one request)";
}

}  // namespace

Ledger::Refresh::Refresh(loop::Loop& loop, unique_function<void()> done)
    : self(std::make_shared<Refresh*>(this)), done_(std::move(done)), limit_(loop, [this] { end(); }) {
  limit_.start(kLongestRead);
}

void Ledger::Refresh::end() {
  limit_.stop();
  auto done = std::move(done_);
  done_ = nullptr;
  if (done) done();  // may destroy this
}

Ledger::Ledger(Deps deps, std::string file)
    : deps_(std::move(deps)),
      file_(std::move(file)),
      store_(file_.empty() ? nullptr : std::make_shared<LedgerStore>(file_)),
      timer_(deps_.loop, [this] { start(); }) {
  known_.day = day_of(wall_ms());
}

// A job that is out is finished by its thread; the rest is written here, while nothing else goes on any more.
Ledger::~Ledger() {
  timer_.stop();
  if (!store_ || waiting_.empty()) return;
  if (Result<void> written = LedgerStore(file_, kBusyAtEnd).write(waiting_, deps_.config()->ledger);
      !written && !told_failure_) {
    log::warn("the ledger has lost " + std::to_string(waiting_.attempts.size()) +
              " requests: " + written.error().text());
  }
}

void Ledger::sent(Sent sent) {
  if (!store_ || waiting_.sent.size() >= kMostWaiting || waiting_bytes_ >= kMostBytes) return;
  for (const privacy::Piece& piece : sent.pieces) waiting_bytes_ += piece.text.size();
  waiting_.sent.push_back(std::move(sent));
  soon();
}

void Ledger::ended(Attempt attempt) {
  if (!store_ || waiting_.attempts.size() >= kMostWaiting) {
    known_ = known_.on(day_of(wall_ms()));
    known_.add(attempt);
    later([this] {
      if (on_change_) on_change_();
    });
  } else {
    waiting_.attempts.push_back(std::move(attempt));
    soon();
  }
}

void Ledger::later(unique_function<void()> what) {
  deps_.loop.post([alive = std::weak_ptr<bool>(alive_),
                   held = std::make_shared<unique_function<void()>>(std::move(what))] {
    if (!alive.expired()) (*held)();
  });
}

Spent Ledger::spent() const {
  Spent out = known_.on(day_of(wall_ms()));
  for (const Attempt& one : flying_->attempts) out.add(one);
  for (const Attempt& one : waiting_.attempts) out.add(one);
  return out;
}

void Ledger::soon() {
  if (!job_ && !timer_.active()) timer_.start(kBatch);
}

std::unique_ptr<Ledger::Refresh> Ledger::refresh(unique_function<void()> done) {
  if (!store_ || deps_.config()->budget.empty()) return nullptr;
  if (read_at_ && deps_.loop.now() - *read_at_ < kAge) return nullptr;
  auto reader = std::make_unique<Refresh>(deps_.loop, std::move(done));
  readers_.push_back(reader->self);
  if (!job_) start();
  return reader;
}

void Ledger::settle(unique_function<void()> done) {
  settling_.push_back(std::move(done));
  if (!job_) start();
  if (job_) return;
  later([this] {
    for (unique_function<void()>& one : std::exchange(settling_, {})) one();
  });
}

void Ledger::start() {
  if (job_ || !store_) return;
  timer_.stop();
  flying_ = std::make_shared<Batch>(std::exchange(waiting_, {}));
  waiting_bytes_ = 0;
  job_ = std::make_unique<loop::Work>(
      deps_.loop,
      [store = store_, batch = flying_, config = deps_.config()] {
        return carry_out(*store, *batch, *config);
      },
      [this](Came came) { this->came(std::move(came)); });
}

Ledger::Came Ledger::carry_out(LedgerStore& store, const Batch& batch, const config::Config& config) {
  Came out;
  if (!batch.empty()) out.written = store.write(batch, config.ledger);
  if (!out.written) return out;
  out.write_ahead = store.write_ahead();
  const int today = day_of(wall_ms());
  Result<Spent> spent = store.spent(today);
  if (!spent) return out;
  std::set<std::string> projects = {""};
  for (const auto& [of, sums] : spent->sums) projects.insert(of.project);
  std::set<std::string> seen;
  for (const std::string& project : projects) {
    for (const Limit& limit : limits_of(config.budget, *spent, project)) {
      if (limit.limit == 0 || !(limit.near() || limit.reached()) || !seen.insert(key_of(limit)).second)
        continue;
      const Result<bool> first = store.first_to_tell(key_of(limit), limit.daily ? today : month_of(today));
      if (first && *first) out.told.push_back(words_of(limit));
    }
  }
  out.spent = std::move(*spent);
  return out;
}

void Ledger::came(Came came) {
  const std::unique_ptr<loop::Work> over = std::move(job_);
  if (!came.written) {
    failed(came.written.error());
  } else {
    if (came.spent) {
      known_ = std::move(*came.spent);
      read_at_ = deps_.loop.now();
    } else {
      known_ = known_.on(day_of(wall_ms()));
      for (const Attempt& one : flying_->attempts) known_.add(one);
    }
    flying_ = std::make_shared<Batch>();
    if (!came.write_ahead && !std::exchange(told_journal_, true)) {
      log::warn(file_ + " is on a network, or without shared memory: processes wait for each other there");
    }
  }
  std::vector<std::weak_ptr<Refresh*>> readers;
  readers.swap(readers_);
  // Callbacks may begin or end anything, this object apart.
  for (const std::weak_ptr<Refresh*>& weak : readers) {
    const std::shared_ptr<Refresh*> reader = weak.lock();
    if (reader && *reader) (*reader)->end();
  }
  if (deps_.notice) {
    for (const std::string& words : came.told) deps_.notice(words);
  }
  if (on_change_) on_change_();
  // What came meanwhile is for the next job.
  if (came.written && store_ && !waiting_.empty() && !settling_.empty()) return start();
  for (unique_function<void()>& one : std::exchange(settling_, {})) one();
  if (store_ && !waiting_.empty() && !timer_.active()) timer_.start(came.written ? kBatch : kRetry);
}

void Ledger::failed(const Error& error) {
  // In their order: what flew was first.
  Batch all = std::move(*flying_);
  append(all.sent, std::move(waiting_.sent));
  append(all.attempts, std::move(waiting_.attempts));
  waiting_ = std::move(all);
  flying_ = std::make_shared<Batch>();
  if (error.kind == ErrorKind::config) {
    // Of a newer version: no waiting helps.
    known_ = spent();
    waiting_ = {};
    store_.reset();
  }
  if (std::exchange(told_failure_, true)) return;
  const std::string words = "the ledger is not written: " + error.text();
  if (deps_.notice) {
    deps_.notice(words);
  } else {
    log::warn(words);
  }
}

}  // namespace coder::ledger
