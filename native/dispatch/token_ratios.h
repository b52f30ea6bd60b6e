// How many bytes of prompt a model's token holds, learned from what its server reports. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/tokens.h"

namespace coder::dispatch {

class TokenRatios {
 public:
  /// A prompt of `bytes` was `tokens`, by the server's own count. Short prompts are left out: what a chat
  /// template adds would be most of them; and ratios that no tokenizer has.
  void learn(const std::string& model, size_t bytes, int64_t tokens) {
    constexpr size_t kMinBytes = 1000;
    constexpr double kLow = 1.2, kHigh = 8, kWeight = 0.3;
    if (bytes < kMinBytes || tokens <= 0) return;
    const double ratio = static_cast<double>(bytes) / static_cast<double>(tokens);
    if (ratio < kLow || ratio > kHigh) return;
    const auto [known, fresh] = ratios_.try_emplace(model, ratio);
    if (!fresh) known->second += kWeight * (ratio - known->second);
  }

  double bytes_per_token(const std::string& model) const {
    const auto known = ratios_.find(model);
    return known == ratios_.end() ? kBytesPerToken : known->second;
  }

  /// Tokens of a text for this model, rounded up.
  size_t count(const std::string& model, std::string_view text) const {
    return static_cast<size_t>(static_cast<double>(text.size()) / bytes_per_token(model) + 0.999999);
  }

 private:
  std::map<std::string, double> ratios_;  ///< by NAME
};

}  // namespace coder::dispatch
