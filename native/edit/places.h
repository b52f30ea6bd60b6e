// Where a run of lines stands in a file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "edit/text.h"

namespace coder::edit {

enum class Compare : unsigned char { exact, trailing, trimmed };

bool same_line(std::string_view a, std::string_view b, Compare how);

/// The first lines, from 0, of all places where `search` stands; they may overlap.
std::vector<size_t> places_of(const Lines& search, const Lines& in, Compare how);

/// Without the empty lines at both ends; `head` and `tail` count them.
Lines without_edges(const Lines& lines, size_t& head, size_t& tail);

/// Where a heading ("def f():", "class A") tells which of `candidates` is meant: the only one in what it
/// heads, by indentation, and it stands once in the file.
std::vector<size_t> below_headings(const Text& text, const std::vector<std::string>& headings,
                                   const std::vector<size_t>& candidates);

/// A line that stands for lines left out: "...", "# ... existing code ...".
bool is_elision(std::string_view line);
/// The same, but "..." alone may be code.
bool is_elision_comment(std::string_view line);

}  // namespace coder::edit
