// What git's past tells of files: those that changed together with the seeds, those that changed when
// somebody asked for something like the query, those that change often.
#pragma once

#include "context/measure.h"

namespace coder::context {

/// Fills the columns together … fresh, and Measured::times.
void score_history(const workspace::Corpus& corpus, const Query& query, const Signals& signals,
                   Measured& out);

}  // namespace coder::context
