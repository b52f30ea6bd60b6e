// The files below a folder, found without git: outside of a repository, in a bare one, or where there is no
// git to ask.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "workspace/disk.h"
#include "workspace/ignore.h"

namespace coder::workspace {

/// A file as it was listed.
struct Found {
  std::string path;  ///< relative to the root, with '/'
  Stat stat;
};

/// Walks in slices, so that whoever walks a whole disk by mistake can stop between them. A value that one job
/// at a time owns; no call throws.
///
/// Honours .gitignore files on the way. Leaves out: .git and what looks like a bare repository; folders that
/// tools build or download into (see walk.cc); links, so that nothing outside and no loop is walked; what is
/// neither file nor folder.
class Walk {
 public:
  explicit Walk(std::string root, size_t at_most);

  /// Goes on until `until`; true when it is through.
  bool step(TimePoint until);

  /// Files in no order, links and folders that cannot be read with their reasons; `more`: it stopped at
  /// `at_most` files or after ten times as many entries.
  struct Result {
    std::vector<Found> files;
    std::vector<std::pair<std::string, std::string>> left_out;
    bool more = false;
  };
  Result& result() { return result_; }

 private:
  struct Folder {
    std::string path;
    Ignore ignore;
  };
  void enter(const Folder& folder);
  bool full() const { return result_.more; }

  std::string root_;
  size_t at_most_;
  size_t entries_ = 0;
  std::vector<Folder> left_;
  Result result_;
};

/// Would a walk leave out a folder of this name (its last component)?
bool is_build_folder(std::string_view name);

}  // namespace coder::workspace
