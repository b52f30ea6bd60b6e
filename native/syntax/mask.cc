#include "syntax/mask.h"

#include <algorithm>
#include <array>

namespace coder::syntax {
namespace {

constexpr size_t kMaxArguments = 200;  ///< bytes between the parentheses of a macro

bool starts_word(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool in_word(char c) { return starts_word(c) || (c >= '0' && c <= '9'); }

bool is_capitals(std::string_view word) {
  if (word.size() < 3) return false;
  bool letter = false;
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') return false;
    letter = letter || (c >= 'A' && c <= 'Z');
  }
  return letter;
}

template <size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

constexpr std::array<std::string_view, 4> kTags = {"class", "struct", "union", "enum"};
constexpr std::array<std::string_view, 5> kBehindHead = {"const", "override", "final", "noexcept",
                                                         "volatile"};
constexpr std::array<std::string_view, 7> kSpecifiers = {"static",    "extern", "inline",  "virtual",
                                                         "constexpr", "friend", "explicit"};
/// What may stand before a type: a word in capitals behind it is that type.
constexpr std::array<std::string_view, 24> kBeforeType = {
    "const",     "static",   "extern", "inline",   "return",   "else",     "typedef",  "struct",
    "new",       "delete",   "goto",   "case",     "throw",    "virtual",  "explicit", "friend",
    "constexpr", "unsigned", "signed", "volatile", "typename", "operator", "class",    "enum"};

/// One pass over the tokens; the last two are kept.
class Scan {
 public:
  explicit Scan(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  char peek(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  size_t skip_blanks(size_t at) const {
    while (at < text_.size() &&
           (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\r' || text_[at] == '\n')) {
      ++at;
    }
    return at;
  }

  size_t skip_word(size_t at) const {
    while (at < text_.size() && in_word(text_[at])) ++at;
    return at;
  }

  size_t line_end(size_t at) const {
    const size_t end = text_.find('\n', at);
    return end == std::string_view::npos ? text_.size() : end;
  }

  void step() {
    const char c = text_[at_];
    if (c == '\n') {
      first_on_line_ = true;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (starts_word(c)) {
      word();
    } else if (c == '/' && peek(at_ + 1) == '/') {
      at_ = line_end(at_);
    } else if (c == '/' && peek(at_ + 1) == '*') {
      const size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else if (c == '#' && first_on_line_) {
      directive();
    } else {
      if (c == '"' || c == '\'') {
        quoted(c);
      } else {
        at_ = in_word(c) ? skip_word(at_) : at_ + 1;
      }
      first_on_line_ = false;
      before_ = {};
      last_ = {};
      sign_ = c;
    }
  }

  void quoted(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_)
      at_ += text_[at_] == '\\';
    at_ = std::min(at_ + 1, text_.size());
  }

  /// A directive lasts until a line does not end in a backslash.
  void directive() {
    for (at_ = line_end(at_); at_ < text_.size(); at_ = line_end(at_ + 1)) {
      const size_t back = peek(at_ - 1) == '\r' ? 2 : 1;
      if (at_ < back || text_[at_ - back] != '\\') return;
    }
  }

  void word() {
    const size_t begin = at_, end = skip_word(at_);
    const std::string_view word = text_.substr(begin, end - begin);
    at_ = end;
    if (is_capitals(word) && is_macro(end)) {
      if (out_.empty()) out_ = text_;
      for (size_t i = begin; i < macro_end_; ++i) {
        if (out_[i] != '\n' && out_[i] != '\r') out_[i] = ' ';
      }
      at_ = macro_end_;
      return;  // as if it were not there
    }
    first_on_line_ = false;
    before_ = last_;
    last_ = word;
    sign_ = 'a';
  }

  /// Whether the word in capitals that ends at `end` is to go, up to macro_end_.
  bool is_macro(size_t end) {
    macro_end_ = end;
    const bool has_arguments = peek(end) == '(' || (peek(end) == ' ' && peek(end + 1) == '(');
    if (has_arguments && !skip_arguments()) return false;
    const size_t next = skip_blanks(macro_end_);
    const char after = peek(next);
    if (after == '{') {
      return sign_ == ')' || one_of(last_, kBehindHead) || before_ == "namespace" || one_of(before_, kTags);
    }
    if (!starts_word(after)) return false;
    const size_t next_end = skip_word(next);
    const std::string_view next_word = text_.substr(next, next_end - next);
    const size_t then = skip_blanks(next_end);
    const char follows = peek(then);
    if (one_of(last_, kTags) || (last_ == "class" && before_ == "enum")) {
      const bool heads = follows == '{' || (follows == ':' && peek(then + 1) != ':') || follows == '<' ||
                         text_.substr(then, 6) == "final ";
      return next_word != "final" && heads;
    }
    const bool same_line = text_.substr(macro_end_, next - macro_end_).find('\n') == std::string_view::npos;
    const bool begins = first_on_line_ && (sign_ == '\0' || sign_ == ';' || sign_ == '}' || sign_ == '{' ||
                                           sign_ == '>' || sign_ == '"' || sign_ == ':' || sign_ == ')');
    if ((begins && (same_line || !has_arguments)) || one_of(last_, kSpecifiers)) {
      return starts_word(follows) || follows == '*' || follows == '&' || follows == '<' ||
             (follows == ':' && peek(then + 1) == ':') || (begins && next_word == "namespace");
    }
    // int CALLING f(…)
    const bool behind_type =
        sign_ == '*' || sign_ == '&' || sign_ == '>' || (!last_.empty() && !one_of(last_, kBeforeType));
    return behind_type && !has_arguments && same_line && follows == '(';
  }

  bool skip_arguments() {
    size_t depth = 0;
    for (size_t at = macro_end_; at < text_.size() && at < macro_end_ + kMaxArguments; ++at) {
      if (text_[at] == '(') ++depth;
      if (text_[at] == ')' && --depth == 0) {
        macro_end_ = at + 1;
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
  size_t macro_end_ = 0;
  bool first_on_line_ = true;
  std::string_view last_, before_;  ///< words right before here, the nearer one first
  char sign_ = '\0';  ///< the last token's: 'a' of a word, else its first character; '\0' at the start
};

}  // namespace

std::string without_macros(std::string_view text) { return Scan(text).run(); }

}  // namespace coder::syntax
