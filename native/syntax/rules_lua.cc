// Lua.
#include <string>
#include <vector>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_lua();

namespace coder::syntax {
namespace {

/// f of `f`, `M.f` and `M:f`; the null node for M["f"].
TSNode name_in(TSNode target) {
  if (is(target, "identifier")) return target;
  if (is(target, "dot_index_expression")) return child_in(target, "field");
  if (is(target, "method_index_expression")) return child_in(target, "method");
  return kNoNode;
}

bool function_declaration(Walk& walk, TSNode node) {
  const TSNode name = child_in(node, "name");
  const SymbolKind kind = is(name, "method_index_expression") ? SymbolKind::method : SymbolKind::function;
  walk.define(node, walk.text(name_in(name)), kind, child_in(node, "body"));
  if (kind == SymbolKind::method) walk.bind("self");
  return true;
}

/// The string that `require "x"` is called with.
TSNode required(Walk& walk, TSNode call) {
  if (!is(call, "function_call") || walk.text(child_in(call, "name")) != "require") return kNoNode;
  TSNode argument = named_child(child_in(call, "arguments"), 0);
  return is(argument, "string") ? child_in(argument, "content") : kNoNode;
}

bool function_call(Walk& walk, TSNode node) {
  const TSNode module = required(walk, node);
  if (!ts_node_is_null(module)) walk.import(walk.text(module), module);
  return true;
}

/// x, M.y = function() … end, { … }: outside of functions these are definitions.
void define_assigned(Walk& walk, TSNode assignment, TSNode whole) {
  std::vector<TSNode> names, values;
  each_child(assignment, [&](TSNode child, std::string_view) {
    std::vector<TSNode>& list = is(child, "variable_list") ? names : values;
    each_child(child, [&](TSNode item, std::string_view) {
      if (ts_node_is_named(item) && !is(item, "attribute") && list.size() < 16) list.push_back(item);
    });
  });
  bool first = true;
  for (size_t i = 0; i < names.size(); ++i) {
    const TSNode value = i < values.size() ? values[i] : kNoNode;
    const std::string_view name = walk.text(name_in(names[i]));
    const bool function = is(value, "function_definition");
    // A module that is taken in is no definition, and within functions only functions are.
    if (!ts_node_is_null(required(walk, value)) || (walk.context() == Context::function && !function))
      continue;
    const TSNode body = function ? child_in(value, "body") : if_longer_than_a_line(value);
    const SymbolKind kind = function ? SymbolKind::function : SymbolKind::constant;
    if (first) {
      walk.define(whole, name, kind, body);
    } else {
      walk.define_single(whole, name, kind, body);
    }
    first = false;
  }
}

/// local …
bool variable_declaration(Walk& walk, TSNode node) {
  const TSNode inner = named_child(node, 0);
  walk.set_mode(walk.context() == Context::function ? Mode::bind_after : Mode::nothing);
  if (is(inner, "assignment_statement")) define_assigned(walk, inner, node);
  return true;
}

bool assignment_statement(Walk& walk, TSNode node) {
  if (walk.mode() == Mode::bind_after || walk.mode() == Mode::nothing) return true;  // behind `local`
  if (walk.context() != Context::function) define_assigned(walk, node, node);
  return true;
}

/// { name = function() … end }
bool field(Walk& walk, TSNode node) {
  const TSNode value = child_in(node, "value");
  const TSNode name = child_in(node, "name");
  if (walk.context() != Context::function && is(value, "function_definition") && is(name, "identifier")) {
    walk.define(node, walk.text(name), SymbolKind::function, child_in(value, "body"));
  }
  return true;
}

}  // namespace

Rules lua_rules() {
  Rules rules;
  rules.grammar = tree_sitter_lua();
  rules.nodes = {
      {"identifier", Act::name},
      {"comment", Act::comment},
      {"function_declaration", Act::define, {}, nullptr, nullptr, {}, function_declaration},
      {"function_definition", Act::scope},
      {"variable_declaration", Act::binder, {}, nullptr, nullptr, {}, variable_declaration},
      {"assignment_statement", Act::plain, {}, nullptr, nullptr, {}, assignment_statement},
      {"field", Act::define, {}, nullptr, nullptr, {}, field},
      {"function_call", Act::plain, {}, nullptr, nullptr, {}, function_call},
      {"attribute", Act::skip},
      {"goto_statement", Act::skip},
      {"label_statement", Act::skip},
      {"string", Act::skip},
  };
  rules.edges = {
      {"function_call", "name", Mode::call},
      {"dot_index_expression", "table", Mode::value},
      {"dot_index_expression", "field", Mode::member},
      {"method_index_expression", "table", Mode::value},
      {"method_index_expression", "method", Mode::member},
      {"function_declaration", "name", Mode::nothing},
      {"parameters", "name", Mode::bind},
      {"variable_declaration", nullptr, Mode::inherit},
      {"assignment_statement", nullptr, Mode::inherit},
      {"variable_list", nullptr, Mode::inherit},
      {"expression_list", nullptr, Mode::value},
      {"for_generic_clause", nullptr, Mode::bind},
      {"for_numeric_clause", "name", Mode::bind},
      {"field", "name", Mode::skip},
  };
  return rules;
}

}  // namespace coder::syntax
