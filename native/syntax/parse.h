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

/// Takes 2 s of this thread's processor time, and then some more to bring what it has to an end. A file of 4
/// MiB takes about 1 s; longer takes what is no program, or made to be slow. Parsers are kept, one for each
/// thread and grammar.
Parsed parse(const TSLanguage* grammar, std::string_view text);

}  // namespace coder::syntax
