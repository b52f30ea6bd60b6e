// What this process sends and spends, written down for all processes of the user. Loop thread only.
//
//   sent(), ended() ─▶ waiting ─(100 ms)─▶ one job: a transaction, then what all processes have spent ─▶
//   known
//
// Nobody waits for a write. What a kill loses is what was waiting; a process that ends writes it in the
// destructor. While the file cannot be used (locked, disk full, no access) rows wait for a better time, as
// many as fit in memory, and the user is told once.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "ledger/ledger_store.h"
#include "loop/loop.h"
#include "loop/work.h"

namespace coder::ledger {

class Ledger {
 public:
  struct Deps {
    loop::Loop& loop;
    std::function<std::shared_ptr<const config::Config>()> config;
    std::function<void(const std::string&)> notice;  ///< one line for the user; may be empty
  };
  /// `file` empty: in memory. It is opened when first needed, on a worker.
  Ledger(Deps deps, std::string file);
  ~Ledger();
  Ledger(const Ledger&) = delete;

  void sent(Sent sent);
  void ended(Attempt attempt);

  /// What all processes have spent, as known last, and this one since.
  Spent spent() const;

  /// Reads what others have spent, if there is a budget and it was not read for a second; then `done`, on the
  /// loop, a quarter of a second later at the latest. Destroying the object: not any more. nullptr: there is
  /// nothing to read, `done` is not called.
  class Refresh;
  std::unique_ptr<Refresh> refresh(unique_function<void()> done);

  /// Calls `done`, on the loop, once what was said so far is written down, or could not be.
  void settle(unique_function<void()> done);
  const std::string& file() const { return file_; }

  /// Runs from the loop when what was spent today may have changed.
  void watch(unique_function<void()> on_change) { on_change_ = std::move(on_change); }

 private:
  struct Came {
    Result<void> written;
    std::optional<Spent> spent;     ///< nothing: it could not be read
    std::vector<std::string> told;  ///< limits that this process is the first to tell of
    bool write_ahead = true;
  };
  static Came carry_out(LedgerStore& store, const Batch& batch, const config::Config& config);
  void soon();
  void later(unique_function<void()> what);
  void start();
  void came(Came came);
  void failed(const Error& error);

  Deps deps_;
  std::string file_;
  std::shared_ptr<LedgerStore> store_;  ///< of one job at a time; null: in memory
  Batch waiting_;
  size_t waiting_bytes_ = 0;  ///< of the texts in it
  std::shared_ptr<Batch> flying_ = std::make_shared<Batch>();
  Spent known_;
  std::optional<TimePoint> read_at_;
  bool told_failure_ = false, told_journal_ = false;
  std::unique_ptr<loop::Work> job_;
  loop::Timer timer_;
  std::vector<std::weak_ptr<Refresh*>> readers_;
  std::vector<unique_function<void()>> settling_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  unique_function<void()> on_change_;
};

class Ledger::Refresh {
 public:
  Refresh(loop::Loop& loop, unique_function<void()> done);
  ~Refresh() { *self = nullptr; }
  void end();
  std::shared_ptr<Refresh*> self;

 private:
  unique_function<void()> done_;
  loop::Timer limit_;
};

}  // namespace coder::ledger
