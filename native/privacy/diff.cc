#include "privacy/diff.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "privacy/diff_names.h"

namespace coder::privacy {
namespace {

constexpr size_t kMaxLineBytes = 65536;  // two names of 4 KiB, quoted, and the words around them
constexpr int kMaxColumns = 16;          // of quotations around quotations

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
    const auto is = [line](std::string_view head) { return line.substr(0, head.size()) == head; };
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
          DiffName(after(head)).add_to(sure_);
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
    DiffName name(line.substr(head.size()));
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

  DiffPaths sure_;
  DiffPaths maybe_;       ///< if this is a diff at all
  bool is_diff_ = false;  ///< something has told
  size_t number_ = 0;     ///< of the line
  std::string_view last_head_;
  size_t last_number_ = 0;
  DiffName last_{""};
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
