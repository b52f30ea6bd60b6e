#include "completion/repo_learner.h"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/folders.h"
#include "base/hash.h"
#include "completion/repo_kept.h"
#include "loop/work.h"
#include "workspace/content.h"
#include "workspace/files.h"
#include "workspace/look.h"
#include "workspace/weakly.h"

namespace coder::completion {
namespace {

using workspace::Disk;
using workspace::FileKind;
using workspace::Listing;
using workspace::Selection;

/// So much is told to the model as it stands; where more has changed, a job makes a new base.
constexpr size_t kFewFiles = 100, kFewBytes = 1u << 20;
/// After a change of many files at once (a checkout), and between two passes.
constexpr Millis kPause{300};

/// In a turn of the loop, of files that are judged.
constexpr Millis kJudging{2};

/// What the model was told of a file.
struct Known {
  workspace::Stat stat;  ///< empty: read it the next time
  uint64_t hash = 0;
};
/// Of one job at a time.
struct Memory {
  std::map<std::string, Known> files;
  bool begun = false;
};

struct Changes {
  std::shared_ptr<const RepoBase> base;  ///< instead of the model's; null: it stays
  std::vector<RepoFile> put;
  std::vector<std::string> removed;
  size_t files = 0;
  std::string problem;
};

/// The text of a file that is worth learning from; nullopt for all others.
std::optional<std::string> read(const Selection& selection, const Disk& disk, const std::string& path,
                                workspace::Stat& stat) {
  if (!selection.left_out(path).empty()) return std::nullopt;
  const int64_t looked = workspace::now_ns();
  Disk::Text found = disk.read(path);
  if (!workspace::may_be_racy(found.stat, looked)) stat = found.stat;
  if (found.kind != FileKind::file || !found.problem.empty()) return std::nullopt;
  if (workspace::left_out_by_text(path, found.text) != nullptr) return std::nullopt;
  return std::move(found.text);
}

/// One file, that was saved or has gone; `hidden`: as if it had.
void look(const Selection& selection, const std::string& path, bool hidden, Memory& memory, Changes& out) {
  const Disk disk(selection.root());
  Known known;
  std::optional<std::string> text;
  if (!hidden) text = read(selection, disk, path, known.stat);
  const auto before = memory.files.find(path);
  if (!text) {
    if (before == memory.files.end()) return;
    memory.files.erase(before);
    return out.removed.push_back(path);
  }
  known.hash = fnv1a(*text);
  const bool same = before != memory.files.end() && before->second.hash == known.hash;
  memory.files[path] = known;
  if (!same) out.put.push_back({path, std::move(*text)});
}

/// All files: what is new or has changed since the model was told. Where that is much, all are read, for a
/// new base.
/// `kept`: the memory is of an earlier time. A file of then that is not to be learned now may be one that has
/// become private, and a base goes on knowing its words: then it is of no use.
void compare(const Selection& selection, const Listing& listing, bool whole, bool kept, Memory& memory,
             Changes& out) {
  const Disk disk(selection.root());
  std::map<std::string, Known> now;
  std::vector<RepoFile> texts;
  size_t bytes = 0, learned = 0;
  const auto all = [&](bool every) {
    texts.clear();
    now.clear();
    bytes = learned = 0;
    for (const workspace::Found& file : listing.files) {
      if (file.stat.size > workspace::kMaxFileBytes || learned > kMaxLearned) continue;
      learned += static_cast<size_t>(std::max<int64_t>(file.stat.size, 0));
      const auto before = memory.files.find(file.path);
      const bool told = before != memory.files.end();
      if (!every && told && file.stat.size >= 0 && before->second.stat == file.stat) {
        now.insert(*before);
        continue;
      }
      Known known;
      std::optional<std::string> text = read(selection, disk, file.path, known.stat);
      if (!text) continue;
      known.hash = fnv1a(*text);
      const bool same = told && before->second.hash == known.hash;
      now[file.path] = known;
      if (same && !every) continue;
      bytes += text->size();
      texts.push_back({file.path, std::move(*text)});
      if (!every && (texts.size() > kFewFiles || bytes > kFewBytes)) return false;
    }
    return true;
  };
  whole = whole || !memory.begun || !all(false);
  if (!whole && kept) {
    whole = std::any_of(memory.files.begin(), memory.files.end(),
                        [&](const auto& file) { return now.count(file.first) == 0; });
  }
  if (whole) {
    all(true);
    out.base = RepoBase::build(std::move(texts));
  } else {
    out.put = std::move(texts);
    for (const auto& [path, known] : memory.files) {
      if (now.count(path) == 0) out.removed.push_back(path);
    }
  }
  out.files = now.size();
  if (learned > kMaxLearned)
    out.problem = "learned from " + std::to_string(kMaxLearned >> 20) + " MiB of it: the rest is left out";
  memory.files = std::move(now);
  memory.begun = true;
}

}  // namespace

std::string repo_cache_folder() {
  const std::string folder = user_folder("XDG_CACHE_HOME", ".cache");
  return folder.empty() ? "" : folder + "/coder-nvim/repo";
}

struct RepoLearner::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, Options o, unique_function<void()> ready)
      : loop(l),
        options(std::move(o)),
        on_ready(std::move(ready)),
        selection(std::make_shared<const Selection>(options.root, options.exclude, options.never_send)),
        memory(std::make_shared<Memory>()),
        judging(l, [this] { judge(); }),
        feeding(l, [this] { feed(); }),
        pause(l, [this] { go_on(); }) {}

  loop::Loop& loop;
  Options options;
  unique_function<void()> on_ready;
  std::shared_ptr<const Selection> selection;
  std::shared_ptr<Memory> memory;  ///< of the job under way
  RepoModel model;
  Status status;
  TimePoint began = Clock::now();

  std::unique_ptr<workspace::ListFiles> listing;
  std::unique_ptr<loop::Work> work, keeping;
  std::shared_ptr<const RepoBase> kept;  ///< of an earlier time, not compared with the files yet
  uint64_t stamp = 0;                    ///< of the model, when the job under way began
  bool whole = false;                    ///< the next pass is to make a new base
  uint64_t rules = 0, rules_then = 0;    ///< changes of the rules: now, and when the files were judged
  bool everything = false;               ///< a pass over all files is due
  std::set<std::string> paths;           ///< to be looked at
  std::deque<RepoFile> put;              ///< to be told to the model
  std::deque<std::string> removed;
  Listing found;                              ///< being judged
  size_t judged = 0;                          ///< of these
  std::map<std::string, bool> private_files;  ///< what was found, of all files
  loop::Timer judging, feeding, pause;

  template <class Then>
  auto then(Then next) {
    return workspace::weakly(weak_from_this(), std::move(next));
  }

  void start() {
    if (options.root.empty()) return listed_nothing();
    if (options.cache_folder.empty()) {
      everything = true;
      return go_on();
    }
    work = std::make_unique<loop::Work>(
        loop,
        [file = kept_base(options.cache_folder, options.root + options.name), held = memory] {
          const std::shared_ptr<const RepoBase> base = load_base(file);
          if (!base) return base;
          for (const RepoFileStamp& one : base->files()) held->files[one.path] = {{}, one.hash};
          held->begun = true;
          return base;
        },
        then([](State& s, std::shared_ptr<const RepoBase> base) {
          s.work.reset();
          s.kept = std::move(base);
          s.everything = true;
          s.go_on();
        }));
  }

  void listed_nothing() {
    loop.post(then([](State& s) {
      s.status.ready = true;
      if (s.on_ready) std::exchange(s.on_ready, nullptr)();
    }));
  }

  bool busy() const { return work || listing || judging.active() || !put.empty() || !removed.empty(); }

  bool is_private(const std::string& path) {
    if (!options.is_private) return false;
    const auto known = private_files.find(path);
    if (known != private_files.end()) return known->second;
    return private_files[path] = options.is_private(path);
  }

  void go_on() {
    if (busy() || pause.active()) return;
    stamp = model.stamp();
    if (everything) {
      everything = false;
      paths.clear();
      listing = std::make_unique<workspace::ListFiles>(loop, options.root, then([](State& s, Listing listed) {
                                                         s.listing.reset();
                                                         s.found = std::move(listed);
                                                         s.judged = 0;
                                                         s.rules_then = s.rules;
                                                         s.judge();
                                                       }));
    } else if (!paths.empty()) {
      std::map<std::string, bool> wanted;
      for (const std::string& path : std::exchange(paths, {})) wanted[path] = is_private(path);
      rules_then = rules;
      work = std::make_unique<loop::Work>(
          loop,
          [todo = std::move(wanted), chosen = selection, held = memory] {
            Changes out;
            for (const auto& [path, hidden] : todo) look(*chosen, path, hidden, *held, out);
            out.files = held->files.size();
            return out;
          },
          then([](State& s, Changes changes) { s.done(std::move(changes)); }));
    }
  }

  /// Some of the files that were found, then a turn of the loop for others.
  void judge() {
    const TimePoint until = Clock::now() + kJudging;
    while (judged < found.files.size()) {
      is_private(found.files[judged++].path);
      if (judged % 16 == 0 && Clock::now() >= until) return judging.start(Millis{0});
    }
    auto& files = found.files;
    files.erase(std::remove_if(files.begin(), files.end(),
                               [this](const workspace::Found& file) { return is_private(file.path); }),
                files.end());
    work = std::make_unique<loop::Work>(
        loop,
        [all = std::exchange(found, {}), chosen = selection, held = memory, first = kept != nullptr,
         anew = std::exchange(whole, false) || model.wants_rebuild()] {
          Changes out;
          compare(*chosen, all, anew, first, *held, out);
          if (out.problem.empty()) out.problem = all.problem;
          return out;
        },
        then([](State& s, Changes changes) {
          s.pause.start(kPause);
          s.done(std::move(changes));
        }));
  }

  void done(Changes changes) {
    work.reset();
    if (rules_then != rules) {  // judged by rules that are no more
      everything = whole = true;
      return go_on();
    }
    if (changes.base) keep(changes.base);
    if (kept && !changes.base) changes.base = kept;
    kept.reset();
    if (changes.base) {
      model.set_base(changes.base, stamp);
      status.tokens = changes.base->tokens();
    }
    status.files = changes.files;
    status.problem = std::move(changes.problem);
    for (RepoFile& file : changes.put) put.push_back(std::move(file));
    for (std::string& path : changes.removed) removed.push_back(std::move(path));
    const bool first = !status.ready;
    if (first) {
      status.ready = true;
      status.ready_ms = millis_between(began, Clock::now());
    }
    feed();
    if (first && on_ready) std::exchange(on_ready, nullptr)();
  }

  /// One file in a turn of the loop, which may have keys to look after.
  void feed() {
    if (!removed.empty()) {
      model.remove(removed.front());
      removed.pop_front();
    } else if (!put.empty()) {
      const RepoFile& file = put.front();
      model.put(file.path, file.text, false);
      put.pop_front();
    }
    if (!put.empty() || !removed.empty()) return feeding.start(Millis{0});
    if (model.wants_rebuild() && !everything) {
      everything = true;
      if (!pause.active()) pause.start(kPause);
    }
    go_on();
  }

  void keep(std::shared_ptr<const RepoBase> base) {
    if (options.cache_folder.empty()) return;
    keeping = std::make_unique<loop::Work>(
        loop,
        [made = std::move(base), folder = options.cache_folder, root = options.root + options.name] {
          return keep_base(folder, root, *made);
        },
        then([](State& s, const std::string& problem) {
          s.keeping.reset();
          if (s.status.problem.empty()) s.status.problem = problem;
        }));
  }
};

RepoLearner::RepoLearner(loop::Loop& loop, Options options, unique_function<void()> on_ready)
    : state_(std::make_shared<State>(loop, std::move(options), std::move(on_ready))) {
  state_->start();
}

RepoLearner::~RepoLearner() = default;

RepoModel& RepoLearner::model() { return state_->model; }

void RepoLearner::look_again(const std::vector<std::string>& paths) {
  if (state_->options.root.empty()) return;
  if (paths.empty()) {
    state_->everything = true;
    if (!state_->pause.active()) state_->pause.start(kPause);
    return;
  }
  state_->paths.insert(paths.begin(), paths.end());
  state_->go_on();
}

void RepoLearner::rules_changed() {
  if (!state_->options.is_private) return;
  State& state = *state_;
  ++state.rules;
  state.private_files.clear();
  state.put.clear();
  state.removed.clear();
  state.kept.reset();
  // What it knows may be private now, to the single word.
  state.model.set_base(RepoBase::build({}), state.model.stamp());
  state.whole = true;
  look_again({});
}

RepoLearner::Status RepoLearner::status() const {
  Status out = state_->status;
  out.keeping = state_->keeping != nullptr;
  const RepoBase* base = state_->model.base();
  out.bytes = state_->model.bytes() + (base != nullptr ? base->bytes() : 0);
  return out;
}

}  // namespace coder::completion
