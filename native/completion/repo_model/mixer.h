// What the evidence for each token is worth: a softmax over the tokens seen and "none of them", each token's
// score a weighted sum of a few features. Which weights apply depends on how much of the context was found
// and on whether a word has been begun. See tables.cc for the weights and the command that made them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "completion/repo_model/evidence.h"

namespace coder::completion {
inline namespace repo_model {

/// Features of one token. The first kLayers × kBands: ln of its share of the matches of at least a band's
/// length, by layer; 0 where there are none.
enum MixFeature : size_t {
  kMixNewest = kLayers * kBands,  ///< follows the nearest of the longest matches in the buffer
  kMixLongestFiles,               ///< its longest match, over kMaxMatch
  kMixLongestBuffer,
  kMixLongestOwn,
  kMixTop,          ///< has the longest match of all
  kMixInBuffer,     ///< ln(1 + times it stands in the buffer)
  kMixNear,         ///< ln(1 + tokens to the nearest place it stands at), where it stands near
  kMixNearUnknown,  ///< it does not
  kMixInFiles,      ///< ln(1 + times it stands in the base)
  kMixWord,
  kMixBlanks,
  kMixEndOfLine,
  kMixComplete,       ///< what was typed is all of it
  kMixLeft,           ///< ln(1 + bytes left to type)
  kMixAbove,          ///< stands at the same place of the line above
  kMixCloses,         ///< closes the bracket or the quote last opened on the line
  kMixClosesNothing,  ///< a closing bracket, and another or none is open
  kMixEndsOpen,       ///< the end of the line, and a quote or a bracket is open
  kMixQuote,          ///< another token inside of quotes
  kMixFeatures,
};

/// Features of "none of these".
enum NoneFeature : size_t {
  kNoneAlways,
  kNoneTokens,         ///< ln(1 + tokens seen)
  kNoneFiles,          ///< ln(1 + longest matches in files)
  kNoneBuffer,         ///< ln(1 + longest matches in the buffer)
  kNoneOwn,            ///< ln(1 + longest matches in the buffer's own file)
  kNoneTyped,          ///< ln(1 + bytes typed of the word)
  kNoneLongestFiles,   ///< longest match of all in files that was not the typed word, over kMaxMatch
  kNoneLongestBuffer,  ///< the same in the buffer
  kNoneLongestOwn,
  kNoneOthersFiles,  ///< ln(1 + how many such)
  kNoneOthersBuffer,
  kNoneOthersOwn,
  kNoneMatchOwn,  ///< longest match in the own file, over kMaxMatch
  kNoneFeatures,
};

/// Sets of weights: seven by length of match, twice for whether a word was begun, twice for whether the
/// longest match is the buffer's own file's alone.
inline constexpr size_t kMixSets = 28;
size_t mix_set(const Tally& tally, bool word_begun);

struct MixTable {
  std::array<std::array<float, kMixFeatures>, kMixSets> token;
  std::array<std::array<float, kNoneFeatures>, kMixSets> none;
};
const MixTable& mix_table();

using MixFeatures = std::array<float, kMixFeatures>;
using NoneFeatures = std::array<float, kNoneFeatures>;

/// What the features of a token need besides its evidence.
struct TokenFacts {
  uint32_t in_buffer = 0, in_files = 0;
  size_t typed = 0;  ///< bytes of the word before the cursor
  size_t left = 0;   ///< bytes of the token behind them
  bool above = false, closes = false, closes_nothing = false, ends_open = false, quote = false;
};
MixFeatures mix_features(const Tally& tally, const Evidence& one, const TokenFacts& facts);
NoneFeatures none_features(const Tally& tally, size_t typed);

}  // namespace repo_model
}  // namespace coder::completion
