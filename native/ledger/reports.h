// What the ledger says: sums for the cost page, rows for exports, what was sent where. It blocks, on a worker
// or in a command.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "ledger/ledger_store.h"

namespace coder::ledger {

struct Sums {
  int64_t requests = 0;
  int64_t answered = 0;
  int64_t unknown = 0;  ///< with an unknown price
  Nano cost = 0;        ///< of all others
  Tokens tokens;

  void add(const Sums& other);
  /// Of the prompt tokens, how many came from a cache; 0 without any.
  double cached_percent() const;
};

struct Line {
  std::string name;
  std::string lane;  ///< of models
  Sums sums;
};

/// Sums from `since` on, the most expensive first. Local lanes without a price count as free.
struct Summary {
  Sums all;
  std::vector<Line> models, tasks, projects;
  std::vector<Line> days;  ///< those with requests, in order; the name is "2026-12-31"
  Tokens local;            ///< of local lanes
};
Result<Summary> summary(LedgerStore& store, int since);

/// The days alone.
Result<std::vector<Line>> days(LedgerStore& store, int since);

/// What the tokens of local lanes would have cost on a cloud lane, and on which: the first in the file that
/// has a price, else what the usual one costs. Empty name: there is nothing to compare with.
struct Saved {
  Nano amount = 0;
  std::string model;
};
Saved saved_of(const Tokens& local, Nano paid, const config::Config& config);

/// Each POST from `since` on, in the order they ended.
Result<void> each_attempt(LedgerStore& store, int since, const std::function<void(const Attempt&)>& use);

/// What went out, without the texts; those only where they were kept.
struct SentRow {
  WallMs at = 0;
  std::string project, task, model, address;
  privacy::Label label = privacy::Label::any;
  struct Chunk {
    std::string file;
    int64_t first = 0, last = 0;
    privacy::Label label = privacy::Label::any;
    int64_t bytes = 0;
    std::string hash;  ///< SHA-256, hexadecimal
    std::optional<std::string> text;
  };
  std::vector<Chunk> chunks;
};
/// In the order they went out.
Result<void> each_sent(LedgerStore& store, int since, const std::function<void(const SentRow&)>& use);

}  // namespace coder::ledger
