// What changes in a file, piece by piece, for previews that take some and leave others.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace coder::edit {

/// Lines with their ends, so that a changed line end is a change. Line numbers are from 0.
struct Hunk {
  /// Of its path and its lines (and a number, for the second of two alike): stays as it is while other edits
  /// of the file come or go, unless they join it.
  std::string id;
  size_t old_first = 0, new_first = 0;
  std::vector<std::string_view> old_lines, new_lines;  ///< views into the two texts
};

/// Changes with nothing but unchanged lines between them; the texts must outlive them.
std::vector<Hunk> hunks_of(std::string_view path, std::string_view old_text, std::string_view new_text);

/// `old_text` with those of its hunks.
std::string with_hunks(std::string_view old_text, const std::vector<Hunk>& hunks,
                       const std::set<std::string>& taken);

/// A unified diff as git writes it, with three lines of context. An empty path is /dev/null: the file is new,
/// or goes. Nothing where the texts are the same and so are the paths.
std::string unified_diff(const std::string& old_path, const std::string& new_path, std::string_view old_text,
                         std::string_view new_text);

}  // namespace coder::edit
