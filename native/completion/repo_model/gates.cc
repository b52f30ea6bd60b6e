#include "completion/repo_model/gates.h"

#include <algorithm>
#include <cmath>

namespace coder::completion {
inline namespace repo_model {

void GateMeter::add(const PathStep& step) {
  const float log = std::log(std::max(step.probability, 1e-6F));
  const float match = static_cast<float>(std::max(step.longest_files, step.longest_buffer)) / kMaxMatch;
  if (steps_ == 0) {
    first_ = log;
    match_first_ = match;
    none_ = step.none;
    files_ = step.longest_buffer == 0 ? 1 : 0;
    first_word_ = is_word(step.token) ? 1 : 0;
  }
  const float own = static_cast<float>(step.longest_own) / kMaxMatch;
  if (steps_ == 0) own_first_ = own;
  own_least_ = std::min(own_least_, own);
  if (steps_ > 0 && (match > match_last_ || match == 1)) same_ += 1;
  match_last_ = match;
  ++steps_;
  bytes_ += step.text.size();
  log_ += log;
  least_ = std::min(least_, log);
  last_ = log;
  match_least_ = std::min(match_least_, match);
  support_ = std::min(support_, step.support);
  runner_up_ = std::max(runner_up_, step.runner_up);
  if (is_word(step.token)) {
    ++words_;
    in_buffer_ += step.in_buffer ? 1 : 0;
  }
  line_ = step.token == kEndOfLine;
  if (!line_) text_ = !is_blanks(step.token);
}

bool GateMeter::may_end() const {
  // Blanks at the end of a guess would be inserted without being seen.
  return bytes_ >= path_.typed + 2 && text_;
}

GateFeatures GateMeter::features() const {
  GateFeatures out{};
  out[kGateAlways] = 1;
  out[kGateLog] = log_;
  out[kGateLeast] = least_;
  out[kGateFirst] = first_;
  out[kGateLast] = last_;
  out[kGateSteps] = std::log1p(static_cast<float>(steps_));
  out[kGateBytes] = std::log1p(static_cast<float>(bytes()));
  out[kGateMatchFirst] = match_first_;
  out[kGateMatchLeast] = match_least_;
  out[kGateSupport] = std::log1p(support_);
  out[kGateTyped] = std::log1p(static_cast<float>(path_.typed));
  out[kGateLineStart] = path_.at_line_start ? 1 : 0;
  out[kGateLineBytes] = std::log1p(static_cast<float>(path_.line_bytes));
  out[kGateNone] = none_;
  out[kGateRunnerUp] = runner_up_;
  out[kGateInBuffer] = words_ == 0 ? 1 : static_cast<float>(in_buffer_) / static_cast<float>(words_);
  out[kGateFiles] = files_;
  out[kGateFirstWord] = first_word_;
  out[kGateOwnFirst] = own_first_;
  out[kGateOwnLeast] = own_least_;
  out[kGateSame] = std::log1p(same_);
  return out;
}

double right_probability(const GateWeights& weights, const GateFeatures& features) {
  const auto dot = [&](const std::array<float, kGateFeatures>& row) {
    float sum = 0;
    for (size_t i = 0; i < kGateFeatures; ++i) sum += row[i] * features[i];
    return sum;
  };
  float sum = dot(weights.direct);
  for (size_t i = 0; i < GateWeights::kHidden; ++i) sum += weights.out[i] * std::tanh(dot(weights.in[i]));
  return 1 / (1 + std::exp(-static_cast<double>(sum)));
}

double worth_of(const GateTable::Bounds& bounds, double probability, size_t bytes) {
  if (probability < static_cast<double>(bounds.least)) return 0;
  return probability * static_cast<double>(bytes - 1) -
         static_cast<double>(bounds.strictness) * (1 - probability);
}

std::optional<PathEnd> choose_end(const GateTable& table, const GateTable::Bounds& bounds, const Path& path) {
  std::optional<PathEnd> best;
  double best_worth = 0;
  for_each_end(table, path, [&](const PathEnd& end, const GateFeatures&) {
    if (end.line && path.has_after) return;
    const double worth = worth_of(bounds, end.probability, end.bytes);
    if (worth <= best_worth) return;
    best_worth = worth;
    best = end;
  });
  return best;
}

}  // namespace repo_model
}  // namespace coder::completion
