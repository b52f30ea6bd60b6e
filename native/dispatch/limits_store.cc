#include "dispatch/limits_store.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dispatch/state.h"

namespace coder::dispatch {
namespace {

/// Numbers read from the file: those of a damaged one must not overflow what is reckoned with them.
int64_t sane(int64_t number) { return std::clamp<int64_t>(number, 0, int64_t{1} << 52); }
double sane(double number) { return std::isfinite(number) ? std::clamp(number, 0.0, 0x1p52) : 0.0; }

}  // namespace

LimitsStore::LimitsStore(std::string path, Millis busy) : path_(std::move(path)), busy_(busy) {}

Result<void> LimitsStore::open() {
  if (statements_) return {};
  Result<store::Database> database = open_state(path_, busy_);
  if (!database.ok()) return database.error();
  std::vector<store::Statement> prepared;
  for (const char* sql : {
           "SELECT tat, updated FROM limit_bucket WHERE key = ?1",
           "REPLACE INTO limit_bucket (key, tat, updated) VALUES (?1, ?2, ?3)",
           "SELECT updated, next_id FROM limit_window WHERE model = ?1",
           "REPLACE INTO limit_window (model, updated, next_id) VALUES (?1, ?2, ?3)",
           "SELECT id, at, settled FROM limit_place WHERE model = ?1 ORDER BY id",
           "REPLACE INTO limit_place (model, id, at, settled) VALUES (?1, ?2, ?3, ?4)",
           "DELETE FROM limit_place WHERE model = ?1 AND id = ?2",
       }) {
    Result<store::Statement> statement = database->prepare(sql);
    if (!statement.ok()) return statement.error();
    prepared.push_back(std::move(*statement));
  }
  statements_ =
      Statements{prepared[0], prepared[1], prepared[2], prepared[3], prepared[4], prepared[5], prepared[6]};
  database_ = std::move(*database);
  return {};
}

Result<LimitsStore::Reply> LimitsStore::run(const Batch& batch, WallMs (*clock)()) {
  if (const Result<void> opened = open(); !opened.ok()) return opened.error();
  Result<store::Transaction> transaction = database_->begin();
  if (!transaction.ok()) return transaction.error();
  Result<Book> before = load(batch);
  if (!before.ok()) return before.error();
  Reply reply;
  reply.book = *before;
  reply.at = clock();
  reply.answers = answer(reply.book, batch, reply.at);
  if (const Result<void> saved = save(*before, reply.book); !saved.ok()) return saved.error();
  if (const Result<void> done = transaction->commit(); !done.ok()) return done.error();
  return reply;
}

Result<Book> LimitsStore::load(const Batch& batch) {
  Book book;
  const auto want = [&](const Counts& counts) -> Result<void> {
    if (counts.has_bucket() && !book.buckets.contains(counts.key)) {
      if (Result<void> loaded = load_bucket(counts.key, book); !loaded.ok()) return loaded;
    }
    if (counts.has_window() && !book.windows.contains(counts.model)) return load_window(counts.model, book);
    return {};
  };
  for (const Return& back : batch.returns) {
    if (const Result<void> loaded = want(back.counts); !loaded.ok()) return loaded.error();
  }
  for (const Ask& ask : batch.asks) {
    if (const Result<void> loaded = want(ask.counts); !loaded.ok()) return loaded.error();
  }
  return book;
}

Result<void> LimitsStore::load_bucket(const std::string& key, Book& book) {
  Bucket& bucket = book.buckets[key];
  store::Rows rows = statements_->get_bucket.query(key);
  const Result<bool> row = rows.next();
  if (!row.ok()) return row.error();
  if (*row) bucket = {sane(rows.get<double>(0)), sane(rows.get<int64_t>(1))};
  return {};
}

Result<void> LimitsStore::load_window(const std::string& model, Book& book) {
  Window& window = book.windows[model];
  store::Rows row = statements_->get_window.query(model);
  const Result<bool> there = row.next();
  if (!there.ok()) return there.error();
  if (!*there) return {};
  window.updated = sane(row.get<int64_t>(0));
  window.next_id = sane(row.get<int64_t>(1));
  store::Rows places = statements_->get_places.query(model);
  for (;;) {
    const Result<bool> more = places.next();
    if (!more.ok()) return more.error();
    if (!*more) return {};
    window.places.push_back(
        {places.get<int64_t>(0), sane(places.get<int64_t>(1)), places.get<int64_t>(2) != 0});
  }
}

Result<void> LimitsStore::save(const Book& before, const Book& after) {
  for (const auto& [key, bucket] : after.buckets) {
    if (bucket == before.buckets.at(key)) continue;
    if (Result<void> saved = statements_->put_bucket.run(key, bucket.tat, bucket.updated); !saved.ok()) {
      return saved;
    }
  }
  for (const auto& [model, window] : after.windows) {
    if (Result<void> saved = save_window(model, before.windows.at(model), window); !saved.ok()) return saved;
  }
  return {};
}

Result<void> LimitsStore::save_window(const std::string& model, const Window& before, const Window& after) {
  if (after == before) return {};
  if (Result<void> saved = statements_->put_window.run(model, after.updated, after.next_id); !saved.ok()) {
    return saved;
  }
  auto old = before.places.begin();
  for (const Place& place : after.places) {
    for (; old != before.places.end() && old->id < place.id; ++old) {
      if (Result<void> dropped = statements_->drop_place.run(model, old->id); !dropped.ok()) return dropped;
    }
    const bool same = old != before.places.end() && *old == place;
    if (old != before.places.end() && old->id == place.id) ++old;
    if (same) continue;
    Result<void> saved = statements_->put_place.run(model, place.id, place.at, place.settled ? 1 : 0);
    if (!saved.ok()) return saved;
  }
  for (; old != before.places.end(); ++old) {
    if (Result<void> dropped = statements_->drop_place.run(model, old->id); !dropped.ok()) return dropped;
  }
  return {};
}

}  // namespace coder::dispatch
