// Edit blocks made of a repository's real commits, and the ways models and time spoil them. The truth is
// where the commit made its change, and what came of it: never what the ladder says.
#pragma once

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "edit/edit.h"
#include "edit/line_diff.h"
#include "edit/places.h"
#include "edit/text.h"

namespace coder::bench {

using Strings = std::vector<std::string>;

/// One change of a commit with lines around it. [first, first + search) of `file` is what a model was shown;
/// of these, lines [head, head + removed) go, and `added` come.
struct Block {
  Strings file;
  size_t first = 0, head = 0, removed = 0, tail = 0;
  Strings added;

  Strings search() const {
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(first);
    return Strings(begin, begin + static_cast<std::ptrdiff_t>(head + removed + tail));
  }
  Strings replace() const {
    Strings out = search();
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(head);
    out.erase(begin, begin + static_cast<std::ptrdiff_t>(removed));
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(head), added.begin(), added.end());
    return out;
  }
  Strings wanted() const {
    Strings out = file;
    const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first + head);
    out.erase(begin, begin + static_cast<std::ptrdiff_t>(removed));
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(first + head), added.begin(), added.end());
    return out;
  }
};

/// A block as a model wrote it, a file as it is now, and what may come of them.
struct Spoilt {
  std::string kind;
  Strings search, replace;
  std::string file;
  std::string wanted;     ///< the only text that is right
  bool placeable = true;  ///< a careful person could tell where it belongs, and what is to become of it
};

inline std::string joined(const Strings& lines, std::string_view eol = "\n") {
  return edit::join_lines(lines, eol, true);
}

inline size_t count_places(const Strings& search, const Strings& file, edit::Compare how) {
  return edit::places_of(edit::views_of(search), edit::views_of(file), how).size();
}

/// At how many places of `file` all lines of `search` stand but one, whatever is in its place.
inline size_t places_without(const Strings& search, size_t hole, const Strings& file) {
  size_t out = 0;
  for (size_t first = 0; first + search.size() <= file.size(); ++first) {
    bool same = true;
    for (size_t i = 0; i < search.size() && same; ++i) same = i == hole || search[i] == file[first + i];
    out += same ? 1 : 0;
  }
  return out;
}

/// The blocks of one modified file: each change with 3 lines around it, more where that is not unique.
inline std::vector<Block> blocks_of(const std::string& before, const std::string& after) {
  constexpr size_t kAround = 3, kMostAround = 12, kMostLines = 40;
  std::vector<Block> out;
  if (edit::not_text(before) || edit::not_text(after) || before.find('\r') != std::string::npos) return out;
  const edit::Text a = edit::split_text(before), b = edit::split_text(after);
  if (a.size() < 10 || a.size() > 20'000 || a.ends.back() == 0) return out;
  Block block;
  for (const std::string_view line : a.lines) block.file.emplace_back(line);
  const std::vector<edit::Change> changes = edit::diff_lines(a.lines, b.lines);
  for (size_t i = 0; i < changes.size(); ++i) {
    const edit::Change& change = changes[i];
    if (change.a_count + change.b_count > kMostLines) continue;
    Block one = block;
    for (size_t k = 0; k < change.b_count; ++k) one.added.emplace_back(b.lines[change.b + k]);
    one.removed = change.a_count;
    for (size_t around = kAround; around <= kMostAround; ++around) {
      one.head = std::min(around, change.a);
      one.first = change.a - one.head;
      one.tail = std::min(around, a.size() - change.a - change.a_count);
      if (count_places(one.search(), one.file, edit::Compare::exact) == 1) {
        out.push_back(one);
        break;
      }
    }
  }
  return out;
}

class Spoiler {
 public:
  explicit Spoiler(uint64_t seed) : random_(seed) {}

  /// Every kind that can be done to this block.
  std::vector<Spoilt> all(const Block& block) {
    std::vector<Spoilt> out;
    const auto add = [&](std::optional<Spoilt> one) {
      if (one) out.push_back(std::move(*one));
    };
    add(plain(block, "none"));
    add(indent(block));
    add(tabs(block));
    add(crlf(block));
    add(trailing(block));
    add(dropped(block));
    add(typo(block));
    add(duplicated(block, false));
    add(duplicated(block, true));
    add(stale_elsewhere(block));
    add(stale_line(block));
    add(stale_word(block));
    add(stale_gone(block));
    for (Spoilt& one : out) {
      // Where the same stands at another depth, nobody can tell which is meant.
      const edit::Text text = edit::split_text(one.file);
      if (edit::places_of(edit::views_of(one.search), text.lines, edit::Compare::trimmed).size() > 1 &&
          edit::places_of(edit::views_of(one.search), text.lines, edit::Compare::trailing).size() != 1)
        one.placeable = false;
    }
    return out;
  }

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

  static Spoilt plain(const Block& block, const char* kind) {
    return {kind, block.search(), block.replace(), joined(block.file), joined(block.wanted()), true};
  }

  /// As if the model wrote the block at another depth.
  std::optional<Spoilt> indent(const Block& block) {
    Spoilt out = plain(block, "indent");
    size_t least = SIZE_MAX;
    for (const Strings* lines : {&out.search, &out.replace}) {
      for (const std::string& line : *lines) {
        if (!edit::is_blank(line)) least = std::min(least, edit::indent_of(line).size());
      }
    }
    if (least == SIZE_MAX) return std::nullopt;
    const bool less = least > 0 && below(2) == 0;
    const char* const deeper[] = {"  ", "    ", "        "};
    const std::string front = deeper[below(3)];
    for (Strings* lines : {&out.search, &out.replace}) {
      for (std::string& line : *lines) {
        if (edit::is_blank(line)) continue;
        const bool tab = line[0] == '\t';
        line = less ? line.substr(least) : (tab ? "\t" : front) + line;
      }
    }
    return out;
  }

  static size_t unit_of(const Strings& file) {
    size_t counts[9] = {};
    for (const std::string& line : file) {
      const size_t width = edit::indent_of(line).size();
      if (width == 2 || width == 4 || width == 8) ++counts[width];
    }
    return counts[2] > counts[4] ? 2 : 4;
  }

  /// Blanks for tabs, or tabs for blanks.
  std::optional<Spoilt> tabs(const Block& block) {
    Spoilt out = plain(block, "tabs");
    const size_t unit = unit_of(block.file);
    // Where only new lines are indented, the block fits as it is, and they come as the model wrote them.
    bool any = false;
    for (Strings* lines : {&out.search, &out.replace}) {
      for (std::string& line : *lines) {
        const std::string front(edit::indent_of(line));
        std::string made;
        size_t blanks = 0;
        for (const char c : front) {
          if (c == '\t') {
            made += std::string(unit, ' ');
          } else if (++blanks == unit) {
            made += '\t';
            blanks = 0;
          }
        }
        made += std::string(blanks, ' ');
        any = any || (lines == &out.search && made != front);
        line = made + line.substr(front.size());
      }
    }
    if (!any) return std::nullopt;
    return out;
  }

  static Spoilt crlf(const Block& block) {
    Spoilt out = plain(block, "crlf");
    out.file = joined(block.file, "\r\n");
    out.wanted = joined(block.wanted(), "\r\n");
    return out;
  }

  /// The file has blanks at the ends of lines that the model did not copy.
  Spoilt trailing(const Block& block) {
    Block now = block;
    const Spoilt wrote = plain(block, "trailing");
    for (size_t i = 0; i < block.head + block.removed + block.tail; ++i) {
      if (below(2) == 0) now.file[now.first + i] += below(2) == 0 ? "  " : "\t";
    }
    Spoilt out = plain(now, "trailing");
    out.search = wrote.search;
    out.replace = wrote.replace;
    return out;
  }

  /// The model leaves a line out: one of those around the change from both sides, or one of those to go.
  std::optional<Spoilt> dropped(const Block& block) {
    const size_t size = block.head + block.removed + block.tail;
    const size_t at = below(size);
    Spoilt out = plain(block, "dropped");
    // With nothing left around it, the change is what the model wrote, at the place that fits it.
    if (block.head - (at < block.head ? 1 : 0) == 0 ||
        block.tail - (at >= block.head + block.removed ? 1 : 0) == 0)
      return std::nullopt;
    if (edit::is_blank(out.search[at])) return std::nullopt;
    out.search.erase(out.search.begin() + static_cast<std::ptrdiff_t>(at));
    if (at >= block.head && at < block.head + block.removed) {
      out.placeable = false;
    } else {
      const size_t other = at < block.head ? at : at - block.removed + block.added.size();
      out.replace.erase(out.replace.begin() + static_cast<std::ptrdiff_t>(other));
    }
    // Right beside the change nobody can tell whether the line was to stay or to go: the block would look the
    // same.
    if (at + 1 == block.head || at == block.head + block.removed || out.search.size() < 3)
      out.placeable = false;
    return out;
  }

  /// Spoils a letter of a word of four or more; empty: there is none.
  std::string misspelt(const std::string& line) {
    std::vector<std::pair<size_t, size_t>> words;
    for (size_t i = 0; i < line.size();) {
      size_t end = i;
      while (end < line.size() && std::isalpha(static_cast<unsigned char>(line[end]))) ++end;
      if (end - i >= 4) words.emplace_back(i, end);
      i = std::max(end, i + 1);
    }
    if (words.empty()) return "";
    const auto [begin, end] = words[below(words.size())];
    std::string out = line;
    const size_t at = begin + below(end - begin - 1);
    switch (below(3)) {
      case 0:
        out.erase(at, 1);
        break;
      case 1:
        out.insert(at, 1, out[at]);
        break;
      default:
        std::swap(out[at], out[at + 1]);
    }
    return out == line ? "" : out;
  }

  std::optional<Spoilt> typo(const Block& block) {
    const size_t size = block.head + block.removed + block.tail;
    const size_t at = below(size);
    Spoilt out = plain(block, "typo");
    const std::string spoilt = misspelt(out.search[at]);
    if (spoilt.empty()) return std::nullopt;
    out.search[at] = spoilt;
    if (at < block.head) {
      out.replace[at] = spoilt;
    } else if (at >= block.head + block.removed) {
      out.replace[at - block.removed + block.added.size()] = spoilt;
    }
    size_t others = 0;
    for (size_t i = 0; i < size; ++i) others += i != at && !edit::is_blank(out.search[i]) ? 1 : 0;
    out.placeable = others >= 2;
    return out;
  }

  /// The region stands a second time in the file.
  std::optional<Spoilt> duplicated(const Block& block, bool deeper) {
    Block now = block;
    Strings copy = block.search();
    if (deeper) {
      for (std::string& line : copy) {
        if (!edit::is_blank(line)) line = (line[0] == '\t' ? "\t" : "    ") + line;
      }
    }
    const size_t end = block.first + copy.size();
    const bool above = below(2) == 0;
    const size_t at = above ? below(block.first + 1) : end + below(block.file.size() - end + 1);
    now.file.insert(now.file.begin() + static_cast<std::ptrdiff_t>(at), copy.begin(), copy.end());
    if (above) now.first += copy.size();
    Spoilt out = plain(now, deeper ? "duplicated, deeper" : "duplicated");
    out.search = block.search();
    out.replace = block.replace();
    out.placeable = deeper;
    return out;
  }

  /// The file changed since, but not where the block is.
  Spoilt stale_elsewhere(const Block& block) {
    Block now = block;
    for (int i = 0; i < 5; ++i) {
      const size_t end = now.first + now.head + now.removed + now.tail;
      const bool above = below(2) == 0;
      const size_t at = above ? below(now.first + 1) : end + below(now.file.size() - end + 1);
      now.file.insert(now.file.begin() + static_cast<std::ptrdiff_t>(at),
                      "inserted_line_" + std::to_string(i));
      if (above) ++now.first;
    }
    Spoilt out = plain(now, "stale elsewhere");
    out.search = block.search();
    out.replace = block.replace();
    return out;
  }

  /// A line around the change has come or gone.
  std::optional<Spoilt> stale_line(const Block& block) {
    Block now = block;
    const size_t around = block.head + block.tail;
    if (block.head < 2 || block.tail < 2) return std::nullopt;  // as above
    const size_t pick = below(around);
    const size_t at = now.first + (pick < block.head ? pick : pick + block.removed);
    const bool adjacent = pick == block.head || pick + 1 == block.head;
    const bool came = below(2) == 0;
    if (came) {
      now.file.insert(
          now.file.begin() + static_cast<std::ptrdiff_t>(at),
          std::string(edit::indent_of(now.file[at])) + "came_since(" + std::to_string(below(1000)) + ")");
      if (pick < block.head) {
        ++now.head;
      } else {
        ++now.tail;
      }
    } else {
      now.file.erase(now.file.begin() + static_cast<std::ptrdiff_t>(at));
      if (pick < block.head) {
        --now.head;
      } else {
        --now.tail;
      }
    }
    Spoilt out = plain(now, "stale line");
    out.search = block.search();
    out.replace = block.replace();
    // One that came looks like one that was dropped; where one has gone, the others tell the place.
    out.placeable = !(came && adjacent) && out.search.size() >= 4;
    return out;
  }

  /// A word was renamed in one line since.
  std::optional<Spoilt> stale_word(const Block& block) {
    Block now = block;
    const size_t at = below(block.head + block.removed + block.tail);
    std::string& line = now.file[now.first + at];
    const edit::Lines tokens = [&] {
      edit::Lines out;
      for (size_t i = 0; i < line.size();) {
        size_t end = i;
        while (end < line.size() && (std::isalnum(static_cast<unsigned char>(line[end])) || line[end] == '_'))
          ++end;
        if (end - i >= 4) out.push_back(std::string_view(line).substr(i, end - i));
        i = std::max(end, i + 1);
      }
      return out;
    }();
    if (tokens.empty()) return std::nullopt;
    const std::string word(tokens[below(tokens.size())]);
    const std::string fresh = "renamed_" + std::to_string(below(1000));
    const auto rename = [&](std::string& text) {
      for (size_t i = text.find(word); i != std::string::npos; i = text.find(word, i + fresh.size()))
        text.replace(i, word.size(), fresh);
    };
    rename(line);
    const bool goes = at >= block.head && at < block.head + block.removed;
    // The new line keeps what was renamed in the old one, where there is one for one.
    if (goes) {
      if (block.removed != block.added.size()) return std::nullopt;
      rename(now.added[at - block.head]);
    }
    Spoilt out = plain(now, goes ? "stale word, changed line" : "stale word");
    out.search = block.search();
    out.replace = block.replace();
    // Where both changed one line there is no telling what is to become of it. Else the other lines tell the
    // place, if there are three that say something, and not more places at which all of them stand.
    const auto others = std::count_if(out.search.begin(), out.search.end(),
                                      [](const std::string& one) { return !edit::is_blank(one); });
    out.placeable = !goes && others >= 4 && places_without(out.search, at, now.file) == 1;
    return out;
  }

  /// What was to be changed is gone.
  std::optional<Spoilt> stale_gone(const Block& block) {
    Block now = block;
    const auto begin = now.file.begin() + static_cast<std::ptrdiff_t>(block.first);
    now.file.erase(begin, begin + static_cast<std::ptrdiff_t>(block.head + block.removed + block.tail));
    // The same at another depth, or without empty lines around it, would be as good as what is gone.
    const Strings search = block.search();
    size_t head = 0, tail = 0;
    const edit::Lines inner = edit::without_edges(edit::views_of(search), head, tail);
    if (!edit::places_of(inner, edit::views_of(now.file), edit::Compare::trimmed).empty())
      return std::nullopt;
    Spoilt out = plain(block, "stale gone");
    out.file = joined(now.file);
    out.wanted = "\1nothing is right";
    out.placeable = false;
    return out;
  }

  std::mt19937_64 random_;
};

}  // namespace coder::bench
