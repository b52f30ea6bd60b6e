// What a source file defines, uses and imports: read off its syntax tree by one table of rules per language.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/language.h"

namespace coder::syntax {

enum class SymbolKind : uint8_t {
  function,
  method,
  type,      ///< class, struct, enum, union, interface, trait, type alias
  block,     ///< `impl` in Rust: no definition of its own, it holds methods
  module,    ///< namespace, package, `mod`
  constant,  ///< constants, statics, module-level variables
  field,     ///< fields and enum variants
  macro,
};

inline constexpr int32_t kNoSymbol = -1;

/// A definition. Lines are 0-based and inclusive, bytes are offsets into the text, half open.
struct Symbol {
  std::string name;   ///< as others refer to it; of a `block`: the type's
  std::string alias;  ///< another name for it elsewhere: that of #[pyclass(name = "…")]; mostly empty
  SymbolKind kind = SymbolKind::function;
  int32_t parent = kNoSymbol;  ///< index of the innermost symbol around it
  uint32_t first_line = 0;     ///< with its decorators, attributes and the comment right above it
  uint32_t last_line = 0;
  uint32_t begin = 0;          ///< where it begins on first_line, behind the indentation
  uint32_t signature = 0;      ///< where the definition itself begins, after comment and decorators
  uint32_t signature_end = 0;  ///< up to its body, without the blanks before it; the end where there is none.
                               ///< What a constant is set to counts as its body if it is longer than a line.
  uint32_t end = 0;
};

enum class UseKind : uint8_t {
  call,       ///< f(…), x.f(…), T::f(…), m!(…)
  type,       ///< in annotations, bases, generics, literals of structs
  import,     ///< brought in by an import
  attribute,  ///< x.name, T::NAME without a call
  name,       ///< any other identifier
};

/// A name that the file uses; once for each innermost symbol around it and kind. Names of one letter count
/// only as calls, types, attributes and imports; local variables, and what they are called with, do not.
struct Use {
  std::string name;
  UseKind kind = UseKind::name;
  int32_t symbol = kNoSymbol;  ///< the innermost function, method, type, block or macro it stands in
  uint32_t line = 0;           ///< 0-based, of the first time
  uint32_t count = 1;
};

struct Import {
  /// As written: "os.path", "crate::a::b", "./x", "vector"; of relative ones the dots, too. Of a Rust path
  /// its last part as well, unless that is written like a type: it may be a module ("crate::a" of `use
  /// crate::a::B`); `mod x;` is "self::x".
  std::string module;
  uint32_t line = 0;
};

struct Outline {
  std::vector<Symbol> symbols;  ///< in the order they begin; a parent before its children
  std::vector<Use> uses;        ///< in the order of their lines
  std::vector<Import> imports;
  bool errors = false;  ///< the parser had to skip or invent something
};

/// Text beyond this many bytes is not parsed: the outline is empty.
inline constexpr size_t kMaxParseBytes = 4u << 20;

/// Never fails: whatever a broken text yields. Names of local variables and parameters are no symbols, and
/// their uses are left out where the language's scoping makes that plain. Language::none yields nothing. May
/// be called from several threads at once.
Outline outline(Language language, std::string_view text);

}  // namespace coder::syntax
