// How replies say which file they mean.
#pragma once

#include <string>
#include <string_view>

namespace coder::edit {

/// A line's word on a file.
struct NameLine {
  enum class Kind : unsigned char {
    none,
    mention,  ///< a sentence with one path marked as code and ":" at its end
    bullet,   ///< an entry of a list
    path,     ///< nothing but the path: plain, **bold**, `code`, a heading, quoted, "File: x", "x:"
  };
  Kind kind = Kind::none;
  std::string path;
};
NameLine name_line(std::string_view line);

/// A code fence: three or more ` or ~ behind at most three blanks. `length` 0: the line is none.
struct Fence {
  char mark = 0;
  size_t length = 0;
  std::string_view info;  ///< trimmed; empty where a fence may close
};
Fence fence_of(std::string_view line);

/// The path in a fence's info: "path=x", "py title=\"x\"", "py:x", "py x", "x"; empty: none. What counts
/// lines
/// ("12:15:x") quotes a file and names none.
std::string path_in_info(std::string_view info);
/// The language, lower case: the first word.
std::string language_in_info(std::string_view info);

bool is_shell(std::string_view language);
bool is_diff(std::string_view language);

/// By its characters and its extension or its folder; "self.items" in a sentence is none.
bool looks_like_path(std::string_view text, bool strict);

}  // namespace coder::edit
