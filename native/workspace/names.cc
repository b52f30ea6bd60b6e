#include "workspace/names.h"

#include <cstring>

#include "workspace/facts.h"

namespace coder::workspace {
namespace {

constexpr size_t kBlockBytes = 64 * 1024;

}  // namespace

size_t Names::place(std::string_view text, uint64_t hash) const {
  const size_t mask = table_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const uint32_t found = table_[at];
    if (found == 0) return at;
    if (hashes_[found - 1] == static_cast<uint32_t>(hash) && texts_[found - 1] == text) return at;
  }
}

uint32_t Names::add(std::string_view text) {
  text = text.substr(0, kBlockBytes);
  if (texts_.size() * 2 >= table_.size()) grow();
  const uint64_t hash = content_hash(text);
  const size_t at = place(text, hash);
  if (table_[at] != 0) return table_[at] - 1;
  if (blocks_.empty() || text.size() > left_) {
    blocks_.push_back(std::make_unique<char[]>(kBlockBytes));
    left_ = kBlockBytes;
    held_ += kBlockBytes;
  }
  char* const copy = blocks_.back().get() + (kBlockBytes - left_);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  left_ -= text.size();
  texts_.emplace_back(copy, text.size());
  hashes_.push_back(static_cast<uint32_t>(hash));
  table_[at] = static_cast<uint32_t>(texts_.size());
  return static_cast<uint32_t>(texts_.size() - 1);
}

uint32_t Names::find(std::string_view text) const {
  text = text.substr(0, kBlockBytes);
  if (table_.empty()) return kUnknown;
  const uint32_t found = table_[place(text, content_hash(text))];
  return found == 0 ? kUnknown : found - 1;
}

void Names::grow() {
  std::vector<uint32_t> old(table_.empty() ? 1024 : table_.size() * 2);
  old.swap(table_);
  const size_t mask = table_.size() - 1;
  for (const uint32_t number : old) {
    if (number == 0) continue;
    size_t at = content_hash(texts_[number - 1]) & mask;
    while (table_[at] != 0) at = (at + 1) & mask;
    table_[at] = number;
  }
}

size_t Names::bytes() const {
  return held_ + texts_.capacity() * sizeof(std::string_view) +
         (hashes_.capacity() + table_.capacity()) * sizeof(uint32_t);
}

}  // namespace coder::workspace
