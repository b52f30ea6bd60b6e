// The workspace index on a real tree: how long a build takes beside the bare parse, when names can be asked
// for, what a save costs, and what it holds.
//   cmake --preset bench && cmake --build --preset bench --target bench_index &&
//   build/bench/tests/bench_index ROOT [RUNS]
// Each measurement runs in a process of its own, RUNS times (default 3); the table tells the median and the
// best. ROOT's files are changed and put back by the saves, so let it be a copy; its database lies in
// $TMPDIR.
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "../support/temp_folder.h"
#include "context/pack.h"
#include "syntax/parse.h"
#include "syntax/rules.h"
#include "workspace/build.h"
#include "workspace/content.h"
#include "workspace/indexer.h"

using namespace coder;
using namespace coder::workspace;

namespace {

using Figures = std::vector<std::pair<std::string, double>>;

double now_ms() { return std::chrono::duration<double, std::milli>(Clock::now().time_since_epoch()).count(); }

/// Of all threads of this process, so that other work on the machine does not count.
double processor_ms() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// "VmRSS" or "VmHWM" of this process in MiB.
double memory(const std::string& key) {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);) {
    if (line.compare(0, key.size(), key) == 0) return std::atof(line.c_str() + key.size() + 1) / 1024;
  }
  return 0;
}

std::vector<std::string> listed(const std::string& root) {
  loop::Loop loop;
  std::vector<std::string> paths;
  const ListFiles files(loop, root, [&](const Listing& listing) {
    for (const Found& file : listing.files) paths.push_back(file.path);
  });
  loop.run();
  return paths;
}

struct Source {
  std::string path;
  syntax::Language language;
  std::string text;
};

/// What the Index holds of a tree.
std::vector<Source> sources(const std::string& root) {
  const Disk disk(root);
  std::vector<Source> out;
  for (const std::string& path : listed(root)) {
    Disk::Text read = disk.read(path);
    if (!read.problem.empty() || left_out_by_name(path) || left_out_by_text(path, read.text)) continue;
    if (read.stat.size > kMaxFileBytes) continue;
    out.push_back({path, syntax::language_of(path, read.text.substr(0, 80)), std::move(read.text)});
  }
  return out;
}

/// Passed and processor time.
struct Time {
  double wall = 0, processor = 0;
};

template <class Each>
Time timed(const std::vector<Source>& all, size_t threads, Each each) {
  const double start = now_ms(), used = processor_ms();
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < all.size(); i = next++) each(all[i]);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return {now_ms() - start, processor_ms() - used};
}

Figures parse(const std::string& root) {
  const std::vector<Source> all = sources(root);
  size_t bytes = 0, lines = 0, code_bytes = 0, code_lines = 0, stored = 0;
  for (const Source& source : all) {
    const auto count = static_cast<size_t>(std::count(source.text.begin(), source.text.end(), '\n'));
    bytes += source.text.size();
    lines += count;
    if (source.language == syntax::Language::none) continue;
    code_bytes += source.text.size();
    code_lines += count;
  }
  const auto bare = [](const Source& s) {
    if (s.language != syntax::Language::none) syntax::parse(syntax::table_of(s.language).grammar(), s.text);
  };
  const Time one = timed(all, 1, bare), many = timed(all, parse_jobs(), bare);
  const Time facts = timed(all, parse_jobs(), [](const Source& s) { make_facts(s.language, s.text); });
  for (const Source& s : all) stored += encode(make_facts(s.language, s.text)).size();
  return {{"files", static_cast<double>(all.size())},
          {"lines", static_cast<double>(lines)},
          {"MB", static_cast<double>(bytes) / 1e6},
          {"lines with a grammar", static_cast<double>(code_lines)},
          {"MB with a grammar", static_cast<double>(code_bytes) / 1e6},
          {"jobs at once", static_cast<double>(parse_jobs())},
          {"bare parse, one thread, ms", one.wall},
          {"bare parse, as many as jobs, ms", many.wall},
          {"bare parse, processor ms", many.processor},
          {"facts (outlines and words), as many, ms", facts.wall},
          {"facts, processor ms", facts.processor},
          {"facts as stored, MB", static_cast<double>(stored) / 1e6}};
}

/// An Indexer, and the loop it runs on.
struct Run {
  loop::Loop loop;
  double start = now_ms(), ready = 0, first_name = 0;
  double processor = processor_ms();
  size_t symbols = 0;
  std::optional<Indexer> indexer;
  std::shared_ptr<Indexer::Query> query;
  std::optional<loop::Timer> poll;
  std::vector<double> times;

  Run(const std::string& root, const std::string& cache, bool ask) {
    Indexer::Options options;
    options.root = root;
    options.cache_file = cache;
    options.watch = false;
    indexer.emplace(
        loop, options,
        [this] {
          ready = now_ms();
          processor = processor_ms() - processor;
          loop.stop();
        },
        [](const std::string& notice) { std::fprintf(stderr, "%s\n", notice.c_str()); });
    poll.emplace(loop, [this] {
      query = indexer->query([](const Corpus& corpus) { return corpus.index.totals().symbols; },
                             [this](uint64_t count) {
                               const double at = now_ms();
                               if (count > 0 && first_name == 0) first_name = at;
                               if (at - start <= 1000) symbols = count;
                               poll->start(Millis(10));
                             });
    });
    if (ask) poll->start(Millis(1));
    loop.run();
    poll->stop();
    query.reset();
  }
};

Figures cold(const std::string& root, const std::string& cache, bool ask) {
  Run run(root, cache, ask);
  const Indexer::Status& status = run.indexer->status();
  Figures out = {{"cold, ms", run.ready - run.start}, {"cold, processor ms", run.processor}};
  if (ask) {
    out = {{"first names answered, ms", run.first_name - run.start},
           {"of all symbols after 1 s, %",
            100.0 * static_cast<double>(run.symbols) / static_cast<double>(status.totals.symbols)}};
  } else {
    out.push_back({"symbols", static_cast<double>(status.totals.symbols)});
    out.push_back({"files left out", static_cast<double>(status.left_out)});
    out.push_back({"Index says it holds, MB", static_cast<double>(status.memory) / 1e6});
    out.push_back({"RSS when ready, MiB", memory("VmRSS")});
    out.push_back({"RSS at most, MiB", memory("VmHWM")});
  }
  run.loop.run();  // until all is stored
  return out;
}

Figures warm(const std::string& root, const std::string& cache) {
  Run run(root, cache, false);
  return {{"warm, ms", run.ready - run.start},
          {"warm, processor ms", run.processor},
          {"parsed when warm, files", static_cast<double>(run.indexer->status().parsed)},
          {"RSS when warm, MiB", memory("VmRSS")}};
}

Figures saves(const std::string& root) {
  Run run(root, "", false);
  std::vector<std::string> paths;
  run.query = run.indexer->query(
      [](const Corpus& corpus) {
        std::vector<std::string> out;
        for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
          const Index::File& file = corpus.index.file(slot);
          const bool known =
              file.language == syntax::Language::python || file.language == syntax::Language::rust;
          if (known) out.push_back(file.path);
        }
        std::sort(out.begin(), out.end());
        return out;
      },
      [&](std::vector<std::string> found) {
        paths = std::move(found);
        run.loop.stop();
      });
  run.loop.run();
  std::mt19937 random(1);
  std::vector<double> times;
  std::map<std::string, std::string> before;
  for (int i = 0; i < 220 && !paths.empty(); ++i) {
    const std::string path = paths[random() % paths.size()], whole = root + "/" + path;
    std::ifstream in(whole, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    before.emplace(whole, text);
    const std::string name = "saved_" + std::to_string(i);
    const bool python = path.substr(path.size() - 3) != ".rs";
    text += (python ? "\ndef " + name + "(): pass\n" : "\nfn " + name + "() {}\n");
    std::ofstream(whole, std::ios::binary) << text;
    const double start = now_ms();
    run.indexer->look_again({path});
    bool seen = false;
    run.query = run.indexer->query(
        [name](const Corpus& corpus) { return corpus.index.definers(corpus.index.name(name)) == 1; },
        [&](bool found) {
          seen = found;
          run.loop.stop();
        });
    run.loop.run();
    if (!seen) std::fprintf(stderr, "%s is not seen\n", path.c_str());
    if (i >= 20) times.push_back(now_ms() - start);
  }
  for (const auto& [whole, text] : before) std::ofstream(whole, std::ios::binary) << text;
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times.empty() ? 0 : times[static_cast<size_t>(share * static_cast<double>(times.size() - 1))];
  };
  return {{"save to visible, p50, ms", at(0.5)}, {"save to visible, p99, ms", at(0.99)}};
}

/// Ranking and packing to 64,000 tokens (of 3.6 bytes): the question names a symbol, the seed is any file
/// with symbols. Waiting for a worker is not part of it.
Figures queries(const std::string& root) {
  Run run(root, "", false);
  run.query = run.indexer->query(
      [root](const Corpus& corpus) {
        std::vector<std::string> paths;
        for (Slot slot = 0; slot < corpus.index.slots(); ++slot) {
          const Index::File& file = corpus.index.file(slot);
          if (!file.path.empty() && !file.symbols.empty()) paths.push_back(file.path);
        }
        std::sort(paths.begin(), paths.end());
        const Disk disk(root);
        context::PackOptions options;
        options.budget = 64'000;
        options.count = [](std::string_view text) { return (text.size() * 10 + 35) / 36; };
        options.read = [&disk](const std::string& path) -> std::optional<std::string> {
          Disk::Text read = disk.read(path);
          if (read.kind != FileKind::file) return std::nullopt;
          return std::move(read.text);
        };
        std::mt19937 random(1);
        std::vector<double> times;
        for (int i = 0; i < 220 && !paths.empty(); ++i) {
          const std::string& seed = paths[random() % paths.size()];
          const Slot other = corpus.index.find(paths[random() % paths.size()]);
          const Index::File& file = corpus.index.file(other);
          context::Query query;
          query.text = "Fix how " +
                       std::string(corpus.index.text(file.symbols[random() % file.symbols.size()].name)) +
                       " handles errors";
          query.seeds.push_back({seed, 1});
          const double start = now_ms();
          const context::Packed packed = context::pack(corpus, context::rank(corpus, query), options);
          if (packed.tokens > options.budget) std::fprintf(stderr, "over the budget\n");
          if (i >= 20) times.push_back(now_ms() - start);
        }
        std::sort(times.begin(), times.end());
        return times;
      },
      [&](std::vector<double> times) {
        run.times = std::move(times);
        run.loop.stop();
      });
  run.loop.run();
  if (run.times.empty()) return {};
  return {{"query and pack to 64k, p50, ms", run.times[run.times.size() / 2]},
          {"query and pack to 64k, p99, ms", run.times[run.times.size() * 99 / 100]}};
}

/// One measurement in a process of its own.
Figures measure(const std::string& self, const std::string& what, const std::string& root,
                const std::string& cache) {
  std::FILE* const pipe = ::popen((self + " --" + what + " '" + root + "' '" + cache + "'").c_str(), "r");
  Figures out;
  char line[256];
  while (pipe && std::fgets(line, sizeof line, pipe)) {
    std::string text(line);
    const size_t tab = text.find('\t');
    if (tab != std::string::npos) out.emplace_back(text.substr(0, tab), std::atof(text.c_str() + tab + 1));
  }
  if (pipe) ::pclose(pipe);
  return out;
}

int child(const std::string& what, const std::string& root, const std::string& cache) {
  const Figures figures = what == "--parse"   ? parse(root)
                          : what == "--cold"  ? cold(root, "", false)
                          : what == "--ask"   ? cold(root, "", true)
                          : what == "--keep"  ? cold(root, cache, false)
                          : what == "--warm"  ? warm(root, cache)
                          : what == "--query" ? queries(root)
                                              : saves(root);
  for (const auto& [name, value] : figures) std::printf("%s\t%.3f\n", name.c_str(), value);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && argv[1][0] == '-') return child(argv[1], argv[2], argv[3]);
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_index ROOT [RUNS]\n");
    return 2;
  }
  const std::string root = std::filesystem::canonical(argv[1]).string();
  const int runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 3;
  const std::string self = std::filesystem::canonical("/proc/self/exe").string();
  const test::TempFolder folder;
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> all;
  const auto add = [&](const Figures& figures, const std::string& behind = "") {
    for (const auto& [name, value] : figures) {
      std::vector<double>& values = all[name + behind];
      if (values.empty()) order.push_back(name + behind);
      values.push_back(value);
    }
  };
  for (int i = 0; i < runs; ++i) {
    add(measure(self, "parse", root, "-"));
    add(measure(self, "cold", root, "-"));
    add(measure(self, "ask", root, "-"));
    const std::string cache = folder / ("index-" + std::to_string(i) + ".db");
    add(measure(self, "keep", root, cache), ", storing");
    if (std::filesystem::exists(cache)) {
      add(measure(self, "warm", root, cache));
      add({{"database, MB", static_cast<double>(std::filesystem::file_size(cache)) / 1e6}});
    }
    add(measure(self, "save", root, "-"));
    add(measure(self, "query", root, "-"));
  }
  std::printf("%s, %d runs\n%-44s %12s %12s\n", root.c_str(), runs, "", "median", "best");
  for (const std::string& name : order) {
    std::vector<double>& values = all[name];
    std::sort(values.begin(), values.end());
    std::printf("%-44s %12.1f %12.1f\n", name.c_str(), values[values.size() / 2], values.front());
  }
  const auto median = [&](const std::string& name) {
    return all[name].empty() ? 0 : all[name][all[name].size() / 2];
  };
  const auto ratio = [&](const char* name, const std::string& of, const std::string& by) {
    std::printf("%-44s %12.2f\n", name, median(of) / std::max(1e-9, median(by)));
  };
  ratio("cold / bare parse", "cold, ms", "bare parse, as many as jobs, ms");
  ratio("the same, processor time", "cold, processor ms", "bare parse, processor ms");
}
