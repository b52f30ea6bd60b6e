// An open buffer as lines and as tokens, kept in step with each edit.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "completion/repo_model/evidence.h"
#include "completion/repo_model/lexer.h"
#include "completion/repo_model/words.h"

namespace coder::completion {
inline namespace repo_model {

class BufferTokens {
 public:
  BufferTokens(std::string path, bool in_private) : path_(std::move(path)), private_(in_private) {}

  /// Lines [first, last) became `lines`; both within size(). Their words go to `words`.
  void splice(size_t first, size_t last, const std::vector<std::string>& lines, Words& words);

  const std::string& path() const { return path_; }
  bool in_private() const { return private_; }
  size_t size() const { return lines_.size(); }
  const std::string& line(size_t index) const { return lines_[index]; }

  /// kFileStart, then each line's tokens behind its kLineStart (or kBlankLine), then kFileStart.
  const std::vector<Token>& tokens() const { return tokens_; }
  /// Where a line's tokens begin; of line size(): where the closing kFileStart is.
  size_t begin_of(size_t line) const { return begins_[line]; }
  /// Indentation of the nearest line above `line` that has text, in bytes; 0 where there is none.
  size_t indent_above(size_t line) const;
  /// How often a word stands in the buffer.
  uint32_t count(Token word) const;
  size_t bytes() const;

  /// What stands around `line`, within so many tokens before and behind it: made anew where anything but that
  /// line has changed since the last call, about 3 ns a token.
  Flat around(size_t line) const;

 private:
  void count_words(size_t first, size_t last, int32_t change);
  void lex(const std::string& line, size_t above, Words& words, std::vector<Token>& out) const;

  std::string path_;
  bool private_;
  std::vector<std::string> lines_;
  std::vector<Token> tokens_{kFileStart, kFileStart};
  std::vector<uint32_t> begins_{1};
  std::unordered_map<Token, uint32_t> counts_;

  mutable Chains chains_;
  mutable size_t chained_line_ = SIZE_MAX;  ///< the line that `chains_` leaves out; SIZE_MAX: they are stale
  mutable size_t chained_begin_ = 0, chained_end_ = 0;  ///< of that line's tokens, when they were made
};

}  // namespace repo_model
}  // namespace coder::completion
