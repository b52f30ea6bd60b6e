#include "edit/likeness.h"

#include <algorithm>

#include "base/text.h"
#include "edit/line_diff.h"

namespace coder::edit {
namespace {

constexpr size_t kLongestLine = 1000;

bool in_word(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c & 0x80) != 0;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// A letter twice, left out, or swapped with the next anywhere; two letters wrong only behind the first:
/// "lstrip" and "rstrip", "encode" and "decode" are no slips.
bool slip(std::string_view x, std::string_view y) {
  if (x[0] == y[0]) return edit_distance(x, y, 2) <= 2;
  if (x.size() != y.size()) return edit_distance(x, y, 1) <= 1;
  return x[0] == y[1] && x[1] == y[0] && x.substr(2) == y.substr(2);
}

/// The changes of both sides on one base; nothing where they meet and are not the same.
std::optional<std::string> join_changes(const Lines& base, const Lines& ours, const Lines& theirs) {
  const std::vector<Change> x = diff_lines(base, ours), y = diff_lines(base, theirs);
  std::string out;
  size_t at = 0, i = 0, j = 0;
  const auto take = [&](const Change& change, const Lines& side) {
    for (; at < change.a; ++at) out += base[at];
    for (size_t k = 0; k < change.b_count; ++k) out += side[change.b + k];
    at = change.a + change.a_count;
  };
  while (i < x.size() || j < y.size()) {
    if (i == x.size()) {
      take(y[j++], theirs);
    } else if (j == y.size()) {
      take(x[i++], ours);
    } else if (x[i].a + x[i].a_count < y[j].a) {
      take(x[i++], ours);
    } else if (y[j].a + y[j].a_count < x[i].a) {
      take(y[j++], theirs);
    } else {
      const bool same = x[i].a == y[j].a && x[i].a_count == y[j].a_count && x[i].b_count == y[j].b_count &&
                        std::equal(ours.begin() + static_cast<std::ptrdiff_t>(x[i].b),
                                   ours.begin() + static_cast<std::ptrdiff_t>(x[i].b + x[i].b_count),
                                   theirs.begin() + static_cast<std::ptrdiff_t>(y[j].b));
      if (!same) return std::nullopt;
      take(x[i++], ours);
      ++j;
    }
  }
  for (; at < base.size(); ++at) out += base[at];
  return out;
}

}  // namespace

double likeness(std::string_view a, std::string_view b, double least) {
  a = trim(a);
  b = trim(b);
  if (a == b) return 1;
  const size_t longer = std::max(a.size(), b.size()), shorter = std::min(a.size(), b.size());
  if (longer > kLongestLine || static_cast<double>(shorter) < least * static_cast<double>(longer)) return 0;
  const auto most = static_cast<size_t>((1 - least) * static_cast<double>(longer) + 1e-9);
  const size_t apart = edit_distance(a, b, most);
  return apart > most ? 0 : 1 - static_cast<double>(apart) / static_cast<double>(longer);
}

Lines tokens_of(std::string_view line) {
  Lines out;
  for (size_t begin = 0; begin < line.size();) {
    size_t end = begin + 1;
    if (in_word(line[begin])) {
      while (end < line.size() && in_word(line[end])) ++end;
    } else if (is_space(line[begin])) {
      while (end < line.size() && is_space(line[end])) ++end;
    }
    out.push_back(line.substr(begin, end - begin));
    begin = end;
  }
  return out;
}

bool misspelt(std::string_view wrote, std::string_view is, std::string* misspelt_word) {
  const Lines a = tokens_of(trim(wrote)), b = tokens_of(trim(is));
  const std::vector<Change> changes = diff_lines(a, b);
  size_t words = 0;
  for (const Change& change : changes) {
    std::string x, y;
    for (size_t i = 0; i < change.a_count; ++i) x += a[change.a + i];
    for (size_t i = 0; i < change.b_count; ++i) y += b[change.b + i];
    if (is_blank(x) && is_blank(y)) continue;
    const auto word = [](const std::string& text) {
      return text.size() >= 4 && std::all_of(text.begin(), text.end(), in_word) &&
             std::any_of(text.begin(), text.end(),
                         [](char c) { return in_word(c) && !(c >= '0' && c <= '9'); });
    };
    if (change.a_count != 1 || change.b_count != 1 || !word(x) || !word(y)) return false;
    const auto digits = [](const std::string& text) {
      std::string out;
      for (const char c : text) {
        if (c >= '0' && c <= '9') out += c;
      }
      return out;
    };
    // "v1" and "v2" are two names, not one that is misspelt.
    if (digits(x) != digits(y) || !slip(x, y)) return false;
    if (misspelt_word) *misspelt_word = x;
    if (++words > 1) return false;
  }
  return true;
}

std::optional<std::string> merge_line(std::string_view base, std::string_view ours, std::string_view theirs) {
  if (base == ours) return std::string(theirs);
  const Lines tokens = tokens_of(base);
  if (auto joined = join_changes(tokens, tokens_of(ours), tokens_of(theirs))) return joined;
  if (misspelt(base, ours)) return std::string(theirs);
  return std::nullopt;
}

bool informative(std::string_view line) {
  int count = 0;
  for (const char c : line) {
    if (in_word(c) && c != '_' && ++count == 3) return true;
  }
  return false;
}

}  // namespace coder::edit
