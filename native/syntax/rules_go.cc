// Go.
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_go();

namespace coder::syntax {
namespace {

bool import_spec(Walk& walk, TSNode node) {
  const std::string_view path = unquoted(walk.text(child_in(node, "path")));
  walk.import(path, node);
  walk.use(behind_last(path, "/"), UseKind::import, node);
  return false;
}

/// T of (t *pkg.T[K])
std::string_view receiver_type(Walk& walk, TSNode method) {
  TSNode type = child_in(named_child(child_in(method, "receiver"), 0), "type");
  for (int depth = 0; depth < 4 && !ts_node_is_null(type) && !is(type, "type_identifier"); ++depth) {
    const TSNode inner = child_in(type, "type");
    type = ts_node_is_null(inner) ? named_child(type, 0) : inner;
  }
  return walk.text(type);
}

bool method_declaration(Walk& walk, TSNode node) {
  walk.define(node, walk.text(child_in(node, "name")), SymbolKind::method, child_in(node, "body"));
  const int32_t type = walk.type_named(receiver_type(walk, node));
  if (type != kNoSymbol) walk.adopt(type);
  return true;
}

/// `type`, `const` or `var` of one thing is part of its definition.
bool declaration(Walk& walk, TSNode node) {
  const bool grouped =
      !ts_node_is_null(child_of_kind(node, "(")) || is(named_child(node, 0), "var_spec_list");
  if (!grouped && walk.context() != Context::function) walk.wrap(node);
  return true;
}

bool type_spec(Walk& walk, TSNode node) {
  const TSNode type = child_in(node, "type");
  TSNode body = kNoNode;
  if (is(type, "struct_type")) body = child_of_kind(type, "field_declaration_list");
  if (is(type, "interface_type")) body = child_of_kind(type, "{");
  walk.define(node, walk.text(child_in(node, "name")), SymbolKind::type, body);
  return true;
}

/// a, B T = …
bool names(Walk& walk, TSNode node) {
  if (walk.context() == Context::function) {
    walk.set_mode(Mode::bind_after);
    return true;
  }
  const bool is_field = is(node, "field_declaration");
  const TSNode value = if_longer_than_a_line(child_in(node, "value"));
  bool first = true;
  each_child(node, [&](TSNode child, std::string_view field) {
    if (field != "name" || !ts_node_is_named(child)) return;
    const SymbolKind kind = is_field ? SymbolKind::field : SymbolKind::constant;
    if (first) {
      walk.define(node, walk.text(child), kind, value);
    } else {
      walk.define_single(node, walk.text(child), kind, value);
    }
    first = false;
  });
  walk.set_mode(Mode::nothing);
  return true;
}

}  // namespace

Rules go_rules() {
  Rules rules;
  rules.grammar = tree_sitter_go();
  rules.nodes = {
      {"identifier", Act::name},
      {"type_identifier", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"field_identifier", Act::name, {}, nullptr, nullptr, UseKind::attribute},
      {"package_identifier", Act::name},
      {"comment", Act::comment},
      {"package_clause", Act::skip},
      {"import_spec", Act::plain, {}, nullptr, nullptr, {}, import_spec},
      {"function_declaration", Act::define, SymbolKind::function, "name", "body"},
      {"method_declaration", Act::define, {}, nullptr, nullptr, {}, method_declaration},
      {"method_elem", Act::define, SymbolKind::method, "name"},
      {"type_declaration", Act::plain, {}, nullptr, nullptr, {}, declaration},
      {"const_declaration", Act::plain, {}, nullptr, nullptr, {}, declaration},
      {"var_declaration", Act::plain, {}, nullptr, nullptr, {}, declaration},
      {"type_spec", Act::define, {}, nullptr, nullptr, {}, type_spec},
      {"type_alias", Act::define, {}, nullptr, nullptr, {}, type_spec},
      {"const_spec", Act::binder, {}, nullptr, nullptr, {}, names},
      {"var_spec", Act::binder, {}, nullptr, nullptr, {}, names},
      {"field_declaration", Act::define, {}, nullptr, nullptr, {}, names},
      {"short_var_declaration", Act::binder},
      {"func_literal", Act::scope},
      {"label_name", Act::skip},
      {"interpreted_string_literal", Act::skip},
      {"raw_string_literal", Act::skip},
  };
  rules.edges = {
      {"call_expression", "function", Mode::call},
      {"selector_expression", "operand", Mode::value},
      {"selector_expression", "field", Mode::member},
      {"qualified_type", "package", Mode::value},
      {"method_declaration", "name", Mode::skip},
      {"type_spec", "name", Mode::skip},
      {"type_alias", "name", Mode::skip},
      {"const_spec", "name", Mode::inherit},
      {"var_spec", "name", Mode::inherit},
      {"field_declaration", "name", Mode::skip},
      {"parameter_declaration", "name", Mode::bind},
      {"variadic_parameter_declaration", "name", Mode::bind},
      {"type_parameter_declaration", "name", Mode::bind_type},
      {"short_var_declaration", "left", Mode::bind_after},
      {"range_clause", "left", Mode::bind},
      {"receive_statement", "left", Mode::bind},
      {"type_switch_statement", "alias", Mode::bind},
      {"expression_list", nullptr, Mode::inherit},
      {"keyed_element", "key", Mode::attribute},
      {"literal_element", nullptr, Mode::inherit},
      {"array_type", "length", Mode::value},
  };
  return rules;
}

}  // namespace coder::syntax
