#include "dispatch/trials_store.h"

#include <utility>

namespace coder::dispatch {

namespace {

constexpr int64_t kKept = 200;  ///< of each arm; as many as routing::Arm looks at

}  // namespace

Result<void> TrialsStore::open() {
  if (database_) return {};
  Result<store::Database> opened = open_state(path_);
  if (!opened) return std::move(opened.error());
  database_.emplace(std::move(*opened));
  return {};
}

Result<TrialsStore::Arms> TrialsStore::read(const std::vector<std::string>& names, std::time_t now) {
  Arms arms;
  if (path_.empty()) return arms;
  if (Result<void> opened = open(); !opened) return std::move(opened.error());
  Result<store::Statement> select = database_->prepare(
      "SELECT good, ttft_ms FROM (SELECT rowid, good, ttft_ms FROM trial WHERE arm = ?1 AND at > ?2 "
      "ORDER BY rowid DESC LIMIT ?3) ORDER BY rowid");
  if (!select) return std::move(select.error());
  for (const std::string& name : names) {
    store::Rows rows = select->query(std::string_view(name), static_cast<int64_t>(now - kTrialAge), kKept);
    for (;;) {
      Result<bool> row = rows.next();
      if (!row) return std::move(row.error());
      if (!*row) break;
      routing::Arm::Sample sample;
      sample.good = rows.get<int64_t>(0) != 0;
      const int64_t ttft = rows.get<int64_t>(1);
      if (ttft >= 0) sample.ttft = Millis(ttft);
      arms[name].add(sample);
    }
  }
  return arms;
}

Result<void> TrialsStore::add(const std::string& arm, const routing::Arm::Sample& sample, std::time_t now) {
  if (path_.empty()) return {};
  if (Result<void> opened = open(); !opened) return opened;
  Result<store::Transaction> transaction = database_->begin();
  if (!transaction) return std::move(transaction.error());
  Result<store::Statement> insert =
      database_->prepare("INSERT INTO trial (arm, at, good, ttft_ms) VALUES (?1, ?2, ?3, ?4)");
  if (!insert) return std::move(insert.error());
  const int64_t ttft = sample.ttft ? static_cast<int64_t>(sample.ttft->count()) : -1;
  if (Result<void> done =
          insert->run(std::string_view(arm), static_cast<int64_t>(now), sample.good ? 1 : 0, ttft);
      !done) {
    return done;
  }
  Result<store::Statement> trim = database_->prepare(
      "DELETE FROM trial WHERE arm = ?1 AND rowid <= (SELECT rowid FROM trial WHERE arm = ?1 ORDER BY rowid "
      "DESC "
      "LIMIT 1 OFFSET ?2)");
  if (!trim) return std::move(trim.error());
  if (Result<void> done = trim->run(std::string_view(arm), kKept); !done) return done;
  return transaction->commit();
}

}  // namespace coder::dispatch
