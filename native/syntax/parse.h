// Texts to syntax trees, in bounded time.
#pragma once

#include <tree_sitter/api.h>

#include <memory>
#include <string_view>

namespace coder::syntax {

struct TreeDeleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using Tree = std::unique_ptr<TSTree, TreeDeleter>;

struct Parsed {
  Tree tree;         ///< null when not even a part could be parsed in time
  bool cut = false;  ///< time ran out: the tree ends before the text does
};

/// Takes 2 s at most, and then somewhat more to bring what it has to an end; a file of 4 MiB takes about 0.7
/// s, longer is only what is made to be slow. Parsers are kept, one for each thread and grammar.
Parsed parse(const TSLanguage* grammar, std::string_view text);

}  // namespace coder::syntax
