// What a base holds, for those who search it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/lexer.h"
#include "completion/repo_model/repo_base.h"
#include "completion/repo_model/words.h"

namespace coder::completion {
inline namespace repo_model {

/// Tokens of context that are looked at, at most.
inline constexpr size_t kMaxMatch = 24;

/// The words of a base, sorted by their text.
class Dictionary {
 public:
  Dictionary() = default;
  explicit Dictionary(const Words& words);

  struct Range {
    uint32_t first = 0, last = 0;
    uint32_t size() const { return last - first; }
  };
  /// All words that start with `prefix`.
  Range starting_with(std::string_view prefix) const;
  /// Its index, or UINT32_MAX.
  uint32_t find(Token token) const;

  size_t size() const { return tokens.size(); }
  std::string_view text(uint32_t index) const {
    return std::string_view(texts).substr(begins[index], begins[index + 1] - begins[index]);
  }
  bool usable(uint32_t index) const { return (flags[index] & kClash) == 0; }
  bool in_private(uint32_t index) const { return (flags[index] & kPrivate) != 0; }
  /// After the columns were filled.
  void make_slots();

  static constexpr uint8_t kPrivate = 1, kClash = 2;
  std::string texts;
  std::vector<uint32_t> begins;  ///< one more than there are words
  std::vector<Token> tokens;
  std::vector<uint32_t> counts;
  std::vector<uint8_t> flags;

 private:
  std::vector<uint32_t> slots_;
};

struct RepoBase::Data {
  std::vector<RepoFileStamp> files;  ///< sorted by path
  std::vector<uint32_t> begins;      ///< of the files in `tokens`, and the end of the last
  std::vector<Token> tokens;         ///< each file begins with kFileStart; one more ends the last
  /// Every place in `tokens` but the first, sorted by the tokens before it, the nearest first, kMaxMatch of
  /// them, then by place.
  std::vector<uint32_t> places;
  std::vector<Token>
      next;  ///< the token at each of `places`: read in order, where tokens[place] would not be
  Dictionary words;
  std::vector<uint64_t> private_places;  ///< a bit for each place in a private file; empty: there is none

  /// Its index in `files`, or SIZE_MAX.
  size_t find(std::string_view path) const;
  /// Sets a file's bits.
  void mark(size_t file, std::vector<uint64_t>& bits) const;
  /// Makes what follows from the other columns.
  void derive();
};

/// The tokens of a file, behind kFileStart; its words go to `words`.
void lex_file(std::string_view text, bool in_private, Words& words, std::vector<Token>& out);

bool is_utf8(std::string_view text);

/// Fills `places` from `tokens`.
void sort_places(RepoBase::Data& data);

}  // namespace repo_model
}  // namespace coder::completion
