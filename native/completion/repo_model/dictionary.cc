#include <algorithm>
#include <numeric>

#include "completion/repo_model/base_data.h"

namespace coder::completion {
inline namespace repo_model {

Dictionary::Dictionary(const Words& words) {
  const std::vector<Words::Word>& all = words.all();
  std::vector<uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return words.text(all[a]) < words.text(all[b]); });
  begins.reserve(all.size() + 1);
  tokens.reserve(all.size());
  counts.reserve(all.size());
  flags.reserve(all.size());
  begins.push_back(0);
  for (const uint32_t index : order) {
    const Words::Word& word = all[index];
    texts += words.text(word);
    begins.push_back(static_cast<uint32_t>(texts.size()));
    tokens.push_back(word.token);
    counts.push_back(word.count);
    flags.push_back(static_cast<uint8_t>((word.in_private ? kPrivate : 0) | (word.clash ? kClash : 0)));
  }
  texts.shrink_to_fit();
  make_slots();
}

void Dictionary::make_slots() {
  size_t size = 16;
  while (size < tokens.size() * 2) size *= 2;
  slots_.assign(size, UINT32_MAX);
  for (uint32_t index = 0; index < tokens.size(); ++index) {
    size_t at = tokens[index] & (size - 1);
    while (slots_[at] != UINT32_MAX) at = (at + 1) & (size - 1);
    slots_[at] = index;
  }
}

uint32_t Dictionary::find(Token token) const {
  if (slots_.empty()) return UINT32_MAX;
  const size_t mask = slots_.size() - 1;
  for (size_t at = token & mask;; at = (at + 1) & mask) {
    if (slots_[at] == UINT32_MAX || tokens[slots_[at]] == token) return slots_[at];
  }
}

Dictionary::Range Dictionary::starting_with(std::string_view prefix) const {
  const auto count = static_cast<uint32_t>(tokens.size());
  const auto first_where = [&](uint32_t low, auto&& is) {
    uint32_t high = count;
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (is(text(middle).substr(0, prefix.size()))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  };
  Range out;
  out.first = first_where(0, [&](std::string_view head) { return head >= prefix; });
  out.last = first_where(out.first, [&](std::string_view head) { return head > prefix; });
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
