#include "workspace/names.h"

#include <algorithm>
#include <cstring>

#include "workspace/facts.h"

namespace coder::workspace {
namespace {

// The pool of a single file is small, and many are made.
constexpr size_t kFirstBlock = 2 * 1024, kLargestBlock = 64 * 1024;
constexpr size_t kLongestText = 64 * 1024;
constexpr size_t kFirstPlaces = 256;

uint32_t upper(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }

}  // namespace

uint64_t Names::hash_of(std::string_view text) { return content_hash(text.substr(0, kLongestText)); }

size_t Names::place(std::string_view text, uint64_t hash) const {
  const size_t mask = table_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    const Place& found = table_[at];
    if (found.number == 0) return at;
    if (found.hash == upper(hash) && texts_[found.number - 1] == text) return at;
  }
}

uint32_t Names::add(std::string_view text) { return add(text, hash_of(text)); }

uint32_t Names::add(std::string_view text, uint64_t hash) {
  text = text.substr(0, kLongestText);
  if (texts_.size() * 2 >= table_.size()) grow();
  const size_t at = place(text, hash);
  if (table_[at].number != 0) return table_[at].number - 1;
  if (blocks_.empty() || text.size() > left_) {
    block_ = std::max(std::clamp(block_ * 2, kFirstBlock, kLargestBlock), text.size());
    blocks_.push_back(std::unique_ptr<char[]>(new char[block_]));
    left_ = block_;
    held_ += block_;
  }
  char* const copy = blocks_.back().get() + (block_ - left_);
  if (!text.empty()) std::memcpy(copy, text.data(), text.size());
  left_ -= text.size();
  texts_.emplace_back(copy, text.size());
  table_[at] = {static_cast<uint32_t>(texts_.size()), upper(hash)};
  return static_cast<uint32_t>(texts_.size() - 1);
}

uint32_t Names::find(std::string_view text) const {
  text = text.substr(0, kLongestText);
  if (table_.empty()) return kUnknown;
  const uint32_t found = table_[place(text, hash_of(text))].number;
  return found == 0 ? kUnknown : found - 1;
}

void Names::grow() {
  table_.assign(table_.empty() ? kFirstPlaces : table_.size() * 2, {});
  const size_t mask = table_.size() - 1;
  for (size_t i = 0; i < texts_.size(); ++i) {
    const uint64_t hash = hash_of(texts_[i]);
    size_t at = hash & mask;
    while (table_[at].number != 0) at = (at + 1) & mask;
    table_[at] = {static_cast<uint32_t>(i + 1), upper(hash)};
  }
}

size_t Names::bytes() const {
  return held_ + texts_.capacity() * sizeof(std::string_view) + table_.capacity() * sizeof(Place);
}

}  // namespace coder::workspace
