#include "completion/repo_model/words.h"

namespace coder::completion {
inline namespace repo_model {

Words::Words() : slots_(256) {}

const Words::Word* Words::find(Token token) const {
  const size_t mask = slots_.size() - 1;
  for (size_t at = token & mask;; at = (at + 1) & mask) {
    if (slots_[at] == 0) return nullptr;
    const Word& word = words_[slots_[at] - 1];
    if (word.token == token) return &word;
  }
}

Token Words::add(Token token, std::string_view word, bool in_private, uint32_t count) {
  if (token == kOpaque) return kOpaque;
  const size_t mask = slots_.size() - 1;
  size_t at = token & mask;
  for (; slots_[at] != 0; at = (at + 1) & mask) {
    Word& known = words_[slots_[at] - 1];
    if (known.token != token) continue;
    if (text(known) != word) return kOpaque;
    known.count += count;
    known.in_private = known.in_private || in_private;
    return token;
  }
  slots_[at] = static_cast<uint32_t>(words_.size()) + 1;
  by_first_[static_cast<unsigned char>(word.front())].push_back(static_cast<uint32_t>(words_.size()));
  words_.push_back({token, static_cast<uint32_t>(text_.size()), static_cast<uint16_t>(word.size()),
                    in_private, false, count});
  text_ += word;
  if (words_.size() * 2 > slots_.size()) grow();
  return token;
}

void Words::merge(const Word& word, std::string_view other) {
  if (add(word.token, other, word.in_private, word.count) == kOpaque) {
    for (size_t at = word.token & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Word& known = words_[slots_[at] - 1];
      if (known.token != word.token) continue;
      known.clash = true;
      return;
    }
  }
}

void Words::grow() {
  slots_.assign(slots_.size() * 2, 0);
  const size_t mask = slots_.size() - 1;
  for (size_t index = 0; index < words_.size(); ++index) {
    size_t at = words_[index].token & mask;
    while (slots_[at] != 0) at = (at + 1) & mask;
    slots_[at] = static_cast<uint32_t>(index) + 1;
  }
}

size_t Words::bytes() const {
  return text_.capacity() + words_.capacity() * (sizeof(Word) + sizeof(uint32_t)) +
         slots_.capacity() * sizeof(uint32_t);
}

}  // namespace repo_model
}  // namespace coder::completion
