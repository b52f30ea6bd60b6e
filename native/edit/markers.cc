#include "edit/markers.h"

#include "base/text.h"
#include "edit/names.h"

namespace coder::edit {
namespace {

constexpr size_t kFewest = 5, kMost = 9;

/// The number of marks at the front of `text`, if it is allowed, taking them off.
size_t take_marks(std::string_view& text, char mark) {
  size_t end = text.find_first_not_of(mark);
  if (end == std::string_view::npos) end = text.size();
  if (end < kFewest || end > kMost) return 0;
  text.remove_prefix(end);
  return end;
}

/// Takes the first word off if it is one of those.
template <size_t N>
bool take_word(std::string_view& text, const std::string_view (&words)[N]) {
  const std::string_view rest = trim(text);
  for (const std::string_view word : words) {
    if (!starts_with_ignoring_case(rest, word)) continue;
    const std::string_view behind = rest.substr(word.size());
    if (!behind.empty() && behind[0] != ' ' && behind[0] != ':' && behind[0] != '\t') continue;
    text = behind;
    return true;
  }
  return false;
}

constexpr std::string_view kStarts[] = {"SEARCH", "ORIGINAL", "OLD", "BEFORE", "FIND"};
constexpr std::string_view kEnds[] = {"REPLACE", "UPDATED", "UPDATE", "NEW", "AFTER", "REPLACED", "MODIFIED"};

}  // namespace

BlockStart block_start(std::string_view line) {
  BlockStart out;
  std::string_view text = trim(line);
  while (!text.empty() && text[0] == '>') {
    out.quoted = true;
    text = trim(text.substr(1));
  }
  const char mark = text.substr(0, 1) == "-" ? '-' : '<';
  const size_t length = take_marks(text, mark);
  if (length == 0 || !take_word(text, kStarts)) return {};
  if (!text.empty() && text[0] == ':') text.remove_prefix(1);
  if (text = trim(text); !text.empty()) {
    const NameLine name = name_line(text);
    if (name.kind != NameLine::Kind::path) return {};
    out.path = name.path;
  }
  out.length = length;
  return out;
}

size_t divider(std::string_view line) {
  std::string_view text = trim(line);
  const size_t length = take_marks(text, '=');
  return text.empty() ? length : 0;
}

bool block_end(std::string_view line) {
  std::string_view text = trim(line);
  const char mark = text.substr(0, 1) == "+" ? '+' : '>';
  if (take_marks(text, mark) == 0) return false;
  if (text.empty()) return mark == '>';
  return take_word(text, kEnds);
}

std::string_view unquoted_line(std::string_view line) {
  const size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos || line[begin] != '>') return line;
  line.remove_prefix(begin + 1);
  if (!line.empty() && line[0] == ' ') line.remove_prefix(1);
  return line;
}

}  // namespace coder::edit
