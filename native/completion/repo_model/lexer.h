// Text as tokens: words, single other characters, runs of blanks inside a line, and line starts with their
// indentation relative to the line before. A token is a number that means the same everywhere: of a word its
// hash, so that files can be read by several threads and a base can be swapped without reading anything
// again.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace coder::completion {
inline namespace repo_model {

using Token = uint32_t;

/// Bytes of a line that are looked at: longer ones are data.
inline constexpr size_t kMaxLexedLine = 4096;
/// Words of more bytes are opaque: nobody wants them guessed.
inline constexpr size_t kMaxWordBytes = 48;

// Bits 24 to 31 tell the kind; a word has bit 31 and 31 bits of hash.
inline constexpr Token kFileStart = 0x01000000;
inline constexpr Token kLineStart =
    0x02000000;  ///< + indentation relative to the last line that has text, + 128
inline constexpr Token kBlankLine = kLineStart;  ///< a line without text
inline constexpr Token kBlanks = 0x03000000;     ///< + number of bytes, + 256 where they are tabs
inline constexpr Token kWord = 0x80000000;
inline constexpr Token kOpaque = kWord;          ///< a word that is never suggested: too long, or like a key
inline constexpr Token kEndOfLine = 0x04000000;  ///< in guesses: whatever line start comes next

constexpr bool is_word(Token token) { return token >= kWord; }
constexpr bool is_blanks(Token token) { return token >> 24 == kBlanks >> 24; }
constexpr bool ends_line(Token token) { return token == kFileStart || token >> 24 == kLineStart >> 24; }
constexpr bool is_character(Token token) { return token < 256; }

inline bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const unsigned char lower = byte | 0x20;
  return byte >= 0x80 || byte == '_' || (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9');
}
inline bool is_blank_byte(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }

constexpr Token line_start(int64_t indent, int64_t before) {
  return kLineStart + static_cast<Token>(std::clamp<int64_t>(indent - before, -127, 127) + 128);
}
/// Of a kLineStart other than kBlankLine.
constexpr int64_t indent_change(Token token) { return static_cast<int64_t>(token & 0xFF) - 128; }

/// Whether a word looks like a key or a checksum rather than a name.
bool is_like_a_key(std::string_view word);

inline Token word_token(std::string_view word) {
  if (word.size() > kMaxWordBytes || (word.size() >= 20 && is_like_a_key(word))) return kOpaque;
  uint64_t hash = 0x9E3779B97F4A7C15U ^ word.size();
  for (size_t at = 0; at < word.size(); at += 8) {
    uint64_t piece = 0;
    std::memcpy(&piece, word.data() + at, std::min<size_t>(8, word.size() - at));
    hash = (hash ^ piece) * 0xD6E8FEB86659FD93U;
    hash ^= hash >> 32;
  }
  hash *= 0xD6E8FEB86659FD93U;
  const auto low = static_cast<Token>(hash >> 33);
  return kWord | (low == 0 ? 1 : low);
}

/// Blanks at the start of `line`, in bytes.
inline size_t indent_of(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && is_blank_byte(line[at])) ++at;
  return at;
}

/// Calls `found(Token, std::string_view)` for each token of `line` behind its indentation. Blanks at its end
/// count only where `to_the_end`.
template <class Found>
void lex_line(std::string_view line, bool to_the_end, Found&& found) {
  if (line.size() > kMaxLexedLine) line = line.substr(0, kMaxLexedLine);
  size_t at = indent_of(line);
  if (!to_the_end) {
    size_t end = line.size();
    while (end > at && is_blank_byte(line[end - 1])) --end;
    line = line.substr(0, end);
  }
  while (at < line.size()) {
    const size_t begin = at;
    const char c = line[at];
    if (is_word_byte(c)) {
      while (++at < line.size() && is_word_byte(line[at])) continue;
      const std::string_view word = line.substr(begin, at - begin);
      found(word_token(word), word);
    } else if (is_blank_byte(c)) {
      while (++at < line.size() && is_blank_byte(line[at])) continue;
      found(kBlanks + static_cast<Token>(std::min<size_t>(at - begin, 200)) + (c == '\t' ? 256 : 0),
            line.substr(begin, at - begin));
    } else {
      ++at;
      found(static_cast<Token>(static_cast<unsigned char>(c)), line.substr(begin, 1));
    }
  }
}

}  // namespace repo_model
}  // namespace coder::completion
