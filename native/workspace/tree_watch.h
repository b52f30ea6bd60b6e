// Follows the folders of a workspace and what git keeps of its state.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::workspace {

/// Watches cost kernel memory (about 1 KiB each), and a user has a limited number for all programs.
inline constexpr size_t kMaxWatchedFolders = 10'000;

class TreeWatch {
 public:
  struct Handlers {
    /// These paths, relative to the root, may have changed, come or gone. Never many.
    unique_function<void(std::vector<std::string>)> changed;
    /// So much may have changed that everything should be looked at: many files, a folder, git's index or
    /// HEAD; or `watched` are watched from now on, in which something may have changed before. `paths` are
    /// what is known to have come or changed, some thousands at most: there may be folders among them.
    unique_function<void(std::vector<std::string> paths, std::vector<std::string> watched)> everything;
  };

  /// `root`: absolute. Calls come from the loop; what happens within some hundredths of a second comes
  /// together.
  TreeWatch(loop::Loop& loop, const std::string& root, Handlers handlers);
  ~TreeWatch();
  TreeWatch(const TreeWatch&) = delete;

  /// These folders (relative; "" is the root), and no others. Sets the watches in pieces, over some turns of
  /// the loop. Gives those that were watched until now.
  std::vector<std::string> set_folders(const std::vector<std::string>& folders);
  /// One more, until the next set_folders(). False if it cannot be watched.
  bool add_folder(const std::string& folder);
  bool watches(const std::string& folder) const { return folders_.count(folder) > 0; }
  /// Something has happened, or folders have come, that the handlers have not been told of.
  bool busy() const { return setting_.active() || settle_.active(); }

  /// What is not watched and why, for the user; may be empty.
  std::string problem() const;

 private:
  void set_some();
  bool watch(const std::string& folder);
  void happened(const std::string& folder, std::string_view name);
  void watch_git();
  void tell_soon();
  void tell();
  void renew();

  loop::Loop& loop_;
  std::string root_;
  Handlers handlers_;
  std::map<std::string, std::unique_ptr<loop::FolderWatch>> folders_;
  std::vector<std::unique_ptr<loop::FolderWatch>> git_;
  std::vector<std::string> wanted_;  ///< the last of them first
  size_t unwatched_ = 0;
  bool exhausted_ = false;
  std::vector<std::string> added_;  ///< folders that are watched since the last telling
  loop::Timer setting_;

  std::set<std::string> changed_;
  size_t events_ = 0;  ///< since the last telling
  bool everything_ = false;
  bool git_anew_ = false;
  loop::Timer settle_;
};

}  // namespace coder::workspace
