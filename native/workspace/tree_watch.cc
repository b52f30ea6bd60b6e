#include "workspace/tree_watch.h"

#include <utility>

#include "privacy/paths.h"
#include "workspace/git.h"

namespace coder::workspace {
namespace {

constexpr Millis kTogether{30};    // an editor writes, renames and removes within less
constexpr size_t kMostPaths = 64;  // more than anybody saves at once: git, or a tool that rewrites files
constexpr size_t kAtOnce = 256;    // watches set in one turn of the loop, in about a millisecond
// So many events between two tellings may be what the kernel kept of more: it drops those that nobody has
// read when there are 16,384 (sysctl fs.inotify.max_queued_events), and libuv does not say so.
constexpr size_t kMayHaveLost = 8192;
constexpr size_t kMostKept = 4096;

}  // namespace

TreeWatch::TreeWatch(loop::Loop& loop, const std::string& root, Handlers handlers)
    : loop_(loop),
      root_(root),
      handlers_(std::move(handlers)),
      setting_(loop, [this] { set_some(); }),
      settle_(loop, [this] { tell(); }) {
  watch_git();
}

TreeWatch::~TreeWatch() = default;

void TreeWatch::watch_git() {
  git_.clear();
  const std::string repository = privacy::repository_root(root_);
  if (repository.empty()) return;
  const GitFolders git = git_folders(repository);
  if (git.own.empty()) return;
  // Written by rename: the folders tell, not the files. A commit of what is staged changes the log alone.
  const auto follow = [this](const std::string& folder, bool log) {
    git_.push_back(std::make_unique<loop::FolderWatch>(loop_, folder, [this, log](std::string_view name) {
      // There is no log before the first commit.
      const bool log_comes = !log && name == "logs";
      if (name != "HEAD" && !log_comes && (log || name != "index")) return;
      git_anew_ = git_anew_ || log_comes;
      everything_ = true;
      tell_soon();
    }));
  };
  follow(git.own, false);
  follow(git.own + "/logs", true);
}

std::vector<std::string> TreeWatch::set_folders(const std::vector<std::string>& folders) {
  const std::set<std::string> keep(folders.begin(), folders.end());
  std::vector<std::string> left;
  for (auto it = folders_.begin(); it != folders_.end();) {
    if (keep.count(it->first) > 0) {
      ++it;
    } else {
      left.push_back(it->first);
      it = folders_.erase(it);
    }
  }
  wanted_.assign(folders.rbegin(), folders.rend());
  unwatched_ = 0;
  exhausted_ = false;
  setting_.start(Millis(0));
  return left;
}

void TreeWatch::set_some() {
  for (size_t i = 0; i < kAtOnce && !wanted_.empty(); ++i) {
    const std::string folder = std::move(wanted_.back());
    wanted_.pop_back();
    if (folders_.count(folder) == 0 && !watch(folder)) ++unwatched_;
  }
  if (!wanted_.empty()) {
    setting_.start(Millis(0));
  } else if (!added_.empty()) {
    everything_ = true;
    tell_soon();
  }
}

bool TreeWatch::watch(const std::string& folder) {
  if (exhausted_ || folders_.size() >= kMaxWatchedFolders) return false;
  auto one =
      std::make_unique<loop::FolderWatch>(loop_, folder.empty() ? root_ : root_ + "/" + folder,
                                          [this, folder](std::string_view name) { happened(folder, name); });
  exhausted_ = one->exhausted();
  if (!one->active()) return !exhausted_;  // it has gone, or may not be read: nothing to tell of
  folders_.emplace(folder, std::move(one));
  added_.push_back(folder);
  return true;
}

bool TreeWatch::add_folder(const std::string& folder) {
  if (folders_.count(folder) > 0) return true;
  if (!watch(folder) || folders_.count(folder) == 0) return false;
  everything_ = true;
  tell_soon();
  return true;
}

void TreeWatch::happened(const std::string& folder, std::string_view name) {
  ++events_;
  const std::string& whole = folder.empty() ? root_ : folder;
  if (name.empty() || name == std::string_view(whole).substr(whole.rfind('/') + 1)) {
    // The folder itself was removed or moved: the system has let go of it, also if another takes its place.
    // Of a move those below it are not told: their watches would go on under their old names.
    const std::string gone = folder, below = gone.empty() ? "" : gone + "/";
    auto it = folders_.lower_bound(below);
    while (it != folders_.end() && it->first.compare(0, below.size(), below) == 0) it = folders_.erase(it);
    folders_.erase(gone);
    everything_ = true;
  } else if (folder.empty() && name == ".git") {
    git_anew_ = everything_ = true;
  } else {
    std::string path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    everything_ = everything_ || folders_.count(path) > 0 || changed_.size() >= kMostPaths;
    if (changed_.size() < kMostKept) changed_.insert(std::move(path));
  }
  tell_soon();
}

void TreeWatch::tell_soon() {
  if (!settle_.active()) settle_.start(kTogether);
}

void TreeWatch::tell() {
  std::vector<std::string> paths(changed_.begin(), changed_.end());
  const bool lost = std::exchange(events_, 0) >= kMayHaveLost || paths.size() >= kMostKept;
  changed_.clear();
  if (std::exchange(git_anew_, false)) watch_git();
  if (lost) renew();
  if (std::exchange(everything_, false)) {
    handlers_.everything(std::move(paths), std::exchange(added_, {}));
  } else if (!paths.empty()) {
    handlers_.changed(std::move(paths));
  }
}

/// Folders may have gone, and others taken their names, without a word: watches all of them as new.
void TreeWatch::renew() {
  for (const auto& [folder, watch] : folders_) wanted_.push_back(folder);
  folders_.clear();
  setting_.start(Millis(0));
}

std::string TreeWatch::problem() const {
  if (unwatched_ == 0) return "";
  const std::string count =
      std::to_string(unwatched_) + " of " + std::to_string(unwatched_ + folders_.size());
  return "changes by other programs in " + count + " folders are not noticed: " +
         (exhausted_ ? "the limit of watches is reached (sysctl fs.inotify.max_user_watches)"
                     : "more than " + std::to_string(kMaxWatchedFolders) + " are not watched");
}

}  // namespace coder::workspace
