#include "edit/align.h"

#include <algorithm>
#include <climits>
#include <map>
#include <unordered_set>

#include "base/text.h"
#include "edit/likeness.h"

namespace coder::edit {
namespace {

constexpr size_t kMaxLines = 2000;        ///< of a block; no model is that far off and right
constexpr size_t kMaxPlacesOfLine = 100;  ///< a line that is everywhere tells nothing
constexpr size_t kMaxStarts = 400;
constexpr int kNever = INT_MAX / 4;

/// Compares each pair of lines once.
class Costs {
 public:
  Costs(const Lines& search, const Text& text, const LinePlaces& places)
      : search_(search), text_(text), places_(places) {}
  int of(size_t i, size_t j) {
    const std::string_view a = trim(search_[i]), b = trim(text_.lines[j]);
    if (a == b) return 0;
    if (a.empty() || b.empty()) return kNever;
    const auto [found, added] = known_.emplace(i * (text_.size() + 1) + j, kNever);
    if (added && likeness(a, b, kAlike) >= kAlike && one_slip(a, b)) found->second = kAlikeCost;
    return found->second;
  }
  int missing(size_t i) const { return is_blank(search_[i]) ? kEmptyCost : kMissingCost; }
  int extra(size_t j) const { return is_blank(text_.lines[j]) ? kEmptyCost : kExtraCost; }

 private:
  /// A slip of the pen, and not another name: files are full of functions that differ by theirs alone. So the
  /// word must be none that the file knows.
  bool one_slip(std::string_view wrote, std::string_view is) {
    std::string word;
    if (!misspelt(wrote, is, &word)) return false;
    if (words_.empty()) {
      for (const auto& [line, where] : places_) {
        for (const std::string_view token : tokens_of(line)) words_.insert(token);
      }
    }
    return word.empty() || words_.count(word) == 0;
  }

  const Lines& search_;
  const Text& text_;
  const LinePlaces& places_;
  std::unordered_set<std::string_view> words_;
  std::unordered_map<size_t, int> known_;
};

/// The cheapest way to lay all of `search` along some of the lines [begin, end).
Alignment lay(const Lines& search, const Text& text, Costs& costs, size_t begin, size_t end) {
  const size_t n = search.size(), m = end - begin;
  std::vector<int> cost((n + 1) * (m + 1), 0);
  const auto at = [&](size_t i, size_t j) -> int& { return cost[i * (m + 1) + j]; };
  for (size_t i = 1; i <= n; ++i) {
    at(i, 0) = at(i - 1, 0) + costs.missing(i - 1);
    for (size_t j = 1; j <= m; ++j) {
      at(i, j) = std::min({at(i - 1, j - 1) + costs.of(i - 1, begin + j - 1),
                           at(i - 1, j) + costs.missing(i - 1), at(i, j - 1) + costs.extra(begin + j - 1)});
    }
  }
  size_t j = 0;
  for (size_t k = 0; k <= m; ++k) {
    if (at(n, k) < at(n, j)) j = k;
  }
  Alignment out;
  out.line_of.assign(n, SIZE_MAX);
  out.cost = at(n, j);
  out.last = begin + j;
  size_t i = n;
  while (i > 0) {
    if (j > 0 && at(i, j) == at(i - 1, j - 1) + costs.of(i - 1, begin + j - 1)) {
      --i, --j;
      out.line_of[i] = begin + j;
      const bool same = costs.of(i, begin + j) == 0;
      out.differ += same ? 0 : 1;
      out.anchors += same && informative(search[i]) ? 1 : 0;
    } else if (at(i, j) == at(i - 1, j) + costs.missing(i - 1)) {
      --i;
      out.differ += is_blank(search[i]) ? 0 : 1;
    } else {
      --j;
      out.differ += is_blank(text.lines[begin + j]) ? 0 : 1;
    }
  }
  out.first = begin + j;
  size_t head = 0, end_line = n, missing = 0, aligned = 0, extra = 0;
  while (head < n && is_blank(search[head])) ++head;
  while (end_line > head && is_blank(search[end_line - 1])) --end_line;
  for (size_t k = 0; k < n; ++k) {
    aligned += out.line_of[k] != SIZE_MAX && !is_blank(search[k]) ? 1 : 0;
    missing += out.line_of[k] == SIZE_MAX && !is_blank(search[k]) ? 1 : 0;
  }
  for (size_t k = out.first; k < out.last; ++k) extra += is_blank(text.lines[k]) ? 0 : 1;
  extra -= std::min(extra, aligned);
  out.whole = head < end_line && out.line_of[head] != SIZE_MAX && out.line_of[end_line - 1] != SIZE_MAX &&
              (missing == 0 || extra == 0);
  return out;
}

/// The bar. Of few lines one may differ, of many a quarter; two lines that tell places apart must be the
/// same.
bool good(const Alignment& one, size_t lines, double slack) {
  const double n = static_cast<double>(lines) * slack;
  if (one.anchors < 2 || (slack == 1 && !one.whole)) return false;
  return one.cost <= std::max(3.0, 1.7 * n) && static_cast<double>(one.differ) <= std::max(1.0, n / 4);
}

/// First lines worth a look: where two lines of `search` or more stand about where they should.
std::optional<std::vector<size_t>> starts_of(const Lines& search, const LinePlaces& places, size_t slack) {
  std::map<long, size_t> votes;
  for (size_t i = 0; i < search.size(); ++i) {
    if (!informative(search[i])) continue;
    const auto found = places.find(trim(search[i]));
    if (found == places.end() || found->second.size() > kMaxPlacesOfLine) continue;
    for (const uint32_t line : found->second) ++votes[static_cast<long>(line) - static_cast<long>(i)];
  }
  std::vector<size_t> out;
  for (const auto& [start, count] : votes) {
    size_t near = 0;
    const auto end = votes.upper_bound(start + static_cast<long>(slack));
    for (auto it = votes.lower_bound(start - static_cast<long>(slack)); it != end; ++it) near += it->second;
    if (near < 2) continue;
    if (out.size() == kMaxStarts) return std::nullopt;
    out.push_back(start < 0 ? 0 : static_cast<size_t>(start));
  }
  return out;
}

}  // namespace

std::optional<std::vector<Alignment>> alignments(const Lines& search, const Text& text,
                                                 const LinePlaces& places, bool rivals) {
  if (search.empty() || search.size() > kMaxLines) return std::vector<Alignment>();
  const auto lines = static_cast<size_t>(
      std::count_if(search.begin(), search.end(), [](std::string_view line) { return !is_blank(line); }));
  const size_t slack = std::max<size_t>(2, search.size() / 4);
  const auto starts = starts_of(search, places, slack);
  if (!starts) return std::nullopt;
  Costs costs(search, text, places);
  std::vector<Alignment> all;
  for (const size_t start : *starts) {
    const size_t begin = start > slack ? start - slack : 0;
    const size_t end = std::min(text.size(), start + search.size() + slack);
    if (begin >= end) continue;
    Alignment one = lay(search, text, costs, begin, end);
    if (good(one, lines, rivals ? 2 : 1)) all.push_back(std::move(one));
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Alignment& a, const Alignment& b) { return a.cost < b.cost; });
  std::vector<Alignment> out;
  for (Alignment& one : all) {
    const bool meets = std::any_of(out.begin(), out.end(), [&](const Alignment& other) {
      return one.first < other.last && other.first < one.last;
    });
    if (!meets) out.push_back(std::move(one));
  }
  if (!out.empty() && !good(out[0], lines, 1)) out.clear();
  return out;
}

}  // namespace coder::edit
