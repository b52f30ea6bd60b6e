#include "ledger/ledger_store.h"

#include <algorithm>
#include <utility>

#include "base/folders.h"
#include "base/sha256.h"

namespace coder::ledger {
namespace {

const store::Database::Migrations& migrations() {
  // Times are ms since the epoch, days 20261231 in local time, money in billionths of a dollar; NULL:
  // unknown.
  static const store::Database::Migrations instance = {R"(
    CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY, request INTEGER NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL,
      project INTEGER NOT NULL, task INTEGER NOT NULL, lane INTEGER NOT NULL, model INTEGER NOT NULL,
      model_id INTEGER NOT NULL, address INTEGER NOT NULL,
      fresh INTEGER NOT NULL, cached INTEGER NOT NULL, written INTEGER NOT NULL, output INTEGER NOT NULL,
      reasoning INTEGER NOT NULL, source INTEGER NOT NULL, cost INTEGER, price INTEGER NOT NULL,
      queue_ms INTEGER, ttft_ms INTEGER, ms INTEGER NOT NULL, ending INTEGER NOT NULL,
      reasons INTEGER NOT NULL);
    CREATE TABLE daily (
      day INTEGER NOT NULL, model INTEGER NOT NULL, lane INTEGER NOT NULL, task INTEGER NOT NULL,
      project INTEGER NOT NULL, requests INTEGER NOT NULL, answered INTEGER NOT NULL, unknown INTEGER NOT NULL,
      cost INTEGER NOT NULL, fresh INTEGER NOT NULL, cached INTEGER NOT NULL, written INTEGER NOT NULL,
      output INTEGER NOT NULL, reasoning INTEGER NOT NULL,
      PRIMARY KEY (day, model, lane, task, project)) WITHOUT ROWID;
    CREATE TABLE sent (
      id INTEGER PRIMARY KEY, request INTEGER NOT NULL, at INTEGER NOT NULL, day INTEGER NOT NULL,
      project INTEGER NOT NULL, task INTEGER NOT NULL, model INTEGER NOT NULL, address INTEGER NOT NULL,
      label INTEGER NOT NULL);
    CREATE TABLE chunk (
      sent INTEGER NOT NULL, n INTEGER NOT NULL, file INTEGER NOT NULL, first INTEGER NOT NULL,
      last INTEGER NOT NULL, label INTEGER NOT NULL, bytes INTEGER NOT NULL, hash BLOB NOT NULL, text TEXT,
      PRIMARY KEY (sent, n)) WITHOUT ROWID;
    CREATE TABLE told (what TEXT NOT NULL, period INTEGER NOT NULL, PRIMARY KEY (what, period)) WITHOUT ROWID;
  )"};
  return instance;
}

/// 32 bytes of 64 hexadecimal digits.
std::string bytes_of_hex(const std::string& hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return out;
}

}  // namespace

std::string ledger_file() {
  const std::string folder = state_folder();
  return folder.empty() ? "" : folder + "/ledger.db";
}

LedgerStore::LedgerStore(std::string path, Millis busy) : path_(std::move(path)), busy_(busy) {}

Result<void> LedgerStore::open() {
  if (statements_) return {};
  Result<store::Database> database = store::Database::open(path_, migrations(), busy_);
  if (!database.ok()) return database.error();
  std::vector<store::Statement> prepared;
  for (
      const char* sql :
      {"SELECT id FROM word WHERE text = ?1", "INSERT INTO word (text) VALUES (?1) RETURNING id",
       "INSERT INTO attempt (request, at, day, project, task, lane, model, model_id, address, fresh, cached, "
       "written, output, reasoning, source, cost, price, queue_ms, ttft_ms, ms, ending, reasons) VALUES "
       "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, "
       "?22)",
       "INSERT INTO daily (day, model, lane, task, project, requests, answered, unknown, cost, fresh, "
       "cached, "
       "written, output, reasoning) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
       "ON CONFLICT DO UPDATE SET requests = requests + 1, answered = answered + ?6, unknown = unknown + ?7, "
       "cost = cost + ?8, fresh = fresh + ?9, cached = cached + ?10, written = written + ?11, "
       "output = output + ?12, reasoning = reasoning + ?13",
       "INSERT INTO sent (request, at, day, project, task, model, address, label) VALUES "
       "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING id",
       "INSERT INTO chunk (sent, n, file, first, last, label, bytes, hash, text) VALUES "
       "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, CASE WHEN ?9 THEN ?10 END)"}) {
    Result<store::Statement> statement = database->prepare(sql);
    if (!statement.ok()) return statement.error();
    prepared.push_back(std::move(*statement));
  }
  statements_ = Statements{prepared[0], prepared[1], prepared[2], prepared[3], prepared[4], prepared[5]};
  database_ = std::move(*database);
  return {};
}

Result<store::Database*> LedgerStore::database() {
  if (Result<void> opened = open(); !opened) return std::move(opened.error());
  return &*database_;
}

Result<void> LedgerStore::write(const Batch& batch, const config::Ledger& keep) {
  if (Result<void> opened = open(); !opened) return opened;
  Result<void> done = write_all(batch, keep);
  // Words that were rolled back have no number.
  if (!done) words_.clear();
  return done;
}

Result<void> LedgerStore::write_all(const Batch& batch, const config::Ledger& keep) {
  Result<store::Transaction> transaction = database_->begin();
  if (!transaction) return std::move(transaction.error());
  for (const Sent& one : batch.sent) {
    if (Result<void> done = put(one, keep.audit_text); !done) return done;
  }
  for (const Attempt& one : batch.attempts) {
    if (Result<void> done = put(one); !done) return done;
  }
  const int today = day_of(wall_ms());
  if (pruned_ != today) {
    if (Result<void> done = prune(today, keep); !done) return done;
  }
  if (Result<void> done = transaction->commit(); !done) return done;
  pruned_ = today;
  return {};
}

Result<int64_t> LedgerStore::word(const std::string& text) {
  constexpr size_t kMostWords = 10'000;
  if (const auto known = words_.find(text); known != words_.end()) return known->second;
  if (words_.size() >= kMostWords) words_.clear();
  for (store::Statement* statement : {&statements_->get_word, &statements_->put_word}) {
    store::Rows rows = statement->query(std::string_view(text));
    const Result<bool> row = rows.next();
    if (!row.ok()) return row.error();
    if (!*row) continue;
    const auto id = rows.get<int64_t>(0);
    if (statement == &statements_->put_word) (void)rows.next().ok();  // to its end, so that it is done
    return words_[text] = id;
  }
  return Error{ErrorKind::internal, "cannot use " + path_ + ": a word got no number", ""};
}

Result<void> LedgerStore::put(const Attempt& attempt) {
  const About& about = attempt.about;
  std::vector<int64_t> ids;
  for (const std::string* text : {&about.project, &about.task, &about.lane, &about.model, &about.model_id,
                                  &about.address, &attempt.price, &attempt.reasons}) {
    Result<int64_t> id = word(*text);
    if (!id) return std::move(id.error());
    ids.push_back(*id);
  }
  const Tokens& tokens = attempt.tokens;
  const int64_t day = day_of(attempt.at);
  Result<void> done = statements_->put_attempt.run(
      about.request, attempt.at, day, ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], tokens.fresh,
      tokens.cached, tokens.written, tokens.output, tokens.reasoning, static_cast<int>(attempt.source),
      attempt.cost, ids[6], attempt.queue_ms, attempt.ttft_ms, attempt.ms, static_cast<int>(attempt.ending),
      ids[7]);
  if (!done) return done;
  return statements_->add_daily.run(
      day, ids[3], ids[2], ids[1], ids[0], attempt.ending == Ending::answered ? 1 : 0, attempt.cost ? 0 : 1,
      attempt.cost.value_or(0), tokens.fresh, tokens.cached, tokens.written, tokens.output, tokens.reasoning);
}

Result<void> LedgerStore::put(const Sent& sent, bool with_text) {
  const About& about = sent.about;
  std::vector<int64_t> ids;
  for (const std::string* text : {&about.project, &about.task, &about.model, &about.address}) {
    Result<int64_t> id = word(*text);
    if (!id) return std::move(id.error());
    ids.push_back(*id);
  }
  int64_t row = 0;
  {
    store::Rows rows = statements_->put_sent.query(about.request, sent.at, day_of(sent.at), ids[0], ids[1],
                                                   ids[2], ids[3], static_cast<int>(sent.label));
    Result<bool> stepped = rows.next();
    if (!stepped) return std::move(stepped.error());
    row = rows.get<int64_t>(0);
    if (Result<bool> end = rows.next(); !end) return std::move(end.error());
  }
  int64_t n = 0;
  for (const privacy::Piece& piece : sent.pieces) {
    Result<int64_t> file = word(piece.path);
    if (!file) return std::move(file.error());
    Sha256 hash;
    hash.update(piece.text);
    const std::string bytes = bytes_of_hex(hash.hex());
    Result<void> done = statements_->put_chunk.run(
        row, ++n, *file, piece.first, piece.last, static_cast<int>(piece.label),
        static_cast<int64_t>(piece.text.size()), store::Blob{bytes}, with_text ? 1 : 0,
        std::string_view(with_text ? piece.text : std::string()));
    if (!done) return done;
  }
  return {};
}

/// Once a day for all processes: what was sent long ago is forgotten, what it cost stays.
Result<void> LedgerStore::prune(int today, const config::Ledger& keep) {
  if (keep.audit_days <= 0) return {};
  Result<store::Statement> claim =
      database_->prepare("INSERT OR IGNORE INTO told (what, period) VALUES ('pruned', ?1) RETURNING 1");
  if (!claim) return std::move(claim.error());
  {
    store::Rows rows = claim->query(today);
    Result<bool> ours = rows.next();
    if (!ours) return std::move(ours.error());
    if (!*ours) return {};
    if (Result<bool> end = rows.next(); !end) return std::move(end.error());
  }
  const std::string before = std::to_string(days_before(today, static_cast<int>(keep.audit_days)));
  return database_->run("DELETE FROM chunk WHERE sent IN (SELECT id FROM sent WHERE day < " + before +
                        "); DELETE FROM sent WHERE day < " + before + "; DELETE FROM told WHERE period < " +
                        std::to_string(days_before(today, 62)));
}

Result<Spent> LedgerStore::spent(int today) {
  if (Result<void> opened = open(); !opened) return std::move(opened.error());
  Spent out;
  out.day = today;
  Result<store::Statement> statement = database_->prepare(
      "SELECT m.text, l.text, p.text, a, b FROM (SELECT model, lane, project, "
      "sum(CASE WHEN day = ?1 THEN cost ELSE 0 END) a, sum(cost) b FROM daily "
      "WHERE day BETWEEN ?2 AND ?2 + 30 GROUP BY model, lane, project) "
      "JOIN word m ON m.id = model JOIN word l ON l.id = lane JOIN word p ON p.id = project");
  if (!statement) return std::move(statement.error());
  store::Rows rows = statement->query(today, month_of(today));
  for (;;) {
    Result<bool> row = rows.next();
    if (!row) return std::move(row.error());
    if (!*row) return out;
    out.sums[{rows.get<std::string>(0), rows.get<std::string>(1), rows.get<std::string>(2)}] = {
        rows.get<int64_t>(3), rows.get<int64_t>(4)};
  }
}

Result<bool> LedgerStore::first_to_tell(const std::string& what, int period) {
  if (Result<void> opened = open(); !opened) return std::move(opened.error());
  Result<store::Statement> claim =
      database_->prepare("INSERT OR IGNORE INTO told (what, period) VALUES (?1, ?2) RETURNING 1");
  if (!claim) return std::move(claim.error());
  store::Rows rows = claim->query(std::string_view(what), period);
  Result<bool> first = rows.next();
  if (!first) return first;
  if (*first) {
    if (Result<bool> end = rows.next(); !end) return end;
  }
  return *first;
}

}  // namespace coder::ledger
