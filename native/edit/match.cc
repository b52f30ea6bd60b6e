#include "edit/match.h"

#include <algorithm>

#include "base/text.h"
#include "edit/align.h"
#include "edit/indent.h"
#include "edit/ladder.h"
#include "edit/likeness.h"
#include "edit/line_diff.h"
#include "edit/places.h"

namespace coder::edit {

const char* to_string(Rung rung) {
  switch (rung) {
    case Rung::exact:
      return "exact";
    case Rung::trailing:
      return "trailing";
    case Rung::reindent:
      return "reindent";
    case Rung::fuzzy:
      return "fuzzy";
    case Rung::elided:
      return "elided";
  }
  return "";
}

const std::unordered_map<std::string_view, std::vector<uint32_t>>& Matcher::places_of_lines() {
  if (!placed_) {
    for (size_t i = 0; i < text_.size(); ++i)
      places_[trim(text_.lines[i])].push_back(static_cast<uint32_t>(i));
    placed_ = true;
  }
  return places_;
}

std::vector<size_t> Matcher::exact_places(const Edit& edit) const {
  return places_of(views_of(edit.search), text_.lines, Compare::exact);
}

Match Matcher::match(const Edit& edit, const Choice& choice, bool exact_only) {
  if (edit.dividers.size() < 2) return Ladder(*this, edit, choice).run(exact_only);
  // Which of the lines of "=" parts the block? The one that makes it fit, if there is one such.
  Match found;
  size_t fits = 0;
  for (const size_t at : edit.dividers) {
    Edit part = edit;
    part.dividers.clear();
    const auto middle = edit.body.begin() + static_cast<std::ptrdiff_t>(at);
    part.search.assign(edit.body.begin(), middle);
    part.replace.assign(middle + 1, edit.body.end());
    if (part.search.empty()) continue;
    Match one = Ladder(*this, part, choice).run(true);
    if (one.kind == Match::Kind::refused) continue;
    ++fits;
    found = std::move(one);
  }
  if (fits == 1) return found;
  found = Match();
  found.reason = "it has several ======= lines, and " +
                 std::string(fits == 0 ? "none of them parts" : "more than one of them could part") +
                 " it so that SEARCH is in the file";
  return found;
}

}  // namespace coder::edit
