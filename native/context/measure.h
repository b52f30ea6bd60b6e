// All that the ranking measures for one query, before it is summed up.
#pragma once

#include <unordered_map>

#include "context/features.h"
#include "context/question.h"
#include "context/weights.h"
#include "context/words.h"

namespace coder::context {

struct Measured {
  Question question;
  Given given = Given::question_and_seed;
  Sheet sheet;
  ChunkScores chunks;
  std::array<float, kFeatures> largest;  ///< of each column; 0 if nobody wrote to it
  // For telling why; by slot:
  std::unordered_map<workspace::Slot, uint32_t> defines;  ///< the name that ties it most to the seeds
  std::unordered_map<workspace::Slot, uint32_t> uses;     ///< the same, the other way round
  std::unordered_map<workspace::Slot, uint32_t> times;    ///< commits together with a seed
};

Measured measure(const workspace::Corpus& corpus, const Query& query, const Signals& signals);

}  // namespace coder::context
