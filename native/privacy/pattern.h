// A pattern as a user writes it, ready to match.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "privacy/glob.h"

namespace coder::privacy {

/// "~/x" with the home folder; without one, "~" stands for any folder.
std::string with_home(const std::string& pattern);

/// A glob of a configuration: "~" is the home folder. One that begins at the file system's root names a
/// folder, which may be reached through a link: the glob then counts for where that leads, too.
class Pattern {
 public:
  explicit Pattern(std::string written);

  const std::string& written() const { return written_; }  ///< for messages
  const Glob& glob() const { return glob_; }

  /// The folder at the head of an absolute pattern, as far as it holds no wildcard; empty for others.
  const std::string& folder() const { return folder_; }

  /// The same glob below where folder() leads just now; nullopt where that is folder() itself.
  /// Costs the system calls of path_forms.
  std::optional<Glob> through_links() const;

 private:
  std::string written_;
  Glob glob_;
  std::string folder_;
  std::string rest_;  ///< of the glob, behind folder_
};

std::vector<Pattern> compile(const std::vector<std::string>& patterns);

}  // namespace coder::privacy
