// Which tokens have followed a context, how often, and how much of the context agreed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "completion/repo_model/base_data.h"
#include "completion/repo_model/lexer.h"

namespace coder::completion {
inline namespace repo_model {

/// The tokens before a place, the nearest last.
struct Context {
  const Token* end = nullptr;
  size_t size = 0;
  Token back(size_t steps) const { return *(end - 1 - steps); }  ///< 0: the nearest
};

/// Matches are counted by their length, in bands: band b holds those of at least kBandLengths[b] tokens.
inline constexpr size_t kBands = 7;
inline constexpr std::array<uint8_t, kBands> kBandLengths = {1, 2, 3, 4, 6, 9, 14};

/// Where evidence comes from: the files of the repository (those of the session among them), the buffer, or
/// the buffer's own file as it was saved last: what that has at this place is mostly there already, below the
/// cursor.
enum Layer : uint8_t { kFromFiles = 0, kFromBuffer = 1, kFromOwn = 2 };
inline constexpr size_t kLayers = 3;

/// What speaks for one token.
struct Evidence {
  Token token = 0;
  bool banned = false;      ///< does not start with what was typed
  bool in_private = false;  ///< some place lies in a private file
  std::array<std::array<float, kBands>, kLayers> counts{};
  std::array<uint8_t, kLayers> longest{};  ///< match, in tokens
  uint32_t nearest = UINT32_MAX;           ///< tokens from the cursor to the nearest place in the buffer
  uint8_t nearest_match = 0;               ///< the longest match in the buffer
  Token line_start = 0;                    ///< of kEndOfLine: what follows at one of the longest matches
  uint8_t line_start_match = 0;
  uint32_t nearest_longest = UINT32_MAX;  ///< tokens from the cursor to the nearest of the longest matches
};

/// Which words may be proposed: those that start with what was typed. First a filter of bits, then the text.
class Filter {
 public:
  void reset() { bits_.fill(0); }
  void allow(Token token) { bits_[token % kBits / 64] |= uint64_t{1} << (token % 64); }
  bool may(Token token) const {
    return is_word(token) && (bits_[token % kBits / 64] >> (token % 64) & 1) != 0;
  }

 private:
  static constexpr size_t kBits = 1u << 15;
  std::array<uint64_t, kBits / 64> bits_{};
};

/// Collects evidence. Kept between queries so that nothing is allocated in one.
class Tally {
 public:
  static constexpr size_t kMost = 384;  ///< tokens; those met later count in the totals only

  Tally();
  void reset();
  /// nullptr where there are kMost others.
  Evidence* at(Token token);
  /// Only what was met already.
  Evidence* find(Token token);
  void add(Layer layer, Token token, size_t match, float weight, bool in_private);
  /// Makes counts and totals those of matches of at least a band's length.
  void close();

  std::vector<Evidence>& all() { return all_; }
  const std::vector<Evidence>& all() const { return all_; }
  /// How many of all() are not banned: those that are depend on what the filter lets pass by chance.
  size_t kept() const { return kept_; }
  const std::array<std::array<float, kBands>, kLayers>& totals() const { return totals_; }
  /// ln of each total, with what is added to it; after close().
  const std::array<std::array<float, kBands>, kLayers>& log_totals() const { return log_totals_; }
  const std::array<uint8_t, kLayers>& longest() const { return longest_; }
  /// The longest match of any token, whether it passes the filter or not, and how many there are.
  const std::array<uint8_t, kLayers>& longest_of_all() const { return longest_of_all_; }
  const std::array<float, kLayers>& longest_count() const { return longest_count_; }
  /// A match, whatever followed.
  void note(Layer layer, size_t match, float weight);
  /// Tokens from the cursor to the nearest of the longest matches in the buffer.
  uint32_t newest() const { return newest_; }
  /// A match in the buffer, so many tokens from the cursor; of match 0: the word stands there.
  void near(Token token, size_t match, uint32_t distance);

  const Filter* filter = nullptr;  ///< nullptr: every token
  /// Asked once for each token that passes the filter; empty: none is banned.
  std::function<bool(Token)> ban;

 private:
  static constexpr size_t kSlots = 1024;
  std::vector<Evidence> all_;
  std::array<uint16_t, kSlots> slots_{};
  std::array<std::array<float, kBands>, kLayers> totals_{}, log_totals_{};
  std::array<uint8_t, kLayers> longest_{}, longest_of_all_{};
  std::array<float, kLayers> longest_count_{};
  uint32_t newest_ = UINT32_MAX;
  size_t kept_ = 0;
};

/// Added to totals before the logarithm is taken, so that a few places are believed less than many.
inline constexpr float kTotalPrior = 0.4F;

/// Matches of the shortest length that counts: of what is no word one token says nothing.
size_t least_match(const Context& context);

/// Places [first, last) of a base, those of the buffer's own file; none where first is last.
struct OwnPlaces {
  uint32_t first = 0, last = 0;
};

/// From a base; `hidden` (may be empty): a bit for each token, set for files that are not to be seen.
void gather(const RepoBase::Data& base, const std::vector<uint64_t>& hidden, OwnPlaces own,
            const Context& context, Tally& out);

/// Where each context of the least length has stood in some tokens: chains of places through a table of
/// hashes.
class Chains {
 public:
  /// Forgets all; made for about so many places.
  void reset(size_t places);
  /// Adds places [first, last) of `tokens`, matches going back to `begin`.
  void add(const std::vector<Token>& tokens, size_t begin, size_t first, size_t last);
  size_t bytes() const { return heads_.capacity() * sizeof(uint32_t) + links_.capacity() * sizeof(Link); }

  /// Calls `found(place)` for the places at which `context` may have stood, the last added first.
  template <class Found>
  void each(const Context& context, Found&& found) const {
    if (heads_.empty()) return;
    const Token last = context.back(0);
    const uint32_t key = key_of(is_word(last) ? 0 : context.back(1), last);
    for (uint32_t at = heads_[key & (heads_.size() - 1)]; at != 0; at = links_[at - 1].next) {
      if (links_[at - 1].key == key) found(links_[at - 1].place);
    }
  }

 private:
  struct Link {
    uint32_t key, place, next;
  };
  static uint32_t key_of(Token before, Token last) { return (before * 0x9E3779B1U) ^ (last * 0x85EBCA6BU); }
  std::vector<uint32_t> heads_;  ///< index + 1 in links_; a power of two
  std::vector<Link> links_;
};

/// From tokens in their order, by their chains. Places from `moved_from` on stand `moved_by` tokens further
/// on than when the chains were made. Matches go back to `begin`, or, behind the line, to `behind`. `cursor`:
/// where the cursor stands, for distances in the buffer.
struct Flat {
  const std::vector<Token>& tokens;
  const Chains& chains;
  size_t begin = 0;
  size_t behind = SIZE_MAX;
  size_t moved_from = SIZE_MAX;
  int64_t moved_by = 0;
  size_t cursor = 0;
  bool in_private = false;
};
void gather(const Flat& flat, Layer layer, const Context& context, Tally& out);

/// The same by looking at each place [first, last) of few tokens.
void gather(const std::vector<Token>& tokens, size_t first, size_t last, size_t cursor, bool in_private,
            const Context& context, Tally& out);

}  // namespace repo_model
}  // namespace coder::completion
