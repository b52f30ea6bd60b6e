#include "workspace/words.h"

namespace coder::workspace {
namespace {

bool ends_with(std::string_view word, std::string_view end) {
  return word.size() > end.size() && word.substr(word.size() - end.size()) == end;
}

}  // namespace

// The S-stemmer (Harman, "How effective is suffixing?", 1991) and the endings that programmers' verbs take
// most.
std::string_view stem(std::string_view word) {
  if (word.size() > 4 && ends_with(word, "ies"))
    return word.substr(0, word.size() - 3);  // "queries" and "query" meet at "quer"
  if (word.size() > 3 && word.back() == 's' && !ends_with(word, "ss") && !ends_with(word, "us") &&
      !ends_with(word, "is")) {
    word.remove_suffix(1);
  }
  for (const std::string_view end : {"izer", "ization", "izing", "ized", "ize"}) {
    if (word.size() >= end.size() + 3 && ends_with(word, end))
      return word.substr(0, word.size() - end.size() + 2);
  }
  for (const std::string_view end : {"ation", "ing", "ed", "er", "or"}) {
    if (word.size() >= end.size() + 4 && ends_with(word, end)) {
      word.remove_suffix(end.size());
      break;
    }
  }
  if (word.size() > 4 && word.back() == 'e') word.remove_suffix(1);
  const auto is_vowel = [](char c) { return std::string_view("aeiou").find(c) != std::string_view::npos; };
  if (word.size() > 3 && word.back() == 'y' && !is_vowel(word[word.size() - 2])) word.remove_suffix(1);
  return word;
}

}  // namespace coder::workspace
