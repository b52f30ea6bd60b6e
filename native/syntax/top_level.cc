#include "syntax/top_level.h"

#include <algorithm>
#include <array>
#include <string>

namespace coder::syntax {
namespace {

enum class Family : uint8_t { none, c, rust, go, javascript, python, lua };

Family family_of(Language language) {
  switch (language) {
    case Language::c:
    case Language::cpp:
      return Family::c;
    case Language::rust:
      return Family::rust;
    case Language::go:
      return Family::go;
    case Language::javascript:
    case Language::typescript:
    case Language::tsx:
      return Family::javascript;
    case Language::python:
      return Family::python;
    case Language::lua:
      return Family::lua;
    case Language::java:
    case Language::ruby:
    case Language::bash:
    case Language::none:
      break;
  }
  return Family::none;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What is no ASCII counts as a letter.
bool in_word(char c) {
  return c == '_' || c == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
         static_cast<unsigned char>(c) >= 0x80;
}

template <size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// At the start of a line these go on with what is before it.
constexpr std::array<std::string_view, 25> kGoesOn = {
    "else",       "elif", "elseif", "except",     "finally", "catch", "while", "case",      "default",
    "in",         "as",   "of",     "instanceof", "is",      "and",   "or",    "satisfies", "extends",
    "implements", "from", "where",  "until",      "then",    "do",    "end"};

/// Behind these a slash begins a regular expression.
constexpr std::array<std::string_view, 13> kBeforeRegex = {
    "return", "typeof", "case", "in", "of", "delete", "void", "new", "throw", "do", "else", "yield", "await"};

class Scan {
 public:
  Scan(Family family, std::string_view text) : family_(family), text_(text) {}

  std::optional<TopLevel> run() {
    while (at_ < text_.size() && fine_) {
      if (first_column_) begin_line();
      step();
    }
    if (!fine_) return std::nullopt;
    out_.complete = open_.empty() && ended() && !continued_;
    return std::move(out_);
  }

 private:
  char peek(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  bool starts_with(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
  void give_up() { fine_ = false; }

  /// Is nothing open but namespaces?
  bool at_top() const {
    return std::all_of(open_.begin(), open_.end(), [](char c) { return c == 'N'; });
  }

  /// Can what was read so far be all of an item?
  bool ended() const {
    if (last_ == '\0') return true;
    switch (family_) {
      case Family::python:
        return !decorated_;
      case Family::lua:
        return true;
      case Family::go:
        return in_word(last_) || last_ == '"' || last_ == '\'' || last_ == ')' || last_ == ']' ||
               last_ == '}' || last_ == ';';
      default:
        return last_ == ';' || last_ == '}';
    }
  }

  /// At the first column of a line.
  void begin_line() {
    first_column_ = false;
    const char c = text_[at_];
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    const bool blank = text_.substr(at_, end - at_).find_first_not_of(" \t\r\f") == std::string_view::npos;
    if (!blank && c != ' ' && c != '\t') {
      if (after_blank_ && !continued_ && at_top() && ended()) {
        if (!pending_) pending_ = at_;  // it may be a comment, of which more is to come
      }
      if (!is_comment_start()) {
        code_line(c);
        pending_.reset();
      }
    } else if (!blank) {
      pending_.reset();
    }
    after_blank_ = blank || at_ == 0;
    continued_ = false;
  }

  bool is_comment_start() const {
    if (family_ == Family::python) return peek(at_) == '#';
    if (family_ == Family::lua) return starts_with("--");
    return starts_with("//") || starts_with("/*");
  }

  /// A line of code from the first column on.
  void code_line(char c) {
    size_t end = at_;
    while (in_word(peek(end))) ++end;
    const bool item =
        end > at_ ? !is_digit(c) && !one_of(text_.substr(at_, end - at_), kGoesOn) : (c == '#' || c == '@');
    if (pending_ && item && at_top()) add_start(*pending_);
    if (family_ == Family::python && open_.empty()) decorated_ = c == '@';
  }

  void add_start(size_t at) {
    out_.starts.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(open_.size())});
  }

  void newline() {
    continued_ = family_ == Family::python && at_ > 0 && text_[at_ - 1] == '\\';
    ++at_;
    first_column_ = true;
    line_has_code_ = false;
  }

  void step() {
    const char c = text_[at_];
    if (c == '\n') return newline();
    if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
      return;
    }
    if (comment()) return;
    if (c == '#' && family_ == Family::c && !line_has_code_) return directive();
    line_has_code_ = true;
    pending_.reset();  // what begins in the first column has seen it
    if (in_word(c)) return word();
    if (c == '/' && family_ == Family::javascript && regex()) return;
    if (c == '"' || c == '\'' || c == '`') return quote(c);
    if (c == '[' && family_ == Family::lua && (peek(at_ + 1) == '[' || peek(at_ + 1) == '=')) {
      if (long_bracket(at_)) {
        last_ = '"';
        return;
      }
      if (!fine_) return;
    }
    bracket(c);
    last_ = c;
    ++at_;
  }

  void bracket(char c) {
    if (c == '(' || c == '[') return open_.push_back(c);
    if (c == '{') return open_.push_back(family_ == Family::c && opens_namespace() ? 'N' : c);
    const char opener = c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
    if (opener == '\0') return;
    if (c == '}' && !open_.empty() && open_.back() == 'T') {
      open_.pop_back();
      return template_text(at_ + 1);
    }
    if (open_.empty() || (open_.back() != opener && (c != '}' || open_.back() != 'N'))) return give_up();
    if (open_.back() == 'N' && at_ > 0 && text_[at_ - 1] == '\n' && ended()) add_start(at_);
    open_.pop_back();
  }

  /// Is the brace here that of `namespace x {` or `extern "C" {`, among nothing but such ones?
  bool opens_namespace() const {
    if (!at_top()) return false;
    const size_t before = text_.rfind('\n', at_);
    std::string_view line = text_.substr(before == std::string_view::npos ? 0 : before + 1);
    line = line.substr(0, line.find('{'));
    if (line.rfind("extern \"C\"", 0) == 0) return line.find('(') == std::string_view::npos;
    if (line.rfind("inline ", 0) == 0) line.remove_prefix(7);
    return line.rfind("namespace", 0) == 0 && line.find_first_of("(;=") == std::string_view::npos;
  }

  bool comment() {
    switch (family_) {
      case Family::python:
        if (peek(at_) != '#') return false;
        break;
      case Family::lua:
        if (!starts_with("--")) return false;
        if (peek(at_ + 2) == '[' && long_bracket(at_ + 2)) return true;
        break;
      default:
        if (starts_with("/*")) {
          block_comment();
          return true;
        }
        if (!starts_with("//")) return false;
    }
    at_ = std::min(text_.find('\n', at_), text_.size());
    while (family_ == Family::c && at_ < text_.size() && text_[at_ - 1] == '\\')
      at_ = std::min(text_.find('\n', at_ + 1), text_.size());
    return true;
  }

  void block_comment() {
    size_t depth = 0;
    while (at_ < text_.size()) {
      if (starts_with("*/")) {
        at_ += 2;
        if (--depth == 0) return;
      } else if (starts_with("/*") && (depth == 0 || family_ == Family::rust)) {
        ++depth;
        at_ += 2;
      } else {
        ++at_;
      }
    }
    give_up();
  }

  /// Lasts until a line does not end in a backslash; what is in it counts for nothing.
  void directive() {
    for (; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\' && peek(at_ + 1) == '\r') ++at_;
      if ((text_[at_] == '\\' || text_[at_] == '\r') && peek(at_ + 1) == '\n') {
        if (text_[at_] == '\\' || text_[at_ - 1] == '\\') ++at_;
      } else if (starts_with("/*")) {
        block_comment();
        --at_;
      } else if (starts_with("//")) {
        comment();
        break;
      }
    }
    last_ = ';';
  }

  void word() {
    const size_t begin = at_;
    if (is_digit(text_[at_])) {
      // 1'000'000 of C++
      while (in_word(peek(at_)) || (peek(at_) == '\'' && family_ == Family::c && in_word(peek(at_ + 1))))
        ++at_;
    } else {
      while (in_word(peek(at_))) ++at_;
    }
    word_ = text_.substr(begin, at_ - begin);
    last_ = text_[at_ - 1];
    if (family_ == Family::lua) return block_word();
    if (family_ == Family::c && peek(at_) == '"' && word_.back() == 'R' && word_.size() <= 3)
      return raw_string_of_cpp();
    if (family_ == Family::rust && (word_ == "r" || word_ == "br" || word_ == "cr")) {
      size_t end = at_;
      while (peek(end) == '#') ++end;
      if (peek(end) == '"') skip_behind('"' + std::string(end - at_, '#'), end + 1);
    }
  }

  void block_word() {
    if (word_ == "function" || word_ == "if" || word_ == "do" || word_ == "repeat") {
      open_.push_back('B');
    } else if (word_ == "end" || word_ == "until") {
      if (open_.empty() || open_.back() != 'B') return give_up();
      open_.pop_back();
    }
  }

  void raw_string_of_cpp() {
    const size_t open = text_.find('(', at_);
    if (open == std::string_view::npos || open - at_ > 17) return give_up();
    skip_behind(')' + std::string(text_.substr(at_ + 1, open - at_ - 1)) + '"', open + 1);
  }

  void skip_behind(const std::string& end, size_t from) {
    const size_t found = text_.find(end, from);
    if (found == std::string_view::npos) return give_up();
    at_ = found + end.size();
    last_ = '"';
  }

  /// [[ … ]], [==[ … ]==] of Lua.
  bool long_bracket(size_t from) {
    size_t end = from + 1;
    while (peek(end) == '=') ++end;
    if (peek(end) != '[') return false;
    skip_behind("]" + std::string(end - from - 1, '=') + "]", end + 1);
    return true;
  }

  void quote(char c) {
    if (c == '\'' && family_ == Family::rust) return character_of_rust();
    if (c == '`') {
      if (family_ == Family::javascript) return template_text(at_ + 1);
      if (family_ == Family::go) return skip_behind("`", at_ + 1);
      return give_up();
    }
    if (family_ == Family::python && peek(at_ + 1) == c && peek(at_ + 2) == c) {
      at_ += 3;
      while (at_ < text_.size() && !(text_[at_] == c && peek(at_ + 1) == c && peek(at_ + 2) == c))
        at_ += text_[at_] == '\\' ? 2 : 1;
      if (at_ >= text_.size()) return give_up();
      at_ += 3;
    } else {
      for (++at_; at_ < text_.size() && text_[at_] != c; ++at_) {
        if (text_[at_] == '\\') {
          ++at_;
          if (peek(at_) == '\r') ++at_;
        } else if (text_[at_] == '\n' && family_ != Family::rust) {
          return give_up();
        }
      }
      if (at_ >= text_.size()) return give_up();
      ++at_;
    }
    last_ = c;
  }

  /// 'x', '\n', or a lifetime.
  void character_of_rust() {
    size_t end = at_ + 1;
    if (peek(end) == '\\') {
      end = text_.find('\'', end + 2);
      if (end == std::string_view::npos || end - at_ > 12) return give_up();
      at_ = end + 1;
    } else {
      ++end;
      while ((static_cast<unsigned char>(peek(end)) & 0xC0) == 0x80) ++end;
      at_ = peek(end) == '\'' ? end + 1 : at_ + 1;
    }
    last_ = '\'';
  }

  /// Up to the template's end or its next ${.
  void template_text(size_t from) {
    for (at_ = from; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '`') {
        ++at_;
        last_ = '`';
        return;
      } else if (text_[at_] == '$' && peek(at_ + 1) == '{') {
        open_.push_back('T');
        at_ += 2;
        last_ = '{';
        return;
      }
    }
    give_up();
  }

  /// A slash that does not divide; of JSX, </a> and <a/> are neither.
  bool regex() {
    const char next = peek(at_ + 1);
    if (last_ == '<' || next == '>') return false;
    if (in_word(last_) && !one_of(word_, kBeforeRegex)) return false;
    if (last_ == ')' || last_ == ']' || last_ == '"' || last_ == '\'' || last_ == '`') return false;
    bool set = false;
    for (++at_; at_ < text_.size() && text_[at_] != '\n'; ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[') {
        set = true;
      } else if (c == ']') {
        set = false;
      } else if (c == '/' && !set) {
        ++at_;
        last_ = '"';
        return true;
      }
    }
    give_up();
    return true;
  }

  Family family_;
  std::string_view text_;
  TopLevel out_;
  size_t at_ = 0;
  bool fine_ = true;
  bool first_column_ = true;
  bool after_blank_ = true;        ///< the line before is empty, or there is none
  bool line_has_code_ = false;     ///< before here
  bool continued_ = false;         ///< Python: the line before ends in a backslash
  bool decorated_ = false;         ///< Python: the last line from the first column on is a decorator
  std::optional<size_t> pending_;  ///< where the comment above the next item begins
  std::vector<char> open_;         ///< ( [ {, N: of a namespace, B: a block of Lua, T: code in a template
  char last_ = '\0';               ///< of the last token its last character, '"' of a literal; '\0': none yet
  std::string_view word_;          ///< the last one
};

}  // namespace

std::optional<TopLevel> top_level(Language language, std::string_view text) {
  const Family family = family_of(language);
  if (family == Family::none) return std::nullopt;
  return Scan(family, text).run();
}

}  // namespace coder::syntax
