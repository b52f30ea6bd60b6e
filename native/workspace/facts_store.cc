#include "workspace/facts_store.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace coder::workspace {

using store::Blob;
using store::Database;
using store::Rows;
using store::Statement;
using store::Transaction;

namespace {

constexpr int64_t kDaysUnused = 30;
constexpr int64_t kMaxBytes = int64_t{512} << 20;

const Database::Migrations& migrations() {
  static const Database::Migrations instance = {R"(
    CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE root (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, used INTEGER NOT NULL,
                       head TEXT NOT NULL DEFAULT '');
    CREATE TABLE facts (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, language INTEGER NOT NULL,
                        used INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (hash, language));
    CREATE INDEX facts_by_use ON facts (used);
    CREATE TABLE file (root INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
                       inode INTEGER NOT NULL, hash INTEGER NOT NULL, language INTEGER NOT NULL,
                       left_out TEXT NOT NULL, PRIMARY KEY (root, path)) WITHOUT ROWID;
    CREATE TABLE past (root INTEGER NOT NULL, hash TEXT NOT NULL, bytes BLOB NOT NULL,
                       PRIMARY KEY (root, hash)) WITHOUT ROWID;
  )"};
  return instance;
}

constexpr const char* kMakeLists = R"(
  CREATE TEMP TABLE IF NOT EXISTS listed (path TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TEMP TABLE IF NOT EXISTS day (root INTEGER, today INTEGER, old INTEGER);
  DELETE FROM listed;
  DELETE FROM day;
)";

constexpr const char* kForget = R"(
  DELETE FROM file WHERE root = (SELECT root FROM day) AND path NOT IN (SELECT path FROM listed);
  UPDATE root SET used = (SELECT today FROM day) WHERE id = (SELECT root FROM day);
  UPDATE facts SET used = (SELECT today FROM day) WHERE used < (SELECT today FROM day)
    AND (hash, language) IN (SELECT hash, language FROM file WHERE root = (SELECT root FROM day));
  DELETE FROM root WHERE used < (SELECT old FROM day);
  DELETE FROM file WHERE root NOT IN (SELECT id FROM root);
  DELETE FROM past WHERE root NOT IN (SELECT id FROM root);
  DELETE FROM facts WHERE used < (SELECT old FROM day);
  DELETE FROM listed;
)";

/// SQLite's integers have a sign; the bits stay.
int64_t stored(uint64_t value) { return static_cast<int64_t>(value); }
uint64_t loaded(int64_t value) { return static_cast<uint64_t>(value); }

/// Time, subject and files with NUL between, which none of them can hold.
std::string encode_commit(const Commit& commit) {
  std::string out = std::to_string(commit.time) + '\0' + commit.subject;
  for (const std::string& file : commit.files) out += '\0' + file;
  return out;
}

Commit decode_commit(std::string hash, std::string_view bytes) {
  const std::vector<std::string_view> parts = split(bytes, '\0');
  Commit out;
  out.hash = std::move(hash);
  out.time = std::strtoll(std::string(parts[0]).c_str(), nullptr, 10);
  if (parts.size() > 1) out.subject = parts[1];
  for (size_t i = 2; i < parts.size(); ++i) out.files.emplace_back(parts[i]);
  return out;
}

}  // namespace

struct FactsStore::Statements {
  Statement find, facts, put_facts, touch_facts, put_file, put_commit;
};

FactsStore::FactsStore(std::string file, std::string root, int64_t today)
    : file_(std::move(file)), root_(std::move(root)), today_(today) {}

std::string FactsStore::take_notice() { return std::exchange(notice_, ""); }

template <class Do>
void FactsStore::use(Do action) {
  while (!given_up_) {
    Result<void> done = database_ ? Result<void>() : open();
    if (done.ok()) done = action();
    if (done.ok()) return;
    const store::Trouble trouble = database_ ? database_->trouble() : store::Trouble::other;
    if (trouble == store::Trouble::busy) return;  // nothing is lost that could not be made again
    statements_.reset();
    database_.reset();
    if (trouble == store::Trouble::damaged && !std::exchange(remade_, true)) {
      store::remove_database(file_);
      notice_ = "the stored index is made anew: " + done.error().message;
      continue;
    }
    given_up_ = true;
    notice_ = "the index is not kept: " + done.error().text();
  }
}

Result<void> FactsStore::open() {
  std::string said;
  Result<Database> opened = Database::open_anew_if_need_be(file_, migrations(), said);
  if (!said.empty()) {
    remade_ = true;
    notice_ = "the stored index is made anew: " + said;
  }
  if (!opened) return opened.error();
  database_.emplace(std::move(*opened));
  Database& db = *database_;
  if (Result<void> done = db.run("PRAGMA journal_size_limit = 4194304"); !done) return done;

  Result<Transaction> transaction = db.begin();
  if (!transaction) return transaction.error();
  const auto number = [&db](std::string_view sql, const std::string& text) -> Result<int64_t> {
    Result<Statement> statement = db.prepare(sql);
    if (!statement) return statement.error();
    Rows rows = statement->query(text);
    const Result<bool> row = rows.next();
    if (!row) return row.error();
    return *row ? rows.get<int64_t>(0) : int64_t{-1};
  };
  const Result<int64_t> version = number("SELECT value FROM meta WHERE name = ?1", "facts");
  if (!version) return version.error();
  if (*version != int64_t{kFactsVersion}) {
    if (*version >= 0)
      notice_ = "the stored index is made anew: " + file_ + " is of another version of coder-nvim";
    const std::string mine = std::to_string(kFactsVersion);
    Result<void> done = db.run(
        "DELETE FROM facts; DELETE FROM file; DELETE FROM past; DELETE FROM root; "
        "INSERT OR REPLACE INTO meta VALUES ('facts', " +
        mine + ")");
    if (!done) return done;
  }
  Result<Statement> add = db.prepare("INSERT OR IGNORE INTO root (path, used) VALUES (?1, ?2)");
  if (!add) return add.error();
  if (Result<void> done = add->run(root_, today_ - 1); !done) return done;
  const Result<int64_t> id = number("SELECT id FROM root WHERE path = ?1", root_);
  if (!id) return id.error();
  root_id_ = *id;

  Result<Statement> find = db.prepare(
      "SELECT f.size, f.mtime, f.inode, f.left_out, f.hash, f.language, t.bytes FROM file f LEFT JOIN facts "
      "t "
      "ON t.hash = f.hash AND t.language = f.language WHERE f.root = ?1 AND f.path = ?2");
  Result<Statement> facts = db.prepare("SELECT bytes FROM facts WHERE hash = ?1 AND language = ?2");
  Result<Statement> put_facts =
      db.prepare("INSERT OR REPLACE INTO facts (hash, language, used, bytes) VALUES (?1, ?2, ?3, ?4)");
  Result<Statement> touch_facts =
      db.prepare("UPDATE facts SET used = ?3 WHERE hash = ?1 AND language = ?2 AND used < ?3");
  Result<Statement> put_file =
      db.prepare("INSERT OR REPLACE INTO file VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  Result<Statement> put_commit = db.prepare("INSERT OR REPLACE INTO past VALUES (?1, ?2, ?3)");
  for (const Result<Statement>* one : {&find, &facts, &put_facts, &touch_facts, &put_file, &put_commit}) {
    if (!*one) return one->error();
  }
  statements_ = std::make_shared<Statements>(
      Statements{*find, *facts, *put_facts, *touch_facts, *put_file, *put_commit});
  return transaction->commit();
}

std::vector<std::optional<FactsStore::Kept>> FactsStore::find(const std::vector<Wanted>& wanted) {
  std::vector<std::optional<Kept>> out;
  use([&]() -> Result<void> {
    out.assign(wanted.size(), std::nullopt);
    // Reading is a transaction too: one for all of them costs less.
    if (Result<void> begun = database_->run("BEGIN"); !begun) return begun;
    Result<void> outcome;
    for (size_t i = 0; i < wanted.size() && outcome.ok(); ++i) {
      Rows rows = statements_->find.query(root_id_, wanted[i].path);
      const Result<bool> row = rows.next();
      if (!row) outcome = row.error();
      if (!row || !*row) continue;
      const Stat stat{rows.get<int64_t>(0), rows.get<int64_t>(1), loaded(rows.get<int64_t>(2))};
      if (stat.size < 0 || !(stat == wanted[i].stat)) continue;
      Kept kept{rows.get<std::string>(3), loaded(rows.get<int64_t>(4)),
                static_cast<syntax::Language>(rows.get<int64_t>(5)), std::string(rows.get<Blob>(6).bytes)};
      if (!kept.left_out.empty() || !kept.facts.empty()) out[i] = std::move(kept);
    }
    Result<void> ended = database_->run("COMMIT");
    return outcome.ok() ? std::move(ended) : std::move(outcome);
  });
  out.resize(wanted.size());
  return out;
}

Hashes FactsStore::hashes() {
  Hashes out;
  use([&]() -> Result<void> {
    Result<Statement> statement =
        database_->prepare("SELECT hash FROM facts INDEXED BY sqlite_autoindex_facts_1");
    if (!statement) return statement.error();
    Rows rows = statement->query();
    for (;;) {
      const Result<bool> row = rows.next();
      if (!row) return row.error();
      if (!*row) return {};
      out.insert(loaded(rows.get<int64_t>(0)));
    }
  });
  return out;
}

std::string FactsStore::facts(uint64_t hash, syntax::Language language) {
  std::string out;
  use([&]() -> Result<void> {
    Rows rows = statements_->facts.query(stored(hash), static_cast<int64_t>(language));
    const Result<bool> row = rows.next();
    if (!row) return row.error();
    if (*row) out = rows.get<Blob>(0).bytes;
    return {};
  });
  return out;
}

void FactsStore::put(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  use([&] { return store(entries); });
}

Result<void> FactsStore::store(const std::vector<Entry>& entries) {
  Result<Transaction> transaction = database_->begin();
  if (!transaction) return transaction.error();
  for (const Entry& entry : entries) {
    const auto language = static_cast<int64_t>(entry.language);
    Result<void> done;
    if (!entry.facts.empty()) {
      done = statements_->put_facts.run(stored(entry.hash), language, today_, Blob{entry.facts});
    } else if (entry.left_out.empty()) {
      done = statements_->touch_facts.run(stored(entry.hash), language, today_);
    }
    if (done.ok() && entry.stat.size >= 0) {
      done =
          statements_->put_file.run(root_id_, entry.path, entry.stat.size, entry.stat.mtime_ns,
                                    stored(entry.stat.inode), stored(entry.hash), language, entry.left_out);
    }
    if (!done) return done;
  }
  return transaction->commit();
}

std::string FactsStore::head() {
  std::string out;
  use([&]() -> Result<void> {
    Result<Statement> statement = database_->prepare("SELECT head FROM root WHERE id = ?1");
    if (!statement) return statement.error();
    Rows rows = statement->query(root_id_);
    const Result<bool> row = rows.next();
    if (!row) return row.error();
    if (*row) out = rows.get<std::string>(0);
    return {};
  });
  return out;
}

std::vector<Commit> FactsStore::commits(const std::string& after, size_t at_most) {
  std::vector<Commit> out;
  use([&]() -> Result<void> {
    out.clear();
    Result<Statement> statement = database_->prepare(
        "SELECT hash, bytes FROM past WHERE root = ?1 AND hash > ?2 ORDER BY hash LIMIT ?3");
    if (!statement) return statement.error();
    Rows rows = statement->query(root_id_, after, static_cast<int64_t>(at_most));
    for (;;) {
      const Result<bool> row = rows.next();
      if (!row) return row.error();
      if (!*row) return {};
      out.push_back(decode_commit(rows.get<std::string>(0), rows.get<Blob>(1).bytes));
    }
  });
  return out;
}

void FactsStore::put_commits(const std::string& head, const std::vector<Commit>& added,
                             const std::vector<std::string>& gone, bool anew) {
  use([&]() -> Result<void> {
    Result<Transaction> transaction = database_->begin();
    if (!transaction) return transaction.error();
    Result<Statement> all = database_->prepare("DELETE FROM past WHERE root = ?1");
    Result<Statement> one = database_->prepare("DELETE FROM past WHERE root = ?1 AND hash = ?2");
    Result<Statement> at = database_->prepare("UPDATE root SET head = ?2 WHERE id = ?1");
    for (const Result<Statement>* statement : {&all, &one, &at}) {
      if (!*statement) return statement->error();
    }
    Result<void> done = anew ? all->run(root_id_) : Result<void>();
    for (size_t i = 0; done.ok() && i < gone.size(); ++i) done = one->run(root_id_, gone[i]);
    for (size_t i = 0; done.ok() && i < added.size(); ++i)
      done = statements_->put_commit.run(root_id_, added[i].hash, Blob{encode_commit(added[i])});
    if (done.ok()) done = at->run(root_id_, head);
    return done.ok() ? transaction->commit() : std::move(done);
  });
}

bool FactsStore::untidy() {
  bool out = false;
  use([&]() -> Result<void> {
    Result<Statement> statement = database_->prepare("SELECT used < ?2 FROM root WHERE id = ?1");
    if (!statement) return statement.error();
    Rows rows = statement->query(root_id_, today_);
    const Result<bool> row = rows.next();
    if (!row) return row.error();
    out = *row && rows.get<int64_t>(0) != 0;
    return {};
  });
  return out;
}

void FactsStore::tidy(const std::vector<std::string>& listed) {
  use([&] { return forget_old(listed); });
}

Result<void> FactsStore::forget_old(const std::vector<std::string>& listed) {
  Database& db = *database_;
  const auto number = [&db](const std::string& sql) -> Result<int64_t> {
    Result<Statement> statement = db.prepare(sql);
    if (!statement) return statement.error();
    Rows rows = statement->query();
    const Result<bool> row = rows.next();
    if (!row) return row.error();
    return *row ? rows.get<int64_t>(0) : int64_t{0};
  };
  const std::string day =
      std::to_string(root_id_) + ", " + std::to_string(today_) + ", " + std::to_string(today_ - kDaysUnused);
  if (Result<void> done = db.run(kMakeLists + ("INSERT INTO day VALUES (" + day + ")")); !done) return done;
  {
    Result<Transaction> transaction = db.begin();
    if (!transaction) return transaction.error();
    Result<Statement> add = db.prepare("INSERT OR IGNORE INTO listed VALUES (?1)");
    if (!add) return add.error();
    for (const std::string& path : listed) {
      if (Result<void> done = add->run(path); !done) return done;
    }
    if (Result<void> done = db.run(kForget); !done) return done;
    if (Result<void> done = transaction->commit(); !done) return done;
  }
  for (;;) {
    const Result<int64_t> pages = number("PRAGMA page_count"), empty = number("PRAGMA freelist_count"),
                          bytes = number("PRAGMA page_size");
    if (!pages || !empty || !bytes) return (!pages ? pages : !empty ? empty : bytes).error();
    if ((*pages - *empty) * *bytes <= kMaxBytes) return {};
    Result<void> done =
        db.run("DELETE FROM facts WHERE id IN (SELECT id FROM facts ORDER BY used, id LIMIT 1000)");
    if (!done) return done;
    const Result<int64_t> left = number("SELECT count(*) FROM (SELECT 1 FROM facts LIMIT 1)");
    if (!left) return left.error();
    if (*left == 0) return {};
  }
}

}  // namespace coder::workspace
