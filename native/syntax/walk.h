// Reads an outline off a syntax tree: one pass over all nodes, top down, with the rules of the language.
//
// A frame is kept for each node on the way down: how names in it are meant, which symbol it belongs to, which
// locals go out of sight behind it. Comments and attributes stand before what they belong to; they are held
// as the `lead` of the definition that may follow.
#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/names.h"
#include "syntax/outline.h"
#include "syntax/rules.h"
#include "syntax/tree.h"

namespace coder::syntax {

/// Names longer than this are data, not names.
inline constexpr size_t kMaxNameBytes = 200;

/// One walk over one tree.
class Walk {
 public:
  Walk(const Table& table, std::string_view text, Names& names, Outline& out);
  void run(TSNode root);

  // For hooks. "The node" is the one being entered.

  std::string_view text(TSNode node) const;
  /// How the names in the node are meant.
  Mode mode() const { return next_.mode; }
  /// Changes that for what is below the node.
  void set_mode(Mode mode) { next_.mode = mode; }
  /// What the node is in.
  Context context() const { return frames_.back().context; }
  /// The innermost symbol around the node; nullptr when there is none.
  const Symbol* around() const;
  const Symbol* symbol(int32_t index) const;

  /// The node is a definition of `name`, its signature ends before `body` (null: nowhere). What is below
  /// the node belongs to it. Nothing happens when the name is empty. A function inside a type becomes a
  /// method.
  void define(TSNode node, std::string_view name, SymbolKind kind, TSNode body);
  /// The same for one that nothing else belongs to; several may come of one node.
  void define_single(TSNode node, std::string_view name, SymbolKind kind, TSNode body);
  /// The symbol that the node just became belongs to `parent`, which comes before it, wherever that stands.
  void adopt(int32_t parent);
  /// The type of that name defined so far; kNoSymbol when there is none.
  int32_t type_named(std::string_view name);
  /// The node is around one definition, which begins where the node does.
  void wrap(TSNode node);
  /// What Mode::target defines below the node lasts as long as the node; its value, if longer than a line,
  /// is no part of the signature.
  void set_statement(TSNode node, TSNode value);
  /// Defines `name` in the statement, a second time never.
  void define_target(std::string_view name, SymbolKind kind);

  void use(std::string_view name, UseKind kind, TSNode at);
  void import(std::string_view module, TSNode at);
  /// A parameter or local variable of the innermost scope, that of the node if it has become one; known at
  /// once.
  void bind(std::string_view name);
  /// Another name for the next definition, if it follows directly.
  void set_alias(std::string alias) { lead_.alias = std::move(alias); }
  /// That definition's other name is its own without this prefix.
  void set_alias_without(std::string_view prefix) { lead_.prefix = prefix; }

 private:
  struct Frame {
    const Table::Kind* kind = nullptr;
    const void* body = nullptr;  ///< of a definition: the node that ends its signature
    int32_t defined = kNoSymbol;
    int32_t symbol = kNoSymbol;  ///< innermost, this frame's own included
    int32_t user = kNoSymbol;    ///< whose uses are counted here
    uint32_t bound = 0;          ///< of scopes: bindings before it
    uint32_t pending = 0;        ///< of binders: names waiting before it
    uint32_t last_end = 0;       ///< of definitions: the end of the last child that is no comment
    uint32_t begin = 0;          ///< of wrappers: where what is inside begins, its line, its signature
    uint32_t line = 0;
    uint32_t signature = 0;
    Mode mode = Mode::value;
    Context context = Context::top;
    bool scope = false;
    bool wrapper = false;
  };
  /// Comments and attributes that belong to what comes next.
  struct Lead {
    bool is_there = false;
    bool ends_in_attribute = false;
    uint32_t begin = 0;
    uint32_t line = 0;
    uint32_t end = 0;
    std::string alias;
    std::string_view prefix;
  };
  struct Statement {
    TSNode node{};
    TSNode value{};
  };

  void visit(TSTreeCursor& cursor);
  bool enter(TSTreeCursor& cursor, TSNode node, const Table::Kind& kind);
  void leave(const Frame& frame);
  void visit_deferred();

  void comment(TSNode node);
  bool attribute(TSNode node, const Table::Kind& kind);
  void name(TSNode node, const Table::Kind& kind, Mode mode);
  void target(TSNode node, const Table::Kind& kind, Names::Id id);
  void token_name(TSNode node, Names::Id id);
  void bind_name(Names::Id id, TSNode node, bool later);
  void use(Names::Id id, UseKind kind, TSNode at);

  int32_t add_symbol(TSNode node, std::string_view name, SymbolKind kind, TSNode body);
  bool lead_reaches(uint32_t start);
  void extend_lead(TSNode node, bool is_attribute);
  uint32_t trim_end(uint32_t begin, uint32_t end) const;
  uint32_t skip_blanks(uint32_t at) const;
  bool first_on_line(uint32_t at) const;

  const Table& table_;
  std::string_view text_;
  Names& names_;
  Outline& out_;
  std::vector<Frame> frames_;
  Frame next_;  ///< of the node being entered
  Lead lead_;
  Statement statement_;
  std::vector<TSNode> deferred_;
  std::vector<Names::Id> pending_;
  uint32_t scopes_ = 0;
  bool in_deferred_ = false;
};

}  // namespace coder::syntax
