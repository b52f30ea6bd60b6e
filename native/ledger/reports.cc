#include "ledger/reports.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace coder::ledger {
namespace {

/// Prepares `sql` and gives each row of it, with ?1 = `since`, to `use`.
template <class Use>
Result<void> each_row(LedgerStore& store, const char* sql, int64_t since, Use use) {
  Result<store::Database*> database = store.database();
  if (!database) return std::move(database.error());
  Result<store::Statement> statement = (*database)->prepare(sql);
  if (!statement) return std::move(statement.error());
  store::Rows rows = statement->query(since);
  for (;;) {
    Result<bool> row = rows.next();
    if (!row) return std::move(row.error());
    if (!*row) return {};
    use(rows);
  }
}

Tokens tokens_at(const store::Rows& rows, int column) {
  return {rows.get<int64_t>(column), rows.get<int64_t>(column + 1), rows.get<int64_t>(column + 2),
          rows.get<int64_t>(column + 3), rows.get<int64_t>(column + 4)};
}

std::optional<int64_t> maybe(const store::Rows& rows, int column) {
  if (rows.is_null(column)) return std::nullopt;
  return rows.get<int64_t>(column);
}

std::string hex_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

/// Sums by `keys`, whose words are `names`: grouped by number first, a page's rows are few then.
Result<std::vector<Line>> lines_by(LedgerStore& store, const std::string& keys, const std::string& names,
                                   const std::string& join, int since) {
  const std::string sql =
      "SELECT " + names + ", a, b, c, d, e, f, g, h, i FROM (SELECT " + keys +
      ", sum(requests) a, sum(answered) b, "
      "sum(CASE WHEN lane = (SELECT id FROM word WHERE text = 'local') THEN 0 ELSE unknown END) c, "
      "sum(cost) d, sum(fresh) e, sum(cached) f, sum(written) g, sum(output) h, sum(reasoning) i "
      "FROM daily WHERE day >= ?1 GROUP BY " +
      keys + ") " + join;
  std::vector<Line> out;
  Result<void> read = each_row(store, sql.c_str(), since, [&](const store::Rows& row) {
    out.push_back({row.get<std::string>(0),
                   row.get<std::string>(1),
                   {row.get<int64_t>(2), row.get<int64_t>(3), row.get<int64_t>(4), row.get<int64_t>(5),
                    tokens_at(row, 6)}});
  });
  if (!read) return std::move(read.error());
  std::stable_sort(out.begin(), out.end(),
                   [](const Line& a, const Line& b) { return a.sums.cost > b.sums.cost; });
  return out;
}

}  // namespace

void Sums::add(const Sums& other) {
  requests += other.requests;
  answered += other.answered;
  unknown += other.unknown;
  cost += other.cost;
  tokens.fresh += other.tokens.fresh;
  tokens.cached += other.tokens.cached;
  tokens.written += other.tokens.written;
  tokens.output += other.tokens.output;
  tokens.reasoning += other.tokens.reasoning;
}

double Sums::cached_percent() const {
  return tokens.input() == 0
             ? 0
             : 100.0 * static_cast<double>(tokens.cached) / static_cast<double>(tokens.input());
}

Result<std::vector<Line>> days(LedgerStore& store, int since) {
  Result<std::vector<Line>> out = lines_by(store, "day", "day, ''", "", since);
  if (!out) return out;
  for (Line& line : *out) line.name = day_words(std::atoi(line.name.c_str()));
  std::sort(out->begin(), out->end(), [](const Line& a, const Line& b) { return a.name < b.name; });
  return out;
}

Result<Summary> summary(LedgerStore& store, int since) {
  Summary out;
  Result<std::vector<Line>> models =
      lines_by(store, "model, lane", "m.text, l.text",
               "JOIN word m ON m.id = model JOIN word l ON l.id = lane", since);
  if (!models) return std::move(models.error());
  Result<std::vector<Line>> tasks =
      lines_by(store, "task", "t.text, ''", "JOIN word t ON t.id = task", since);
  if (!tasks) return std::move(tasks.error());
  Result<std::vector<Line>> projects =
      lines_by(store, "project", "p.text, ''", "JOIN word p ON p.id = project", since);
  if (!projects) return std::move(projects.error());
  Result<std::vector<Line>> by_day = days(store, since);
  if (!by_day) return std::move(by_day.error());
  Sums local;
  for (const Line& model : *models) {
    out.all.add(model.sums);
    if (model.lane == "local") local.add(model.sums);
  }
  out.local = local.tokens;
  out.models = std::move(*models);
  out.tasks = std::move(*tasks);
  out.projects = std::move(*projects);
  out.days = std::move(*by_day);
  return out;
}

Saved saved_of(const Tokens& local, Nano paid, const config::Config& config) {
  if (local.input() + local.output == 0) return {};
  std::optional<Price> price;
  std::string name;
  for (const config::Model& model : config.models) {
    if (model.lane != privacy::Lane::cloud || price) continue;
    price = model.price ? std::optional(price_of(*model.price)) : usual_price(model);
    name = model.name;
  }
  if (!price) {
    price = price_of({0.14, 0.014, 0.42});
    name = "DeepSeek V3.2 at its usual price";
  }
  return {std::max<Nano>(0, cost(local, *price) - paid), name};
}

Result<void> each_attempt(LedgerStore& store, int since, const std::function<void(const Attempt&)>& use) {
  return each_row(
      store,
      "SELECT request, at, p.text, t.text, l.text, m.text, i.text, a.text, fresh, cached, written, output, "
      "reasoning, source, cost, v.text, queue_ms, ttft_ms, ms, ending, r.text FROM attempt "
      "JOIN word p ON p.id = project JOIN word t ON t.id = task JOIN word l ON l.id = lane "
      "JOIN word m ON m.id = model JOIN word i ON i.id = model_id JOIN word a ON a.id = address "
      "JOIN word v ON v.id = price JOIN word r ON r.id = reasons WHERE day >= ?1 ORDER BY attempt.id",
      since, [&](const store::Rows& row) {
        Attempt out;
        out.about = {row.get<int64_t>(0),     row.get<std::string>(2), row.get<std::string>(3),
                     row.get<std::string>(4), row.get<std::string>(5), row.get<std::string>(6),
                     row.get<std::string>(7)};
        out.at = row.get<int64_t>(1);
        out.tokens = tokens_at(row, 8);
        out.source = static_cast<Source>(row.get<int64_t>(13));
        out.cost = maybe(row, 14);
        out.price = row.get<std::string>(15);
        out.queue_ms = maybe(row, 16);
        out.ttft_ms = maybe(row, 17);
        out.ms = row.get<int64_t>(18);
        out.ending = static_cast<Ending>(row.get<int64_t>(19));
        out.reasons = row.get<std::string>(20);
        use(out);
      });
}

Result<void> each_sent(LedgerStore& store, int since, const std::function<void(const SentRow&)>& use) {
  std::optional<int64_t> id;
  SentRow one;
  Result<void> done = each_row(
      store,
      "SELECT sent.id, at, p.text, t.text, m.text, a.text, sent.label, f.text, first, last, chunk.label, "
      "bytes, hash, chunk.text FROM sent JOIN word p ON p.id = project JOIN word t ON t.id = task "
      "JOIN word m ON m.id = model JOIN word a ON a.id = address LEFT JOIN chunk ON chunk.sent = sent.id "
      "LEFT JOIN word f ON f.id = file WHERE day >= ?1 ORDER BY sent.id, n",
      since, [&](const store::Rows& row) {
        if (id != row.get<int64_t>(0)) {
          if (id) use(one);
          id = row.get<int64_t>(0);
          one = {row.get<int64_t>(1),
                 row.get<std::string>(2),
                 row.get<std::string>(3),
                 row.get<std::string>(4),
                 row.get<std::string>(5),
                 static_cast<privacy::Label>(row.get<int64_t>(6)),
                 {}};
        }
        if (row.is_null(7)) return;
        SentRow::Chunk chunk{row.get<std::string>(7),
                             row.get<int64_t>(8),
                             row.get<int64_t>(9),
                             static_cast<privacy::Label>(row.get<int64_t>(10)),
                             row.get<int64_t>(11),
                             hex_of(row.get<store::Blob>(12).bytes),
                             std::nullopt};
        if (!row.is_null(13)) chunk.text = row.get<std::string>(13);
        one.chunks.push_back(std::move(chunk));
      });
  if (done && id) use(one);
  return done;
}

}  // namespace coder::ledger
