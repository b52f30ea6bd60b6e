// What tokens cost, in whole numbers: no sum of many small amounts drifts, whatever their order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/config.h"

namespace coder::ledger {

/// Billionths of a dollar. A million dollars is the most that one request can cost: nothing overflows a sum.
using Nano = int64_t;
inline constexpr Nano kDollar = 1'000'000'000;
inline constexpr Nano kMostOfOne = 1'000'000 * kDollar;

/// Rounded to the nearest, clamped to [0, kMostOfOne]; 0 of what is no number.
Nano nano_of(double usd);
inline double usd_of(Nano amount) { return static_cast<double>(amount) / static_cast<double>(kDollar); }

/// "$12.30", or with more digits where it is less than a dollar: "$0.0004".
std::string dollars(Nano amount);

/// Tokens by what is paid for them; the classes are disjoint but for `reasoning`, which is part of `output`.
struct Tokens {
  int64_t fresh = 0;    ///< prompt tokens that were evaluated
  int64_t cached = 0;   ///< taken from the server's cache
  int64_t written = 0;  ///< evaluated, and put into its cache at a price of their own
  int64_t output = 0;
  int64_t reasoning = 0;

  int64_t input() const { return fresh + cached + written; }
};

/// Nano-dollars per million tokens.
struct Price {
  int64_t fresh = 0, cached = 0, written = 0, output = 0;

  bool operator==(const Price& other) const;
  /// Names the price in a row, so that it can be checked later: "0.14/0.014/0.14/0.42", USD per million.
  std::string version() const;
};
Price price_of(const config::Price& price);

/// Exact, rounded once, half up.
Nano cost(const Tokens& tokens, const Price& price);

/// What models are known to cost, for estimates where the configuration says nothing: local lanes nothing,
/// others by what their id holds. USD per million tokens.
std::optional<Price> usual_price(const config::Model& model);

/// Tokens of a month and an engineer.
struct Usage {
  int64_t input = 0, output = 0;
  int64_t cached_ppm = 0;  ///< millionths of `input` that come from the cache
};
/// What `engineers` cost in a month.
Nano estimate(const Usage& usage, int64_t engineers, const Price& price);

/// "18M", "1.5M", "200k", "1G", "4096": whole tokens up to 10^15.
std::optional<int64_t> tokens_in_words(const std::string& words);

}  // namespace coder::ledger
