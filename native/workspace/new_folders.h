// Folders that no listing tells of, because no file is in them yet. They have to be watched before there is
// one.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::workspace {

/// More than anybody makes at once by hand; what a tool fills is listed, or ignored.
inline constexpr size_t kMaxNewFolders = 4096;

class NewFolders {
 public:
  struct Handlers {
    /// Is it watched already? Called from the loop.
    unique_function<bool(const std::string& folder)> known;
    /// Folders to be watched: they exist, are not `known`, and nothing ignores them. Never empty. Called from
    /// the loop, not inside look().
    unique_function<void(std::vector<std::string>)> found;
  };
  /// `root`: absolute.
  NewFolders(loop::Loop& loop, std::string root, Handlers handlers);
  ~NewFolders();
  NewFolders(const NewFolders&) = delete;

  /// Looks at the folders directly in `parents`, and at `paths`, which may be folders, files or gone; all
  /// relative to the root. Other repositories and what is in submodules are passed by, and links. Beyond
  /// kMaxNewFolders at once the rest is passed by too.
  void look(const std::vector<std::string>& parents, const std::vector<std::string>& paths);
  /// It has not yet told all that it was asked.
  bool busy() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
