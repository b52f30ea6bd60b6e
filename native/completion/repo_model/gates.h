// Whether a guess is shown: how likely each prefix of a path is right, by a logistic function of a few
// features, and which of them is worth it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "completion/repo_model/predictor.h"
#include "completion/repo_model/repo_model.h"

namespace coder::completion {
inline namespace repo_model {

enum GateFeature : size_t {
  kGateAlways,
  kGateLog,         ///< ln of the product of the steps' probabilities
  kGateLeast,       ///< ln of the least of them
  kGateFirst,       ///< ln of the first
  kGateLast,        ///< ln of the last
  kGateSteps,       ///< ln(1 + steps)
  kGateBytes,       ///< ln(1 + bytes to be inserted)
  kGateMatchFirst,  ///< longest match of the first step, over kMaxMatch
  kGateMatchLeast,  ///< the least of the steps' longest matches
  kGateSupport,     ///< ln(1 + places that speak for the step with the fewest)
  kGateTyped,       ///< ln(1 + bytes typed of the first word)
  kGateLineStart,   ///< nothing stands on the line
  kGateLineBytes,   ///< ln(1 + bytes before the cursor on the line)
  kGateNone,        ///< probability that the first token is none of those seen
  kGateRunnerUp,    ///< greatest runner-up of the steps
  kGateInBuffer,    ///< share of the words that stand in the buffer
  kGateFiles,       ///< the first step's match lies in files only
  kGateFirstWord,   ///< the first token is a word
  kGateOwnFirst,    ///< the first step's longest match in the buffer's own file, over kMaxMatch
  kGateOwnLeast,    ///< the least of the steps'
  kGateSame,        ///< ln(1 + steps whose match goes on from the step before)
  kGateFeatures,
};
using GateFeatures = std::array<float, kGateFeatures>;

/// One hidden layer of hyperbolic tangents beside the direct way.
struct GateWeights {
  static constexpr size_t kHidden = 10;
  std::array<float, kGateFeatures> direct;
  std::array<std::array<float, kGateFeatures>, kHidden> in;
  std::array<float, kHidden> out;
};

struct GateTable {
  GateWeights word;  ///< for guesses that end inside of the line
  GateWeights line;  ///< for those that end with it
  /// A guess of n bytes, right with probability p, is shown where p × (n − 1) > strictness × (1 − p), what it
  /// saves against what it costs to be wrong, and p ≥ least. By Gate.
  struct Bounds {
    float strictness, least;
  };
  std::array<Bounds, 2> bounds;
};
const GateTable& gate_table();

/// A prefix of a path: steps [0, last].
struct PathEnd {
  size_t last = 0;
  size_t bytes = 0;  ///< to be inserted
  bool line = false;
  double probability = 0;
};

/// Calls `found(const PathEnd&, const GateFeatures&)` for each prefix of `path` that could be shown.
template <class Found>
void for_each_end(const GateTable& table, const Path& path, Found&& found);

double right_probability(const GateWeights& weights, const GateFeatures& features);

/// What showing a guess of `bytes` is worth, in keys; it is shown where that is positive.
double worth_of(const GateTable::Bounds& bounds, double probability, size_t bytes);

/// The prefix that is most worth it, if any is.
std::optional<PathEnd> choose_end(const GateTable& table, const GateTable::Bounds& bounds, const Path& path);

// --- details -----------------------------------------------------------------

/// The features of growing prefixes of one path.
class GateMeter {
 public:
  explicit GateMeter(const Path& path) : path_(path) {}
  void add(const PathStep& step);
  /// False where a guess cannot end here: nothing but blanks, or less than two bytes.
  bool may_end() const;
  size_t bytes() const { return bytes_ > path_.typed ? bytes_ - path_.typed : 0; }
  GateFeatures features() const;

 private:
  const Path& path_;
  size_t steps_ = 0, bytes_ = 0, words_ = 0, in_buffer_ = 0;
  bool text_ = false, line_ = false;
  float log_ = 0, least_ = 0, first_ = 0, last_ = 0, support_ = 1e9F, match_first_ = 0, match_least_ = 1,
        runner_up_ = 0, none_ = 0, files_ = 0, first_word_ = 0, own_first_ = 0, own_least_ = 1, same_ = 0,
        match_last_ = 0;
};

template <class Found>
void for_each_end(const GateTable& table, const Path& path, Found&& found) {
  GateMeter meter(path);
  for (size_t i = 0; i < path.steps.size(); ++i) {
    meter.add(path.steps[i]);
    if (!meter.may_end()) continue;
    PathEnd end;
    end.last = i;
    end.bytes = meter.bytes();
    end.line = path.steps[i].token == kEndOfLine;
    const GateFeatures features = meter.features();
    end.probability = right_probability(end.line ? table.line : table.word, features);
    found(end, features);
    if (end.line) return;
  }
}

}  // namespace repo_model
}  // namespace coder::completion
