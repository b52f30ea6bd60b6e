// What makes one sequence of lines another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "edit/text.h"

namespace coder::edit {

/// Lines [a, a + a_count) of the old are lines [b, b + b_count) of the new.
struct Change {
  size_t a = 0, a_count = 0, b = 0, b_count = 0;
  bool operator==(const Change&) const = default;
};

/// The shortest way (Myers, in linear space); past a bound of work on unlike texts, a longer one. In order,
/// with at least one common line between two changes.
std::vector<Change> diff_lines(const Lines& a, const Lines& b);

Lines views_of(const std::vector<std::string>& lines);

}  // namespace coder::edit
