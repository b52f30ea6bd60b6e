// How edits are placed, and how fast: measured on blocks made of any git repository's commits.
//   cmake --preset bench && cmake --build --preset bench --target bench_edits &&
//   build/bench/tests/bench_edits REPOSITORY [--blocks N] [--show N] [--speed-only | --no-speed]
// --blocks: how many changes of commits are taken, newest first (1,500); each is spoilt in every way. --show:
// prints so many that were misapplied.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "../support/git_reader.h"
#include "../support/temp_folder.h"
#include "edit/hunks.h"
#include "edit/plan_file.h"
#include "edit/reply.h"
#include "edit/transaction.h"
#include "edits_corpus.h"
#include "syntax/language.h"

using namespace coder;
using namespace coder::bench;

namespace {

struct Tally {
  size_t cases = 0, correct = 0, refused = 0, already = 0, misapplied = 0, placeable = 0, placed = 0;
  std::map<std::string, size_t> rungs;
};

std::string reply_of(const Spoilt& one) {
  return "file.txt\n````\n<<<<<<< SEARCH\n" + joined(one.search) + "=======\n" + joined(one.replace) +
         ">>>>>>> REPLACE\n````\n";
}

void score(const Spoilt& one, Tally& tally, size_t& show) {
  const std::vector<edit::Edit> edits = edit::parse_reply(reply_of(one));
  edit::FileChange change;
  change.existed = true;
  change.old_text = change.new_text = one.file;
  edit::Outcome outcome;
  outcome.status = edit::Status::applied;
  if (edits.size() == 1 && edits[0].problem.empty()) {
    edit::FilePlan(change, true).run({{&edits[0], &outcome}});
  } else {
    outcome.status = edit::Status::refused;  // lines of the text that look like marks
  }
  ++tally.cases;
  // Of two empty lines in a row, either may be the new one; they differ by their blanks.
  const auto same = [&] {
    if (one.kind != "trailing") return change.new_text == one.wanted;
    const edit::Text a = edit::split_text(change.new_text), b = edit::split_text(one.wanted);
    return std::equal(a.lines.begin(), a.lines.end(), b.lines.begin(), b.lines.end(),
                      [](auto x, auto y) { return edit::same_line(x, y, edit::Compare::trailing); });
  };
  const bool right = outcome.status == edit::Status::applied && same();
  if (one.placeable) ++tally.placeable, tally.placed += right ? 1 : 0;
  if (outcome.status == edit::Status::refused) {
    ++tally.refused;
    if (std::getenv("SHOW_REFUSED") && one.placeable && show > 0) {
      --show;
      std::printf("---- refused (%s): %s\n%s", one.kind.c_str(), outcome.reason.c_str(),
                  reply_of(one).c_str());
    }
  } else if (outcome.status == edit::Status::already) {
    ++tally.already;
  } else if (right) {
    ++tally.correct;
    ++tally.rungs[to_string(*outcome.rung)];
  } else {
    ++tally.misapplied;
    if (show > 0) {
      --show;
      std::printf("---- misapplied (%s, %s, line %zu)\n%s---- is\n%s---- should be\n%s", one.kind.c_str(),
                  to_string(*outcome.rung), outcome.line, reply_of(one).c_str(),
                  edit::unified_diff("x", "x", one.file, change.new_text).c_str(),
                  edit::unified_diff("x", "x", one.file, one.wanted).c_str());
    }
  }
}

void measure_quality(test::GitReader& git, size_t wanted, size_t show) {
  std::vector<test::GitCommit> commits = git.commits();
  std::map<std::string, Tally> tallies;
  std::vector<std::string> order;
  size_t blocks = 0, seed = 1;
  for (size_t i = commits.size(); i > 0 && blocks < wanted; --i) {
    const test::GitCommit& commit = commits[i - 1];
    if (commit.parents.size() != 1 || commit.changes.size() > 40) continue;
    std::map<std::string, std::string> old_blobs, new_blobs;
    size_t of_commit = 0;
    for (const test::GitChange& change : commit.changes) {
      if (change.status != 'M' || !change.regular || of_commit >= 20) continue;
      if (syntax::language_of(change.path) == syntax::Language::none) continue;
      if (old_blobs.empty()) {
        for (const test::GitEntry& entry : git.tree(commit.parents[0])) old_blobs[entry.path] = entry.blob;
        for (const test::GitEntry& entry : git.tree(commit.hash)) new_blobs[entry.path] = entry.blob;
      }
      size_t of_file = 0;
      for (const Block& block :
           blocks_of(git.blob(old_blobs[change.path]), git.blob(new_blobs[change.path]))) {
        if (++of_file > 5 || blocks >= wanted) break;
        ++blocks, ++of_commit;
        Spoiler spoiler(seed++);
        for (const Spoilt& one : spoiler.all(block)) {
          if (tallies.count(one.kind) == 0) order.push_back(one.kind);
          score(one, tallies[one.kind], show);
        }
      }
    }
  }
  std::printf("%zu changes of commits\n\n", blocks);
  std::printf(
      "| kind | cases | correct | refused | already | misapplied | could be placed | of these correct | "
      "rungs |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|\n");
  Tally all;
  const auto row = [](const std::string& name, const Tally& one) {
    std::string rungs;
    for (const auto& [rung, count] : one.rungs)
      rungs += (rungs.empty() ? "" : ", ") + rung + " " + std::to_string(count);
    std::printf(
        "| %s | %zu | %zu | %zu | %zu | %zu | %zu | %.1f %% | %s |\n", name.c_str(), one.cases, one.correct,
        one.refused, one.already, one.misapplied, one.placeable,
        one.placeable ? 100.0 * static_cast<double>(one.placed) / static_cast<double>(one.placeable) : 0.0,
        rungs.c_str());
  };
  for (const std::string& kind : order) {
    const Tally& one = tallies[kind];
    row(kind, one);
    all.cases += one.cases, all.correct += one.correct, all.refused += one.refused,
        all.already += one.already;
    all.misapplied += one.misapplied, all.placeable += one.placeable, all.placed += one.placed;
    for (const auto& [rung, count] : one.rungs) all.rungs[rung] += count;
  }
  row("all", all);
}

double ms_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

void print_times(const char* name, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  std::printf("| %s | %.1f | %.1f | %.1f |\n", name, times.front(), times[times.size() / 2],
              times[times.size() * 95 / 100]);
}

/// 100 files, 5 blocks in each: the first lines that are unique, a third of them further apart than the last.
void measure_speed(test::GitReader& git) {
  constexpr size_t kFiles = 100, kHunks = 5;
  constexpr int kRuns = 20;
  std::vector<std::pair<std::string, std::string>> files;
  for (const test::GitEntry& entry : git.tree("HEAD")) {
    if (syntax::language_of(entry.path) == syntax::Language::none) continue;
    std::string text = git.blob(entry.blob);
    if (text.size() > 2000 && text.size() < 200'000 && !edit::not_text(text))
      files.emplace_back(entry.path, text);
  }
  std::string reply;
  size_t hunks = 0, bytes = 0, lines = 0;
  std::vector<std::pair<std::string, std::string>> used;
  for (const auto& [path, text] : files) {
    if (used.size() == kFiles) break;
    const edit::Text parsed = edit::split_text(text);
    if (parsed.size() < 60 || parsed.crlf > 0) continue;
    std::string blocks;
    size_t made = 0;
    for (size_t k = 0; k < 40 && made < kHunks; ++k) {
      const size_t at = 2 + k * (parsed.size() - 6) / 40;
      Strings search;
      for (size_t i = at - 2; i < at + 3; ++i) search.emplace_back(parsed.lines[i]);
      if (edit::places_of(edit::views_of(search), parsed.lines, edit::Compare::exact).size() != 1) continue;
      Strings replace = search;
      replace.insert(replace.begin() + 2, "");
      blocks +=
          path + "\n<<<<<<< SEARCH\n" + joined(search) + "=======\n" + joined(replace) + ">>>>>>> REPLACE\n";
      ++made;
    }
    if (made < kHunks) continue;
    reply += blocks;
    hunks += made;
    bytes += text.size();
    lines += parsed.size();
    used.emplace_back(path, text);
  }
  std::vector<double> parse, resolve, resolve_checked, apply;
  for (int run = 0; run < kRuns; ++run) {
    test::TempFolder root, state;
    for (const auto& [path, text] : used) root.file(path, text);
    edit::PlanOptions options;
    options.root = root.path();
    options.accept_syntax_errors = true;
    auto start = std::chrono::steady_clock::now();
    const std::vector<edit::Edit> edits = edit::parse_reply(reply);
    parse.push_back(ms_since(start));
    start = std::chrono::steady_clock::now();
    edit::Plan plan = edit::make_plan(edits, options);
    resolve.push_back(ms_since(start));
    if (plan.refused()) {
      for (const auto& one : plan.outcomes) {
        if (one.own && one.status == edit::Status::refused)
          std::printf("%s: %s\n", one.file.c_str(), one.reason.c_str());
      }
      return;
    }
    options.accept_syntax_errors = false;
    start = std::chrono::steady_clock::now();
    (void)edit::make_plan(edits, options);
    resolve_checked.push_back(ms_since(start));
    start = std::chrono::steady_clock::now();
    auto transaction = edit::Transaction::begin(state / "edits", targets_of(plan));
    if (!transaction || !(*transaction)->commit() || !(*transaction)->finish()) std::printf("not applied\n");
    apply.push_back(ms_since(start));
  }
  std::printf(
      "\n%zu files (%zu lines, %zu bytes), %zu hunks, %d runs, ms\n\n| | min | p50 | p95 "
      "|\n|---|---|---|---|\n",
      used.size(), lines, bytes, hunks, kRuns);
  print_times("parse the reply", parse);
  print_times("resolve", resolve);
  print_times("resolve, with syntax checked", resolve_checked);
  print_times("apply", apply);
}

}  // namespace

int main(int argc, char** argv) {
  std::string repository;
  size_t blocks = 1500, show = 0;
  bool quality = true, speed = true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--blocks") == 0 && i + 1 < argc) {
      blocks = static_cast<size_t>(std::atol(argv[++i]));
    } else if (std::strcmp(argv[i], "--show") == 0 && i + 1 < argc) {
      show = static_cast<size_t>(std::atol(argv[++i]));
    } else if (std::strcmp(argv[i], "--speed-only") == 0) {
      quality = false;
    } else if (std::strcmp(argv[i], "--no-speed") == 0) {
      speed = false;
    } else {
      repository = argv[i];
    }
  }
  if (repository.empty()) {
    std::fprintf(stderr, "bench_edits REPOSITORY [--blocks N] [--show N] [--speed-only | --no-speed]\n");
    return 2;
  }
  test::GitReader git(repository);
  if (quality) measure_quality(git, blocks, show);
  if (speed) measure_speed(git);
  return 0;
}
