#include "edit/reply_hunk.h"

#include "base/text.h"

namespace coder::edit {

void HunkBody::clear() { *this = HunkBody(); }

bool HunkBody::add(std::string_view line, Edit& to) {
  if (line.empty()) {
    ++blank_;
    return true;
  }
  const char mark = line[0];
  if (mark == '\\') {
    // "\ No newline at end of file" is about the line before it; that of the old text says nothing new.
    if (last_ != '-') to.no_final_newline = true;
    return true;
  }
  if (mark != ' ' && mark != '+' && mark != '-') return false;
  for (; blank_ > 0; --blank_, ++old_, ++new_) {
    to.search.emplace_back();
    to.replace.emplace_back();
  }
  const std::string text(line.substr(1));
  if (mark != '+') ++old_, to.search.push_back(text);
  if (mark != '-') ++new_, to.replace.push_back(text);
  changes_ = changes_ || mark != ' ';
  last_ = mark;
  return true;
}

bool all_blank(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (!trim(line).empty()) return false;
  }
  return true;
}

}  // namespace coder::edit
