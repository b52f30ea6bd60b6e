#include "edit/new_errors.h"

#include "edit/sound_change.h"
#include "syntax/errors.h"

namespace coder::edit {

std::string new_syntax_error(const FileChange& change) {
  if (change.removed || change.new_text == change.old_text) return "";
  const std::string& path = change.to ? change.to->shown : change.at.shown;
  const std::string_view first = std::string_view(change.new_text).substr(0, change.new_text.find('\n'));
  const syntax::Language language = syntax::language_of(path, first);
  if (surely_sound(language, change.old_text, change.new_text)) return "";
  const auto after = syntax::error_lines(language, change.new_text);
  if (!after || after->empty()) return "";
  const auto before = syntax::error_lines(language, change.old_text);
  const size_t known = before ? before->size() : 0;
  if (after->size() <= known) return "";
  // The first that was not there before, counted from both ends: errors above and below the edits stay the
  // same.
  size_t at = 0;
  while (before && at < known && (*before)[at] == (*after)[at]) ++at;
  return "a syntax error at line " + std::to_string((*after)[at] + 1) + " that it does not have now";
}

}  // namespace coder::edit
