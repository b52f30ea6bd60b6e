// What holds of every outline, whatever the text.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "syntax/outline.h"

namespace coder::test {

/// What is wrong with it, "" when nothing is. `adopts`: methods may stand outside of their types, as in Go.
inline std::string outline_trouble(const syntax::Outline& outline, std::string_view text, bool adopts) {
  const auto line_of = [&](size_t at) {
    return static_cast<size_t>(
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  };
  const size_t lines = line_of(text.size());
  const auto count = static_cast<int32_t>(outline.symbols.size());
  for (int32_t i = 0; i < count; ++i) {
    const syntax::Symbol& symbol = outline.symbols[static_cast<size_t>(i)];
    const std::string what = "symbol " + symbol.name;
    if (symbol.name.empty()) return "a symbol without a name";
    if (symbol.begin > symbol.signature || symbol.signature >= symbol.signature_end ||
        symbol.signature_end > symbol.end || symbol.end > text.size()) {
      return what + " has no proper range";
    }
    if (line_of(symbol.begin) != symbol.first_line || line_of(symbol.end) != symbol.last_line) {
      return what + " has the wrong lines";
    }
    if (i > 0 && outline.symbols[static_cast<size_t>(i - 1)].begin > symbol.begin)
      return what + " comes late";
    if (symbol.parent == syntax::kNoSymbol) continue;
    if (symbol.parent < 0 || symbol.parent >= i) return what + " comes before its parent";
    const syntax::Symbol& parent = outline.symbols[static_cast<size_t>(symbol.parent)];
    if (!adopts && (parent.begin > symbol.begin || parent.end < symbol.end))
      return what + " leaves its parent";
  }
  uint32_t line = 0;
  for (const syntax::Use& use : outline.uses) {
    if (use.name.empty() || use.count == 0) return "an empty use";
    if (use.symbol < syntax::kNoSymbol || use.symbol >= count) return "use " + use.name + " has no symbol";
    if (use.line < line || use.line > lines) return "use " + use.name + " comes late";
    line = use.line;
  }
  for (const syntax::Import& import : outline.imports) {
    if (import.module.empty() || import.line > lines) return "import " + import.module + " is wrong";
  }
  return "";
}

}  // namespace coder::test
