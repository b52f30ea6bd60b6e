// What the names in code tell of files: who defines what the seeds use, and who uses what they define.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "context/measure.h"

namespace coder::context {

/// What of a file, and which names, a question is about: multiplies the weight of a tie; 1 is indifferent.
struct Focus {
  std::vector<float> symbols;                 ///< by symbol of the file; empty: all alike
  std::unordered_map<uint32_t, float> names;  ///< those not told are 1
};

/// The graph of files, made as it is walked.
class UseGraph {
 public:
  explicit UseGraph(const workspace::Index& index) : index_(index) {}

  struct Edge {
    workspace::Slot slot;
    float weight;
    uint32_t name;  ///< the heaviest of those that tie the two
  };
  /// Files that define what `slot` uses.
  std::vector<Edge> out(workspace::Slot slot, const Focus& focus = {}) const;
  /// Files that use what `slot` defines.
  std::vector<Edge> in(workspace::Slot slot, const Focus& focus = {}) const;

 private:
  const workspace::Index& index_;
};

/// Fills the columns uses_out, uses_in and uses_walk, and Measured::defines and uses.
void score_uses(const workspace::Index& index, Measured& out);

}  // namespace coder::context
