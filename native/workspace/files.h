// Which files belong to a workspace.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "workspace/disk.h"
#include "workspace/walk.h"

namespace coder::workspace {

/// More than any repository that one person edits has; each costs memory, and time with every listing.
inline constexpr size_t kMaxFiles = 200'000;

struct LeftOut {
  std::string path;
  std::string reason;  ///< "larger than 1 MiB", "binary", "generated", "minified", "cannot be read: …"
};

struct Listing {
  std::vector<Found> files;  ///< sorted by path, each once
  /// Links, other repositories, what is no file: left out without being read.
  std::vector<LeftOut> left_out;
  bool git = false;     ///< listed by git
  bool more = false;    ///< there are more than `at_most`
  std::string problem;  ///< why git did not list it though it lies in a repository; may be empty
};

/// Lists the files below `root` (absolute): in a repository those that git tracks or would track, also of
/// submodules; else, and where git fails, what a Walk finds. Sizes and times are those of now. Blocks
/// nothing: git is a process, the rest are jobs. `done` is called once, from the loop; destroying the object
/// gives up.
class ListFiles {
 public:
  ListFiles(loop::Loop& loop, const std::string& root, unique_function<void(Listing)> done,
            size_t at_most = kMaxFiles);
  ~ListFiles();
  ListFiles(const ListFiles&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Which of these folders (relative to `root`) a listing would leave out: those that git ignores; without git
/// those that a Walk passes by. As ListFiles otherwise.
class ListIgnored {
 public:
  ListIgnored(loop::Loop& loop, const std::string& root, std::vector<std::string> folders,
              unique_function<void(const std::set<std::string>&)> done);
  ListIgnored(const ListIgnored&) = delete;

 private:
  std::unique_ptr<loop::Process> process_;
};

}  // namespace coder::workspace
