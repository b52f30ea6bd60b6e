#include "workspace/words.h"

namespace coder::workspace {
namespace {

bool ends_with(std::string_view word, std::string_view end) {
  return word.size() > end.size() && word.substr(word.size() - end.size()) == end;
}

bool is_vowel(char c) { return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u'; }

bool has_vowel(std::string_view word) {
  for (const char c : word) {
    if (is_vowel(c) || c == 'y') return true;
  }
  return false;
}

/// Takes off `end` where at least `left` letters with a vowel among them stay: "adding", not "string".
bool strip(std::string_view& word, std::string_view end, size_t left) {
  if (word.size() < end.size() + left || !ends_with(word, end)) return false;
  const std::string_view rest = word.substr(0, word.size() - end.size());
  if (!has_vowel(rest)) return false;
  word = rest;
  return true;
}

/// "runn" of "running" is "run".
void undouble(std::string_view& word) {
  const size_t size = word.size();
  if (size < 4 || word[size - 1] != word[size - 2]) return;
  const char c = word.back();
  if (c != 'l' && c != 's' && c != 'z' && !is_vowel(c)) word.remove_suffix(1);
}

}  // namespace

// The S-stemmer (Harman, "How effective is suffixing?", 1991) and the endings that programmers' verbs take
// most, under Porter's condition of a vowel. What is left is always a beginning of the word.
std::string_view stem(std::string_view word) {
  if (word.size() > 4 && ends_with(word, "ies")) return word.substr(0, word.size() - 3);  // queries, query
  for (const std::string_view end : {"xes", "ches", "shes", "sses"}) {
    if (word.size() > end.size() + 1 && ends_with(word, end)) {
      word.remove_suffix(2);
      break;
    }
  }
  if (word.size() > 3 && word.back() == 's' && !ends_with(word, "ss") && !ends_with(word, "us") &&
      !ends_with(word, "is")) {
    word.remove_suffix(1);
  }
  for (const std::string_view end : {"izer", "ization", "izing", "ized", "ize"}) {
    if (word.size() >= end.size() + 3 && ends_with(word, end))
      return word.substr(0, word.size() - end.size() + 2);
  }
  for (const std::string_view end : {"ation", "ating", "ated", "ator", "ate"}) {
    if (strip(word, end, 3)) return word;  // truncation, truncated, truncate
  }
  if (strip(word, "ing", 3) || strip(word, "ed", 3)) {
    undouble(word);
  } else if (!strip(word, "ion", 4) && (strip(word, "er", 4) || strip(word, "or", 4))) {
    undouble(word);
  }
  if (word.size() > 4 && word.back() == 'e') word.remove_suffix(1);
  if (word.size() > 3 && word.back() == 'y' && !is_vowel(word[word.size() - 2])) word.remove_suffix(1);
  return word;
}

}  // namespace coder::workspace
