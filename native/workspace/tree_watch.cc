#include "workspace/tree_watch.h"

#include <utility>

#include "privacy/paths.h"
#include "workspace/git.h"

namespace coder::workspace {
namespace {

constexpr Millis kTogether{30};    // an editor writes, renames and removes within less
constexpr size_t kMostPaths = 64;  // more than anybody saves at once: git, or a tool that rewrites files
constexpr size_t kAtOnce = 256;    // watches set in one turn of the loop, in about a millisecond

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
  const std::string repository = privacy::repository_root(root_);
  if (repository.empty()) return;
  const GitFolders git = git_folders(repository);
  if (git.own.empty()) return;
  // Written by rename: the folders tell, not the files. A commit of what is staged changes the log alone.
  const auto follow = [this](const std::string& folder, bool log) {
    git_.push_back(std::make_unique<loop::FolderWatch>(loop_, folder, [this, log](std::string_view name) {
      if (name != "HEAD" && (log || name != "index")) return;
      everything_ = true;
      tell_soon();
    }));
  };
  follow(git.own, false);
  follow(git.own + "/logs", true);
}

void TreeWatch::set_folders(std::vector<std::string> folders) {
  const std::set<std::string> keep(folders.begin(), folders.end());
  for (auto it = folders_.begin(); it != folders_.end();)
    it = keep.count(it->first) ? std::next(it) : folders_.erase(it);
  wanted_.assign(folders.rbegin(), folders.rend());
  unwatched_ = 0;
  exhausted_ = false;
  setting_.start(Millis(0));
}

void TreeWatch::set_some() {
  for (size_t i = 0; i < kAtOnce && !wanted_.empty(); ++i) {
    const std::string folder = std::move(wanted_.back());
    wanted_.pop_back();
    if (folders_.count(folder) > 0) continue;
    if (watch(folder)) {
      added_ = true;
    } else {
      ++unwatched_;
    }
  }
  if (!wanted_.empty()) {
    setting_.start(Millis(0));
  } else if (std::exchange(added_, false)) {
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
  return true;
}

void TreeWatch::add_folder(const std::string& folder) {
  if (folders_.count(folder) == 0) watch(folder);
}

void TreeWatch::happened(const std::string& folder, std::string_view name) {
  const std::string& whole = folder.empty() ? root_ : folder;
  if (name.empty() || name == std::string_view(whole).substr(whole.rfind('/') + 1)) {
    // The folder itself was removed or moved: the system has let go of it, also if another takes its place.
    const std::string gone = folder;
    folders_.erase(gone);
    everything_ = true;
  } else if (folder.empty() && name == ".git") {
    return;
  } else {
    std::string path = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    everything_ = everything_ || folders_.count(path) > 0 || changed_.size() >= kMostPaths;
    if (!everything_) changed_.insert(std::move(path));
  }
  tell_soon();
}

void TreeWatch::tell_soon() {
  if (!settle_.active()) settle_.start(kTogether);
}

void TreeWatch::tell() {
  std::vector<std::string> paths(changed_.begin(), changed_.end());
  changed_.clear();
  if (std::exchange(everything_, false)) {
    handlers_.everything();
  } else if (!paths.empty()) {
    handlers_.changed(std::move(paths));
  }
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
