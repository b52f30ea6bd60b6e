#include "completion/clean_brackets.h"

#include <array>

namespace coder::completion {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Characters that mean something outside strings.
constexpr std::array<bool, 256> special_bytes() {
  std::array<bool, 256> special{};
  for (const unsigned char c : {'"', '`', '\'', '(', ')', '[', ']', '{', '}', '\n'}) special[c] = true;
  return special;
}
constexpr std::array<bool, 256> kSpecial = special_bytes();

// More open brackets than this are not followed; bounds the search for a closer's opener.
constexpr size_t kDeepest = 256;

}  // namespace

bool is_closing_bracket(char c) { return c == ')' || c == ']' || c == '}'; }

Brackets::Event Brackets::feed(char c) {
  if (c == '\n') {
    quote_ = 0;
    began_in_string_ = escaped_ = after_word_ = false;
    return Event::none;
  }
  if (quote_ != 0) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == quote_) {
      quote_ = 0;
      after_word_ = false;
      if (began_in_string_) {
        began_in_string_ = false;
        return Event::quote;
      }
    }
    return Event::none;
  }
  const bool after_word = after_word_;
  after_word_ = is_word(c);
  switch (c) {
    case '"':
    case '`':
      quote_ = c;
      break;
    case '\'':
      if (!after_word) quote_ = c;
      break;
    case '(':
      if (stack_.size() < kDeepest) stack_.push_back(')');
      break;
    case '[':
      if (stack_.size() < kDeepest) stack_.push_back(']');
      break;
    case '{':
      if (stack_.size() < kDeepest) stack_.push_back('}');
      break;
    case ')':
    case ']':
    case '}': {
      const size_t opener = stack_.rfind(c);
      if (opener == std::string::npos) return Event::closer;
      stack_.resize(opener);
      break;
    }
    default:
      break;
  }
  return Event::none;
}

Brackets::Event Brackets::feed(std::string_view text, size_t& fed) {
  for (fed = 0; fed < text.size();) {
    const size_t run = fed;
    if (quote_ == 0) {
      while (fed < text.size() && !kSpecial[static_cast<unsigned char>(text[fed])]) ++fed;
      if (fed > run) after_word_ = is_word(text[fed - 1]);
      if (fed == text.size()) break;
    }
    const Event event = feed(text[fed++]);
    if (event != Event::none) return event;
  }
  return Event::none;
}

void Brackets::feed(std::string_view text) {
  for (size_t fed = 0; !text.empty(); text.remove_prefix(fed)) feed(text, fed);
}

}  // namespace coder::completion
