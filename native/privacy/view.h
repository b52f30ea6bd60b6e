// One form of a path, as patterns see it: relative to its repositories and folders.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "privacy/pattern.h"

namespace coder::privacy {

/// Looks at the disk only when a pattern may match, and then once.
class View {
 public:
  /// `form` is absolute and lexical (see forms.h) and must outlive it. `anywhere`: it is made up, patterns
  /// may begin at any component.
  View(const std::string& form, bool anywhere);

  /// Without the folders.
  std::string_view base() const { return absolute_.substr(absolute_.rfind('/') + 1); }

  /// For patterns that belong to no folder: relative to each repository around the path, outside any from
  /// whatever component; absolute ones from the file system's root as well.
  bool matched_by(const Glob& glob);
  /// The same, and where links lead the pattern.
  bool matched_by(const Pattern& pattern);

  /// For patterns that belong to the folder whose name has `length` bytes: relative to it or to a repository
  /// around the path.
  bool matched_below(size_t length, const Glob& glob);
  bool matched_below(size_t length, const Pattern& pattern);

 private:
  std::string_view below(size_t length) const { return absolute_.substr(std::min(length, absolute_.size())); }
  bool behind_link(const Pattern& pattern) const;
  bool in_repositories(const Glob& glob);
  const std::vector<size_t>& repositories();

  const std::string& form_;
  std::string_view absolute_;  ///< without its leading slash
  Glance glance_;
  bool anywhere_;
  std::optional<std::vector<size_t>> repositories_;  ///< lengths of the names of those around the path
};

}  // namespace coder::privacy
