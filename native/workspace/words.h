// Text as the words that search counts: identifiers, whole and in their parts.
#pragma once

#include <cctype>
#include <string>
#include <string_view>

namespace coder::workspace {

/// Words shorter or longer than this say nothing, in bytes.
inline constexpr size_t kMinWordBytes = 2;
inline constexpr size_t kMaxWordBytes = 48;

/// Calls `found(std::string_view word)` for each word of `text`, in lower case (ASCII), in order: of an
/// identifier of several parts (snake_case, camelCase, HTTPServer2) each part and then the whole without its
/// underscores at the ends. Numbers are none. The view is valid during the call only.
template <class Found>
void for_each_word(std::string_view text, Found&& found);

/// The form under which a word is counted: English endings taken off ("tokenizers", "tokenizing" and
/// "tokenize" are one). `word` is in lower case.
std::string_view stem(std::string_view word);

// --- details -----------------------------------------------------------------

namespace words {

inline bool is_lower(unsigned char c) { return (c >= 'a' && c <= 'z') || c >= 0x80; }
inline bool is_upper(unsigned char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }
inline bool is_part(unsigned char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_'; }

}  // namespace words

template <class Found>
void for_each_word(std::string_view text, Found&& found) {
  using namespace words;
  std::string whole;
  size_t at = 0;
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  while (at < text.size()) {
    if (!is_part(byte(at))) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && is_part(byte(at))) ++at;
    size_t first = begin, last = at;
    while (first < last && text[first] == '_') ++first;
    while (last > first && text[last - 1] == '_') --last;
    if (last - first < kMinWordBytes || last - first > 4 * kMaxWordBytes) continue;
    whole.assign(text.substr(first, last - first));
    bool letters = false;
    for (char& c : whole) {
      letters = letters || !(is_digit(static_cast<unsigned char>(c)) || c == '_');
      if (is_upper(static_cast<unsigned char>(c))) c = static_cast<char>(c - 'A' + 'a');
    }
    if (!letters) continue;
    int parts = 0;
    for (size_t i = first; i < last;) {
      // A part: letters of one kind of case ("tokens", "Tokens", "HTTP" of "HTTPServer"), without its digits.
      size_t end = i + 1;
      const unsigned char head = byte(i);
      if (is_upper(head)) {
        if (end < last && is_lower(byte(end))) {
          while (end < last && is_lower(byte(end))) ++end;
        } else {
          while (end < last && is_upper(byte(end)) && !(end + 1 < last && is_lower(byte(end + 1)))) ++end;
        }
      } else if (is_lower(head)) {
        while (end < last && is_lower(byte(end))) ++end;
      }
      const bool counts = is_upper(head) || is_lower(head);
      if (counts) {
        ++parts;
        const size_t size = end - i;
        const bool is_whole = size == last - first;
        if (!is_whole && size >= kMinWordBytes && size <= kMaxWordBytes) {
          found(std::string_view(whole).substr(i - first, size));
        }
      }
      i = end;
    }
    if (whole.size() <= kMaxWordBytes) found(std::string_view(whole));
  }
}

}  // namespace coder::workspace
