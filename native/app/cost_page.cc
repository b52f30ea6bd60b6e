#include "app/cost_page.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "config/project.h"

namespace coder::app {

using codec::Value;
using ledger::dollars;
using ledger::Line;
using ledger::Nano;
using ledger::Summary;

namespace {

constexpr int kChartDays = 30;
constexpr size_t kChartWidth = 40;
constexpr size_t kMostLines = 20;  ///< of a table

std::string thousands(int64_t number) {
  std::string out = std::to_string(number);
  for (auto at = static_cast<int>(out.size()) - 3; at > 0; at -= 3) out.insert(static_cast<size_t>(at), ",");
  return out;
}

/// "812", "18.2k", "1.3M"
std::string short_count(int64_t number) {
  char out[32];
  if (number < 10'000) return std::to_string(number);
  const double value = static_cast<double>(number);
  if (number < 10'000'000) {
    std::snprintf(out, sizeof out, "%.1fk", value / 1e3);
  } else {
    std::snprintf(out, sizeof out, "%.1fM", value / 1e6);
  }
  return out;
}

std::string percent(double value) { return std::to_string(static_cast<int>(value + 0.5)) + " %"; }

std::string cost_words(const ledger::Sums& sums) {
  if (sums.unknown == 0) return dollars(sums.cost);
  return sums.unknown == sums.requests ? "$?" : dollars(sums.cost) + " + $?";
}

std::string requests_words(int64_t count) {
  return thousands(count) + (count == 1 ? " request" : " requests");
}

/// The end of a long path says more than its beginning.
std::string fitted(const std::string& name, size_t width) {
  if (name.empty()) return "-";
  if (count_code_points(name) <= width) return name;
  return "…" + to_valid_utf8(name.substr(name.size() - std::min(name.size(), width - 1)));
}

std::string padded(const std::string& text, size_t width, bool right) {
  const size_t have = count_code_points(text);
  const std::string space(width > have ? width - have : 0, ' ');
  return right ? space + text : text + space;
}

void add_row(std::vector<std::string>& out, const std::vector<std::string>& cells) {
  static constexpr size_t kWidths[] = {30, 10, 9, 9, 8, 14};
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) line += padded(cells[i], kWidths[i], i > 0);
  out.push_back(line);
}

void add_table(std::vector<std::string>& out, const char* title, const std::vector<Line>& lines) {
  if (lines.empty()) return;
  out.push_back("");
  add_row(out, {std::string("## ") + title, "requests", "in", "out", "cached", "cost"});
  out.push_back("");
  for (size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    const ledger::Sums& sums = lines[i].sums;
    const std::string name = lines[i].name + (lines[i].lane.empty() ? "" : " (" + lines[i].lane + ")");
    add_row(out, {fitted(name, 29), thousands(sums.requests), short_count(sums.tokens.input()),
                  short_count(sums.tokens.output), percent(sums.cached_percent()), cost_words(sums)});
  }
  if (lines.size() > kMostLines) out.push_back("and " + std::to_string(lines.size() - kMostLines) + " more");
}

/// A bar in eighths of a character.
std::string bar(Nano amount, Nano most) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (most <= 0 || amount <= 0) return "";
  const double share = static_cast<double>(amount) / static_cast<double>(most);
  const auto eighths = std::max<size_t>(1, static_cast<size_t>(share * kChartWidth * 8 + 0.5));
  std::string out;
  for (size_t i = 0; i < eighths / 8; ++i) out += "█";
  return out + kEighths[eighths % 8];
}

void add_chart(std::vector<std::string>& out, const std::vector<Line>& days) {
  Nano most = 0;
  for (const Line& day : days) most = std::max(most, day.sums.cost);
  if (days.empty()) return;
  out.push_back("");
  out.push_back("## Days");
  out.push_back("");
  for (const Line& day : days) {
    out.push_back(day.name + "  " + padded(bar(day.sums.cost, most), kChartWidth, false) + "  " +
                  cost_words(day.sums));
  }
}

config::Budget budget_of(const Costs& costs, const config::Config& config) {
  if (costs.folder.empty() || !config.projects) return config.budget;
  return config.projects->lowered(config.budget, costs.folder);
}

std::vector<ledger::Limit> limits(const Costs& costs, const config::Config& config) {
  return ledger::limits_of(budget_of(costs, config), costs.spent, costs.folder);
}

Value::Map sums_object(const ledger::Sums& sums) {
  return {{"usd", Value(ledger::usd_of(sums.cost))},   {"requests", Value(sums.requests)},
          {"answered", Value(sums.answered)},          {"unknown_price", Value(sums.unknown)},
          {"input", Value(sums.tokens.input())},       {"cached_input", Value(sums.tokens.cached)},
          {"cache_write", Value(sums.tokens.written)}, {"output", Value(sums.tokens.output)},
          {"reasoning", Value(sums.tokens.reasoning)}};
}

Value::Array lines_array(const char* key, const std::vector<Line>& lines) {
  Value::Array out;
  for (const Line& line : lines) {
    Value::Map object{{key, Value(line.name)}};
    if (!line.lane.empty()) object.emplace_back("lane", Value(line.lane));
    for (auto& entry : sums_object(line.sums)) object.push_back(std::move(entry));
    out.push_back(Value(std::move(object)));
  }
  return out;
}

/// This month's days from `day` on.
ledger::Sums from_day(const Costs& costs, int day) {
  ledger::Sums out;
  for (const Line& line : costs.days) {
    if (line.name >= ledger::day_words(day)) out.add(line.sums);
  }
  return out;
}

Nano paid_locally(const Summary& summary) {
  Nano out = 0;
  for (const Line& model : summary.models) {
    if (model.lane == "local") out += model.sums.cost;
  }
  return out;
}

}  // namespace

Result<Costs> read_costs(ledger::LedgerStore& store, std::optional<int> since, const std::string& folder) {
  Costs out;
  out.today = ledger::day_of(ledger::wall_ms());
  out.wished = since.has_value();
  out.since = since.value_or(ledger::month_of(out.today));
  out.folder = folder;
  Result<ledger::Summary> period = ledger::summary(store, out.since);
  if (!period) return std::move(period.error());
  out.period = std::move(*period);
  const int first = std::min(ledger::month_of(out.today), ledger::days_before(out.today, kChartDays - 1));
  Result<std::vector<Line>> days = ledger::days(store, first);
  if (!days) return std::move(days.error());
  out.days = std::move(*days);
  Result<ledger::Spent> spent = store.spent(out.today);
  if (!spent) return std::move(spent.error());
  out.spent = std::move(*spent);
  return out;
}

std::vector<std::string> cost_lines(const Costs& costs, const config::Config& config) {
  const ledger::Sums today = from_day(costs, costs.today);
  const Summary& period = costs.period;
  std::vector<std::string> out = {"# What was spent", ""};
  const auto line = [&](const std::string& what, const std::string& words) {
    out.push_back(padded(what, 14, false) + words);
  };
  line("today", padded(cost_words(today), 14, false) + requests_words(today.requests));
  line(costs.wished ? "from " + ledger::day_words(costs.since).substr(2) : "this month",
       padded(cost_words(period.all), 14, false) + requests_words(period.all.requests) +
           (period.all.tokens.input() > 0
                ? ", " + percent(period.all.cached_percent()) + " of the prompt tokens from caches"
                : ""));
  const ledger::Saved saved = ledger::saved_of(period.local, paid_locally(period), config);
  if (!saved.model.empty()) {
    line("saved", padded(dollars(saved.amount), 14, false) + "by local lanes, against " + saved.model);
  }
  for (const ledger::Limit& limit : limits(costs, config)) {
    line("budget", limit.words() + (limit.reached() ? "; reached" : limit.near() ? "; over 80 %" : ""));
  }
  if (period.all.unknown > 0) {
    line("unknown", requests_words(period.all.unknown) + " to models without a price in the configuration");
  }
  if (period.all.requests == 0) {
    out.push_back("");
    out.push_back("No request was made yet.");
  }
  add_table(out, "Models", period.models);
  add_table(out, "Tasks", period.tasks);
  add_table(out, "Projects", period.projects);
  std::vector<Line> chart = costs.wished ? period.days : costs.days;
  const size_t most = kChartDays;
  if (!costs.wished && chart.size() > most) {
    chart.erase(chart.begin(), chart.end() - static_cast<std::ptrdiff_t>(most));
  }
  add_chart(out, chart);
  return out;
}

Value::Map cost_object(const Costs& costs, const config::Config& config) {
  const Summary& period = costs.period;
  const ledger::Sums today = from_day(costs, costs.today);
  const ledger::Sums month = from_day(costs, ledger::month_of(costs.today));
  const ledger::Saved saved = ledger::saved_of(period.local, paid_locally(period), config);
  Value::Array budgets;
  for (const ledger::Limit& limit : limits(costs, config)) {
    budgets.push_back(Value(Value::Map{{"limit_usd", Value(ledger::usd_of(limit.limit))},
                                       {"spent_usd", Value(ledger::usd_of(limit.spent))},
                                       {"period", Value(limit.daily ? "day" : "month")},
                                       {"of", Value(limit.name)},
                                       {"reached", Value(limit.reached())}}));
  }
  Value::Map out{{"since", Value(ledger::day_words(costs.since))}};
  for (auto& entry : sums_object(period.all)) out.push_back(std::move(entry));
  out.emplace_back("today_usd", Value(ledger::usd_of(today.cost)));
  out.emplace_back("month_usd", Value(ledger::usd_of(month.cost)));
  out.emplace_back("saved_usd", saved.model.empty() ? Value() : Value(ledger::usd_of(saved.amount)));
  out.emplace_back("saved_against", saved.model.empty() ? Value() : Value(saved.model));
  out.emplace_back("by_model", Value(lines_array("model", period.models)));
  out.emplace_back("by_task", Value(lines_array("task", period.tasks)));
  out.emplace_back("by_project", Value(lines_array("project", period.projects)));
  out.emplace_back("by_day", Value(lines_array("day", period.days)));
  out.emplace_back("budgets", Value(std::move(budgets)));
  return out;
}

}  // namespace coder::app
