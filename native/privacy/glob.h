// One compiled glob pattern. Matching takes time proportional to pattern length
// times path length (times path depth when it may begin anywhere), whatever the
// pattern: all ways through it are followed at once, nothing backtracks.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coder::privacy {

/// What a look at a path tells of its components, so that most patterns are done with at once.
/// `path` must outlive it.
struct Glance {
  explicit Glance(std::string_view path);

  std::string_view path;
  std::bitset<256> begins;   ///< the bytes that components begin with
  std::bitset<256> ends;     ///< the bytes that they end with
  std::vector<size_t> cuts;  ///< where they end
};

/// Syntax and meaning: see glob_match in paths.h.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  /// Does it match `path`, or a folder that `path` is below? `path` has no leading slash.
  /// With `anywhere` the match may begin at any component, else only at the first (a pattern
  /// without "/" may always begin anywhere).
  bool matches(std::string_view path, bool anywhere = false) const;

  /// False: it matches neither the path nor any part of it that begins with a component.
  bool may_match(const Glance& glance) const;

  const std::string& pattern() const { return pattern_; }
  bool absolute() const { return absolute_; }  ///< the pattern begins with "/"

 private:
  enum class Kind {
    byte,      ///< one byte of `set`
    tail,      ///< any number of UTF-8 continuation bytes: the rest of what "?" or a class met
    star,      ///< any number of bytes other than "/"
    deep,      ///< any number of bytes
    boundary,  ///< no byte: here a path component begins
  };
  struct Token {
    Kind kind;
    std::bitset<256> set;
  };

  void add_class(std::string_view body, bool negated);
  bool matches_here(std::string_view path) const;

  std::string pattern_;
  std::vector<Token> tokens_;
  bool absolute_ = false;
  bool floating_ = false;  ///< without "/": may begin at any component
  bool empty_ = false;     ///< the empty pattern matches nothing
};

}  // namespace coder::privacy
