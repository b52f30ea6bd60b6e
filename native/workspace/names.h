// Names and words as small numbers. Each text is kept once, for as long as the pool.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace coder::workspace {

/// Open addressing over an arena: an Index of 800,000 lines holds some 300,000 names. Not thread-safe.
class Names {
 public:
  static constexpr uint32_t kUnknown = 0xFFFFFFFF;

  /// The number of `text`, a new one if need be. Texts are cut at 64 KiB.
  uint32_t add(std::string_view text);
  /// kUnknown if it was never added.
  uint32_t find(std::string_view text) const;
  std::string_view text(uint32_t number) const { return texts_[number]; }
  size_t size() const { return texts_.size(); }
  /// Of everything held.
  size_t bytes() const;

 private:
  size_t place(std::string_view text, uint64_t hash) const;
  void grow();

  std::vector<std::string_view> texts_;
  std::vector<uint32_t> hashes_;  ///< lower half of each text's hash
  std::vector<uint32_t> table_;   ///< numbers + 1; a power of two of places
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t left_ = 0;  ///< bytes of the last block
  size_t held_ = 0;
};

}  // namespace coder::workspace
