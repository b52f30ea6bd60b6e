#include "completion/clean_brackets.h"

namespace coder::completion {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

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

}  // namespace coder::completion
