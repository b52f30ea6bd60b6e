#include "completion/layout_window.h"

#include <algorithm>

#include "base/text.h"

namespace coder::completion {
namespace {

using std::string_view;
using Lines = std::vector<std::string>;

}  // namespace

size_t code_point_at(string_view text, size_t col) {
  if (col >= text.size()) return text.size();
  // At most three bytes back: more are no UTF-8, and then any place is as good.
  for (size_t back = 0; back < 4 && back <= col; ++back) {
    if ((static_cast<unsigned char>(text[col - back]) & 0xC0) != 0x80) return col - back;
  }
  return col;
}

std::string text_between(const Lines& lines, Position from, Position to) {
  if (from.line == to.line) return lines[from.line].substr(from.col, to.col - from.col);
  std::string text = lines[from.line].substr(from.col);
  text.push_back('\n');
  for (size_t i = from.line + 1; i < to.line; ++i) text.append(lines[i]).push_back('\n');
  return text.append(lines[to.line], 0, to.col);
}

std::string text_after(const Lines& lines, Position from, size_t max_lines, size_t max_bytes, bool& to_end) {
  std::string text;
  to_end = false;
  for (size_t i = from.line, count = 0; i < lines.size(); ++i, ++count) {
    const string_view line = string_view(lines[i]).substr(i == from.line ? from.col : 0);
    if (count >= max_lines) return text;
    if (text.size() + line.size() + 1 > max_bytes) {
      if (i == from.line) text = clip_utf8(line, max_bytes);
      return text;
    }
    text.append(line).push_back('\n');
  }
  to_end = true;
  return text;
}

bool goes_on_with(const Lines& lines, Position from, string_view text, bool to_end) {
  for (size_t i = from.line; i < lines.size(); ++i) {
    const string_view line = string_view(lines[i]).substr(i == from.line ? from.col : 0);
    const size_t size = std::min(line.size(), text.size());
    if (line.substr(0, size) != text.substr(0, size)) return false;
    text.remove_prefix(size);
    if (text.empty()) return !to_end;
    if (text[0] != '\n') return false;
    text.remove_prefix(1);
    if (text.empty()) return !to_end || i + 1 == lines.size();
  }
  return text.empty();
}

bool ends_with(const Lines& lines, Position to, string_view text) {
  for (size_t i = to.line;; --i) {
    string_view line = lines[i];
    if (i == to.line) line = line.substr(0, to.col);
    const size_t size = std::min(line.size(), text.size());
    if (line.substr(line.size() - size) != text.substr(text.size() - size)) return false;
    text.remove_suffix(size);
    if (text.empty()) return true;
    if (i == 0 || text.back() != '\n') return false;
    text.remove_suffix(1);
    if (text.empty()) return true;
  }
}

}  // namespace coder::completion
