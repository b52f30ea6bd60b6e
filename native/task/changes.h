// The changes of a repository, file by file, as git tells them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_function.h"
#include "loop/loop.h"
#include "privacy/paths.h"

namespace coder::task {

struct FileDiff {
  std::string path;  ///< the new name; of a file that is gone, the old one
  std::string text;  ///< header and hunks, as git has them
  size_t added = 0, removed = 0;
  bool binary = false;
  bool generated = false;  ///< a lock file, a minified one and the like: its lines tell nobody anything
};

/// A diff in its files, in its order. What comes before the first header (all of a text
/// without any) is one without a name.
std::vector<FileDiff> split_diff(std::string_view diff);

/// "a.py | 3 + 1 -", a line each; "binary" or "generated" where that is so.
std::string stat_of(const std::vector<FileDiff>& files);

struct Changes {
  enum class Which {
    worktree,  ///< against the last commit, staged or not
    staged,    ///< what the next commit holds; nothing is staged: all of the working tree's
    branch,    ///< of the commits since a branch parted from its base; there are none: the working tree's
    since,     ///< the same with what is not committed yet
  };
  std::vector<FileDiff> files;       ///< without those that are never sent
  std::vector<std::string> commits;  ///< of `branch` and `since`: subjects, newest first
  std::vector<std::string>
      left_out;       ///< for the user: files that are never sent, and why; those git does not know
  std::string about;  ///< "what is staged", "3 commits since main"
  std::vector<std::string> unmerged;
  privacy::Label label = privacy::Label::any;  ///< of all of it
  std::string rule;                            ///< that made it private
};

/// Kind usage: what has conflicts cannot be told of.
Error conflict_in(const std::vector<std::string>& paths);

/// Asks git, in several steps. Loop thread only; `done` once, from the loop. Kind usage where there is no
/// repository, no such base, nothing has changed but for conflicts, or it is more than 32 MiB; kind policy
/// where all that has changed is never sent.
class ReadChanges {
 public:
  struct Wanted {
    std::string root;  ///< absolute
    Changes::Which which = Changes::Which::worktree;
    std::string base;        ///< of a branch; empty: origin's default branch, main or master
    std::string index_file;  ///< that git told its editor of ($GIT_INDEX_FILE); empty: the repository's own
  };
  /// Of a part of a diff, with its headers.
  using Judge = std::function<privacy::Verdict(const std::string& text)>;
  ReadChanges(loop::Loop& loop, Wanted wanted, Judge judge, unique_function<void(Result<Changes>)> done);
  ~ReadChanges();
  ReadChanges(const ReadChanges&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::task
