// The tables that the replay prints.
#pragma once

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "repo_model_baselines.h"
#include "repo_model_fit.h"
#include "repo_model_replay.h"

namespace coder::bench {

struct Repo {
  std::string name;
  std::unique_ptr<test::GitReader> git;
  std::unique_ptr<TreeModel> tree;
  std::vector<TypedCommit> commits;  ///< the newest first
  /// Halves of them: tables and thresholds are made on the older one, the newer one is reported.
  std::vector<const TypedCommit*> newer, older;
  MixData mix;
  std::vector<GateData> gates;  ///< by table set
};

inline void set_tables(completion::RepoModel& model, const Tables& tables) {
  model.state().mix = &tables.mix;
  model.state().gates = &tables.gates;
}

struct Report {
  std::vector<Typed> typed;
  std::vector<Query> queries;
  std::vector<double> times;
  size_t lines_shown = 0, lines_right = 0;  ///< guesses of several lines
  Baselines baselines;

  void add(const Report& other) {
    typed.insert(typed.end(), other.typed.begin(), other.typed.end());
    queries.insert(queries.end(), other.queries.begin(), other.queries.end());
    times.insert(times.end(), other.times.begin(), other.times.end());
    lines_shown += other.lines_shown;
    lines_right += other.lines_right;
    baselines.add(other.baselines);
  }
};

/// Guesses of several lines at the places where the rest of the line is asked for: right where all of them
/// are.
inline void count_lines(completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                        const std::vector<std::string>& lines, Report& out) {
  const size_t indent = completion::indent_of(truth);
  for (const size_t part : {0, 30, 60}) {
    const size_t col = indent + (truth.size() - indent) * part / 100;
    model.buffer_splice(buf, at, at + 1, {truth.substr(0, col)});
    const auto guess = model.guess(buf, at, col, completion::Gate::eager);
    if (!guess || guess->kind != completion::RepoGuess::Kind::lines) continue;
    const std::string whole = truth.substr(0, col) + guess->text;
    const std::vector<std::string_view> guessed = split(whole, '\n');
    bool right = at + guessed.size() <= lines.size();
    for (size_t i = 0; right && i < guessed.size(); ++i)
      right = guessed[i] == (i == 0 ? truth : lines[at + i]);
    ++out.lines_shown;
    out.lines_right += right ? 1 : 0;
  }
}

inline Report report_of(Repo& repo, const std::vector<const TypedCommit*>& commits, Layout layout,
                        const Tables& tables, bool baselines) {
  Report out;
  set_tables(repo.tree->model, tables);
  for_each_case(*repo.tree, commits, layout,
                [&](completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                    const std::vector<std::string>& lines) {
                  out.typed.push_back(type_line(model, buf, at, truth, &out.times));
                  for (Query& query : query_line(model, buf, at, truth)) out.queries.push_back(query);
                  count_lines(model, buf, at, truth, lines, out);
                  if (baselines) type_baselines(*repo.tree, buf, at, truth, out.baselines);
                });
  return out;
}

inline double at_share(std::vector<double> times, double share) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

inline void print_head() {
  std::printf(
      "%% saved, %% right, wrong per line, quiet and eager; %% of line queries answered at 80 and 60 %% "
      "exact;\n"
      "guesses of several lines and %% right; ms of a key (its edit and its query, of this thread's CPU)\n"
      "%-30s %5s | %5s %5s %5s | %5s %5s %5s | %5s %5s | %4s %4s | %5s %5s %5s\n",
      "", "lines", "quiet", "right", "wrong", "eager", "right", "wrong", "c@80", "c@60", "ml", "ok", "p50",
      "p99", "max");
}

/// A report as numbers, so that rows of different tables can be added.
struct Row {
  Outcome quiet, eager;
  std::vector<Query> queries;
  std::vector<double> times;
  size_t lines_shown = 0, lines_right = 0;

  Row() = default;
  Row(const Report& report, const Tables& tables)
      : quiet(simulate(report.typed, tables.gates.bounds[0])),
        eager(simulate(report.typed, tables.gates.bounds[1])),
        queries(report.queries),
        times(report.times),
        lines_shown(report.lines_shown),
        lines_right(report.lines_right) {}
  void add(const Row& other) {
    quiet.add(other.quiet);
    eager.add(other.eager);
    queries.insert(queries.end(), other.queries.begin(), other.queries.end());
    times.insert(times.end(), other.times.begin(), other.times.end());
    lines_shown += other.lines_shown;
    lines_right += other.lines_right;
  }
};

inline void print_row(const std::string& name, const Row& row) {
  const double lines_right =
      static_cast<double>(row.lines_right) / static_cast<double>(std::max<size_t>(1, row.lines_shown));
  std::printf(
      "%-30s %5zu | %5.1f %5.1f %5.2f | %5.1f %5.1f %5.2f | %5.1f %5.1f | %4zu %4.0f | %5.2f %5.2f %5.2f\n",
      name.c_str(), row.quiet.lines, 100 * row.quiet.saved_share(), 100 * row.quiet.right_share(),
      row.quiet.wrong_per_line(), 100 * row.eager.saved_share(), 100 * row.eager.right_share(),
      row.eager.wrong_per_line(), 100 * coverage(row.queries, 0.8), 100 * coverage(row.queries, 0.6),
      row.lines_shown, 100 * lines_right, at_share(row.times, 0.5), at_share(row.times, 0.99),
      at_share(row.times, 1));
  std::fflush(stdout);
}

inline void print_baselines(const std::string& name, const Baselines& baselines) {
  const auto one = [&](const char* what, const Outcome& outcome) {
    std::printf("%-30s %-28s %5.1f %5.1f %5.2f\n", name.c_str(), what, 100 * outcome.saved_share(),
                100 * outcome.right_share(), outcome.wrong_per_line());
  };
  one("CTRL-N, only when right", baselines.keywords);
  one("lines of the same start", baselines.starts);
  one("copy of the longest match", baselines.copies);
}

/// What every bound would come to.
inline void print_curve(const char* name, const std::vector<Typed>& typed) {
  std::printf("%s: strictness, least probability, %% saved, %% right, wrong per line\n", name);
  for (const float strictness : {0.0F, 8.0F, 16.0F, 32.0F, 64.0F}) {
    for (float least = 0.5F; least < 0.97F; least += 0.05F) {
      const Outcome outcome = simulate(typed, completion::GateTable::Bounds{strictness, least});
      std::printf("  %4.1f %.2f  %5.1f %5.1f %5.2f\n", static_cast<double>(strictness),
                  static_cast<double>(least), 100 * outcome.saved_share(), 100 * outcome.right_share(),
                  outcome.wrong_per_line());
    }
  }
}

/// Of all threads.
inline double process_cpu_millis() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

inline std::vector<completion::RepoFile> newest_files(Repo& repo) {
  repo.tree->move_to("HEAD");
  std::vector<completion::RepoFile> out;
  for (const auto& [path, text] : repo.tree->texts()) out.push_back({path, text, false});
  return out;
}

/// Making, saving and loading a base; taking in each of its files once more.
inline void print_speed(const std::string& name, const std::vector<completion::RepoFile>& files) {
  size_t lines = 0;
  for (const completion::RepoFile& file : files) {
    lines += static_cast<size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
  }
  std::vector<completion::RepoFile> copy = files;
  const TimePoint begin = Clock::now();
  const double build_cpu_begin = process_cpu_millis();
  const auto base = completion::RepoBase::build(std::move(copy));
  const double build_cpu = process_cpu_millis() - build_cpu_begin;
  const double build = millis_between(begin, Clock::now());
  const std::string bytes = base->save();
  const TimePoint load_begin = Clock::now();
  const bool loaded = completion::RepoBase::load(bytes).ok();
  const double load = millis_between(load_begin, Clock::now());
  std::vector<double> puts;
  completion::RepoModel model;
  model.set_base(base, 0);
  for (const completion::RepoFile& file : files) {
    const double put_begin = cpu_millis();
    model.put(file.path, file.text, false);
    puts.push_back(cpu_millis() - put_begin);
  }
  const auto tokens = static_cast<double>(base->tokens());
  std::printf(
      "%-30s %zu lines, %.2f M tokens, built in %.0f ms, of CPU %.0f (%.1f M tokens/s), %.1f bytes a token, "
      "%s in %.0f "
      "ms;\n"
      "%-30s a saved file: p50 %.2f, p99 %.2f, max %.2f ms of CPU\n",
      name.c_str(), lines, tokens / 1e6, build, build_cpu, tokens / build / 1e3,
      static_cast<double>(base->bytes()) / tokens, loaded ? "loaded" : "NOT LOADED", load, "",
      at_share(puts, 0.5), at_share(puts, 0.99), at_share(puts, 1));
}

}  // namespace coder::bench
