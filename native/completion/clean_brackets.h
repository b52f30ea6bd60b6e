// Brackets and quotes, followed well enough to tell which of them a text leaves open. No language is known:
// quotes end at the line's end, an apostrophe after a letter is none, comments are read as code.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace coder::completion {

class Brackets {
 public:
  enum class Event {
    none,
    closer,  ///< a closing bracket that nothing fed so far had opened
    quote,   ///< the end of the string that was open at the start
  };

  /// `quote`: of the string the text begins in; 0: none.
  explicit Brackets(char quote = 0) : quote_(quote), began_in_string_(quote != 0) {}

  Event feed(char c);
  /// Feeds `text` up to and including the first event's character, or all of it.
  Event feed(std::string_view text, size_t& fed);
  void feed(std::string_view text);

  size_t open() const { return stack_.size(); }  ///< brackets opened and not closed
  char quote() const { return quote_; }          ///< of the string that is open; 0: none

 private:
  std::string stack_;  ///< the closers awaited, the innermost last
  char quote_;
  bool began_in_string_;
  bool escaped_ = false;
  bool after_word_ = false;
};

bool is_closing_bracket(char c);

}  // namespace coder::completion
