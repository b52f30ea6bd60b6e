// What the names in code tell of files: who defines what the seeds use, and who uses what they define.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "context/features.h"
#include "context/question.h"

namespace coder::context {

/// The graph of files, made as it is walked.
class UseGraph {
 public:
  explicit UseGraph(const workspace::Index& index) : index_(index) {}

  struct Edge {
    workspace::Slot slot;
    float weight;
    uint32_t name;  ///< the heaviest of those that tie the two
  };
  /// Files that define what `slot` uses. With `line` (1-based), what the symbol around it uses counts most.
  std::vector<Edge> out(workspace::Slot slot, uint32_t line = 0) const;
  /// Files that use what `slot` defines.
  std::vector<Edge> in(workspace::Slot slot, uint32_t line = 0) const;

 private:
  const workspace::Index& index_;
};

void score_uses(const workspace::Index& index, const Question& question, Sheet& sheet);

}  // namespace coder::context
