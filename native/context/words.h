// What the words of a query tell of files: BM25 over whole files and over chunks of 40 lines, words of paths
// and of symbols' names, and words that files share with the seeds.
#pragma once

#include <vector>

#include "context/features.h"
#include "context/question.h"

namespace coder::context {

/// BM25 by chunk of each file, for choosing among a file's symbols.
class ChunkScores {
 public:
  explicit ChunkScores(const workspace::Index& index);
  float& at(workspace::Slot slot, uint32_t chunk) { return scores_[place(slot, chunk)]; }
  float get(workspace::Slot slot, uint32_t chunk) const { return scores_[place(slot, chunk)]; }
  /// 1-based, of the best chunk's first line; 0 if none has anything.
  uint32_t best_line(workspace::Slot slot) const;
  uint32_t chunks(workspace::Slot slot) const { return begins_[slot + 1] - begins_[slot]; }

 private:
  size_t place(workspace::Slot slot, uint32_t chunk) const {
    return begins_[slot] + std::min(chunk, chunks(slot) - 1);
  }
  std::vector<uint32_t> begins_;
  std::vector<float> scores_;
};

void score_words(const workspace::Index& index, const Question& question, Sheet& sheet, ChunkScores& chunks);

/// Cosine over the rare words of each seed and the other files.
void score_alike(const workspace::Index& index, const Question& question, Sheet& sheet);

}  // namespace coder::context
