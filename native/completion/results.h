// Suggestions of the past, found again by content: where the text before the cursor is what a suggestion was
// made for, plus the beginning of that suggestion. So typing along, deleting back and coming back cost no
// request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "completion/view.h"

namespace coder::completion {

/// What one request gave, for one place.
struct Suggestion {
  int64_t id = 0;
  std::string raw;  ///< what the model wrote, uncleaned
  bool complete = false;
  bool cut_short = false;  ///< ended by a limit
};

struct Match {
  int64_t id = 0;
  std::string_view rest;  ///< of raw, not typed yet; valid until the cache changes
  size_t typed = 0;       ///< bytes of raw typed already
  bool complete = false;
  bool cut_short = false;
};

class Results {
 public:
  /// Bounds: entries, and bytes of all texts together.
  explicit Results(size_t max_entries = 256, size_t max_bytes = 2u << 20);

  /// Keeps `suggestion` for the place `view`; another one for the same place is an alternative.
  void put(const View& view, Suggestion suggestion);

  /// Every suggestion that fits `view`, the nearest place first (least typed), then in the order they came.
  /// Text after the cursor must be the same up to closers typed by an autopair plugin on the cursor's line.
  std::vector<Match> find(const View& view);

  /// Never offer this one again for its place (dismissed).
  void drop(int64_t id);

  size_t size() const;
  size_t bytes() const;
  void clear();

 private:
  struct Entry;
  std::list<Entry> order_;  ///< most recently used first
  std::unordered_multimap<uint64_t, std::list<Entry>::iterator> by_hash_;
  size_t max_entries_, max_bytes_, bytes_ = 0, longest_raw_ = 0;
};

}  // namespace coder::completion
