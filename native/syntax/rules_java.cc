// Java.
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_java();

namespace coder::syntax {
namespace {

/// import static a.b.C.*;
bool import_declaration(Walk& walk, TSNode node) {
  TSNode name = child_of_kind(node, "scoped_identifier");
  if (ts_node_is_null(name)) name = child_of_kind(node, "identifier");
  const std::string path = compact(walk.text(name));
  walk.import(path, node);
  if (ts_node_is_null(child_of_kind(node, "asterisk")))
    walk.use(behind_last(path, "."), UseKind::import, node);
  return false;
}

/// Fields and the constants among them; several may share one declaration.
bool field_declaration(Walk& walk, TSNode node) {
  const std::string_view modifiers = walk.text(child_of_kind(node, "modifiers"));
  const bool constant =
      is(node, "constant_declaration") || (modifiers.find("static") != std::string_view::npos &&
                                           modifiers.find("final") != std::string_view::npos);
  const SymbolKind kind = constant ? SymbolKind::constant : SymbolKind::field;
  bool first = true;
  each_child(node, [&](TSNode child, std::string_view field) {
    if (field != "declarator") return;
    const std::string_view name = walk.text(child_in(child, "name"));
    const TSNode value = if_longer_than_a_line(child_in(child, "value"));
    if (first) {
      walk.define(node, name, kind, value);
    } else {
      walk.define_single(node, name, kind, value);
    }
    first = false;
  });
  walk.set_mode(Mode::nothing);
  return true;
}

bool local_variable(Walk& walk, TSNode) {
  walk.set_mode(Mode::bind);
  return true;
}

}  // namespace

Rules java_rules() {
  Rules rules;
  rules.grammar = tree_sitter_java();
  rules.nodes = {
      {"identifier", Act::name},
      {"type_identifier", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"line_comment", Act::comment},
      {"block_comment", Act::comment},
      {"string_literal", Act::skip},
      {"annotation", Act::attribute},
      {"marker_annotation", Act::attribute},
      {"package_declaration", Act::skip},
      {"import_declaration", Act::plain, {}, nullptr, nullptr, {}, import_declaration},
      {"class_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"interface_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"enum_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"record_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"annotation_type_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"method_declaration", Act::define, SymbolKind::method, "name", "body"},
      {"constructor_declaration", Act::define, SymbolKind::method, "name", "body"},
      {"compact_constructor_declaration", Act::define, SymbolKind::method, "name", "body"},
      {"annotation_type_element_declaration", Act::define, SymbolKind::method, "name"},
      {"enum_constant", Act::define, SymbolKind::field, "name", "body"},
      {"field_declaration", Act::define, {}, nullptr, nullptr, {}, field_declaration},
      {"constant_declaration", Act::define, {}, nullptr, nullptr, {}, field_declaration},
      {"local_variable_declaration", Act::plain, {}, nullptr, nullptr, {}, local_variable},
      {"lambda_expression", Act::scope},
      {"break_statement", Act::skip},
      {"continue_statement", Act::skip},
      {"module_declaration", Act::skip},
  };
  rules.edges = {
      {"method_invocation", "name", Mode::call},
      {"method_invocation", "object", Mode::path},
      {"field_access", "object", Mode::path},
      {"field_access", "field", Mode::attribute},
      {"scoped_identifier", "scope", Mode::path},
      {"scoped_identifier", "name", Mode::inherit},
      {"annotation", "name", Mode::type},
      {"marker_annotation", "name", Mode::type},
      {"element_value_pair", "key", Mode::skip},
      {"method_reference", nullptr, Mode::path},
      {"field_declaration", "declarator", Mode::inherit},
      {"constant_declaration", "declarator", Mode::inherit},
      {"local_variable_declaration", "declarator", Mode::inherit},
      {"variable_declarator", "name", Mode::inherit},
      {"variable_declarator", "value", Mode::value},
      {"formal_parameter", "name", Mode::bind},
      {"spread_parameter", nullptr, Mode::bind},
      {"catch_formal_parameter", "name", Mode::bind},
      {"enhanced_for_statement", "name", Mode::bind},
      {"resource", "name", Mode::bind},
      {"lambda_expression", "parameters", Mode::bind},
      {"inferred_parameters", nullptr, Mode::bind},
      {"instanceof_expression", "name", Mode::bind},
      {"type_pattern", nullptr, Mode::bind},
      {"record_pattern_component", nullptr, Mode::bind},
      {"type_parameter", nullptr, Mode::bind_type},
  };
  return rules;
}

}  // namespace coder::syntax
