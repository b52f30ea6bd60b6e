// Feeding one byte stream in every way it can be cut, for parsers that must not care.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coder::test {

using Pieces = std::vector<std::string_view>;

/// Calls `check` with `bytes` whole, byte by byte, cut at every point, and for streams of at most
/// `pairs_up_to` bytes cut at every pair of points. Stops at the first cut for which it returns
/// false, so that one defect is one report.
inline void for_each_split(std::string_view bytes, size_t pairs_up_to,
                           const std::function<bool(const Pieces&)>& check) {
  if (!check({bytes}) || bytes.empty()) return;
  Pieces single;
  for (size_t i = 0; i < bytes.size(); ++i) single.push_back(bytes.substr(i, 1));
  if (!check(single)) return;
  for (size_t i = 1; i < bytes.size(); ++i) {
    if (!check({bytes.substr(0, i), bytes.substr(i)})) return;
  }
  if (bytes.size() > pairs_up_to) return;
  for (size_t i = 1; i < bytes.size(); ++i) {
    for (size_t j = i + 1; j < bytes.size(); ++j) {
      if (!check({bytes.substr(0, i), bytes.substr(i, j - i), bytes.substr(j)})) return;
    }
  }
}

}  // namespace coder::test
