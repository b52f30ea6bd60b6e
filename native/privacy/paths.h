// Which files are private, and which enter no prompt at all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "privacy/prompt.h"

namespace coder::privacy {

/// Glob patterns as in .gitignore: "*" and "?" stop at "/", "**" does not, "[a-z]" is a class; a
/// pattern without "/" matches the base name at any depth; "~/" is the home folder. They are matched against
/// the path relative to the file's own repository root, and against the absolute path when they begin with
/// "/" or "~/". A pattern that matches a folder covers everything below it. Letter case is ignored: on the
/// safe side.
bool glob_match(std::string_view pattern, std::string_view relative_path);

struct Verdict {
  Label label = Label::any;
  bool never_send = false;
  std::string rule;  ///< the pattern that decided, for messages; empty when none did
};

class PathRules {
 public:
  /// Patterns beyond the built-in never-send list, which is always on.
  PathRules(std::vector<std::string> local_only = {}, std::vector<std::string> never_send = {});

  /// Judges a path by its lexical and its resolved form (symlinks, ".."); the stricter one counts.
  /// A relative path is taken from the working directory. The file need not exist.
  Verdict judge(const std::string& path) const;

  static const std::vector<std::string>& default_never_send();

 private:
  std::vector<std::string> local_only_;
  std::vector<std::string> never_send_;
};

/// The folder that holds ".git" at or above `path`; empty when there is none.
std::string repository_root(const std::string& path);

}  // namespace coder::privacy
