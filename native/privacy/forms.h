// The forms of a path: as written, as links lead, and where it really is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace coder::privacy {

/// Absolute (from the working directory), without "." and "//" and (as shells and editors take it) with ".."
/// removed lexically; no slash at its end but for the root, which is "/".
std::string lexical_form(const std::string& path);

/// Every form of `path` a chain of links goes through: the lexical one first, the resolved one last; one
/// alone where there is no link. What does not exist (yet) is kept as it is written; so is what a loop of
/// links hides. Costs a system call or two for a file that exists and is reached through no link, else one
/// for each folder of the path.
std::vector<std::string> path_forms(const std::string& path);

/// Something is there, be it a link to nothing.
bool exists(const std::string& path);

/// Is `folder` ("" is the root) a repository's root: does it hold ".git", a folder or a worktree's or
/// submodule's file?
bool holds_git(const std::string& folder);

/// Calls `visit` with the length of each folder's name in `form`, a lexical form: from the path itself, which
/// may be a folder, up to the root, whose name is "".
template <class Visit>
void for_each_folder(const std::string& form, Visit visit) {
  for (size_t end = form == "/" ? 0 : form.size();; end = form.rfind('/', end - 1)) {
    visit(end);
    if (end == 0) return;
  }
}

}  // namespace coder::privacy
