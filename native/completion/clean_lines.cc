#include "completion/clean_lines.h"

#include <algorithm>

#include "completion/clean_brackets.h"

namespace coder::completion {
namespace {

using std::string_view;

// Lines below that are compared with; an echo begins near the cursor.
constexpr size_t kBelow = 64;
// An echo may begin this far below.
constexpr size_t kFirstOfEcho = 3;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

string_view first_word(string_view text) {
  size_t size = 0;
  while (size < text.size() && is_word(text[size])) ++size;
  return text.substr(0, size);
}

// Nothing but closing brackets and what may follow them: "}", "});", "],".
bool only_closes(string_view text) {
  return !text.empty() && is_closing_bracket(text[0]) &&
         text.find_first_not_of(")]},; \t") == string_view::npos;
}

bool is_block_end(string_view text) {
  static constexpr std::array<string_view, 10> kWords = {
      "end", "fi", "done", "esac", "endif", "endfor", "endwhile", "endfunction", "until", "END"};
  return std::find(kWords.begin(), kWords.end(), first_word(text)) != kWords.end();
}

// Goes on with a block's statement at the level of its head.
bool goes_on(string_view text) {
  static constexpr std::array<string_view, 14> kWords = {"else",    "elif",   "elseif", "elsif",   "except",
                                                         "finally", "catch",  "case",   "default", "when",
                                                         "rescue",  "ensure", "then",   "do"};
  if (std::find(kWords.begin(), kWords.end(), first_word(text)) != kWords.end()) return true;
  // A label, "public:".
  const string_view word = first_word(text);
  if (!word.empty() && text.substr(word.size()) == ":") return true;
  // The C preprocessor's lines stand at the margin; "# text" is a comment.
  return text.size() > 1 && text[0] == '#' && text[1] >= 'a' && text[1] <= 'z';
}

}  // namespace

bool is_blank(string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_blank(c); });
}

string_view trim_left(string_view text) { return text.substr(blanks_of(text).size()); }

string_view trim_right(string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

string_view blanks_of(string_view line) {
  size_t size = 0;
  while (size < line.size() && (line[size] == ' ' || line[size] == '\t')) ++size;
  return line.substr(0, size);
}

size_t indent_of(string_view line) {
  size_t width = 0;
  for (const char c : blanks_of(line)) width += c == '\t' ? 4 : 1;
  return width;
}

bool is_telling(string_view line) {
  size_t solid = 0, letters = 0;
  for (const char c : line) {
    solid += is_blank(c) ? 0 : 1;
    letters += is_letter(c) ? 1 : 0;
    if (solid >= 12 && letters >= 4) return true;
  }
  return false;
}

std::vector<string_view> lines_below(string_view after) {
  std::vector<string_view> below;
  below.reserve(kBelow);
  size_t at = after.find('\n');
  while (at != string_view::npos && below.size() < kBelow) {
    const size_t end = after.find('\n', at + 1);
    const string_view line = trim_right(after.substr(at + 1, end == string_view::npos ? end : end - at - 1));
    if (!line.empty()) below.push_back(line);
    at = end;
  }
  return below;
}

bool leaves_block(string_view line, size_t block_indent, const std::vector<string_view>& below,
                  bool after_blank) {
  const size_t indent = indent_of(line);
  if (indent >= block_indent || below.empty()) return false;
  const string_view text = trim_left(line);
  if (only_closes(text) || is_block_end(text)) {
    // Is there one already that closes the block? It is the first line that falls back as far.
    for (const string_view other : below) {
      if (indent_of(other) > indent) continue;
      if (other == line) return true;
      return indent_of(other) == indent && only_closes(text) && trim_left(other)[0] == text[0];
    }
    return false;
  }
  if (is_closing_bracket(text[0]) || goes_on(text)) return false;
  return after_blank || indent == 0;
}

Echo::Verdict Echo::feed(string_view line, bool own_closer) {
  if (next_ != 0) {
    if (next_ >= below_.size() || below_[next_] == line) return Verdict::repeat;
    next_ = 0;
  }
  if (below_.empty()) return Verdict::fresh;
  const bool same = line == below_[0];
  if (is_telling(line) && (same || trim_left(line) == trim_left(below_[0]))) return Verdict::repeat;
  if (same) {
    if (below_.size() == 1 && !own_closer) return Verdict::repeat;
    next_ = 1;
    return own_closer ? Verdict::perhaps_own : Verdict::perhaps;
  }
  for (size_t i = 1; i < std::min(kFirstOfEcho, below_.size()); ++i) {
    if (line == below_[i] && is_telling(line)) {
      next_ = i + 1;
      return Verdict::perhaps;
    }
  }
  return Verdict::fresh;
}

bool Echo::may_become(string_view beginning) const {
  const auto begins = [](string_view line, string_view start) {
    return line.substr(0, start.size()) == start;
  };
  for (size_t i = 0; i < std::min(kFirstOfEcho, below_.size()); ++i) {
    const bool telling = is_telling(below_[i]);
    if ((i == 0 || telling) && begins(below_[i], beginning)) return true;
    if (i == 0 && telling && begins(trim_left(below_[i]), trim_left(beginning))) return true;
  }
  return false;
}

size_t Repeats::feed(string_view line) {
  third_ = false;
  size_t longest = 0;
  for (size_t run = 1; run <= kLongest; ++run) {
    if (count_ >= run && last_[(count_ - run) % kLongest] == line) {
      ++same_[run];
    } else {
      same_[run] = 0;
    }
    if (same_[run] <= run) continue;
    longest = std::max(longest, same_[run] - run);
    if (same_[run] == 2 * run) {
      third_ = true;
      longest = run;
      break;
    }
  }
  last_[count_ % kLongest] = line;
  ++count_;
  return longest;
}

size_t endless_phrase(string_view line) {
  // Rows of dashes and of numbers are wanted; they fit a screen's width.
  constexpr size_t kLeast = 120, kStep = 32, kLongestPhrase = 64, kTimes = 4;
  for (size_t end = 128; end <= line.size(); end += kStep) {
    for (size_t phrase = 1; phrase <= kLongestPhrase; ++phrase) {
      const size_t size = std::max(kLeast, kTimes * phrase);
      if (size > end) break;
      size_t same = phrase;
      while (same < size && line[end - 1 - same] == line[end - 1 - same + phrase]) ++same;
      if (same < size) continue;
      size_t cut = end;
      while (cut > 0 && cut < line.size() && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
      return cut;
    }
  }
  return string_view::npos;
}

}  // namespace coder::completion
