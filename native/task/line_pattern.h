// A pattern that lines are searched for: plain text, or a regular expression of the usual kind. Matching
// takes time proportional to pattern length times line length, whatever the pattern: all ways through it are
// followed at once, nothing backtracks.
#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coder::task {

class LinePattern {
 public:
  struct Options {
    bool regex = false;
    bool ignore_case = false;  ///< of ASCII letters
    bool whole_word = false;   ///< no letter, digit or "_" right before and after
  };

  /// Longest pattern in bytes; states a regular expression may come to.
  static constexpr size_t kMaxBytes = 1000, kMaxStates = 4000;

  /// Regular expressions know . [a-z] [^a-z] \w \d \s \W \D \S \b ^ $ ( ) (?: ) | * + ? {n,m} and, before
  /// anything else, a backslash. Lazy quantifiers are taken for greedy ones: only whether a line matches
  /// counts. Errors (kind usage) say what is wrong.
  static Result<LinePattern> compile(std::string_view pattern, const Options& options);

  /// Is it anywhere in this line?
  bool found_in(std::string_view line) const;

 private:
  friend class LinePatternParser;
  enum class Kind : uint8_t { byte, split, start, end, word_edge, match };
  struct State {
    Kind kind = Kind::match;
    uint32_t set = 0;  ///< of `byte`: index into sets_
    uint32_t next = 0, other = 0;
  };
  void find_starts();
  struct Visited {
    std::vector<uint64_t> marks;  ///< by state: the last step that reached it
    std::vector<uint32_t> open;   ///< still to be followed
  };
  void follow(uint32_t state, std::string_view line, size_t at, std::vector<uint32_t>& out, Visited& seen,
              uint64_t mark) const;

  Options options_;
  std::string literal_;  ///< lower case where case does not count; empty: the states count
  std::vector<State> states_;
  std::vector<std::bitset<256>> sets_;
  uint32_t first_ = 0;
  std::bitset<256> starts_;    ///< bytes that a match may begin with
  bool may_be_empty_ = false;  ///< a match may be no bytes at all
};

}  // namespace coder::task
