#include "completion/clean_start.h"

#include <algorithm>

#include "completion/clean_brackets.h"
#include "completion/clean_lines.h"

namespace coder::completion {
namespace {

using std::string_view;

constexpr size_t kNone = string_view::npos;
constexpr size_t kAnyIndent = kNone;

bool starts_with(string_view text, string_view start) { return text.substr(0, start.size()) == start; }

// A beginning of a line that, written again, is a repeat: "self.", not "//" or "((".
bool is_repeatable(string_view line) {
  const auto word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80) != 0;
  };
  return line.size() >= 3 && std::count_if(line.begin(), line.end(), word) >= 2;
}

string_view last_line(string_view text) { return text.substr(text.rfind('\n') + 1); }

// The indentation of one block in this file: the least step between lines near the cursor.
size_t indent_step(string_view before) {
  constexpr size_t kLines = 64, kUsual = 4;
  size_t step = kNone, deeper = kNone;
  for (size_t i = 0; i < kLines && !before.empty(); ++i) {
    const string_view line = last_line(before);
    before.remove_suffix(std::min(before.size(), line.size() + 1));
    if (is_blank(line)) continue;
    const size_t indent = indent_of(line);
    if (deeper != kNone && deeper > indent) step = std::min(step, deeper - indent);
    deeper = indent;
  }
  return step == kNone || step < 2 ? kUsual : step;
}

// How far a line after `before`, whose own line is blank so far, may be indented.
size_t deepest_indent(string_view before) {
  const size_t own = indent_of(last_line(before));
  const string_view previous = last_line(trim_right(before));
  if (previous.empty()) return kAnyIndent;
  const size_t indent = indent_of(previous);
  Brackets brackets;
  brackets.feed(previous);
  const char last = previous.back();
  const bool opens = last == ':' || last == '{' || last == '(' || last == '[' || last == '>';
  // Arguments that go on are aligned with anything; so is what hangs below an operator.
  if (brackets.open() > 0 && !opens) return kAnyIndent;
  if (opens || brackets.open() > 0)
    return std::max(own, indent + indent_step(before.substr(0, before.size() - last_line(before).size())));
  return std::max(own, indent);
}

std::optional<size_t> start_in_line(string_view text, string_view line, bool open) {
  const string_view solid = trim_left(line);
  if (is_repeatable(trim_right(solid))) {
    const string_view again = trim_left(text);
    if (starts_with(again, solid)) return text.size() - again.size() + solid.size();
    if (open && starts_with(solid, again)) return std::nullopt;
  }
  if (line.back() != ' ' || text[0] != ' ') return 0;
  if (text.size() == 1) return std::nullopt;
  const bool wanted = is_blank(text.substr(1, 1)) || string_view("#/-*").find(text[1]) != string_view::npos;
  return wanted ? 0 : 1;
}

}  // namespace

std::optional<size_t> find_start(string_view text, string_view before, bool open) {
  const string_view line = last_line(before);
  const size_t solid = text.find_first_not_of(" \t\n");
  if (solid == string_view::npos) return std::nullopt;
  if (!is_blank(line)) return start_in_line(text, line, open);

  const size_t break_at = text.substr(0, solid).rfind('\n');
  const size_t line_at = break_at == string_view::npos ? 0 : break_at + 1;
  const string_view blanks = text.substr(line_at, solid - line_at);
  if (break_at != string_view::npos) {
    // A line of its own, indented from the margin.
    if (starts_with(blanks, line)) return line_at + line.size();
    if (indent_of(blanks) < indent_of(line)) return break_at;  // it belongs further left: on a new line
    return solid;
  }
  if (line.empty() || blanks.empty()) return 0;
  if (indent_of(line) + indent_of(blanks) <= deepest_indent(before)) return 0;
  if (starts_with(blanks, line)) return line.size();
  return blanks[0] != line.back() ? solid : 0;
}

}  // namespace coder::completion
