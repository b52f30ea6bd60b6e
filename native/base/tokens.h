// What a text comes to in tokens where no tokenizer has told.
#pragma once

#include <cstdint>
#include <string_view>

namespace coder {

/// Bytes of source code in a token, by the usual vocabularies.
inline constexpr double kBytesPerToken = 3.6;

/// ⌈bytes / 3.6⌉, in whole numbers.
constexpr int64_t estimate_tokens(size_t bytes) { return static_cast<int64_t>((bytes * 10 + 35) / 36); }

inline size_t estimated_tokens(std::string_view text) {
  return static_cast<size_t>(estimate_tokens(text.size()));
}

}  // namespace coder
