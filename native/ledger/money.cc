#include "ledger/money.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace coder::ledger {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kMillion = 1'000'000;
constexpr int64_t kMostTokens = 1'000'000'000'000'000;

/// Of the product of tokens and price, rounded half up.
Nano per_million(Wide product, Wide most) {
  const Wide rounded = (product + kMillion / 2) / kMillion;
  return static_cast<Nano>(std::clamp<Wide>(rounded, 0, most));
}

Wide product(const Tokens& tokens, const Price& price) {
  return static_cast<Wide>(tokens.fresh) * price.fresh + static_cast<Wide>(tokens.cached) * price.cached +
         static_cast<Wide>(tokens.written) * price.written + static_cast<Wide>(tokens.output) * price.output;
}

std::string figure(int64_t nano) {
  char out[40];
  std::snprintf(out, sizeof out, "%.10g", usd_of(nano));
  return out;
}

struct Usual {
  const char* part;  ///< of the id, in lower case
  config::Price price;
};

/// From the providers' lists, autumn 2026; input, cached input, output, cache write.
const Usual kUsual[] = {
    {"deepseek", {0.14, 0.014, 0.42}},
    {"gpt-4.1", {2.0, 0.5, 8.0}},
    {"claude-sonnet", {3.0, 0.3, 15.0, 3.75}},
    {"gemini-2.5-flash", {0.3, 0.03, 2.5}},
};

}  // namespace

Nano nano_of(double usd) {
  if (!(usd > 0)) return 0;
  return usd >= usd_of(kMostOfOne) ? kMostOfOne : std::llround(usd * static_cast<double>(kDollar));
}

std::string dollars(Nano amount) {
  char out[48];
  const int digits = amount == 0 || std::llabs(amount) >= kDollar ? 2
                     : std::llabs(amount) >= kDollar / 100        ? 3
                                                                  : 6;
  std::snprintf(out, sizeof out, "$%.*f", digits, usd_of(amount));
  return out;
}

bool Price::operator==(const Price& other) const {
  return fresh == other.fresh && cached == other.cached && written == other.written && output == other.output;
}

std::string Price::version() const {
  return figure(fresh) + "/" + figure(cached) + "/" + figure(written) + "/" + figure(output);
}

Price price_of(const config::Price& price) {
  return {nano_of(price.input), nano_of(price.cached_input.value_or(price.input)),
          nano_of(price.cache_write.value_or(price.input)), nano_of(price.output)};
}

Nano cost(const Tokens& tokens, const Price& price) {
  return per_million(product(tokens, price), kMostOfOne);
}

std::optional<Price> usual_price(const config::Model& model) {
  if (model.lane == privacy::Lane::local) return Price{};
  const std::string id = lower_ascii(model.model);
  for (const Usual& usual : kUsual) {
    if (id.find(usual.part) != std::string::npos) return price_of(usual.price);
  }
  return std::nullopt;
}

Nano estimate(const Usage& usage, int64_t engineers, const Price& price) {
  // In millionths of a token, so that a share of the input is not rounded before its price.
  const Wide cached = static_cast<Wide>(usage.input) * usage.cached_ppm;
  const Wide fresh = static_cast<Wide>(usage.input) * kMillion - cached;
  const Wide each =
      fresh * price.fresh + cached * price.cached + static_cast<Wide>(usage.output) * kMillion * price.output;
  return per_million(each / kMillion * engineers, INT64_MAX);
}

std::optional<int64_t> tokens_in_words(const std::string& words) {
  size_t at = 0;
  int64_t whole = 0, part = 0, scale = 1;
  bool digits = false;
  for (; at < words.size() && words[at] >= '0' && words[at] <= '9'; ++at, digits = true) {
    whole = whole * 10 + (words[at] - '0');
    if (whole > kMostTokens) return std::nullopt;
  }
  if (at < words.size() && words[at] == '.') {
    for (++at; at < words.size() && words[at] >= '0' && words[at] <= '9'; ++at, digits = true) {
      if (scale >= 1'000'000'000) return std::nullopt;
      part = part * 10 + (words[at] - '0');
      scale *= 10;
    }
  }
  int64_t unit = 1;
  if (at < words.size()) {
    const char letter = words[at++];
    unit = letter == 'k' || letter == 'K'                                     ? 1000
           : letter == 'm' || letter == 'M'                                   ? kMillion
           : letter == 'g' || letter == 'G' || letter == 'b' || letter == 'B' ? 1000 * kMillion
                                                                              : 0;
  }
  if (!digits || unit == 0 || at != words.size()) return std::nullopt;
  const Wide total = static_cast<Wide>(whole) * unit + static_cast<Wide>(part) * unit / scale;
  if (total > kMostTokens) return std::nullopt;
  return static_cast<int64_t>(total);
}

}  // namespace coder::ledger
