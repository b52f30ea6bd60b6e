// The body of a hunk, as unified diffs and patches have it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "edit/edit.h"

namespace coder::edit {

/// Lines that begin with a blank, "+" or "-". A wholly empty line may be an empty one of the file whose blank
/// got lost, or the end of the hunk: it counts once another line of the body follows.
class HunkBody {
 public:
  /// False: this is no line of a body.
  bool add(std::string_view line, Edit& to);
  void clear();
  size_t old_lines() const { return old_; }
  size_t new_lines() const { return new_; }
  bool changes() const { return changes_; }
  bool empty() const { return old_ + new_ == 0; }

 private:
  size_t blank_ = 0, old_ = 0, new_ = 0;
  bool changes_ = false;
  char last_ = 0;
};

/// No line holds anything but blanks.
bool all_blank(const std::vector<std::string>& lines);

}  // namespace coder::edit
