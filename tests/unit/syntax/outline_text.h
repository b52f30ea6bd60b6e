// Outlines as text, so that a test shows what is expected the way a reader sees it.
#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <string_view>

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

/// What holds of every outline. `adopts`: methods may stand outside of their types.
inline void check_outline(const syntax::Outline& outline, std::string_view text, bool adopts = false) {
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  bool right = true;
  for (size_t i = 0; i < outline.symbols.size(); ++i) {
    const syntax::Symbol& symbol = outline.symbols[i];
    right = right && !symbol.name.empty() && symbol.begin <= symbol.signature &&
            symbol.signature < symbol.signature_end && symbol.signature_end <= symbol.end &&
            symbol.end <= text.size() && symbol.first_line <= symbol.last_line && symbol.last_line <= lines;
    right = right && static_cast<size_t>(std::count(text.begin(), text.begin() + symbol.begin, '\n')) ==
                         symbol.first_line;
    right = right && static_cast<size_t>(std::count(text.begin(), text.begin() + symbol.end, '\n')) ==
                         symbol.last_line;
    if (i > 0) right = right && outline.symbols[i - 1].begin <= symbol.begin;
    if (symbol.parent != syntax::kNoSymbol) {
      right = right && symbol.parent >= 0 && static_cast<size_t>(symbol.parent) < i;
      const syntax::Symbol& parent = outline.symbols[static_cast<size_t>(symbol.parent)];
      right = right && (adopts || (parent.begin <= symbol.begin && symbol.end <= parent.end));
    }
    if (!right) {
      BOOST_TEST(false,
                 "symbol " << symbol.name << " is out of order in " << symbols_text(outline, text) << text);
      return;
    }
  }
  uint32_t line = 0;
  for (const syntax::Use& use : outline.uses) {
    right = right && !use.name.empty() && use.count > 0 && use.symbol >= syntax::kNoSymbol &&
            use.symbol < static_cast<int32_t>(outline.symbols.size()) && use.line >= line &&
            use.line <= lines;
    line = use.line;
    if (!right) {
      BOOST_TEST(false, "use " << use.name << " is out of order");
      return;
    }
  }
  for (const syntax::Import& import : outline.imports)
    right = right && !import.module.empty() && import.line <= lines;
  BOOST_TEST(right);
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
  check_outline(outline, text, language == syntax::Language::go);
  return outline;
}

}  // namespace coder::test
