// Where a symbol is defined, and its code. For workers: blocks.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workspace/corpus.h"

namespace coder::task {

struct Definition {
  std::string path;  ///< relative to the root
  std::string text;
  size_t first = 1;  ///< 1-based line it begins in
};

struct Definitions {
  std::vector<Definition> all;  ///< by path and place
  std::string nearest;          ///< a name that is there, where this one is not; may be empty
};

/// Those of `name`, which may say what it belongs to ("Parser.parse", "Parser::parse"), `at_most` of them.
/// The index may be a moment behind a file: only what still has its hash is cut out. `unsaved`: texts of
/// changed buffers, by path.
Definitions find_definitions(const workspace::Corpus& corpus, const std::string& name,
                             const std::map<std::string, std::string>& unsaved, size_t at_most);

}  // namespace coder::task
