#include "app/bench_figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>

#include "base/text.h"

namespace coder::app {

using codec::Value;

namespace {

/// A lane that keeps less than this share of its speed with two at once is crowded by them.
constexpr double kCrowded = 0.7;
/// A first token that two at once delay by this factor is waited for in a queue.
constexpr double kQueued = 3;

std::string text_of(const char* form, double value) {
  char out[48];
  std::snprintf(out, sizeof out, form, value);
  return out;
}

std::string ms_text(const std::optional<double>& ms) {
  if (!ms) return "-";
  return *ms < 9.95     ? text_of("%.1f ms", *ms)
         : *ms < 9999.5 ? text_of("%.0f ms", *ms)
                        : text_of("%.1f s", *ms / 1000);
}

std::string rate_text(const std::optional<double>& rate) { return rate ? text_of("%.1f", *rate) : "-"; }

std::string usd_text(double usd) { return "$" + text_of(usd < 0.01 ? "%.6f" : "%.4f", usd); }

std::string price_text(const LaneFigures& lane) {
  if (!lane.price) return lane.lane == privacy::Lane::local ? "-" : "?";
  return text_of("%.2f", lane.price->input) + " / " + text_of("%.2f", lane.price->output);
}

std::string context_text(const LaneFigures& lane) {
  return lane.context ? std::to_string(*lane.context) : "-";
}

std::optional<double> median(const std::vector<double>& values) { return percentile(values, 50); }

const char* const kHeads[] = {"lane",  "",       "cold", "warm p50", "warm p95",
                              "tok/s", "of two", "both", "context",  "USD per M in / out"};

std::vector<std::string> row_of(const LaneFigures& lane) {
  return {lane.name,
          to_string(lane.lane),
          ms_text(lane.cold_ms),
          ms_text(percentile(lane.ttft_ms, 50)),
          ms_text(percentile(lane.ttft_ms, 95)),
          rate_text(median(lane.alone)),
          rate_text(median(lane.of_two)),
          rate_text(median(lane.together)),
          context_text(lane),
          price_text(lane)};
}

/// "local-qwen3: cold is the first request over a new connection; longest prompt: …"
std::string remarks_of(const LaneFigures& lane) {
  std::vector<std::string> parts;
  if (!lane.cold.empty()) parts.push_back("cold: " + lane.cold);
  if (!lane.context_note.empty()) parts.push_back("context: " + lane.context_note);
  if (lane.error) parts.push_back("failed: " + lane.error->text());
  if (!lane.complete && !lane.error) parts.push_back("interrupted");
  if (lane.usd && *lane.usd > 0) parts.push_back("spent " + usd_text(*lane.usd));
  if (!lane.usd) parts.push_back("spent an unknown sum: it has no price");
  return parts.empty() ? "" : lane.name + ": " + join(parts, "; ");
}

std::string remarks(const std::vector<LaneFigures>& lanes, const char* before) {
  std::string out;
  for (const LaneFigures& lane : lanes) {
    if (const std::string line = remarks_of(lane); !line.empty()) out += before + line + "\n";
  }
  return out;
}

Value number(const std::optional<double>& value) { return value ? Value(*value) : Value(); }

/// The lane that is best by a figure, where it has one; nullptr: none has.
const LaneFigures* best(const std::vector<LaneFigures>& lanes,
                        const std::function<std::optional<double>(const LaneFigures&)>& figure) {
  const LaneFigures* out = nullptr;
  for (const LaneFigures& lane : lanes) {
    const std::optional<double> value = figure(lane);
    if (value && (!out || *value < *figure(*out))) out = &lane;
  }
  return out;
}

std::optional<double> negative(const std::optional<double>& value) {
  return value ? std::optional(-*value) : std::nullopt;
}

/// USD of a question as teams ask them all day: 3,000 tokens in, 500 out.
std::optional<double> usual_cost(const LaneFigures& lane) {
  if (lane.ttft_ms.empty()) return std::nullopt;
  if (lane.price) return (3000 * lane.price->input + 500 * lane.price->output) / 1e6;
  return lane.lane == privacy::Lane::local ? std::optional<double>(0) : std::nullopt;
}

/// When requests should leave a local lane for another one.
std::string spill_over(const LaneFigures& lane, const LaneFigures* other) {
  const std::optional<double> alone = median(lane.alone), of_two = median(lane.of_two);
  if (!alone || !of_two || *alone <= 0) return "";
  const double share = *of_two / *alone;
  const std::optional<double> first = median(lane.ttft_ms),
                              first_of_two = percentile(lane.ttft_of_two_ms, 95);
  const bool queues = first && first_of_two && *first_of_two > kQueued * *first;
  if (share >= kCrowded && !queues) {
    return lane.name + " serves two at once at " + text_of("%.0f", share * 100) +
           " % of its speed each: it need not spill over for a second user.";
  }
  std::string out = lane.name + " with two at once: " + rate_text(of_two) + " tok/s each instead of " +
                    rate_text(alone) + ", first token after " + ms_text(first_of_two) + ".";
  if (!other) return out + " There is no other lane to spill over to.";
  // So that a lone request never trips over it, and a waiting one does.
  const double slo = std::ceil(std::max(2 * percentile(lane.ttft_ms, 95).value_or(0), 200.0) / 100) * 100;
  return out + " With slo_ttft_ms = " + text_of("%.0f", slo) +
         " in [router] requests that would wait go to " + other->name + ".";
}

}  // namespace

double BenchAnswer::rate() const {
  const double seconds = (ms - ttft_ms) / 1000;
  return output > 1 && seconds > 0 ? static_cast<double>(output - 1) / seconds : 0;
}

std::optional<double> percentile(std::vector<double> values, double percent) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const double rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

std::string bench_table(const std::vector<LaneFigures>& lanes) {
  std::vector<std::vector<std::string>> rows = {{std::begin(kHeads), std::end(kHeads)}};
  for (const LaneFigures& lane : lanes) rows.push_back(row_of(lane));
  std::vector<size_t> widths(std::size(kHeads), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_code_points(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string room(widths[i] - count_code_points(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < 2 ? row[i] + room : room + row[i]);
    }
    out += std::string(line.substr(0, line.find_last_not_of(' ') + 1)) + "\n";
  }
  const std::string below = remarks(lanes, "  ");
  return out + (below.empty() ? "" : "\n" + below);
}

std::string bench_markdown(const std::vector<LaneFigures>& lanes) {
  std::string out = "|";
  for (const char* head : kHeads) out += std::string(" ") + head + " |";
  out += "\n|";
  for (size_t i = 0; i < std::size(kHeads); ++i) out += i < 2 ? "---|" : "---:|";
  out += "\n";
  for (const LaneFigures& lane : lanes) {
    out += "|";
    for (const std::string& cell : row_of(lane)) out += " " + cell + " |";
    out += "\n";
  }
  const std::string below = remarks(lanes, "- ");
  return out + (below.empty() ? "" : "\n" + below);
}

Value bench_object(const LaneFigures& lane) {
  Value::Map price;
  if (lane.price) {
    price = {{"input", Value(lane.price->input)},
             {"cached_input", number(lane.price->cached_input)},
             {"output", Value(lane.price->output)}};
  }
  Value::Map out{{"name", Value(lane.name)},
                 {"model", Value(lane.model)},
                 {"lane", Value(to_string(lane.lane))},
                 {"address", Value(lane.address)},
                 {"cold_ms", number(lane.cold_ms)},
                 {"cold", Value(lane.cold)},
                 {"ttft_p50_ms", number(percentile(lane.ttft_ms, 50))},
                 {"ttft_p95_ms", number(percentile(lane.ttft_ms, 95))},
                 {"short_requests", Value(static_cast<int64_t>(lane.ttft_ms.size()))},
                 {"tok_s", number(median(lane.alone))},
                 {"tok_s_of_two", number(median(lane.of_two))},
                 {"tok_s_both", number(median(lane.together))},
                 {"ttft_of_two_p95_ms", number(percentile(lane.ttft_of_two_ms, 95))},
                 {"context", lane.context ? Value(*lane.context) : Value()},
                 {"context_note", Value(lane.context_note)},
                 {"price", lane.price ? Value(std::move(price)) : Value()},
                 {"requests", Value(int64_t{lane.requests})},
                 {"input", Value(lane.input)},
                 {"output", Value(lane.output)},
                 {"usd", number(lane.usd)},
                 {"complete", Value(lane.complete)}};
  return Value(std::move(out));
}

std::vector<std::string> bench_advice(const std::vector<LaneFigures>& lanes) {
  std::vector<std::string> out;
  const auto first = [](const LaneFigures& lane) { return percentile(lane.ttft_ms, 50); };
  const auto speed = [](const LaneFigures& lane) { return negative(median(lane.alone)); };
  const auto window = [](const LaneFigures& lane) {
    return lane.context ? std::optional(-static_cast<double>(*lane.context)) : std::nullopt;
  };
  size_t usable = 0;
  for (const LaneFigures& lane : lanes) usable += lane.ttft_ms.empty() ? 0 : 1;
  for (const LaneFigures& lane : lanes) {
    if (lane.ttft_ms.empty() && lane.error)
      out.push_back(lane.name + " did not answer: no request should count on it as it is.");
  }
  if (usable > 1) {
    if (const LaneFigures* lane = best(lanes, first)) {
      out.push_back("Ghost text and short questions: " + lane->name + " (first token after " +
                    ms_text(first(*lane)) + ").");
    }
    if (const LaneFigures* lane = best(lanes, speed))
      out.push_back("Long answers and refactors: " + lane->name + " (" + rate_text(median(lane->alone)) +
                    " tok/s).");
    if (const LaneFigures* lane = best(lanes, window))
      out.push_back("Large prompts: " + lane->name + " (" + context_text(*lane) + " tokens were answered).");
    if (const LaneFigures* lane = best(lanes, usual_cost)) {
      const double usd = *usual_cost(*lane);
      out.push_back("Batches: " + lane->name +
                    (usd > 0 ? " (" + usd_text(usd) + " for 3,000 tokens in and 500 out)."
                             : " (its tokens cost nothing)."));
    }
  }
  for (const LaneFigures& lane : lanes) {
    if (lane.lane != privacy::Lane::local) continue;
    std::vector<LaneFigures> others;
    for (const LaneFigures& one : lanes) {
      if (one.name != lane.name && !one.ttft_ms.empty()) others.push_back(one);
    }
    if (std::string words = spill_over(lane, best(others, first)); !words.empty())
      out.push_back(std::move(words));
  }
  return out;
}

}  // namespace coder::app
