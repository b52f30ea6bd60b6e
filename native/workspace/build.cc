#include "workspace/build.h"

#include <algorithm>
#include <deque>
#include <list>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "loop/work.h"
#include "workspace/batch.h"
#include "workspace/files.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

/// Of source per job: some 40 ms of parsing, so that the last jobs of a pass end together and a query for a
/// name waits for little.
constexpr int64_t kBatchBytes = 256 * 1024;
constexpr size_t kBatchFiles = 64;
constexpr size_t kMostTaking = 4;
constexpr size_t kLookUps = 256;  // files per question to the store
constexpr size_t kFewFiles = 32;  // not worth knowing all that is stored

/// What the comparison of a listing came to.
struct Compared {
  Intake::Comparison comparison;
  std::vector<Task> tasks;
  std::vector<std::string> folders;
};

std::vector<std::string> folders_of(const std::vector<Found>& files) {
  std::set<std::string> out = {""};
  std::string_view last;
  for (const Found& file : files) {
    const size_t slash = file.path.rfind('/');
    std::string_view folder = std::string_view(file.path).substr(0, slash == std::string::npos ? 0 : slash);
    if (folder == last) continue;
    last = folder;
    while (!folder.empty() && out.emplace(folder).second) {
      const size_t above = folder.rfind('/');
      folder = folder.substr(0, above == std::string_view::npos ? 0 : above);
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace

size_t parse_jobs() {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const size_t threads = loop::pool_threads();
  return std::max<size_t>(2, std::min(cores, threads - std::min<size_t>(threads, 2)));
}

struct Build::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Setup s, uint64_t t, unique_function<void()> d)
      : loop(l),
        lane(*s.lane),
        intake(std::move(s.intake)),
        selection(std::move(s.selection)),
        shelf(s.shelf),
        fresh(s.fresh),
        stamp(t),
        done(std::move(d)) {}

  loop::Loop& loop;
  Lane& lane;
  std::shared_ptr<Intake> intake;  // the jobs' of `lane` only
  std::shared_ptr<const Selection> selection;
  Shelf* shelf;  // may be null
  bool fresh;
  uint64_t stamp;
  unique_function<void()> done;
  TimePoint started = Clock::now();
  Progress progress;
  std::vector<std::string> folders;

  std::unique_ptr<ListFiles> listing;
  Lane::Handle comparing;
  std::deque<Task> tasks;
  std::deque<Task> unasked;  // of the store
  std::shared_ptr<const Hashes> hashes;
  bool want_hashes = false;
  std::list<Lane::Handle> asking;
  std::list<std::unique_ptr<loop::Work>> working;
  std::list<Lane::Handle> taking;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  void start() {
    listing = std::make_unique<ListFiles>(
        loop, selection->root(), then([](State& s, Listing listed) { s.compare(std::move(listed)); }));
  }

  void compare(Listing listed) {
    progress.listed = listed.files.size();
    progress.git = listed.git;
    progress.problem = std::move(listed.problem);
    if (listed.more) {
      progress.problem = "more than " + std::to_string(kMaxFiles) + " files: the rest is left out";
    }
    auto shared = std::make_shared<Compared>();
    shared->comparison.listing = std::move(listed);
    shared->comparison.stamp = stamp;
    comparing = lane.second(
        [shared, held = intake, chosen = selection](TimePoint until) {
          Intake::Comparison& comparison = shared->comparison;
          if (!held->compare(comparison, until)) return false;
          const Disk disk(chosen->root());
          for (const std::string& path : held->texts_without_file()) {
            Stat stat;
            held->set_new_file(path, disk.look(path, stat) == FileKind::missing);
          }
          shared->tasks.reserve(comparison.wanted.size());
          for (Wanted& wanted : comparison.wanted) {
            KnownFacts known = held->known(wanted.path);
            shared->tasks.push_back({std::move(wanted), std::move(known)});
          }
          shared->folders = folders_of(comparison.listing.files);
          comparison = {Listing(), comparison.stamp, 0, {}, comparison.again};
          sort_by_use(shared->tasks);
          return true;
        },
        then([shared](State& s) {
          s.progress.again = shared->comparison.again;
          s.progress.listing_ms = millis_between(s.started, Clock::now());
          s.folders = std::move(shared->folders);
          s.progress.done = s.progress.listed - shared->tasks.size();
          std::deque<Task>& todo = s.shelf && !s.fresh ? s.unasked : s.tasks;
          for (Task& task : shared->tasks) todo.push_back(std::move(task));
          s.go_on();
        }));
  }

  void go_on() {
    look_up();
    read();
    if (!unasked.empty() || !tasks.empty() || !asking.empty() || !working.empty() || !taking.empty()) return;
    unique_function<void()> call = std::move(done);
    call();
  }

  // --- what is stored ------------------------------------------------------------

  template <class Ask, class Then>
  void ask(Ask question, Then next) {
    const auto place = asking.emplace(asking.end());
    *place = shelf->ask(std::move(question), then([place, next](State& s, auto answer) {
                          s.asking.erase(place);
                          next(s, std::move(answer));
                          s.go_on();
                        }));
  }

  void look_up() {
    if (!asking.empty()) return;  // one question at a time: answers hold facts, which are large
    if (unasked.empty()) {
      if (want_hashes && !hashes && tasks.size() > kFewFiles) {
        ask([](FactsStore& store) { return store.hashes(); },
            [](State& s, Hashes all) { s.hashes = std::make_shared<const Hashes>(std::move(all)); });
      }
      return;
    }
    std::vector<Task> some;
    std::vector<Wanted> wanted;
    for (; !unasked.empty() && some.size() < kLookUps; unasked.pop_front()) {
      some.push_back(std::move(unasked.front()));
      wanted.push_back(some.back().wanted);
    }
    ask([files = std::move(wanted)](FactsStore& store) { return store.find(files); },
        [todo = std::make_shared<std::vector<Task>>(std::move(some))](
            State& s, std::vector<std::optional<FactsStore::Kept>> kept) {
          std::vector<Stored> stored;
          for (size_t i = 0; i < kept.size(); ++i) {
            if (kept[i]) {
              stored.push_back({std::move((*todo)[i]), std::move(*kept[i])});
            } else {
              s.tasks.push_back(std::move((*todo)[i]));
              s.want_hashes = true;
            }
          }
          s.decode(std::move(stored));
        });
  }

  /// Texts that were read, and whose facts are stored.
  void fetch(std::vector<Stored> stored) {
    if (stored.empty()) return;
    ask(
        [list = std::move(stored)](FactsStore& store) mutable {
          for (Stored& one : list) one.kept.facts = store.facts(one.kept.hash, one.kept.language);
          return std::move(list);
        },
        [](State& s, std::vector<Stored> fetched) { s.decode(std::move(fetched)); });
  }

  // --- jobs -----------------------------------------------------------------------

  template <class Job>
  void work(Job job) {
    const auto place = working.emplace(working.end());
    *place = std::make_unique<loop::Work>(loop, std::move(job), then([place](State& s, Batch batch) {
                                            s.working.erase(place);
                                            s.worked(std::move(batch));
                                          }));
  }

  void decode(std::vector<Stored> stored) {
    if (stored.empty()) return;
    work([list = std::move(stored), chosen = selection, given = stamp]() mutable {
      return decode_batch(*chosen, std::move(list), given);
    });
  }

  void read() {
    // What is parsed but not yet taken in counts too, so that it does not pile up.
    while (!tasks.empty() && working.size() < parse_jobs() && taking.size() < kMostTaking) {
      std::vector<Task> batch;
      for (int64_t bytes = 0; !tasks.empty() && batch.size() < kBatchFiles && bytes < kBatchBytes;) {
        bytes += tasks.front().wanted.stat.size;
        batch.push_back(std::move(tasks.front()));
        tasks.pop_front();
      }
      work([list = std::move(batch), chosen = selection, given = stamp, keep = shelf != nullptr,
            stored = hashes]() mutable {
        return read_batch(*chosen, std::move(list), given, keep, stored.get());
      });
    }
  }

  void worked(Batch batch) {
    progress.parsed += batch.parsed;
    if (shelf && !batch.entries.empty()) {
      shelf->tell([entries = std::move(batch.entries)](FactsStore& store) { store.put(entries); });
    }
    for (Task& task : batch.missed) tasks.push_front(std::move(task));
    fetch(std::move(batch.stored));
    take(std::move(batch.looks));
    go_on();
  }

  void take(std::vector<Look> looks) {
    if (looks.empty()) return;
    const size_t count = looks.size();
    const auto place = taking.emplace(taking.end());
    *place = lane.second(
        [held = intake, list = std::move(looks), at = size_t{0}](TimePoint until) mutable {
          while (at < list.size()) {
            held->take(list[at]);
            list[at++].facts.reset();
            if (at < list.size() && Clock::now() >= until) return false;
          }
          return true;
        },
        then([place, count](State& s) {
          s.taking.erase(place);
          s.progress.done += count;
          s.go_on();
        }));
  }
};

Build::Build(loop::Loop& loop, Setup setup, uint64_t stamp, unique_function<void()> on_done)
    : state_(std::make_shared<State>(loop, std::move(setup), stamp, std::move(on_done))) {
  state_->start();
}

Build::~Build() = default;

const Build::Progress& Build::progress() const { return state_->progress; }
const std::vector<std::string>& Build::folders() const { return state_->folders; }

}  // namespace coder::workspace
