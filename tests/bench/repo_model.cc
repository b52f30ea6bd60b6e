// What the repo model saves someone who types, replayed on the history of git repositories.
//   cmake --preset bench && cmake --build --preset bench --target bench_repo_model &&
//   build/bench/tests/bench_repo_model --git DIR [--git DIR ...] [--commits N] [--lines N] [--editor]
//     [--baselines] [--curve] [--speed] [--train [--tables FILE] [--seen-only]]
// --editor: the buffer holds what stood below the line, too. --train: makes the tables anew, on the older
// half of the commits, and prints beside each row that of tables made without the repository.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "repo_model_fit.h"
#include "repo_model_print.h"
#include "repo_model_report.h"

using namespace coder;
using namespace coder::bench;

namespace {

struct Options {
  std::vector<std::string> repositories;
  CaseOptions cases;
  Layout layout = Layout::issue;
  bool train = false, baselines = false, speed = false, curve = false;
  bool unseen = true;  ///< with train: also without each repository
  std::string tables;
};

[[noreturn]] void usage() {
  std::fprintf(
      stderr,
      "bench_repo_model --git DIR [--git DIR ...] [--commits N] [--lines N] [--editor] [--baselines]\n"
      "  [--curve] [--speed] [--train [--tables FILE] [--seen-only]]\n");
  std::exit(2);
}

Options read_options(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] {
      if (++i >= argc) usage();
      return argv[i];
    };
    if (word == "--git") {
      out.repositories.push_back(next());
    } else if (word == "--commits") {
      out.cases.commits = static_cast<size_t>(std::atoll(next()));
    } else if (word == "--lines") {
      out.cases.lines_per_commit = static_cast<size_t>(std::atoll(next()));
    } else if (word == "--baselines") {
      out.baselines = true;
    } else if (word == "--speed") {
      out.speed = true;
    } else if (word == "--curve") {
      out.curve = true;
    } else if (word == "--editor") {
      out.layout = Layout::editor;
    } else if (word == "--train") {
      out.train = true;
    } else if (word == "--seen-only") {
      out.unseen = false;
    } else if (word == "--tables") {
      out.train = true;
      out.tables = next();
    } else {
      usage();
    }
  }
  if (out.repositories.empty()) usage();
  return out;
}

/// Two at a time.
void for_each_repo(std::vector<Repo>& repos, const std::function<void(size_t)>& work) {
  std::atomic<size_t> taken{0};
  const auto run = [&] {
    for (size_t i; (i = taken.fetch_add(1)) < repos.size();) work(i);
  };
  std::thread other(run);
  run();
  other.join();
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  std::vector<Repo> repos(options.repositories.size());
  const TimePoint start = Clock::now();
  const auto note = [&](const char* what) {
    std::fprintf(stderr, "%6.1f s %s\n", millis_between(start, Clock::now()) / 1000, what);
  };
  for_each_repo(repos, [&](size_t i) {
    Repo& repo = repos[i];
    repo.name = options.repositories[i];
    if (repo.name.size() > 5 && repo.name.substr(repo.name.size() - 5) == "/repo") {
      repo.name = repo.name.substr(0, repo.name.size() - 5);
    }
    repo.name = repo.name.substr(repo.name.rfind('/') + 1);
    repo.git = std::make_unique<test::GitReader>(options.repositories[i]);
    repo.tree = std::make_unique<TreeModel>(*repo.git);
    repo.commits = find_typed(*repo.git, options.cases);
    for (size_t c = 0; c < repo.commits.size(); ++c) {
      (c < repo.commits.size() / 2 ? repo.newer : repo.older).push_back(&repo.commits[c]);
    }
  });
  note("cases");
  Tables all;
  std::vector<Tables> without(repos.size());
  if (options.train) {
    for_each_repo(repos, [&](size_t i) {
      std::mt19937 random(3);
      for_each_case(
          *repos[i].tree, repos[i].older, options.layout,
          [&](completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
              const std::vector<std::string>&) { sample_line(model, buf, at, truth, random, repos[i].mix); });
    });
    size_t samples = 0, rows = 0;
    for (const Repo& repo : repos) {
      samples += repo.mix.samples.size();
      rows += repo.mix.rows.size();
    }
    std::fprintf(stderr, "%zu samples, %zu rows\n", samples, rows);
    note("samples");
    for_each_repo(repos, [&](size_t i) {
      if (!options.unseen) return;
      std::vector<const MixData*> parts;
      for (size_t other = 0; other < repos.size(); ++other) {
        if (other != i) parts.push_back(&repos[other].mix);
      }
      without[i].mix = train_mix(parts);
    });
    std::vector<const MixData*> parts;
    for (const Repo& repo : repos) parts.push_back(&repo.mix);
    double loss = 0;
    all.mix = train_mix(parts, 30, &loss);
    std::fprintf(stderr, "loss %.4f\n", loss);
    note("mixers");
    for_each_repo(repos, [&](size_t i) {
      repos[i].gates.resize(repos.size() + 1);
      size_t line = 0;
      for_each_case(*repos[i].tree, repos[i].older, options.layout,
                    [&](completion::RepoModel& model, int64_t buf, size_t at, const std::string& truth,
                        const std::vector<std::string>&) {
                      ++line;
                      for (size_t t = 0; t <= repos.size(); ++t) {
                        // A third is enough to tell how it does where it has never been.
                        if (t < repos.size() && line % 3 != 0) continue;
                        if (t == i || (t < repos.size() && !options.unseen)) continue;
                        set_tables(model, t == repos.size() ? all : without[t]);
                        gate_line(model, buf, at, truth, repos[i].gates[t]);
                      }
                    });
    });
    note("gate samples");
    const auto fit = [&](size_t t) {
      Tables& tables = t == repos.size() ? all : without[t];
      std::vector<GateSample> word, line;
      for (size_t i = 0; i < repos.size(); ++i) {
        if (i == t) continue;
        GateData& data = repos[i].gates[t];
        word.insert(word.end(), data.word.begin(), data.word.end());
        line.insert(line.end(), data.line.begin(), data.line.end());
      }
      tables.gates.word = train_gate(std::move(word));
      tables.gates.line = train_gate(std::move(line));
      std::vector<const std::vector<Typed>*> typed;
      for (size_t i = 0; i < repos.size(); ++i) {
        if (i == t) continue;
        weigh_offers(repos[i].gates[t].typed, tables.gates);
        typed.push_back(&repos[i].gates[t].typed);
      }
      tables.gates.bounds[0] = fit_bounds(typed, 0.905, 0.19);
      tables.gates.bounds[1] = fit_bounds(typed, 0.805, 0.58);
    };
    if (options.unseen) for_each_repo(repos, fit);
    fit(repos.size());
    for (const auto& bounds : all.gates.bounds) {
      std::fprintf(stderr, "bounds: strictness %g least %g\n", static_cast<double>(bounds.strictness),
                   static_cast<double>(bounds.least));
    }
    note("gates");
    if (std::FILE* file = options.tables.empty() ? nullptr : std::fopen(options.tables.c_str(), "w")) {
      std::string command = "bench_repo_model --commits " + std::to_string(options.cases.commits) +
                            " --lines " + std::to_string(options.cases.lines_per_commit) + " --tables FILE";
      for (const Repo& repo : repos) command += "\n//     --git " + repo.name;
      print_tables(file, all, command);
      std::fclose(file);
    }
  } else {
    all.mix = completion::mix_table();
    all.gates = completion::gate_table();
  }
  print_head();
  std::vector<Report> reports(repos.size()), unseen(repos.size());
  for_each_repo(repos, [&](size_t i) {
    reports[i] = report_of(repos[i], repos[i].newer, options.layout, all, options.baselines);
    if (options.train && options.unseen) {
      unseen[i] = report_of(repos[i], repos[i].newer, options.layout, without[i], false);
    }
  });
  Report together;
  Row row_of_all, row_without;
  for (size_t i = 0; i < repos.size(); ++i) {
    const Row row(reports[i], all);
    print_row(repos[i].name, row);
    row_of_all.add(row);
    together.add(reports[i]);
    if (!options.train || !options.unseen) continue;
    const Row other(unseen[i], without[i]);
    print_row("  by tables without it", other);
    row_without.add(other);
  }
  print_row("all", row_of_all);
  if (options.train && options.unseen) print_row("  by tables without each", row_without);
  if (options.baselines) {
    for (size_t i = 0; i < repos.size(); ++i) print_baselines(repos[i].name, reports[i].baselines);
    print_baselines("all", together.baselines);
  }
  if (options.curve) print_curve("all", together.typed);
  if (options.speed) {
    std::vector<completion::RepoFile> all_files;
    for (Repo& repo : repos) {
      const std::vector<completion::RepoFile> files = newest_files(repo);
      print_speed(repo.name, files);
      for (const completion::RepoFile& file : files) {
        all_files.push_back({repo.name + "/" + file.path, file.text, false});
      }
    }
    print_speed("all in one", all_files);
  }
  note("reports");
}
