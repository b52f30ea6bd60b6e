#include "edit/ladder.h"

#include <algorithm>

#include "base/text.h"
#include "edit/align.h"
#include "edit/indent.h"
#include "edit/likeness.h"
#include "edit/line_diff.h"

namespace coder::edit {
namespace {

constexpr size_t kListed = 8;       ///< places or lines that a reason lists
constexpr size_t kShortBlock = 24;  ///< bytes of a single line that tells a place at another indentation

bool any_informative(const Lines& lines) { return std::any_of(lines.begin(), lines.end(), informative); }

size_t bytes_of(const Lines& lines) {
  size_t out = 0;
  for (const std::string_view line : lines) out += trim(line).size();
  return out;
}

std::string listed(const std::vector<size_t>& lines) {
  std::string out;
  for (size_t i = 0; i < lines.size() && i < kListed; ++i) {
    if (i > 0) out += i + 1 == lines.size() ? " and " : ", ";
    out += std::to_string(lines[i] + 1);
  }
  if (lines.size() > kListed) out += " and " + std::to_string(lines.size() - kListed) + " more";
  return out;
}

}  // namespace

Ladder::Ladder(Matcher& matcher, const Edit& edit, const Choice& choice)
    : matcher_(matcher),
      text_(matcher.text_),
      edit_(edit),
      choice_(choice),
      search_(views_of(edit.search)),
      replace_(views_of(edit.replace)) {}

Match Ladder::run(bool exact_only) {
  if (exact(Compare::exact, Rung::exact)) return std::move(out_);
  if (exact(Compare::trailing, Rung::trailing)) return std::move(out_);
  size_t head = 0, tail = 0;
  const Lines inner = without_edges(search_, head, tail);
  if (head + tail > 0 && !inner.empty()) {
    // Of REPLACE as many go, where it has them.
    size_t begin = 0, end = replace_.size();
    while (begin < head && begin < end && is_blank(replace_[begin])) ++begin;
    while (replace_.size() - end < tail && begin < end && is_blank(replace_[end - 1])) --end;
    replace_ = Lines(replace_.begin() + static_cast<std::ptrdiff_t>(begin),
                     replace_.begin() + static_cast<std::ptrdiff_t>(end));
    search_ = inner;
    // An empty line may be what told it from another place, which the file has changed since.
    if (settle(with_rivals(places_of(search_, text_.lines, Compare::trailing), true), Rung::trailing,
               Compare::trailing))
      return std::move(out_);
  }
  if (!(exact_only ? false
                   : already(Compare::trailing) || reindented() || already(Compare::trimmed) || fuzzy() ||
                         elided())) {
    refuse("SEARCH is not in the file");
    if (!exact_only) nearest();
  }
  return std::move(out_);
}

bool Ladder::refuse(std::string reason) {
  out_.kind = Match::Kind::refused;
  out_.reason = std::move(reason);
  return true;
}

bool Ladder::refuse_several(const std::vector<size_t>& places, Rung rung) {
  out_.candidates = places;
  out_.rung = rung;
  for (size_t i = 0; i < places.size() && i < kListed; ++i)
    out_.nearest.push_back({places[i] + 1, std::string(text_.lines[places[i]])});
  return refuse("SEARCH fits " + std::to_string(places.size()) + " places, at lines " + listed(places) +
                "; more lines around it would tell which");
}

/// Those that the reply's other words on the place leave; all where they leave none or there are none.
std::vector<size_t> Ladder::chosen(const std::vector<size_t>& places) const {
  if (places.size() < 2) return places;
  if (choice_.line && std::find(places.begin(), places.end(), *choice_.line) != places.end())
    return {*choice_.line};
  if (edit_.at_end) {
    for (const size_t place : places) {
      if (place + search_.size() == text_.size()) return {place};
    }
  }
  if (!edit_.headings.empty()) {
    std::vector<size_t> below = below_headings(text_, edit_.headings, places);
    if (below.size() == 1) return below;
  }
  if (choice_.after || choice_.before) {
    std::vector<size_t> within;
    for (const size_t place : places) {
      if ((!choice_.after || place >= *choice_.after) && (!choice_.before || place < *choice_.before))
        within.push_back(place);
    }
    if (within.size() == 1) return within;
  }
  return places;
}

/// Does REPLACE stand around the SEARCH at `first` already? Only where what it adds tells something.
bool Ladder::done_at(size_t first, Compare how) const {
  if (replace_.size() <= search_.size()) return false;
  for (const size_t offset : places_of(search_, replace_, Compare::exact)) {
    if (offset > first || first - offset + replace_.size() > text_.size()) continue;
    const size_t begin = first - offset;
    size_t i = 0;
    bool tells = false;
    for (; i < replace_.size() && same_line(replace_[i], text_.lines[begin + i], how); ++i) {
      tells = tells || ((i < offset || i >= offset + search_.size()) && informative(replace_[i]));
    }
    if (i == replace_.size() && tells) return true;
  }
  return false;
}

void Ladder::say_done(size_t first, size_t lines) {
  out_.kind = Match::Kind::already;
  out_.first = first;
  out_.last = first + lines;
}

bool Ladder::settle(const std::vector<size_t>& places, Rung rung, Compare how) {
  if (places.empty()) return false;
  size_t done = 0;
  for (const size_t one : places) done += done_at(one, how) ? 1 : 0;
  if (done == places.size()) {
    say_done(places[0], search_.size());
    return true;
  }
  const std::vector<size_t> left = chosen(places);
  return left.size() == 1 ? place(left[0], rung) : refuse_several(places, rung);
}

bool Ladder::exact(Compare how, Rung rung) { return settle(places_of(search_, text_.lines, how), rung, how); }

/// The splices for SEARCH at `first`, line by line.
bool Ladder::place(size_t first, Rung rung) {
  const std::vector<Change> changes = diff_lines(search_, replace_);
  Lines added;
  for (const Change& change : changes) {
    for (size_t i = 0; i < change.b_count; ++i) added.push_back(replace_[change.b + i]);
  }
  std::vector<std::string> lines(added.begin(), added.end());
  if (rung == Rung::reindent) {
    std::vector<LinePair> pairs;
    for (size_t i = 0; i < search_.size(); ++i) {
      if (!is_blank(search_[i])) pairs.emplace_back(search_[i], text_.lines[first + i]);
    }
    auto made = reindent(pairs, added);
    if (!made)
      return refuse("SEARCH is indented in another way than line " + std::to_string(first + 1) +
                    ", and it cannot be told what the new lines should get");
    lines = std::move(*made);
  }
  out_.kind = Match::Kind::found;
  out_.rung = rung;
  out_.first = first;
  out_.last = first + search_.size();
  size_t made = 0;
  for (const Change& change : changes) {
    Splice splice{first + change.a, change.a_count, {}, false};
    for (size_t i = 0; i < change.b_count; ++i) splice.lines.push_back(std::move(lines[made++]));
    out_.splices.push_back(std::move(splice));
  }
  if (edit_.no_final_newline && out_.last == text_.size()) {
    if (out_.splices.empty() || out_.splices.back().first + out_.splices.back().count < out_.last)
      out_.splices.push_back({out_.last, 0, {}, false});
    out_.splices.back().no_final_newline = true;
  }
  return true;
}

/// REPLACE is there and SEARCH is not.
bool Ladder::already(Compare how) {
  size_t head = 0, tail = 0;
  const Lines by = without_edges(replace_, head, tail);
  if (by.empty() || !any_informative(by)) return false;
  // What makes the difference must be there to be seen: text that was added, or two lines that met.
  Lines added;
  for (const Change& change : diff_lines(search_, replace_)) {
    for (size_t i = 0; i < change.b_count; ++i) added.push_back(replace_[change.b + i]);
  }
  const auto telling = std::count_if(by.begin(), by.end(), informative);
  if (!any_informative(added) && telling < 2) return false;
  for (const size_t first : places_of(by, text_.lines, how)) {
    std::vector<LinePair> pairs;
    for (size_t i = 0; how == Compare::trimmed && i < by.size(); ++i) {
      if (!is_blank(by[i])) pairs.emplace_back(by[i], text_.lines[first + i]);
    }
    if (how == Compare::trimmed && !uniformly_indented(pairs)) continue;
    say_done(first, by.size());
    return true;
  }
  return false;
}

/// Are the lines that the place has indented as the model wrote them?
bool Ladder::as_written(const Alignment& one) const {
  for (size_t i = 0; i < search_.size(); ++i) {
    if (one.line_of[i] != SIZE_MAX && !is_blank(search_[i]) &&
        indent_of(search_[i]) != indent_of(text_.lines[one.line_of[i]]))
      return false;
  }
  return true;
}

/// With the other places that may be meant, where there is one at all: those that differ a little, and,
/// indented as the model wrote it or `far`, those that differ somewhat more.
std::vector<size_t> Ladder::with_rivals(std::vector<size_t> places, bool far) {
  if (places.size() != 1) return places;
  const size_t first = places[0];
  const auto add = [&](bool less_alike) {
    const auto rivals = alignments(search_, text_, matcher_.places_of_lines(), less_alike);
    for (size_t i = 0; rivals && i < rivals->size(); ++i) {
      const Alignment& one = (*rivals)[i];
      if (one.first < first + search_.size() && first < one.last) continue;
      if (!less_alike || far || as_written(one)) places.push_back(one.first);
    }
  };
  add(false);
  if (places.size() == 1) add(true);
  std::sort(places.begin(), places.end());
  return places;
}

bool Ladder::reindented() {
  std::vector<size_t> places;
  for (const size_t first : places_of(search_, text_.lines, Compare::trimmed)) {
    std::vector<LinePair> pairs;
    for (size_t i = 0; i < search_.size(); ++i) {
      if (!is_blank(search_[i])) pairs.emplace_back(search_[i], text_.lines[first + i]);
    }
    if (uniformly_indented(pairs)) places.push_back(first);
  }
  if (places.empty()) return false;
  const auto lines = static_cast<size_t>(
      std::count_if(search_.begin(), search_.end(), [](std::string_view line) { return !is_blank(line); }));
  // A short line may well stand elsewhere by chance, once what was meant has changed.
  if (lines < 2 && bytes_of(search_) < kShortBlock) return false;
  // Likewise a block of several: a place that keeps the indentation and differs a little may be meant, too.
  return settle(with_rivals(std::move(places), false), Rung::reindent, Compare::trimmed);
}

bool Ladder::fuzzy() {
  const auto found = alignments(search_, text_, matcher_.places_of_lines(), true);
  if (!found) return refuse("SEARCH is like too many places of the file");
  if (found->empty()) return false;
  if (found->size() > 1) {
    std::vector<size_t> places;
    for (const Alignment& one : *found) places.push_back(one.first);
    std::sort(places.begin(), places.end());
    return refuse_several(places, Rung::fuzzy);
  }
  const Alignment& at = found->front();
  std::string reason;
  auto splices = merge_at(at, search_, replace_, text_, reason);
  if (!splices) {
    for (size_t i = at.first; i < at.last && i < at.first + kListed; ++i)
      out_.nearest.push_back({i + 1, std::string(text_.lines[i])});
    return refuse(reason);
  }
  if (splices->empty()) {
    say_done(at.first, at.last - at.first);
    return true;
  }
  out_.kind = Match::Kind::found;
  out_.rung = Rung::fuzzy;
  out_.first = at.first;
  out_.last = at.last;
  out_.splices = std::move(*splices);
  return true;
}

}  // namespace coder::edit
