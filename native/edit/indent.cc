#include "edit/indent.h"

#include <algorithm>
#include <numeric>

#include "edit/likeness.h"

namespace coder::edit {
namespace {

using Made = std::optional<std::vector<std::string>>;

bool has_tab(std::string_view indent) { return indent.find('\t') != std::string_view::npos; }
bool has_blank(std::string_view indent) { return indent.find(' ') != std::string_view::npos; }
bool starts_with(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}

/// `lines` with each indentation turned by `turn`, which may fail.
template <class Turn>
Made turned(const Lines& lines, Turn turn) {
  std::vector<std::string> out;
  out.reserve(lines.size());
  for (const std::string_view line : lines) {
    if (is_blank(line)) {
      out.emplace_back(line);
      continue;
    }
    const std::string_view indent = indent_of(line);
    std::optional<std::string> made = turn(indent);
    if (!made) return std::nullopt;
    out.push_back(*made + std::string(line.substr(indent.size())));
  }
  return out;
}

Made by_prefix(const std::vector<LinePair>& pairs, const Lines& lines) {
  const std::string_view wrote = indent_of(pairs[0].first), is = indent_of(pairs[0].second);
  const bool more = is.size() >= wrote.size();
  const std::string_view longer = more ? is : wrote, shorter = more ? wrote : is;
  if (longer.substr(longer.size() - shorter.size()) != shorter) return std::nullopt;
  const std::string prefix(longer.substr(0, longer.size() - shorter.size()));
  for (const auto& [a, b] : pairs) {
    const std::string_view x = indent_of(a), y = indent_of(b);
    if (more ? y != prefix + std::string(x) : x != prefix + std::string(y)) return std::nullopt;
  }
  return turned(lines, [&](std::string_view indent) -> std::optional<std::string> {
    if (!more) {
      if (!starts_with(indent, prefix)) return std::nullopt;
      return std::string(indent.substr(prefix.size()));
    }
    const bool mixes = (has_tab(prefix) && has_blank(indent)) || (has_blank(prefix) && has_tab(indent));
    if (mixes) return std::nullopt;
    return prefix + std::string(indent);
  });
}

/// Where the cursor stands behind an indentation, with a tab stop every `tab` columns.
long columns(std::string_view indent, long tab) {
  long at = 0;
  for (const char c : indent) at = c == '\t' ? (at / tab + 1) * tab : at + 1;
  return at;
}

std::string blanks(long count, bool tabs, long tab) {
  if (!tabs) return std::string(static_cast<size_t>(count), ' ');
  return std::string(static_cast<size_t>(count / tab), '\t') +
         std::string(static_cast<size_t>(count % tab), ' ');
}

/// By columns: each pair differs by the same number of them; with `offset` it must not be 0.
Made by_columns(const std::vector<LinePair>& pairs, const Lines& lines, long tab, bool offset) {
  const long difference = columns(indent_of(pairs[0].second), tab) - columns(indent_of(pairs[0].first), tab);
  if ((difference != 0) != offset) return std::nullopt;
  bool tabs = false, any = false;
  for (const auto& [a, b] : pairs) {
    if (columns(indent_of(b), tab) - columns(indent_of(a), tab) != difference) return std::nullopt;
    tabs = tabs || has_tab(indent_of(b));
    any = any || !indent_of(b).empty();
  }
  if (!any) {
    // The file's lines are not indented: as the model does.
    for (const std::string_view line : lines) tabs = tabs || has_tab(indent_of(line));
  }
  return turned(lines, [&](std::string_view indent) -> std::optional<std::string> {
    const long wanted = columns(indent, tab) + difference;
    if (wanted < 0) return std::nullopt;
    return blanks(wanted, tabs, tab);
  });
}

/// By levels: the file indents by another number of blanks.
Made by_ratio(const std::vector<LinePair>& pairs, const Lines& lines) {
  long least = 0, most = 0, most_is = 0;
  bool first = true, tabs = false, wrote_tabs = false;
  for (const auto& [a, b] : pairs) {
    tabs = tabs || has_tab(indent_of(b));
    wrote_tabs = wrote_tabs || has_tab(indent_of(a));
    const auto x = static_cast<long>(indent_of(a).size()), y = static_cast<long>(indent_of(b).size());
    if (first || x < least) least = x;
    if (first || x > most) most = x, most_is = y;
    first = false;
    if ((has_tab(indent_of(a)) && has_blank(indent_of(a))) ||
        (has_tab(indent_of(b)) && has_blank(indent_of(b))))
      return std::nullopt;
  }
  // Levels begin at the margin. Brackets alone prove no other width of a level: they may stand elsewhere.
  size_t proofs = 0;
  for (const auto& [a, b] : pairs) proofs += !indent_of(a).empty() && informative(a) ? 1 : 0;
  if (most == least || most == 0 || most_is == 0 || proofs < 2) return std::nullopt;
  const auto scaled = [&](long x) -> std::optional<long> {
    if (x * most_is % most != 0) return std::nullopt;
    return x * most_is / most;
  };
  for (const auto& [a, b] : pairs) {
    if (scaled(static_cast<long>(indent_of(a).size())) != static_cast<long>(indent_of(b).size()))
      return std::nullopt;
  }
  return turned(lines, [&](std::string_view indent) -> std::optional<std::string> {
    if (wrote_tabs ? has_blank(indent) : has_tab(indent)) return std::nullopt;
    const std::optional<long> count = scaled(static_cast<long>(indent.size()));
    if (!count) return std::nullopt;
    return std::string(static_cast<size_t>(*count), tabs ? '\t' : ' ');
  });
}

/// How wide a tab is, most likely first: as wide as a level of those who wrote blanks.
std::vector<long> tab_widths(const std::vector<LinePair>& pairs, const Lines& lines) {
  long unit = 0;
  const auto count = [&](std::string_view line) {
    const std::string_view indent = indent_of(line);
    if (!has_tab(indent) && !is_blank(line)) unit = std::gcd(unit, static_cast<long>(indent.size()));
  };
  for (const auto& [a, b] : pairs) count(a), count(b);
  for (const std::string_view line : lines) count(line);
  std::vector<long> out;
  for (const long width : {unit, 4L, 8L, 2L}) {
    if (width >= 2 && width <= 8 && std::find(out.begin(), out.end(), width) == out.end())
      out.push_back(width);
  }
  return out;
}

bool any_tab(const std::vector<LinePair>& pairs, const Lines& lines) {
  for (const auto& [a, b] : pairs) {
    if (has_tab(indent_of(a)) || has_tab(indent_of(b))) return true;
  }
  return std::any_of(lines.begin(), lines.end(),
                     [](std::string_view line) { return has_tab(indent_of(line)); });
}

}  // namespace

Made reindent(const std::vector<LinePair>& pairs, const Lines& lines) {
  if (pairs.empty()) return std::nullopt;
  if (Made made = by_prefix(pairs, lines)) return made;
  const std::vector<long> widths = tab_widths(pairs, lines);
  for (const long tab : widths) {
    if (Made made = by_columns(pairs, lines, tab, false)) return made;
  }
  if (Made made = by_ratio(pairs, lines)) return made;
  if (!any_tab(pairs, lines)) return by_columns(pairs, lines, 8, true);
  // How far it is off depends on a tab's width: that of a level, where blanks tell one.
  Made only;
  for (const long tab : widths) {
    Made made = by_columns(pairs, lines, tab, true);
    if (!made) continue;
    if (tab == widths[0]) return made;
    if (only && *only != *made) return std::nullopt;
    only = std::move(made);
  }
  return only;
}

bool uniformly_indented(const std::vector<LinePair>& pairs) { return reindent(pairs, {}).has_value(); }

}  // namespace coder::edit
