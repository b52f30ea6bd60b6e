// Several edits on one snapshot: what they say of each other's places.
#include <algorithm>

#include "edit/match.h"
#include "edit/plan_file.h"

namespace coder::edit {
namespace {

bool ordered(const Edit& edit) { return edit.format == Format::diff || edit.format == Format::patch; }

bool same_text(const Edit& a, const Edit& b) {
  return a.search == b.search && a.replace == b.replace && a.body == b.body;
}

/// Do two splices change the same lines, or put lines into the midst of the other's?
bool meet(const Splice& a, const Splice& b) {
  if (a.count == 0 && b.count == 0) return a.first == b.first;
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

bool same_splices(const std::vector<Splice>& a, const std::vector<Splice>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Splice& x, const Splice& y) {
    return x.first == y.first && x.count == y.count && x.lines == y.lines;
  });
}

}  // namespace

std::vector<FilePlan::Placed> FilePlan::place_all(const std::vector<Asked>& asked) {
  const Text text = split_text(change_.old_text);
  Matcher matcher(text);
  std::vector<Placed> placed;
  for (const Asked& one : asked) placed.push_back({one, matcher.match(*one.edit)});
  settle_ambiguous(matcher, placed);
  refuse_overlaps(placed);
  return placed;
}

void FilePlan::settle_ambiguous(Matcher& matcher, std::vector<Placed>& placed) {
  const auto open = [](const Placed& one) {
    return one.match.kind == Match::Kind::refused && one.match.candidates.size() > 1;
  };
  if (std::none_of(placed.begin(), placed.end(), open)) return;
  // How far the line numbers of a diff are off: as far as they are where there is no doubt.
  std::optional<long> off;
  bool even = true;
  for (const Placed& one : placed) {
    if (one.match.kind != Match::Kind::found || one.asked.edit->old_line == 0) continue;
    const long here = static_cast<long>(one.match.first) + 1 - static_cast<long>(one.asked.edit->old_line);
    even = even && (!off || *off == here);
    off = here;
  }
  for (size_t i = 0; i < placed.size(); ++i) {
    if (!open(placed[i])) continue;
    const Edit& edit = *placed[i].asked.edit;
    Choice choice;
    const long line = static_cast<long>(edit.old_line) - 1 + off.value_or(0);
    if (edit.old_line > 0 && even && line >= 0) choice.line = static_cast<size_t>(line);
    if (ordered(edit)) {
      // The hunks of a file stand in its order.
      for (size_t k = 0; k < i; ++k) {
        if (placed[k].match.kind == Match::Kind::found)
          choice.after = std::max(choice.after.value_or(0), placed[k].match.last);
      }
      for (size_t k = placed.size(); k > i + 1; --k) {
        if (placed[k - 1].match.kind == Match::Kind::found) choice.before = placed[k - 1].match.first;
      }
    }
    // As many alike edits as there are places: each gets one.
    size_t alike = 0, nth = 0;
    for (size_t k = 0; k < placed.size(); ++k) {
      if (!same_text(*placed[k].asked.edit, edit)) continue;
      if (k < i) ++nth;
      ++alike;
    }
    const std::vector<size_t> places = placed[i].match.candidates;
    if (!choice.line && alike == places.size() && matcher.exact_places(edit) == places)
      choice.line = places[nth];
    if (!choice.line && !choice.after && !choice.before) continue;
    Match match = matcher.match(edit, choice);
    if (match.kind == Match::Kind::found) placed[i].match = std::move(match);
  }
}

void FilePlan::refuse_overlaps(std::vector<Placed>& placed) {
  for (size_t i = 0; i < placed.size(); ++i) {
    Placed& one = placed[i];
    if (one.match.kind != Match::Kind::found) continue;
    for (size_t k = 0; k < i; ++k) {
      const Placed& other = placed[k];
      if (other.match.kind != Match::Kind::found) continue;
      const bool overlap =
          std::any_of(one.match.splices.begin(), one.match.splices.end(), [&](const Splice& a) {
            return std::any_of(other.match.splices.begin(), other.match.splices.end(),
                               [&](const Splice& b) { return meet(a, b); });
          });
      if (!overlap) continue;
      if (same_splices(one.match.splices, other.match.splices)) {
        one.match.kind = Match::Kind::already;  // it says the same once more
      } else {
        one.match.kind = Match::Kind::refused;
        one.match.candidates = {one.match.first};  // its place is known: a second try would not help
        one.match.reason = "it changes the same lines as the edit at line " +
                           std::to_string(other.asked.outcome->in_reply) + " of the reply";
      }
      break;
    }
  }
}

}  // namespace coder::edit
