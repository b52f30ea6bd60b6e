#pragma once

#include <string>

#include "workspace/history.h"
#include "workspace/index.h"

namespace coder::workspace {

/// All that search may look at. Held by one job at a time.
struct Corpus {
  std::string root;
  Index index;
  History history;
};

}  // namespace coder::workspace
