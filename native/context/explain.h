// Why a file was found, in words, from what its features added to its score.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "context/features.h"

namespace coder::context {

/// The strongest reasons first, three at most, each phrase once. `parts`: what each feature added.
std::vector<std::string> reasons(std::vector<std::pair<Feature, double>> parts);

}  // namespace coder::context
