// How git is asked about a folder. What a repository's own configuration could make git run (a file system
// monitor, a pager, a signature checker) stays off: a clone may hold anything.
#pragma once

#include <string>
#include <vector>

#include "loop/loop.h"

namespace coder::workspace {

/// `git -C folder ARGUMENTS…`, to be run with loop::Process; the caller sets time and size limits. The
/// variables with which a hook or a commit's editor is told of its repository do not reach it: `folder`
/// alone says which repository is meant. It takes no optional locks, asks nobody anything and fetches
/// nothing.
loop::Process::Options git(const std::string& folder, const std::vector<std::string>& arguments);

/// What git said of a failure, in one line.
std::string git_said(const loop::ProcessResult& result);

/// The folders where git keeps the state of the working tree `root` (absolute, with ".git" in it): `own`
/// holds HEAD and index, `common` the refs, which a worktree shares with its repository. Empty where ".git"
/// is none of git's. Reads a file or two.
struct GitFolders {
  std::string own, common;
};
GitFolders git_folders(const std::string& root);

}  // namespace coder::workspace
