// Why a file is in an answer, in a few words for people.
#pragma once

#include <string>
#include <vector>

#include "context/measure.h"

namespace coder::context {

/// The strongest reasons first, three at most.
std::vector<std::string> explain(const workspace::Corpus& corpus, const Measured& measured,
                                 workspace::Slot slot);

}  // namespace coder::context
