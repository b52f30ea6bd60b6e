// The last rungs: lines left out, and what to show when nothing fits.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "edit/ladder.h"
#include "edit/likeness.h"
#include "edit/line_diff.h"

namespace coder::edit {
namespace {

constexpr size_t kShown = 5;            ///< nearest lines of a refusal
constexpr size_t kMaxScanned = 20'000;  ///< lines compared letter by letter
constexpr double kSomewhatAlike = 0.6;

std::vector<Lines> parts_of(const Lines& lines) {
  std::vector<Lines> out(1);
  for (const std::string_view line : lines) {
    if (is_elision(line)) {
      out.emplace_back();
    } else {
      out.back().push_back(line);
    }
  }
  return out;
}

/// In how many ways, 2 at most, do the parts stand in order? `way` is the first found.
size_t ways(const std::vector<std::vector<size_t>>& places, const std::vector<Lines>& parts, size_t part,
            size_t from, std::vector<size_t>& now, std::vector<size_t>& way, size_t& budget) {
  if (budget == 0) return 2;
  --budget;
  if (part == parts.size()) {
    if (way.empty()) way = now;
    return 1;
  }
  size_t count = 0;
  for (const size_t place : places[part]) {
    if (place < from) continue;
    now.push_back(place);
    count += ways(places, parts, part + 1, place + parts[part].size(), now, way, budget);
    now.pop_back();
    if (count > 1) return 2;
  }
  return count;
}

}  // namespace

bool Ladder::elided() {
  if (std::none_of(search_.begin(), search_.end(), is_elision)) return false;
  std::vector<Lines> from = parts_of(search_), to = parts_of(replace_);
  if (from.size() != to.size())
    return refuse("SEARCH leaves lines out with \"...\", and REPLACE does not in the same places");
  std::vector<Lines> parts, wanted;
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i].empty() && !to[i].empty())
      return refuse("REPLACE has lines next to \"...\" where SEARCH has none to find their place by");
    if (from[i].empty()) continue;
    parts.push_back(std::move(from[i]));
    wanted.push_back(std::move(to[i]));
  }
  if (parts.empty()) return refuse("SEARCH is nothing but \"...\"");
  std::vector<std::vector<size_t>> places;
  for (const Lines& part : parts) places.push_back(places_of(part, text_.lines, Compare::trailing));
  std::vector<size_t> now, way;
  size_t budget = 10'000;
  const size_t count = ways(places, parts, 0, 0, now, way, budget);
  if (count != 1) {
    return refuse(
        count == 0 ? "SEARCH leaves lines out with \"...\", and its parts are not in the file in that order"
                   : "SEARCH leaves lines out with \"...\" and fits in several ways");
  }
  out_.kind = Match::Kind::found;
  out_.rung = Rung::elided;
  out_.first = way.front();
  out_.last = way.back() + parts.back().size();
  for (size_t i = 0; i < parts.size(); ++i) {
    for (const Change& change : diff_lines(parts[i], wanted[i])) {
      Splice splice{way[i] + change.a, change.a_count, {}, false};
      for (size_t k = 0; k < change.b_count; ++k) splice.lines.emplace_back(wanted[i][change.b + k]);
      out_.splices.push_back(std::move(splice));
    }
  }
  return true;
}

/// Shows where most lines of SEARCH stand about where they should; else the line most like its longest.
void Ladder::nearest() {
  const auto& lines = matcher_.places_of_lines();
  std::map<size_t, size_t> votes;
  size_t best = SIZE_MAX, most = 0;
  for (size_t i = 0; i < search_.size(); ++i) {
    if (!informative(search_[i])) continue;
    const auto found = lines.find(trim(search_[i]));
    if (found == lines.end() || found->second.size() > 100) continue;
    for (const uint32_t line : found->second) {
      const size_t start = line >= i ? line - i : 0;
      if (++votes[start] > most) most = votes[start], best = start;
    }
  }
  if (best == SIZE_MAX) {
    size_t longest = 0;
    for (size_t i = 1; i < search_.size(); ++i) {
      if (trim(search_[i]).size() > trim(search_[longest]).size()) longest = i;
    }
    double bar = kSomewhatAlike;
    for (size_t i = 0; i < text_.size() && i < kMaxScanned; ++i) {
      const double alike = likeness(search_[longest], text_.lines[i], bar);
      if (alike < bar || alike == 0) continue;
      bar = alike + 1e-9;
      best = i >= longest ? i - longest : 0;
    }
  }
  if (best == SIZE_MAX) return;
  for (size_t i = best; i < text_.size() && i < best + std::min(kShown, search_.size()); ++i)
    out_.nearest.push_back({i + 1, std::string(text_.lines[i])});
}

}  // namespace coder::edit
