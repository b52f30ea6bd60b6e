// A file's text as lines, without losing how they end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coder::edit {

using Lines = std::vector<std::string_view>;

/// Views into the text that it was made of, which must outlive it.
struct Text {
  bool bom = false;  ///< begins with a byte order mark, which belongs to no line
  Lines lines;       ///< without their ends
  std::vector<uint8_t>
      ends;  ///< bytes of each line's end: 2 for CRLF, 1 for LF, 0 for a last line without one

  size_t size() const { return lines.size(); }
  /// The end of most lines; "\n" where there is none.
  std::string_view eol() const { return crlf * 2 > lines.size() ? "\r\n" : "\n"; }
  size_t crlf = 0;  ///< how many lines end with CRLF
};

/// "a\n" is one line; "" is none.
Text split_text(std::string_view text);

/// Without blanks, tabs and carriage returns at the end.
std::string_view without_trailing(std::string_view line);
/// The blanks and tabs at the front.
std::string_view indent_of(std::string_view line);
bool is_blank(std::string_view line);

/// What takes the place of lines [first, first + count).
struct Splice {
  size_t first = 0;
  size_t count = 0;
  std::vector<std::string> lines;
  bool no_final_newline = false;  ///< where it reaches the end of the text
};

/// `splices` in order, not overlapping. New lines end as the lines around them do; the last line keeps its
/// end or the lack of one.
std::string apply_splices(std::string_view text, const Text& parsed, const std::vector<Splice>& splices);

/// The text of a new file, of lines; `eol` ends each.
std::string join_lines(const std::vector<std::string>& lines, std::string_view eol, bool final_newline);

/// Is it text that can be edited: no NUL byte, valid UTF-8? Else why not, as a literal.
const char* not_text(std::string_view text);

}  // namespace coder::edit
