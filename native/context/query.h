// What a search is about, as values: everything the ranking looks at besides the corpus.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace coder::context {

struct Place {
  std::string path;   ///< relative to the root
  uint32_t line = 0;  ///< 1-based; 0: the whole file
};

struct Query {
  std::string text;                 ///< the question or instruction; may be empty
  std::vector<Place> seeds;         ///< the files it is about: the current one first, then those named
  std::string around;               ///< text around the cursor; may be empty
  std::vector<std::string> recent;  ///< lines edited lately, newest first
  std::vector<std::string> open;    ///< paths of open buffers, the last used first
  std::vector<Place> jumps;         ///< of the jump list, newest first
  std::vector<Place> diagnostics;   ///< where the editor shows errors and warnings
  std::vector<Place> definitions;   ///< that a language server gave for what is under the cursor
};

}  // namespace coder::context
