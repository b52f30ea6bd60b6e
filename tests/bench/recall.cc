// How much of what a programmer needs the context engine finds: measured on the history of any git
// repository.
//   cmake --preset bench && cmake --build --preset bench --target bench_recall &&
//   build/bench/tests/bench_recall REPOSITORY [--commits N] [--before DATE | --after DATE] [--scrub]
//     [--baseline] [--no-seed] [--no-question] [--ablate] [--cases] [--json]
// DATE: 2024-06-01. Each option but the first three adds rows. See recall_cases.h for how a commit becomes a
// question, recall_score.h for what is counted.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "codec/json.h"
#include "recall_cases.h"
#include "recall_score.h"
#include "recall_world.h"

using namespace coder;
using namespace coder::bench;

namespace {

struct Options {
  std::string repository;
  CaseOptions cases;
  bool scrub = false, baseline = false, ablate = false, no_seed = false, no_question = false, json = false,
       cases_too = false;
  std::string features;
};

[[noreturn]] void usage() {
  std::fprintf(stderr,
               "bench_recall REPOSITORY [--commits N] [--before DATE | --after DATE] [--scrub] [--baseline]\n"
               "             [--no-seed] [--no-question] [--ablate] [--cases] [--json] [--features FILE]\n");
  std::exit(2);
}

int64_t seconds_of(const char* date) {
  std::tm day{};
  if (std::sscanf(date, "%d-%d-%d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3) usage();
  day.tm_year -= 1900;
  day.tm_mon -= 1;
  return ::timegm(&day);
}

Options read_options(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] {
      if (++i >= argc) usage();
      return argv[i];
    };
    if (word == "--commits") {
      out.cases.commits = static_cast<size_t>(std::atoll(next()));
    } else if (word == "--before") {
      out.cases.before = seconds_of(next());
    } else if (word == "--after") {
      out.cases.after = seconds_of(next());
    } else if (word == "--scrub") {
      out.scrub = true;
    } else if (word == "--baseline") {
      out.baseline = true;
    } else if (word == "--no-seed") {
      out.no_seed = true;
    } else if (word == "--no-question") {
      out.no_question = true;
    } else if (word == "--ablate") {
      out.ablate = true;
    } else if (word == "--json") {
      out.json = true;
    } else if (word == "--cases") {
      out.cases_too = true;
    } else if (word == "--features") {
      out.features = next();
    } else if (word.rfind("--", 0) == 0 || !out.repository.empty()) {
      usage();
    } else {
      out.repository = word;
    }
  }
  if (out.repository.empty()) usage();
  return out;
}

/// One row of the table.
struct Row {
  std::string name;
  bool packs = true;
  std::function<context::Ranked(const workspace::Corpus&, const Case&)> rank;
  Score score;
};

context::Query query_of(const Case& one, bool seed, bool question, bool scrub) {
  context::Query out;
  if (question) out.text = scrub ? scrubbed(one) : one.question;
  if (seed) out.seeds.push_back({one.seed, 0});
  return out;
}

std::vector<Row> rows_of(const Options& options) {
  std::vector<Row> out;
  const auto add = [&](std::string name, bool seed, bool question, bool scrub, context::Signals signals,
                       bool packs) {
    out.push_back({std::move(name),
                   packs,
                   [=](const workspace::Corpus& corpus, const Case& one) {
                     return context::rank(corpus, query_of(one, seed, question, scrub), signals);
                   },
                   {}});
  };
  add("all signals", true, true, false, {}, true);
  if (options.baseline) {
    out.push_back({"baseline (RRF)",
                   false,
                   [](const workspace::Corpus& corpus, const Case& one) {
                     return baseline(corpus, query_of(one, true, true, false));
                   },
                   {}});
  }
  if (options.scrub) add("file names scrubbed", true, true, true, {}, true);
  if (options.no_seed) add("no seed", false, true, false, {}, true);
  if (options.no_seed && options.scrub) add("no seed, scrubbed", false, true, true, {}, true);
  if (options.no_question) add("no question", true, false, false, {}, true);
  if (options.ablate) {
    struct One {
      const char* name;
      bool context::Signals::*flag;
    };
    const std::vector<One> all = {{"words", &context::Signals::words},
                                  {"uses", &context::Signals::uses},
                                  {"history", &context::Signals::history},
                                  {"subjects", &context::Signals::subjects},
                                  {"paths", &context::Signals::paths}};
    for (const One& one : all) {
      context::Signals signals;
      signals.*one.flag = false;
      add(std::string("without ") + one.name, true, true, false, signals, false);
    }
    for (const One& one : all) {
      context::Signals signals;
      for (const One& other : all) signals.*other.flag = false;
      signals.*one.flag = true;
      add(std::string(one.name) + " alone", true, true, false, signals, false);
    }
  }
  return out;
}

double at_share(std::vector<double> times, double share) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  return times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
}

double mean(double sum, size_t count) { return count == 0 ? 0 : sum / static_cast<double>(count); }

void print_table(const std::vector<Row>& rows) {
  std::printf("%-22s %6s | %5s %5s %5s | %5s %5s %5s %5s | %5s %5s %5s %5s | %5s %5s | %6s %6s %6s %6s %4s\n",
              "", "cases", "r@5", "r@10", "r@20", "p@8k", "32k", "64k", "128k", "s@8k", "32k", "b@8k", "32k",
              "f@8k", "32k", "rank50", "rank99", "64k50", "64k99", "over");
  for (const Row& row : rows) {
    const Score& s = row.score;
    std::printf("%-22s %6zu | %5.3f %5.3f %5.3f |", row.name.c_str(), s.cases, mean(s.files[0], s.cases),
                mean(s.files[1], s.cases), mean(s.files[2], s.cases));
    if (row.packs) {
      for (const double sum : s.packed) std::printf(" %5.3f", mean(sum, s.cases));
      std::printf(" | %5.3f %5.3f %5.3f %5.3f | %5.3f %5.3f |", mean(s.symbols[0], s.with_symbols),
                  mean(s.symbols[1], s.with_symbols), mean(s.symbol_bodies[0], s.with_symbols),
                  mean(s.symbol_bodies[1], s.with_symbols), mean(s.bodies[0], s.cases),
                  mean(s.bodies[1], s.cases));
    } else {
      std::printf("%78s", "");
    }
    std::printf(" %6.2f %6.2f", at_share(s.rank_ms, 0.5), at_share(s.rank_ms, 0.99));
    if (row.packs)
      std::printf(" %6.2f %6.2f %4zu", at_share(s.total_ms, 0.5), at_share(s.total_ms, 0.99), s.over_budget);
    std::printf("\n");
  }
}

/// What was asked, and at which place each file that should be found stands.
void print_case(const World& world, const Case& one) {
  const context::Ranked ranked = context::rank(world.corpus, query_of(one, true, true, false));
  std::printf("%.9s \"%s\" in %s\n", one.commit.c_str(), one.question.c_str(), one.seed.c_str());
  for (const test::GitDiff& gold : one.gold) {
    const auto found = std::find_if(ranked.files.begin(), ranked.files.end(),
                                    [&](const context::RankedFile& file) { return file.path == gold.path; });
    std::printf("  %4zd %s\n", found == ranked.files.end() ? -1 : found - ranked.files.begin() + 1,
                gold.path.c_str());
  }
}

/// For fitting the weights: for each case its candidates' features and whether each is gold.
void write_features(std::FILE* out, const World& world, const Case& one, const context::Query& query) {
  const context::Measured measured = context::measure(world.corpus, query, {});
  const auto slots = static_cast<uint32_t>(world.corpus.index.slots());
  std::vector<workspace::Slot> files;
  for (workspace::Slot slot = 0; slot < slots; ++slot) {
    const std::string& path = world.corpus.index.file(slot).path;
    if (path.empty() || path == one.seed) continue;
    files.push_back(slot);
  }
  const uint32_t head[3] = {static_cast<uint32_t>(files.size()), static_cast<uint32_t>(one.gold.size()),
                            static_cast<uint32_t>(context::kFeatures)};
  std::fwrite(head, sizeof head, 1, out);
  for (const workspace::Slot slot : files) {
    const std::string& path = world.corpus.index.file(slot).path;
    float row[context::kFeatures + 1];
    for (size_t i = 0; i < context::kFeatures; ++i) {
      const std::vector<float>& column = measured.sheet.known(static_cast<context::Feature>(i));
      row[i] = column.empty() ? 0 : column[slot];
    }
    row[context::kFeatures] =
        std::any_of(one.gold.begin(), one.gold.end(), [&](const auto& gold) { return gold.path == path; });
    std::fwrite(row, sizeof row, 1, out);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  test::GitReader git(options.repository);
  const std::vector<test::GitCommit> commits = git.commits();
  const std::vector<Case> cases = find_cases(git, commits, options.cases);
  World world(git, commits);
  std::vector<Row> rows;
  if (options.features.empty()) rows = rows_of(options);
  std::FILE* features = options.features.empty() ? nullptr : std::fopen(options.features.c_str(), "wb");
  const TimePoint start = Clock::now();
  for (const Case& one : cases) {
    world.move_to(one.parent);
    if (features)
      write_features(features, world, one,
                     query_of(one, !options.no_seed, !options.no_question, options.scrub));
    if (options.cases_too) print_case(world, one);
    Scorer scorer(world, one);
    for (Row& row : rows) {
      scorer.add(row.score, row.packs, [&] { return row.rank(world.corpus, one); });
    }
  }
  if (features) std::fclose(features);
  const workspace::Index::Totals& totals = world.corpus.index.totals();
  std::fprintf(
      stderr, "%zu commits, of which %zu are asked; at the last: %zu files, %zu lines, %zu symbols; %.0f s\n",
      commits.size(), cases.size(), static_cast<size_t>(totals.files), static_cast<size_t>(totals.lines),
      static_cast<size_t>(totals.symbols), millis_between(start, Clock::now()) / 1000);
  print_table(rows);
}
