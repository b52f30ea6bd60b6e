// Suggestions of the past, found again by content: where the text before the cursor is what a suggestion was
// made for, plus the beginning of that suggestion. So typing along, deleting back and coming back cost no
// request.
//
// A place is known by the kWindow bytes before it. A polynomial rolling hash (Karp and Rabin, "Efficient
// randomized pattern-matching algorithms", 1987) of every window that ends at the cursor or up to the longest
// suggestion's length before it finds the candidates in one pass over the view; each one is then compared
// byte by byte, so a collision costs time, never a wrong suggestion.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "completion/view.h"

namespace coder::completion {

/// Bytes of text on either side that have to be the same for a suggestion to fit; at the start of a file
/// there may be fewer before, and then it has to be the start here as well.
inline constexpr size_t kWindow = 1024;
static_assert(kWindow < kViewBytes / 2);

/// What one request gave, for one place.
struct Suggestion {
  int64_t id = 0;
  std::string raw;  ///< what the model wrote, uncleaned
  bool complete = false;
  bool cut_short = false;  ///< ended by a limit
};

struct Match {
  int64_t id = 0;
  std::string_view raw;   ///< all of it; valid until the cache changes
  std::string_view rest;  ///< of raw, not typed yet; as long
  size_t typed = 0;       ///< bytes of raw typed already
  bool complete = false;
  bool cut_short = false;
  bool dropped = false;  ///< the user dismissed it: not to be offered
};

class Results {
 public:
  /// Bounds: entries, and bytes of all texts together. What was used least recently goes first.
  explicit Results(size_t max_entries = 256, size_t max_bytes = 2u << 20);

  /// Keeps `suggestion` for the place `view`; another one for the same place is an alternative, another one
  /// with the same id takes its place. `scope` is any number of the owner's: it keeps apart what must not
  /// meet although the text around it is the same (models, kinds of file, what may leave the machine).
  void put(const View& view, Suggestion suggestion, int64_t scope = 0);

  /// Every suggestion that fits `view`, the nearest place first (least typed), then in the order they came;
  /// dropped ones too. Text after the cursor must be the same, up to what an autopair plugin put there (see
  /// after_fits).
  std::vector<Match> find(const View& view, int64_t scope = 0);

  /// Never offer this one again for its place (dismissed). It stays, so that it is known not to be asked
  /// for again.
  void drop(int64_t id);

  /// A number never given before: names a request and then the suggestion it brings.
  int64_t next_id() { return ++last_id_; }

  size_t size() const { return order_.size(); }
  size_t bytes() const { return bytes_; }
  void clear();

 private:
  struct Entry {
    int64_t sequence = 0, scope = 0;
    uint64_t hash = 0;
    std::string before, after;  ///< windows
    Suggestion suggestion;
    bool dropped = false;
    size_t cost() const;
  };
  using Order = std::list<Entry>;
  void erase(Order::iterator entry);

  Order order_;  ///< most recently used first
  std::unordered_multimap<uint64_t, Order::iterator> by_hash_;
  std::unordered_map<int64_t, Order::iterator> by_id_;
  std::vector<uint64_t> hashes_;  ///< kept between calls for its memory
  size_t max_entries_, max_bytes_, bytes_ = 0, longest_raw_ = 0;
  int64_t last_sequence_ = 0, last_id_ = 0;
};

/// Is the place `typed` bytes before the cursor the one that `before` was text before, by kWindow bytes?
/// `now` is a View's text before the cursor, as `before` was, or the last kWindow bytes of one.
bool before_fits(std::string_view before, std::string_view now, size_t typed);

/// Is `now` the text that was `after` the cursor when `typed` had not been typed, by kWindow bytes? Closers
/// and quotes at its start are put up with where an autopair plugin put them there: they close what `typed`
/// opened, or `rest` holds them in this order. White space between them counts too, since such plugins put
/// the closer on a line of its own after <CR>.
bool after_fits(std::string_view after, std::string_view now, std::string_view typed, std::string_view rest);

}  // namespace coder::completion
