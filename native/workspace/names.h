// Names and words as small numbers. Each text is kept once, for as long as the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace coder::workspace {

/// Open addressing over an arena: an Index of 800,000 lines holds some 300,000 names. Not thread-safe.
class Names {
 public:
  static constexpr uint32_t kUnknown = 0xFFFFFFFF;

  /// The number of `text`, a new one if need be. Texts are cut at 64 KiB.
  uint32_t add(std::string_view text);
  /// The numbers of `count` texts, text(0), text(1) …, as add() gives them, but faster: a large pool is in no
  /// processor's cache, and here one look into memory does not wait for the last.
  template <class Text>
  std::vector<uint32_t> add_all(size_t count, Text text);
  /// kUnknown if it was never added.
  uint32_t find(std::string_view text) const;
  std::string_view text(uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }
  /// Of everything held.
  size_t bytes() const;

 private:
  struct Place {
    uint32_t number = 0;  ///< + 1; 0: nobody's
    uint32_t hash = 0;    ///< the upper half: most other texts are told apart without looking at them
  };
  static uint64_t hash_of(std::string_view text);
  size_t place(std::string_view text, uint64_t hash) const;
  uint32_t add(std::string_view text, uint64_t hash);
  void grow();

  std::vector<std::string_view> texts_;
  std::vector<Place> table_;  ///< a power of two of places
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_ = 0;  ///< bytes of the last block
  size_t left_ = 0;   ///< of it
  size_t held_ = 0;
};

template <class Text>
std::vector<uint32_t> Names::add_all(size_t count, Text text) {
  std::vector<uint64_t> hashes(count);
  for (size_t i = 0; i < count; ++i) hashes[i] = hash_of(text(i));
  const auto fetch = [&](size_t i) {
    if (i < count && !table_.empty()) __builtin_prefetch(&table_[hashes[i] & (table_.size() - 1)]);
  };
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < kAhead; ++i) fetch(i);
  std::vector<uint32_t> out(count);
  for (size_t i = 0; i < count; ++i) {
    fetch(i + kAhead);
    out[i] = add(text(i), hashes[i]);
  }
  return out;
}

}  // namespace coder::workspace
