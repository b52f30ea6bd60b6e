// Outlines as text, so that a test shows what is expected the way a reader sees it.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <string_view>

#include "support/outline_check.h"
#include "syntax/outline.h"

namespace coder::test {

inline std::string kind_name(syntax::SymbolKind kind) {
  static const char* const names[] = {"function", "method",   "type",  "block",
                                      "module",   "constant", "field", "macro"};
  return names[static_cast<size_t>(kind)];
}

inline std::string kind_name(syntax::UseKind kind) {
  static const char* const names[] = {"call", "type", "import", "attribute", "name"};
  return names[static_cast<size_t>(kind)];
}

/// "Tree.load"; "" of kNoSymbol.
inline std::string full_name(const syntax::Outline& outline, int32_t symbol) {
  if (symbol == syntax::kNoSymbol) return "";
  const syntax::Symbol& found = outline.symbols[static_cast<size_t>(symbol)];
  return found.parent == syntax::kNoSymbol ? found.name : full_name(outline, found.parent) + "." + found.name;
}

/// One line for each symbol: "3-5 method Tree.load (alias x) | def load(self):", lines 1-based, line breaks
/// of the signature as blanks.
inline std::string symbols_text(const syntax::Outline& outline, std::string_view text) {
  std::string out = "\n";
  for (size_t i = 0; i < outline.symbols.size(); ++i) {
    const syntax::Symbol& symbol = outline.symbols[i];
    out += std::to_string(symbol.first_line + 1) + "-" + std::to_string(symbol.last_line + 1) + " ";
    out += kind_name(symbol.kind) + " " + full_name(outline, static_cast<int32_t>(i));
    if (!symbol.alias.empty()) out += " (" + symbol.alias + ")";
    out += " | ";
    bool blank = false;
    for (const char c : text.substr(symbol.signature, symbol.signature_end - symbol.signature)) {
      const bool is_blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
      if (!is_blank) {
        if (blank) out += ' ';
        out += c;
      }
      blank = is_blank;
    }
    out += "\n";
  }
  return out;
}

/// One line for each symbol with uses, ": " for the file: "Tree.load: call:open attribute:path*2".
inline std::string uses_text(const syntax::Outline& outline) {
  std::map<int32_t, std::string> lines;
  for (const syntax::Use& use : outline.uses) {
    std::string& line = lines[use.symbol];
    line += " " + kind_name(use.kind) + ":" + use.name;
    if (use.count > 1) line += "*" + std::to_string(use.count);
  }
  std::string out = "\n";
  for (const auto& [symbol, line] : lines) out += full_name(outline, symbol) + ":" + line + "\n";
  return out;
}

/// "os.path, sys".
inline std::string imports_text(const syntax::Outline& outline) {
  std::string out;
  for (const syntax::Import& import : outline.imports) out += (out.empty() ? "" : ", ") + import.module;
  return out;
}

struct Expected {
  std::string symbols, uses, imports;
};

/// An empty expectation is not compared.
inline syntax::Outline check(syntax::Language language, std::string_view text, const Expected& expected) {
  const syntax::Outline outline = syntax::outline(language, text);
  BOOST_TEST(!outline.errors);
  BOOST_TEST(symbols_text(outline, text) == expected.symbols);
  if (!expected.uses.empty()) BOOST_TEST(uses_text(outline) == expected.uses);
  BOOST_TEST(imports_text(outline) == expected.imports);
  BOOST_TEST(outline_trouble(outline, text, language == syntax::Language::go) == "");
  return outline;
}

}  // namespace coder::test
