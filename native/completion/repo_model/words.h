// What words read like, by their tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "completion/repo_model/lexer.h"

namespace coder::completion {
inline namespace repo_model {

/// Words and their tokens; grows only. Two words of one token: the second stays out.
class Words {
 public:
  struct Word {
    Token token = 0;
    uint32_t begin = 0;  ///< in the text of all
    uint16_t size = 0;
    bool in_private = false;  ///< stands in a private file
    bool clash = false;       ///< several words have this token: never to be suggested
    uint32_t count = 0;
  };

  Words();

  /// `token` must be word_token(word). kOpaque where another word has it.
  Token add(Token token, std::string_view word, bool in_private, uint32_t count = 1);
  /// A word of another collection. Where another word has its token, neither is to be suggested any more.
  void merge(const Word& word, std::string_view text);
  const Word* find(Token token) const;
  std::string_view text(const Word& word) const {
    return std::string_view(text_).substr(word.begin, word.size);
  }

  /// Calls `found(const Word&)` for every word that starts with `prefix` (not empty).
  template <class Found>
  void starting_with(std::string_view prefix, Found&& found) const {
    for (const uint32_t index : by_first_[static_cast<unsigned char>(prefix.front())]) {
      const Word& word = words_[index];
      if (word.size >= prefix.size() && text(word).substr(0, prefix.size()) == prefix) found(word);
    }
  }

  const std::vector<Word>& all() const { return words_; }
  size_t bytes() const;

 private:
  void grow();

  std::string text_;
  std::vector<Word> words_;
  std::vector<uint32_t> slots_;  ///< index + 1 in words_, by the token; a power of two, at most half full
  std::vector<uint32_t> by_first_[256];
};

}  // namespace repo_model
}  // namespace coder::completion
