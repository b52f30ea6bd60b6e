// A parser reads from left to right: where two texts are alike up to a place at which an item of the top
// level begins, it comes to that place in the same state; and where both are between two items again, it
// reads the same from there on. So only what is between two such places needs to be parsed. They are found by
// syntax::top_level(); an item more on either side is parsed, so that what an edit does to its neighbours is
// seen.
#include "edit/sound_change.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "edit/line_diff.h"
#include "syntax/errors.h"
#include "syntax/top_level.h"

namespace coder::edit {
namespace {

using Start = syntax::TopLevel::Start;

constexpr size_t kWorthwhile = 1024;  ///< bytes; what is shorter is parsed as it is

/// Lines with all that is between two \n, and where each begins; one more at the end.
struct Cut {
  Lines lines;
  std::vector<size_t> at;
};

Cut cut(std::string_view text) {
  Cut out;
  for (size_t i = 0; i < text.size();) {
    const size_t end = std::min(text.find('\n', i), text.size());
    out.lines.push_back(text.substr(i, end - i));
    out.at.push_back(i);
    i = end + 1;
  }
  out.at.push_back(text.size());
  return out;
}

/// Of the old text, with changes in it and with both ends between items of the same namespace.
struct Region {
  size_t begin, end;
  uint32_t depth;
};

/// The least region around [from, to) of a text of `size` bytes, with an item more on either side.
Region around(size_t from, size_t to, size_t size, const std::vector<Start>& starts) {
  const auto left =
      std::partition_point(starts.begin(), starts.end(), [&](const Start& one) { return one.at < from; });
  const auto right = std::partition_point(left, starts.end(), [&](const Start& one) { return one.at <= to; });
  uint32_t deepest = UINT32_MAX;
  for (auto first = left; first != starts.begin();) {
    const Start& begin = *--first;
    if (begin.depth > deepest) continue;
    const auto last =
        std::find_if(right, starts.end(), [&](const Start& one) { return one.depth == begin.depth; });
    if (last != starts.end()) return {begin.at, last->at, begin.depth};
    if (begin.depth == 0) return {begin.at, size, 0};
    deepest = begin.depth - 1;
  }
  // The text's own beginning and end are outside of all namespaces.
  const auto last = std::find_if(right, starts.end(), [](const Start& one) { return one.depth == 0; });
  return {0, last == starts.end() ? size : last->at, 0};
}

/// Those of all changes, in order and apart; nothing: they reach into each other's namespaces.
std::optional<std::vector<Region>> regions_of(const std::vector<Change>& changes, const Cut& a,
                                              const std::vector<Start>& starts) {
  std::vector<Region> out;
  for (const Change& change : changes) {
    const Region one = around(a.at[change.a], a.at[change.a + change.a_count], a.at.back(), starts);
    if (out.empty() || one.begin > out.back().end) {
      out.push_back(one);
      continue;
    }
    Region& last = out.back();
    if (last.begin <= one.begin && one.end <= last.end) continue;
    if (last.depth != one.depth || one.begin < last.begin) return std::nullopt;
    last.end = one.end;
  }
  return out;
}

/// Where in the new text a place of the old one is that no change touches, or the text's beginning or end.
class Moved {
 public:
  Moved(const std::vector<Change>& changes, const Cut& a, const Cut& b) : changes_(changes), a_(a), b_(b) {}

  size_t operator()(size_t at) const {
    if (at == a_.at.back()) return b_.at.back();
    const auto next = std::partition_point(changes_.begin(), changes_.end(),
                                           [&](const Change& one) { return a_.at[one.a] < at; });
    if (next == changes_.begin()) return at;
    const Change& last = *std::prev(next);
    return at - a_.at[last.a + last.a_count] + b_.at[last.b + last.b_count];
  }

 private:
  const std::vector<Change>& changes_;
  const Cut &a_, &b_;
};

/// An item to begin with, where something may only be the first of a file (a line for the shell).
std::string_view first_item(syntax::Language language) {
  switch (language) {
    case syntax::Language::lua:
      return "local more\n";
    case syntax::Language::rust:
    case syntax::Language::javascript:
    case syntax::Language::typescript:
    case syntax::Language::tsx:
      return ";\n";
    default:
      return "";
  }
}

/// An item to end with, where something may only be the last of a file (a return). Not one that makes whole
/// what is before it.
std::string_view last_item(syntax::Language language) {
  return language == syntax::Language::lua ? "local more\n" : "";
}

}  // namespace

bool surely_sound(syntax::Language language, std::string_view before, std::string_view after) {
  if (after.size() < kWorthwhile || before.empty() || (before.back() == '\n') != (after.back() == '\n'))
    return false;
  const auto items = syntax::top_level(language, before);
  if (!items || items->starts.empty()) return false;
  const Cut a = cut(before), b = cut(after);
  const std::vector<Change> changes = diff_lines(a.lines, b.lines);
  const auto regions = regions_of(changes, a, items->starts);
  if (!regions) return false;
  const Moved moved(changes, a, b);
  size_t bytes = 0;
  for (const Region& one : *regions) bytes += moved(one.end) - moved(one.begin);
  if (bytes > after.size() * 3 / 4) return false;
  return std::all_of(regions->begin(), regions->end(), [&](const Region& one) {
    const bool last = one.end == before.size();
    const std::string_view part = after.substr(moved(one.begin), moved(one.end) - moved(one.begin));
    const auto inside = syntax::top_level(language, part);
    if (!inside || (!last && !inside->complete)) return false;
    std::string text(one.begin > 0 ? first_item(language) : "");
    text += part;
    if (!last) text += last_item(language);
    const auto errors = syntax::error_lines(language, text);
    return errors && errors->empty();
  });
}

}  // namespace coder::edit
