#include "completion/view.h"

#include <algorithm>

namespace coder::completion {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

View make_view(const std::vector<std::string>& lines, size_t line, size_t col, int64_t changedtick) {
  View view;
  view.changedtick = changedtick;
  if (lines.empty()) return view;
  view.line = std::min(line, lines.size() - 1);
  const std::string& text = lines[view.line];
  view.col = std::min(col, text.size());
  while (view.col > 0 && view.col < text.size() && continues(text[view.col])) --view.col;

  // Collected backwards, line by line, until there is enough.
  size_t first = view.line;
  size_t have = view.col;
  while (first > 0 && have < kViewBytes) have += lines[--first].size() + 1;
  view.before.reserve(have);
  for (size_t i = first; i < view.line; ++i) view.before.append(lines[i]).push_back('\n');
  view.before.append(text, 0, view.col);
  if (view.before.size() > kViewBytes) {
    size_t cut = view.before.size() - kViewBytes;
    while (cut < view.before.size() && continues(view.before[cut])) ++cut;
    view.before.erase(0, cut);
  }

  view.after.assign(text, view.col, kViewBytes);
  for (size_t i = view.line + 1; i < lines.size() && view.after.size() < kViewBytes; ++i) {
    view.after.push_back('\n');
    view.after.append(lines[i], 0, kViewBytes);
  }
  if (view.after.size() > kViewBytes) {
    size_t end = kViewBytes;
    while (end > 0 && continues(view.after[end])) --end;
    view.after.resize(end);
  }
  return view;
}

}  // namespace coder::completion
