#include "workspace/build.h"

#include <algorithm>
#include <deque>
#include <list>
#include <thread>
#include <utility>
#include <vector>

#include "loop/work.h"
#include "workspace/files.h"

namespace coder::workspace {
namespace {

/// Of source per job: some 40 ms of parsing, so that the last jobs of a pass end together and a query for a
/// name waits for little.
constexpr int64_t kBatchBytes = 256 * 1024;
constexpr size_t kBatchFiles = 64;
constexpr int64_t kRecent = int64_t{14} * 24 * 3600 * 1'000'000'000;  // two weeks, in ns

struct Task {
  Wanted wanted;
  KnownFacts known;
};

/// Files that people search first come first: those with a grammar, of them those that were worked on of
/// late, of them the small ones, because they bring the most names in the least time.
void sort_by_use(std::vector<Task>& tasks) {
  int64_t newest = 0;
  for (const Task& task : tasks) newest = std::max(newest, task.wanted.stat.mtime_ns);
  const auto key = [newest](const Task& task) {
    const bool words_only = syntax::language_of(task.wanted.path) == syntax::Language::none;
    const bool old = task.wanted.stat.mtime_ns < newest - kRecent;
    return std::tuple(words_only, old, task.wanted.stat.size);
  };
  using Key = decltype(key(tasks.front()));
  std::vector<std::pair<Key, size_t>> order;
  order.reserve(tasks.size());
  for (size_t i = 0; i < tasks.size(); ++i) order.emplace_back(key(tasks[i]), i);
  std::sort(order.begin(), order.end());
  std::vector<Task> sorted;
  sorted.reserve(tasks.size());
  for (const auto& [unused, i] : order) sorted.push_back(std::move(tasks[i]));
  tasks.swap(sorted);
}

/// What the comparison of a listing came to.
struct Compared {
  Intake::Comparison comparison;
  std::vector<Task> tasks;
};

}  // namespace

size_t parse_jobs() {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const size_t threads = loop::pool_threads();
  return std::max<size_t>(2, std::min(cores, threads - std::min<size_t>(threads, 2)));
}

struct Build::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Lane& a, std::shared_ptr<Intake> i, std::shared_ptr<const Selection> s, uint64_t t,
        unique_function<void()> d)
      : loop(l), lane(a), intake(std::move(i)), selection(std::move(s)), stamp(t), done(std::move(d)) {}

  loop::Loop& loop;
  Lane& lane;
  std::shared_ptr<Intake> intake;  // the jobs' of `lane` only
  std::shared_ptr<const Selection> selection;
  uint64_t stamp;
  unique_function<void()> done;
  Progress progress;

  std::unique_ptr<ListFiles> listing;
  Lane::Handle comparing;
  std::deque<Task> tasks;
  std::list<std::unique_ptr<loop::Work>> parsing;
  std::list<Lane::Handle> taking;

  template <class Then>
  auto then(Then next) {
    return [weak = weak_from_this(), next](auto&&... values) {
      if (const std::shared_ptr<State> self = weak.lock())
        next(*self, std::forward<decltype(values)>(values)...);
    };
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
          comparison = {Listing(), comparison.stamp, 0, {}, comparison.again};
          sort_by_use(shared->tasks);
          return true;
        },
        then([shared](State& s) {
          s.progress.again = shared->comparison.again;
          s.progress.done = s.progress.listed - shared->tasks.size();
          for (Task& task : shared->tasks) s.tasks.push_back(std::move(task));
          s.parse();
        }));
  }

  void parse() {
    // What is parsed but not yet taken in counts too, so that it does not pile up.
    while (!tasks.empty() && parsing.size() + taking.size() < parse_jobs() + 4 &&
           parsing.size() < parse_jobs()) {
      std::vector<Task> batch;
      for (int64_t bytes = 0; !tasks.empty() && batch.size() < kBatchFiles && bytes < kBatchBytes;) {
        bytes += tasks.front().wanted.stat.size;
        batch.push_back(std::move(tasks.front()));
        tasks.pop_front();
      }
      const auto place = parsing.emplace(parsing.end());
      *place = std::make_unique<loop::Work>(
          loop,
          [todo = std::move(batch), chosen = selection, given = stamp]() mutable {
            const Disk disk(chosen->root());
            std::vector<Look> looks;
            looks.reserve(todo.size());
            for (Task& task : todo)
              looks.push_back(look_at(*chosen, disk, std::move(task.wanted.path), given, task.known));
            return looks;
          },
          then([place](State& s, std::vector<Look> looks) {
            s.parsing.erase(place);
            s.take(std::move(looks));
          }));
    }
    if (tasks.empty() && parsing.empty() && taking.empty()) {
      unique_function<void()> call = std::move(done);
      call();
    }
  }

  void take(std::vector<Look> looks) {
    const size_t count = looks.size();
    const auto place = taking.emplace(taking.end());
    for (const Look& look : looks) progress.parsed += look.facts.has_value();
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
          s.parse();
        }));
    parse();
  }
};

Build::Build(loop::Loop& loop, Lane& lane, std::shared_ptr<Intake> intake,
             std::shared_ptr<const Selection> selection, uint64_t stamp, unique_function<void()> on_done)
    : state_(std::make_shared<State>(loop, lane, std::move(intake), std::move(selection), stamp,
                                     std::move(on_done))) {
  state_->start();
}

Build::~Build() = default;

const Build::Progress& Build::progress() const { return state_->progress; }

}  // namespace coder::workspace
