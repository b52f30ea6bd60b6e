#include "workspace/indexer.h"

#include "base/folders.h"
#include "privacy/forms.h"
#include "workspace/batch.h"
#include "workspace/indexer_state.h"

namespace coder::workspace {
namespace {

/// Unsaved text that nobody asks about is parsed when the user pauses, so that the next query finds it done.
constexpr Millis kTypingPause{200};
/// When the stat of a file that was just written can be trusted (see may_be_racy()), and how many such files
/// are looked at again: a later run reads the others.
constexpr Millis kSettled{2500};
constexpr size_t kMostRacy = 100;

bool is_ignore_file(const std::string& path) { return path.substr(path.rfind('/') + 1) == ".gitignore"; }

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

Indexer::State::State(loop::Loop& l, Options o, unique_function<void()> ready,
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

/// Relative to the root; nullopt for what is not below it.
std::optional<std::string> Indexer::State::relative(const std::string& path) const {
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

/// A job before the next query.
void Indexer::State::tell(unique_function<void(Intake&)> run, unique_function<void()> after) {
  const auto place = told.emplace(told.end());
  *place =
      lane.first([held = intake, job = std::move(run)]() mutable { job(*held); },
                 then([place, call = std::make_shared<unique_function<void()>>(std::move(after))](State& s) {
                   s.told.erase(place);
                   if (*call) (*call)();
                 }));
}

void Indexer::State::flush_texts() {
  typing.stop();
  if (texts.empty()) return;
  tell(
      [todo = std::exchange(texts, {}), chosen = selection, given = ++stamp](Intake& held) {
        const Disk disk(chosen->root());
        for (const auto& [path, text] : todo) {
          Stat stat;
          const bool new_file = !held.knows(path) && disk.look(path, stat) == FileKind::missing;
          held.set_text(look_at_text(*chosen, path, given, text, nullptr), new_file);
        }
      },
      nullptr);
}

/// Looks at these files before the next query. `dropped`: their unsaved texts are gone.
void Indexer::State::look(std::vector<std::string> paths, bool dropped) {
  struct Seen {
    Identities unlisted;
    std::vector<std::string> folders;
    bool rules = false;  ///< what git ignores may have changed
    std::vector<Look> looks;
  };
  const auto seen = std::make_shared<Seen>();
  tell(
      [todo = std::move(paths), chosen = selection, given = ++stamp, dropped, seen](Intake& held) {
        const Disk disk(chosen->root());
        for (const std::string& path : todo) {
          const bool counted = dropped && held.drop_text(path);
          const bool known = held.knows(path);
          Stat stat;
          const FileKind kind = disk.look(path, stat);
          if (kind == FileKind::folder) seen->folders.push_back(path);
          if (!known && kind != FileKind::folder && kind != FileKind::missing)
            seen->unlisted.emplace(path, disk.identity(path));
          seen->rules = seen->rules || is_ignore_file(path);
          // A file that is not listed may be one that git ignores: a listing will tell.
          if (!counted && !known) continue;
          seen->looks.push_back(look_at(*chosen, disk, path, given, held.known(path)));
          held.take(seen->looks.back());
        }
      },
      then([seen](State& s) {
        if (seen->rules) {
          s.ignored.clear();
          s.answered.clear();
          s.build_soon();
        }
        s.unlisted(seen->unlisted);
        if (s.new_folders && !seen->folders.empty()) s.new_folders->look({}, seen->folders);
        if (s.options.on_look && !seen->looks.empty()) {
          std::vector<std::string> looked;
          for (const Look& one : seen->looks) looked.push_back(one.path);
          s.options.on_look(looked);
        }
        s.keep(std::move(seen->looks));
      }));
}

/// Stores what was seen of files that changed. One that was written just now is looked at again when its stat
/// can be trusted.
void Indexer::State::keep(std::vector<Look> looks) {
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

void Indexer::State::look_at_racy() {
  std::vector<std::string> paths(racy.begin(), racy.end());
  racy.clear();
  look(std::move(paths), false);
}

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
  std::string& problem = state_->status.problem = state_->listing_problem;
  const std::string watch = state_->watch ? state_->watch->problem() : "";
  for (const std::string& other : {state_->feed->problem(), watch}) {
    if (!other.empty()) problem += (problem.empty() ? "" : "; ") + other;
  }
  state_->status.busy = state_->build || state_->pause.active() || state_->feed->busy() ||
                        (state_->watch && (state_->watch->busy() || state_->new_folders->busy()));
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
