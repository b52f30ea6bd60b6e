// How a language's syntax tree is read: one table per language (rules_python.cc, …) that says, by the kind of
// a node, what it is (a definition, a name, a comment, …), and, by the kind of its parent and the field it
// stands in, how the names below it are meant. What no table can say is a hook: a function of the node.
#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/outline.h"

namespace coder::syntax {

class Walk;

/// What a node is.
enum class Act : uint8_t {
  plain,      ///< nothing by itself
  token,      ///< an anonymous one: "(", "def"; never looked into
  name,       ///< a name; NodeRule::use says of what, where its mode does not
  comment,    ///< belongs to the definition right below it
  attribute,  ///< a decorator or attribute: belongs to the definition below it, and its uses are that one's
  deferred,   ///< its uses belong to the definition that follows inside the same wrapper
  wrapper,    ///< around one definition, which begins where the wrapper does: `export`, `template`
  define,     ///< a definition
  scope,      ///< names bound in it are not known outside: a closure
  binder,     ///< names bound in it by Mode::bind_after are known behind it: `let`
  skip,       ///< nothing in it counts
};

/// How the names below a node are meant.
enum class Mode : uint8_t {
  // Of edges only: they follow from the parent's own mode.
  natural,  ///< `type` stays, all else becomes `value`
  inherit,  ///< the same
  member,   ///< for the last part of a.b: as the whole is meant; `attribute` where it is just a value

  value,
  call,
  type,
  attribute,
  path,  ///< the front of a::b: a type if it is written like one, else a name
  import,
  bind,        ///< a parameter or local variable
  bind_after,  ///< the same, known behind the innermost binder
  bind_type,   ///< a type parameter
  target,      ///< what is assigned to: a local variable, a field or a constant, by what is around it
  nothing,     ///< names that count for nothing, such as that of a definition, among others that do
  tokens,      ///< not parsed further (the inside of a macro call): the characters around it tell
  skip,
};

/// What a node is in: decides what Mode::target and functions are.
enum class Context : uint8_t { top, type, function };

/// Called when a node is entered; what it returns says whether the nodes below are visited as well.
using Hook = bool (*)(Walk& walk, TSNode node);

/// One kind of node. Kinds without a rule are plain.
struct NodeRule {
  const char* kind;
  Act act = Act::plain;
  SymbolKind symbol = SymbolKind::function;  ///< of `define`; a function inside a type becomes a method
  const char* name = nullptr;   ///< of `define`: the field with its name; without one the hook defines
  const char* body = nullptr;   ///< of `define`: the field where its signature ends
  UseKind use = UseKind::name;  ///< of `name`
  Hook hook = nullptr;
};

/// The mode of a parent's children: of those in `field`, or of all that no other rule names.
struct EdgeRule {
  const char* parent;
  const char* field;  ///< nullptr: all others
  Mode mode;
};

struct Rules {
  const TSLanguage* grammar = nullptr;
  std::vector<NodeRule> nodes;
  std::vector<EdgeRule> edges;
  /// What the parser gets to see in place of the text, of the same length; empty: the text as it is.
  std::string (*prepare)(std::string_view text) = nullptr;
  bool patterns_bind_lower_case_only = false;  ///< Rust: a capitalised name in a pattern is a constant
};

/// Rules by symbol and field id.
class Table {
 public:
  struct Kind {
    Act act = Act::plain;
    Mode others = Mode::natural;
    SymbolKind symbol = SymbolKind::function;
    UseKind use = UseKind::name;
    TSFieldId name = 0;
    TSFieldId body = 0;
    uint16_t edges_begin = 0;
    uint16_t edges_end = 0;
    Hook hook = nullptr;
  };

  explicit Table(const Rules& rules);

  const TSLanguage* grammar() const { return grammar_; }
  std::string prepare(std::string_view text) const { return prepare_ ? prepare_(text) : std::string(); }
  bool patterns_bind_lower_case_only() const { return patterns_bind_lower_case_only_; }
  const Kind& kind(TSSymbol symbol) const { return symbol < kinds_.size() ? kinds_[symbol] : plain_; }

  /// How the children of a `parent` in `field` (0: in none) are meant.
  Mode edge(const Kind& parent, TSFieldId field) const {
    for (uint16_t at = parent.edges_begin; at < parent.edges_end; ++at) {
      if (edges_[at].field == field) return edges_[at].mode;
    }
    return parent.others;
  }

  /// Kinds and fields that the rules name and the grammar does not have.
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  struct Edge {
    TSFieldId field;
    Mode mode;
  };

  TSFieldId field(const char* name);
  std::vector<TSSymbol> symbols(const char* kind);

  const TSLanguage* grammar_;
  std::string (*prepare_)(std::string_view);
  bool patterns_bind_lower_case_only_;
  Kind plain_;
  std::vector<Kind> kinds_;
  std::vector<Edge> edges_;
  std::vector<std::string> unknown_;
};

/// Made at the first call for its language and kept. `language` is not `none`.
const Table& table_of(Language language);

// In rules_*.cc.
Rules bash_rules();
Rules c_rules();
Rules cpp_rules();
Rules go_rules();
Rules java_rules();
Rules javascript_rules();
Rules lua_rules();
Rules python_rules();
Rules ruby_rules();
Rules rust_rules();
Rules tsx_rules();
Rules typescript_rules();

}  // namespace coder::syntax
