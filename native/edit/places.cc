#include "edit/places.h"

#include <algorithm>

#include "base/text.h"
#include "edit/likeness.h"

namespace coder::edit {
namespace {

size_t width(std::string_view line) { return indent_of(line).size(); }

/// [begin, end) of the one line that reads `heading`, and what is below it and deeper.
bool scope_of(const Text& text, std::string_view heading, size_t from, size_t& begin, size_t& end) {
  size_t found = SIZE_MAX;
  for (size_t i = from; i < end; ++i) {
    const std::string_view line = trim(text.lines[i]);
    // git cuts long headings off.
    const bool reads = line == heading || (heading.size() >= 20 && line.substr(0, heading.size()) == heading);
    if (!reads) continue;
    if (found != SIZE_MAX) return false;
    found = i;
  }
  if (found == SIZE_MAX) return false;
  size_t i = found + 1;
  for (; i < end; ++i) {
    const std::string_view line = text.lines[i];
    // Closing brackets and the lines of a long signature stand as deep as the heading.
    if (!is_blank(line) && width(line) <= width(text.lines[found]) && informative(line)) break;
  }
  begin = found;
  end = i;
  return true;
}

}  // namespace

bool same_line(std::string_view a, std::string_view b, Compare how) {
  switch (how) {
    case Compare::exact:
      return a == b;
    case Compare::trailing:
      return without_trailing(a) == without_trailing(b);
    case Compare::trimmed:
      return trim(a) == trim(b);
  }
  return false;
}

std::vector<size_t> places_of(const Lines& search, const Lines& in, Compare how) {
  std::vector<size_t> out;
  if (search.empty() || search.size() > in.size()) return out;
  // The longest line is the rarest, most likely: the others are looked at where it stands.
  size_t probe = 0;
  for (size_t i = 1; i < search.size(); ++i) {
    if (search[i].size() > search[probe].size()) probe = i;
  }
  const size_t last = in.size() - search.size();
  for (size_t first = 0; first <= last; ++first) {
    if (!same_line(search[probe], in[first + probe], how)) continue;
    size_t i = 0;
    while (i < search.size() && same_line(search[i], in[first + i], how)) ++i;
    if (i == search.size()) out.push_back(first);
  }
  return out;
}

Lines without_edges(const Lines& lines, size_t& head, size_t& tail) {
  head = tail = 0;
  while (head < lines.size() && is_blank(lines[head])) ++head;
  while (tail < lines.size() - head && is_blank(lines[lines.size() - 1 - tail])) ++tail;
  return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
               lines.end() - static_cast<std::ptrdiff_t>(tail));
}

std::vector<size_t> below_headings(const Text& text, const std::vector<std::string>& headings,
                                   const std::vector<size_t>& candidates) {
  size_t begin = 0, end = text.size();
  bool any = false;
  for (const std::string& heading : headings) {
    if (!scope_of(text, trim(heading), any ? begin + 1 : 0, begin, end)) return {};
    any = true;
  }
  std::vector<size_t> out;
  for (const size_t one : candidates) {
    if (any && one >= begin && one < end) out.push_back(one);
  }
  return out;
}

bool is_elision(std::string_view line) {
  line = trim(line);
  return line == "..." || line == "…" || line == "[...]" || is_elision_comment(line);
}

bool is_elision_comment(std::string_view line) {
  line = trim(line);
  bool comment = false;
  for (const std::string_view mark : {"//", "#", "--", "/*", "<!--", "{/*", ";", "%", "\""}) {
    if (line.substr(0, mark.size()) != mark) continue;
    comment = true;
    line = trim(line.substr(mark.size()));
    break;
  }
  if (!comment) return false;
  for (const std::string_view dots : {"...", "…"}) {
    if (line.substr(0, dots.size()) == dots) {
      const std::string rest = lower_ascii(trim(line.substr(dots.size())));
      if (rest.empty() || rest[0] == '*' || rest[0] == '-') return true;
      for (const std::string_view word :
           {"existing", "rest", "unchanged", "remaining", "other", "same", "omitted", "previous", "keep",
            "the rest", "(existing", "(rest", "(unchanged", "code", "as before", "etc"}) {
        if (rest.rfind(word, 0) == 0) return true;
      }
    }
  }
  const std::string lower = lower_ascii(line);
  for (const std::string_view words : {"existing code", "rest of the", "rest of code", "remains unchanged",
                                       "unchanged code", "code unchanged"}) {
    // "# the rest of the queue is dropped" is a comment; "# rest of the code ..." is not.
    if (lower.rfind(words, 0) == 0 &&
        (lower.find("...") != std::string::npos || lower.size() <= words.size() + 24) &&
        (lower.find("...") != std::string::npos || lower.find("code") != std::string::npos ||
         lower.find("file") != std::string::npos))
      return true;
  }
  return false;
}

}  // namespace coder::edit
