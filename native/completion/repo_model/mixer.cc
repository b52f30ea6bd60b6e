#include "completion/repo_model/mixer.h"

#include <algorithm>
#include <cmath>

namespace coder::completion {
inline namespace repo_model {
namespace {

/// Added to counts as kTotalPrior is to totals.
constexpr float kCountPrior = 0.2F;

/// ln(n + kCountPrior) for whole n.
const std::array<float, 256>& log_counts() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> out{};
    for (size_t n = 0; n < out.size(); ++n) out[n] = std::log(static_cast<float>(n) + kCountPrior);
    return out;
  }();
  return table;
}

float log_count(float count) {
  const auto whole = static_cast<size_t>(count);
  return whole < log_counts().size() ? log_counts()[whole] : std::log(count + kCountPrior);
}

}  // namespace

size_t mix_set(const Tally& tally, bool word_begun) {
  const size_t others = std::max(tally.longest()[kFromFiles], tally.longest()[kFromBuffer]);
  const size_t own = tally.longest()[kFromOwn];
  size_t set = 0;
  for (const size_t least : {2U, 3U, 4U, 6U, 9U, 14U}) set += std::max(others, own) >= least ? 1U : 0U;
  return set + (word_begun ? 7 : 0) + (own > others ? 14 : 0);
}

MixFeatures mix_features(const Tally& tally, const Evidence& one, const TokenFacts& facts) {
  MixFeatures out{};
  for (size_t layer = 0; layer < kLayers; ++layer) {
    for (size_t band = 0; band < kBands; ++band) {
      if (tally.totals()[layer][band] == 0) break;
      out[layer * kBands + band] = log_count(one.counts[layer][band]) - tally.log_totals()[layer][band];
    }
  }
  const uint8_t longest = std::max(tally.longest()[0], tally.longest()[1]);
  const auto share = [](size_t match) { return static_cast<float>(match) / kMaxMatch; };
  out[kMixNewest] = one.nearest_longest != UINT32_MAX && one.nearest_match == tally.longest()[kFromBuffer] &&
                            one.nearest_longest == tally.newest()
                        ? 1
                        : 0;
  out[kMixLongestFiles] = share(one.longest[kFromFiles]);
  out[kMixLongestBuffer] = share(one.longest[kFromBuffer]);
  out[kMixLongestOwn] = share(one.longest[kFromOwn]);
  out[kMixTop] = longest > 0 && std::max(one.longest[0], one.longest[1]) == longest ? 1 : 0;
  out[kMixInBuffer] = std::log1p(static_cast<float>(facts.in_buffer));
  if (one.nearest != UINT32_MAX) {
    out[kMixNear] = std::log1p(static_cast<float>(one.nearest));
  } else {
    out[kMixNearUnknown] = 1;
  }
  out[kMixInFiles] = std::log1p(static_cast<float>(facts.in_files));
  out[kMixWord] = is_word(one.token) ? 1 : 0;
  out[kMixBlanks] = is_blanks(one.token) ? 1 : 0;
  out[kMixEndOfLine] = one.token == kEndOfLine ? 1 : 0;
  out[kMixComplete] = facts.typed > 0 && facts.left == 0 ? 1 : 0;
  out[kMixLeft] = std::log1p(static_cast<float>(facts.left));
  out[kMixAbove] = facts.above ? 1 : 0;
  out[kMixCloses] = facts.closes ? 1 : 0;
  out[kMixClosesNothing] = facts.closes_nothing ? 1 : 0;
  out[kMixEndsOpen] = facts.ends_open ? 1 : 0;
  out[kMixQuote] = facts.quote ? 1 : 0;
  return out;
}

NoneFeatures none_features(const Tally& tally, size_t typed) {
  NoneFeatures out{};
  out[kNoneAlways] = 1;
  out[kNoneTokens] = std::log1p(static_cast<float>(tally.kept()));
  const auto at_longest = [&](Layer layer) {
    for (size_t band = kBands; band-- > 0;) {
      if (tally.totals()[layer][band] > 0) return std::log1p(tally.totals()[layer][band]);
    }
    return 0.0F;
  };
  out[kNoneFiles] = at_longest(kFromFiles);
  out[kNoneBuffer] = at_longest(kFromBuffer);
  out[kNoneOwn] = at_longest(kFromOwn);
  out[kNoneMatchOwn] = static_cast<float>(tally.longest()[kFromOwn]) / kMaxMatch;
  out[kNoneTyped] = std::log1p(static_cast<float>(typed));
  for (size_t layer = 0; layer < kLayers; ++layer) {
    if (tally.longest_of_all()[layer] <= tally.longest()[layer]) continue;
    out[size_t{kNoneLongestFiles} + layer] = static_cast<float>(tally.longest_of_all()[layer]) / kMaxMatch;
    out[size_t{kNoneOthersFiles} + layer] = std::log1p(tally.longest_count()[layer]);
  }
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
