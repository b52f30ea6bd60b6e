#include "privacy/diff.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/text.h"

namespace coder::privacy {
namespace {

constexpr size_t kMaxPathBytes = 4096;   // PATH_MAX of Linux
constexpr size_t kMaxLineBytes = 65536;  // two such names, quoted, and the words around them
constexpr int kMaxColumns = 16;          // of quotations around quotations
constexpr int kMaxSplits = 16;           // ways to cut a line of two names that hold spaces

bool starts_with(std::string_view text, std::string_view head) { return text.substr(0, head.size()) == head; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A name as git quotes it, without the quotation marks; `end` is behind the closing one. `text` begins with
/// the opening one; where the closing one is missing, the name is all there is.
std::string unquote(std::string_view text, size_t& end) {
  constexpr std::string_view kLetters = "abtnvfr", kMeant = "\a\b\t\n\v\f\r";
  std::string out;
  size_t i = 1;
  while (i < text.size() && text[i] != '"') {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i++];
      continue;
    }
    unsigned byte = 0;
    size_t digits = 0;
    for (++i; digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7'; ++digits, ++i) {
      byte = byte * 8 + static_cast<unsigned>(text[i] - '0');
    }
    if (digits > 0) {
      out += static_cast<char>(byte & 0xFF);
    } else {
      const size_t letter = kLetters.find(text[i]);
      out += letter == std::string_view::npos ? text[i] : kMeant[letter];
      ++i;
    }
  }
  end = std::min(i + 1, text.size());
  return out;
}

/// Without the colours a terminal was told: ESC [ … letter.
std::string without_colours(std::string_view line) {
  std::string out;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\x1b') {
      out += line[i];
    } else if (i + 1 < line.size() && line[i + 1] == '[') {
      for (i += 2; i < line.size() && (line[i] < '@' || line[i] > '~');) ++i;
    }
  }
  return out;
}

/// Where a name ends that a time may follow: at a tab, or at the blanks somebody's terminal made of it.
size_t end_of_name(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\t') return i;
    if (text[i] != ' ') continue;
    const std::string_view next = text.substr(i + 1);
    const bool dated =
        next.size() > 4 && std::all_of(next.begin(), next.begin() + 4, is_digit) && next[4] == '-';
    if (dated || next.empty() || starts_with(next, " ")) return i;
  }
  return text.size();
}

/// "a/x", and what git calls the sides with diff.mnemonicPrefix or --no-index.
bool is_prefixed(std::string_view path) {
  return path.size() > 2 && path[1] == '/' &&
         std::string_view("abiwco12").find(path[0]) != std::string_view::npos;
}

/// Paths without duplicates, at most so many.
class Paths {
 public:
  void add(std::string_view path) {
    if (is_prefixed(path)) add_one(path.substr(2));
    add_one(path);
  }
  void add_one(std::string_view name) {
    std::string path(name.substr(0, kMaxPathBytes));
    if (full_ || path.empty() || path == "/dev/null" || !seen_.insert(path).second) return;
    full_ = list_.size() == kMaxDiffPaths;
    list_.push_back(full_ ? "" : std::move(path));
  }
  bool full() const { return full_; }
  std::vector<std::string>& list() { return list_; }

 private:
  std::vector<std::string> list_;
  std::unordered_set<std::string> seen_;
  bool full_ = false;
};

/// A name that ends its line, quoted or not.
struct Name {
  std::string likely;  ///< without a time behind it
  std::string whole;   ///< up to a tab, which git would have quoted
  bool word = false;   ///< quoted, or without blanks

  explicit Name(std::string_view text) {
    size_t end = 0;
    if (starts_with(text, "\"")) {
      likely = unquote(text, end);
      word = true;
      return;
    }
    likely = text.substr(0, end_of_name(text));
    whole = text.substr(0, text.find('\t'));
    word = likely.find(' ') == std::string::npos;
  }
  void add_to(Paths& paths) const {
    paths.add(likely);
    paths.add(whole);
    paths.add(trim(whole));
  }
};

/// "old/x" and "new/x": two names of one file, whatever stands before it.
void add_common_tail(std::string_view a, std::string_view b, Paths& paths) {
  if (a == b || (is_prefixed(a) && is_prefixed(b))) return;
  size_t tail = 0;
  for (size_t same = 0; same < std::min(a.size(), b.size()); ++same) {
    const char last = a[a.size() - 1 - same];
    if (last != b[b.size() - 1 - same]) break;
    if (last == '/') tail = same;
  }
  paths.add(a.substr(a.size() - tail));
}

void add_pair(std::string_view a, std::string_view b, Paths& paths) {
  paths.add(a);
  paths.add(b);
  add_common_tail(a, b, paths);
}

/// Two names on one line, with `between` between them; names with spaces need not be quoted.
void add_two(std::string_view text, std::string_view between, Paths& paths) {
  size_t end = 0;
  if (starts_with(text, "\"")) {
    const std::string first = unquote(text, end);
    std::string_view rest = text.substr(end);
    if (starts_with(rest, between)) rest.remove_prefix(between.size());
    return add_pair(first, starts_with(rest, "\"") ? unquote(rest, end) : std::string(rest), paths);
  }
  size_t at = text.find(std::string(between) + '"');
  if (at != std::string_view::npos && text.back() == '"') {
    return add_pair(text.substr(0, at), unquote(text.substr(at + between.size()), end), paths);
  }
  // Where nothing was renamed both names are as long.
  if (text.size() > between.size() && (text.size() - between.size()) % 2 == 0) {
    const size_t half = (text.size() - between.size()) / 2;
    const std::string_view a = text.substr(0, half), b = text.substr(half + between.size());
    const bool alike = a == b || (is_prefixed(a) && is_prefixed(b) && a.substr(2) == b.substr(2));
    if (alike && text.substr(half, between.size()) == between) return add_pair(a, b, paths);
  }
  // Else wherever it can be cut.
  at = text.find(between);
  if (at == std::string_view::npos) paths.add(trim(text));
  for (int cuts = 0; cuts < kMaxSplits && at != std::string_view::npos; ++cuts) {
    add_pair(text.substr(0, at), trim(text.substr(at + between.size())), paths);
    at = text.find(between, at + 1);
  }
}

/// The files among the words of a diff command.
void add_words(std::string_view text, Paths& paths) {
  size_t begin = 0;
  std::string_view before;
  for (int count = 0; count < kMaxSplits && begin < text.size(); ++count) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    begin = end + 1;
    if (word.empty() || word[0] == '-') continue;
    add_pair(before, word, paths);
    before = word;
  }
}

class Reader {
 public:
  /// A line, perhaps behind columns of something else.
  void line(std::string_view whole) {
    ++number_;
    const size_t inside = whole.find("diff --git ");  // behind words of the prompt, perhaps
    std::string_view rest = whole;
    for (int column = 0; column < kMaxColumns && !rest.empty(); ++column) {
      if (header(rest)) return;
      const size_t text = rest.find_first_not_of(" \t");
      if (text == std::string_view::npos) break;
      if (text == 0 && std::string_view(">|*+-\\/#:").find(rest[0]) == std::string_view::npos) break;
      rest.remove_prefix(std::max<size_t>(text, 1));
    }
    if (inside != std::string_view::npos) header(whole.substr(inside));
  }

  bool full() const { return sure_.full(); }

  std::vector<std::string> take() {
    if (is_diff_) {
      for (const std::string& path : maybe_.list()) sure_.add_one(path);
      if (maybe_.full() && !sure_.full()) sure_.list().emplace_back();
    }
    return std::move(sure_.list());
  }

 private:
  /// Takes the line for one of a diff's headers, or leaves it.
  bool header(std::string_view line) {
    const auto after = [line](std::string_view head) {
      return line.substr(std::min(head.size(), line.size()));
    };
    const auto is = [line](std::string_view head) { return starts_with(line, head); };
    switch (line.empty() ? '\0' : line[0]) {
      case '-':
        return is("--- ") && half("--- ", "*** ", line);
      case '+':
        return is("+++ ") && half("+++ ", "--- ", line);
      case '*':
        return is("*** ") && half("*** ", "", line);
      case '@':
        if (!is("@@ -") && !is("@@@ -")) return false;
        return is_diff_ = true;
      case 'd':
        for (const std::string_view head : {"diff --cc ", "diff --combined "}) {
          if (!is(head)) continue;
          Name(after(head)).add_to(sure_);
          return is_diff_ = true;
        }
        if (is("diff --git ")) {
          add_two(after("diff --git "), " ", sure_);
          return is_diff_ = true;
        }
        if (!is("diff -")) return false;
        add_words(after("diff "), maybe_);
        return true;
      case 'r':
        return (is("rename from ") && half("rename from ", "", line)) ||
               (is("rename to ") && half("rename to ", "rename from ", line));
      case 'c':
        return (is("copy from ") && half("copy from ", "", line)) ||
               (is("copy to ") && half("copy to ", "copy from ", line));
      case 'I':
        return is("Index: ") && half("Index: ", "", line);
      case 'B': {
        if (!is("Binary files ")) return false;
        std::string_view rest = trim(after("Binary files "));
        constexpr std::string_view kTail = " differ";
        if (rest.size() < kTail.size() || rest.substr(rest.size() - kTail.size()) != kTail) return false;
        rest.remove_suffix(kTail.size());
        add_two(rest, " and ", maybe_);
        return true;
      }
      default:
        return false;
    }
  }

  /// One name behind `head`; together with the line before, if that began with `other`, a sure thing.
  bool half(std::string_view head, std::string_view other, std::string_view line) {
    Name name(line.substr(head.size()));
    if (!other.empty() && last_head_ == other && last_number_ + 1 == number_) {
      last_.add_to(sure_);
      name.add_to(sure_);
      add_common_tail(last_.likely, name.likely, sure_);
      is_diff_ = true;
    } else if (name.word && is_prefixed(name.likely)) {
      name.add_to(sure_);
    } else if (name.word || is_prefixed(name.likely)) {
      name.add_to(maybe_);
    }
    last_head_ = head;
    last_number_ = number_;
    last_ = std::move(name);
    return true;
  }

  Paths sure_;
  Paths maybe_;           ///< if this is a diff at all
  bool is_diff_ = false;  ///< something has told
  size_t number_ = 0;     ///< of the line
  std::string_view last_head_;
  size_t last_number_ = 0;
  Name last_{""};
};

}  // namespace

std::vector<std::string> diff_paths(std::string_view text) {
  Reader reader;
  for (size_t begin = 0; begin < text.size() && !reader.full();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, std::min(end - begin, kMaxLineBytes));
    begin = end + 1;
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.find('\x1b') != std::string_view::npos) {
      reader.line(without_colours(line));
    } else {
      reader.line(line);
    }
  }
  return reader.take();
}

}  // namespace coder::privacy
