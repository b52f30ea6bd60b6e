// Where a source text can be cut so that its parts can be parsed by themselves: told from its quotes,
// comments and brackets, without a parse.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "syntax/language.h"

namespace coder::syntax {

struct TopLevel {
  /// A line that begins in its first column, behind an empty line, with an item (or the comment above it)
  /// that no open bracket, quote, comment, block or decorator reaches over, and that does not go on with what
  /// is before it. In namespaces of C++ there are some, too, and the brace that ends one is one of its
  /// inside.
  struct Start {
    uint32_t at = 0;     ///< bytes from the beginning
    uint32_t depth = 0;  ///< namespaces open there
  };
  std::vector<Start> starts;  ///< ascending
  bool complete = false;      ///< an item could start behind the text's end
};

/// Nothing for languages that it does not know (Java, Ruby, Bash), and for texts it does not understand: one
/// quote or bracket too many, or code that looks like it. Then only a parse can tell. Some 100 MB/s; may be
/// called from several threads at once.
std::optional<TopLevel> top_level(Language language, std::string_view text);

}  // namespace coder::syntax
