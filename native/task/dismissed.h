// Findings that a user does not want to be told again, in one project. A finding is known by its file, its
// kind and the text of its line, so that it stays dismissed when lines move, and comes again when its line
// has changed.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coder::task {

class Dismissed {
 public:
  /// Reads what was dismissed in the project `root`. Nothing there, or not readable: nothing was. Reads a
  /// file: for workers and command lines, or where a few milliseconds do not matter.
  static Dismissed load(const std::string& root);

  bool holds(std::string_view file, std::string_view kind, std::string_view line) const;
  size_t size() const { return keys_.size(); }

  /// Remembers one; `file` relative to the root. Fails (kind internal) where it cannot be written. The text
  /// itself is not kept.
  static Result<void> add(const std::string& root, std::string_view file, std::string_view kind,
                          std::string_view line);
  /// Forgets those of a file, or, with an empty name, all of the project; how many there were.
  static Result<size_t> forget(const std::string& root, std::string_view file);

 private:
  std::set<std::string> keys_;
};

}  // namespace coder::task
