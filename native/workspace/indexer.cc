#include "workspace/indexer.h"

#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/folders.h"
#include "privacy/forms.h"
#include "workspace/batch.h"
#include "workspace/build.h"
#include "workspace/history_feed.h"
#include "workspace/intake.h"
#include "workspace/lane.h"
#include "workspace/look.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

/// Unsaved text that nobody asks about is parsed when the user pauses, so that the next query finds it done.
constexpr Millis kTypingPause{200};
/// When the stat of a file that was just written can be trusted (see may_be_racy()), and how many such files
/// are looked at again: a later run reads the others.
constexpr Millis kSettled{2500};
constexpr size_t kMostRacy = 100;
/// Between two passes over all files that the workspace's own changes called for.
constexpr Millis kShortestPause{50}, kLongestPause{5000};

}  // namespace

std::string index_cache_file() {
  const std::string folder = user_folder("XDG_CACHE_HOME", ".cache");
  return folder.empty() ? "" : folder + "/coder-nvim/index.db";
}

class Indexer::Query {
 public:
  explicit Query(Lane::Handle job) : job_(std::move(job)) {}

 private:
  Lane::Handle job_;
};

struct Indexer::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Options o, unique_function<void()> ready,
        unique_function<void(const std::string&)> said)
      : loop(l),
        options(std::move(o)),
        on_ready(std::move(ready)),
        notice(std::move(said)),
        lane(l),
        typing(l, [this] { flush_texts(); }),
        settling(l, [this] { look_at_racy(); }),
        pause(l, [this] { build_now(); }) {
    options.root = privacy::lexical_form(options.root);
    resolved_root = privacy::path_forms(options.root).back();
    intake = std::make_shared<Intake>(options.root);
    selection = std::make_shared<const Selection>(options.root, options.exclude, options.never_send);
  }

  loop::Loop& loop;
  Options options;
  std::string resolved_root;
  unique_function<void()> on_ready;
  unique_function<void(const std::string&)> notice;
  Lane lane;
  std::shared_ptr<Intake> intake;  // the jobs' of `lane` only
  std::shared_ptr<const Selection> selection;
  std::optional<Shelf> shelf;
  std::optional<HistoryFeed> feed;
  uint64_t stamp = 0;

  std::map<std::string, std::string> texts;  // told, and not yet given to a job
  loop::Timer typing;
  std::list<Lane::Handle> told;
  std::set<std::string> racy;  // written too lately for their stat to be trusted
  loop::Timer settling;

  std::unique_ptr<Build> build;
  bool build_again = false;
  loop::Timer pause;
  TimePoint started = Clock::now();
  TimePoint build_started = started;
  Status status;
  std::vector<LeftOut> left_out;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  /// Relative to the root; nullopt for what is not below it.
  std::optional<std::string> relative(const std::string& path) const {
    if (path.empty()) return std::nullopt;
    if (path.front() != '/') return privacy::lexical_form("/" + path).substr(1);
    const std::string whole = privacy::lexical_form(path);
    for (const std::string& root : {options.root, resolved_root}) {
      const size_t size = root == "/" ? 0 : root.size();
      if (whole.size() > size + 1 && whole.compare(0, size, root, 0, size) == 0 && whole[size] == '/')
        return whole.substr(size + 1);
    }
    return std::nullopt;
  }

  void start() {
    if (!options.cache_file.empty()) {
      shelf.emplace(loop, options.cache_file, options.root, then([](State& s, const std::string& text) {
                      if (s.notice) s.notice(text);
                    }));
    }
    Shelf* const kept = shelf ? &*shelf : nullptr;
    feed.emplace(loop, lane, intake, kept, options.root, options.fresh);
    build_now();
  }

  // --- passes over all files ---------------------------------------------------

  void build_now() {
    if (build) {
      build_again = true;
      return;
    }
    build_again = false;
    build_started = Clock::now();
    Build::Setup setup{&lane, intake, selection, shelf ? &*shelf : nullptr, options.fresh};
    build = std::make_unique<Build>(loop, std::move(setup), ++stamp, then([](State& s) { s.built(); }));
  }

  /// Soon, and not all the time: a pass over a large tree costs as much as it costs.
  void build_soon() {
    if (build) {
      build_again = true;
    } else if (!pause.active()) {
      const Millis took = std::chrono::duration_cast<Millis>(Clock::now() - build_started);
      pause.start(std::clamp(last_build * 4 - took, kShortestPause, kLongestPause));
    }
  }
  Millis last_build{0};

  void built() {
    const Build::Progress progress = build->progress();
    build.reset();
    last_build = std::chrono::duration_cast<Millis>(Clock::now() - build_started);
    status.listed = progress.listed;
    status.done = progress.done;
    status.git = progress.git;
    status.problem = progress.problem;
    status.parsed += progress.parsed;
    const bool first = !status.ready;
    status.ready = true;
    if (first) status.cold_ms = millis_between(started, Clock::now());
    if (progress.again || build_again) build_soon();
    // A command that asks once is to have the same answer each time: it waits for the history too.
    const bool wait = first && !options.watch && status.git;
    if (status.git) read_history(wait);
    if (!wait) take_stock(first);
  }

  void read_history(bool then_ready) {
    feed->update(then([then_ready](State& s) { s.take_stock(then_ready); }));
  }

  /// What status() and left_out() tell of the Index, after a pass.
  void take_stock(bool first) {
    struct Stock {
      Index::Totals totals;
      size_t memory = 0;
      size_t commits = 0;
      std::vector<LeftOut> left_out;
    };
    const auto stock = std::make_shared<Stock>();
    tell(
        [stock](Intake& held) {
          stock->totals = held.corpus.index.totals();
          stock->memory = held.corpus.index.memory() + held.corpus.history.memory();
          stock->commits = held.corpus.history.commits();
          stock->left_out = held.left_out();
        },
        then([stock, first](State& s) {
          s.status.totals = stock->totals;
          s.status.memory = stock->memory;
          s.status.commits = stock->commits;
          s.left_out = std::move(stock->left_out);
          s.status.left_out = s.left_out.size();
          if (first && s.on_ready) std::exchange(s.on_ready, nullptr)();
        }));
  }

  // --- what is told ------------------------------------------------------------

  /// A job before the next query.
  void tell(unique_function<void(Intake&)> run, unique_function<void()> after) {
    const auto place = told.emplace(told.end());
    *place = lane.first(
        [held = intake, job = std::move(run)]() mutable { job(*held); },
        then([place, call = std::make_shared<unique_function<void()>>(std::move(after))](State& s) {
          s.told.erase(place);
          if (*call) (*call)();
        }));
  }

  void flush_texts() {
    typing.stop();
    if (texts.empty()) return;
    tell(
        [todo = std::move(texts), chosen = selection, given = ++stamp](Intake& held) {
          const Disk disk(chosen->root());
          for (const auto& [path, text] : todo) {
            Stat stat;
            const bool new_file = !held.knows(path) && disk.look(path, stat) == FileKind::missing;
            held.set_text(look_at_text(*chosen, path, given, text, nullptr), new_file);
          }
        },
        nullptr);
    texts.clear();
  }

  /// Looks at these files before the next query. `dropped`: their unsaved texts are gone.
  void look(std::vector<std::string> paths, bool dropped) {
    struct Seen {
      bool unlisted = false;
      std::vector<Look> looks;
    };
    const auto seen = std::make_shared<Seen>();
    tell(
        [todo = std::move(paths), chosen = selection, given = ++stamp, dropped, seen](Intake& held) {
          const Disk disk(chosen->root());
          for (const std::string& path : todo) {
            const bool counted = dropped && held.drop_text(path);
            Stat stat;
            if (!held.knows(path) && disk.look(path, stat) != FileKind::missing) seen->unlisted = true;
            // A file that is not listed may be one that git ignores: a listing will tell.
            if (!counted && !held.knows(path)) continue;
            seen->looks.push_back(look_at(*chosen, disk, path, given, held.known(path)));
            held.take(seen->looks.back());
          }
        },
        then([seen](State& s) {
          if (seen->unlisted) s.build_soon();
          s.keep(std::move(seen->looks));
        }));
  }

  /// Stores what was seen of files that changed. One that was written just now is looked at again when its
  /// stat can be trusted.
  void keep(std::vector<Look> looks) {
    if (!shelf || looks.empty()) return;
    for (const Look& one : looks) {
      if (one.there && one.stat.size < 0 && racy.size() < kMostRacy) racy.insert(one.path);
    }
    if (!racy.empty() && !settling.active()) settling.start(kSettled);
    shelf->tell([list = std::move(looks)](FactsStore& store) {
      std::vector<FactsStore::Entry> entries;
      for (const Look& one : list) {
        if (std::optional<FactsStore::Entry> entry = entry_of(one)) entries.push_back(std::move(*entry));
      }
      store.put(entries);
    });
  }

  void look_at_racy() {
    std::vector<std::string> paths(racy.begin(), racy.end());
    racy.clear();
    look(std::move(paths), false);
  }
};

Indexer::Indexer(loop::Loop& loop, Options options, unique_function<void()> on_ready,
                 unique_function<void(const std::string&)> notice)
    : state_(std::make_shared<State>(loop, std::move(options), std::move(on_ready), std::move(notice))) {
  state_->start();
}

Indexer::~Indexer() = default;

void Indexer::text_changed(const std::string& path, std::string text) {
  const std::optional<std::string> below = state_->relative(path);
  if (!below) return;
  state_->texts[*below] = std::move(text);
  state_->typing.start(kTypingPause);
}

void Indexer::text_dropped(const std::string& path) {
  const std::optional<std::string> below = state_->relative(path);
  if (!below) return;
  state_->texts.erase(*below);
  state_->look({*below}, true);
}

void Indexer::look_again(const std::vector<std::string>& paths) {
  if (paths.empty()) {
    state_->build_now();
    return;
  }
  std::vector<std::string> known;
  for (const std::string& path : paths) {
    if (std::optional<std::string> below = state_->relative(path)) known.push_back(std::move(*below));
  }
  if (!known.empty()) state_->look(std::move(known), false);
}

std::shared_ptr<Indexer::Query> Indexer::enqueue(unique_function<void(const Corpus&)> ask,
                                                 unique_function<void()> done) {
  state_->flush_texts();
  return std::make_shared<Query>(state_->lane.first(
      [held = state_->intake, question = std::move(ask)]() mutable { question(held->corpus); },
      std::move(done)));
}

const Indexer::Status& Indexer::status() const {
  if (state_->status.problem.empty()) state_->status.problem = state_->feed->problem();
  if (state_->build) {
    const Build::Progress& progress = state_->build->progress();
    state_->status.listed = progress.listed;
    state_->status.done = progress.done;
    state_->status.git = progress.git;
  }
  return state_->status;
}

const std::vector<LeftOut>& Indexer::left_out() const { return state_->left_out; }

}  // namespace coder::workspace
