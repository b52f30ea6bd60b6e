// The text of a buffer around a position, read and compared in place: a buffer is never copied as a whole.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coder::completion {

/// A position in a buffer: bytes, 0-based.
struct Position {
  size_t line = 0, col = 0;
};

inline bool operator<(const Position& a, const Position& b) {
  return a.line != b.line ? a.line < b.line : a.col < b.col;
}

/// The last position at or before `col` in `text` that cuts no code point; `col` is clamped.
size_t code_point_at(std::string_view text, size_t col);

/// The text from `from` up to `to`, which is not before it.
std::string text_between(const std::vector<std::string>& lines, Position from, Position to);

/// The text from `from` on: at most `max_lines` line ends and `max_bytes`. Ends at a line's end, or, where
/// the first line is longer than fits, at a code point. `to_end`: it is all there is.
std::string text_after(const std::vector<std::string>& lines, Position from, size_t max_lines,
                       size_t max_bytes, bool& to_end);

/// Does the text from `from` on begin with `text`? `to_end`: and end with it too.
bool goes_on_with(const std::vector<std::string>& lines, Position from, std::string_view text, bool to_end);

/// Does the text up to `to` end with `text`?
bool ends_with(const std::vector<std::string>& lines, Position to, std::string_view text);

}  // namespace coder::completion
