// All that the ranking measures for one query, before it is summed up.
#pragma once

#include "context/features.h"
#include "context/question.h"
#include "context/words.h"

namespace coder::context {

struct Measured {
  Question question;
  Sheet sheet;
  ChunkScores chunks;
};

Measured measure(const workspace::Corpus& corpus, const Query& query, const Signals& signals);

}  // namespace coder::context
