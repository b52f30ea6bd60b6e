// Which symbols of the ranked files a query is about.
#pragma once

#include "context/measure.h"

namespace coder::context {

/// Fills ranked.symbols from ranked.files.
void rank_symbols(const workspace::Corpus& corpus, const Measured& measured, Ranked& ranked);

}  // namespace coder::context
