// Which files are private, and which enter no prompt at all.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "privacy/pattern.h"
#include "privacy/prompt.h"

namespace coder::privacy {

/// Glob patterns as in .gitignore: "*" and "?" stop at "/", "**" does not, "**/" is any number of
/// whole components, "[a-z]" is a class, "\\" takes the next character as it is; a pattern without
/// "/" (one at the end does not count) matches a component at any depth, any other begins at the
/// root; a pattern that matches a folder covers everything below it, and "x/**" covers x itself too.
/// There is no negation. The case of ASCII letters is ignored: on the safe side.
bool glob_match(std::string_view pattern, std::string_view relative_path);

struct Verdict {
  Label label = Label::any;  ///< local_only also for what is never sent
  bool never_send = false;
  /// The pattern that decided, for messages ("client-x/** in proj/.coder.toml"); empty when none did.
  std::string rule;
  std::string file = {};  ///< of judge_text: the path in the diff that decided
};

/// The stricter of two; the first where they are alike.
Verdict stricter(const Verdict& a, const Verdict& b);

/// What a project's own file adds for the files under its folder.
struct FolderRules {
  std::string file;                 ///< where they stand, for messages
  std::vector<Pattern> local_only;  ///< relative to that folder, or to a repository around the judged file
  std::vector<Pattern> never_send;
  /// Not empty: the file cannot be read or says what it may not. Everything under the folder is then
  /// local_only, and this is the rule that messages show (".coder.toml:3: …").
  std::string broken;
};

/// Knows the project files. Asked for every folder above a judged path: must be quick.
class FolderRulesSource {
 public:
  virtual ~FolderRulesSource() = default;
  /// nullptr: there is none in `folder` (absolute, without a slash at its end; "" is the root). Valid until
  /// the next call.
  virtual const FolderRules* at(const std::string& folder) = 0;
};

/// Which of a user's files are private. Patterns are matched against the path relative to the
/// file's own repository root, and to that of every repository around it (a submodule's files stay
/// private under the outer repository's patterns); "/x" and "~/x" against the absolute path as
/// well. Outside any repository a pattern may begin at any component. A value, safe to copy to and
/// use on any thread.
class PathRules {
 public:
  /// Patterns beyond the built-in never-send list, which is always on.
  /// With `folders` a judgement runs on the thread that owns it only. `broken`, if not empty, is why the
  /// patterns are not all known: everything is then local_only, by that rule.
  PathRules(const std::vector<std::string>& local_only = {}, const std::vector<std::string>& never_send = {},
            std::shared_ptr<FolderRulesSource> folders = nullptr, std::string broken = {});

  /// Judges a path by its lexical form, its resolved form (symlinks, "..") and every form a chain of
  /// links goes through, each with the project files of the folders above it; the strictest verdict counts.
  /// A relative path is taken from the working directory; one like "fugitive:///repo/.git//0/x" is what a
  /// plugin made of some file: patterns may then begin at any component. The file need not exist. Nothing is
  /// remembered between calls. Costs one system call for each folder of the path, a second one where a
  /// pattern may match or a link leads there, and two for each absolute pattern.
  Verdict judge(const std::string& path) const;

  /// Judges a text by the files a diff in it is about (see diff.h), their paths taken from `folder` (a
  /// repository's root) and, where that differs, from the repository around it; a path that exists when taken
  /// from the file system's root counts as that, too. The strictest verdict counts. A diff of more files than
  /// diff_paths tells is never sent. No diff: label any.
  Verdict judge_text(std::string_view text, const std::string& folder) const;

  static const std::vector<std::string>& default_never_send();

 private:
  std::vector<Pattern> local_only_;
  std::vector<Pattern> never_send_;
  std::shared_ptr<FolderRulesSource> folders_;
  std::string broken_;
};

/// The nearest folder at or above `path` that holds ".git" (a folder, or a worktree's or
/// submodule's file); empty when there is none. Symlinks in `path` are not resolved.
std::string repository_root(const std::string& path);

}  // namespace coder::privacy
