// What git's past tells of files: those that changed together with the seeds, those that changed when
// somebody asked for something like the query, those that change often.
#pragma once

#include "context/features.h"
#include "context/question.h"

namespace coder::context {

void score_history(const workspace::Corpus& corpus, const Query& query, const Question& question,
                   const Signals& signals, Sheet& sheet);

}  // namespace coder::context
