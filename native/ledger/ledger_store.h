// The ledger's file, `ledger.db` beside the other state: one row for each POST, what went out with it, and
// sums of each day that are written in the same transaction, so that a page over a million rows reads some
// hundred. Names that repeat are written once (table word). It blocks: one job on a worker at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "ledger/attempt.h"
#include "ledger/spent.h"
#include "store/store.h"

namespace coder::ledger {

/// "$XDG_STATE_HOME/coder-nvim/ledger.db"; empty without a home.
std::string ledger_file();

/// What is written at once, in one transaction.
struct Batch {
  std::vector<Sent> sent;
  std::vector<Attempt> attempts;
  bool empty() const { return sent.empty() && attempts.empty(); }
};

class LedgerStore {
 public:
  /// Opens nothing yet. `busy` is how long a call waits for other processes.
  explicit LedgerStore(std::string path, Millis busy = Millis(2000));

  /// All of it or nothing.
  Result<void> write(const Batch& batch, const config::Ledger& keep);
  /// What was spent on `today` and in its month.
  Result<Spent> spent(int today);
  /// True for the first of all processes that says `what` in this `period`; false for all others.
  Result<bool> first_to_tell(const std::string& what, int period);
  /// See store::Database::write_ahead(); true before it was opened.
  bool write_ahead() const { return !database_ || database_->write_ahead(); }

  /// For the reports, which have queries of their own.
  Result<store::Database*> database();

 private:
  struct Statements {
    store::Statement get_word, put_word;
    store::Statement put_attempt, add_daily, put_sent, put_chunk;
  };
  Result<void> open();
  Result<int64_t> word(const std::string& text);
  Result<void> write_all(const Batch& batch, const config::Ledger& keep);
  Result<void> put(const Attempt& attempt);
  Result<void> put(const Sent& sent, bool with_text);
  Result<void> prune(int today, const config::Ledger& keep);

  std::string path_;
  Millis busy_;
  std::optional<store::Database> database_;
  std::optional<Statements> statements_;
  std::map<std::string, int64_t> words_;
  int pruned_ = 0;  ///< the day
};

}  // namespace coder::ledger
