// JavaScript, TypeScript and TSX.
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" {
const TSLanguage* tree_sitter_javascript();
const TSLanguage* tree_sitter_typescript();
const TSLanguage* tree_sitter_tsx();
}

namespace coder::syntax {
namespace {

bool is_function(TSNode node) {
  return is(node, "arrow_function") || is(node, "function_expression") || is(node, "generator_function");
}

/// The function or class that a value is, also as the first argument of a call: memo(() => …).
TSNode made_by(TSNode value) {
  for (int depth = 0; depth < 4 && !ts_node_is_null(value); ++depth) {
    if (is_function(value) || is(value, "class")) return value;
    if (is(value, "call_expression")) {
      value = named_child(child_in(value, "arguments"), 0);
    } else if (is(value, "parenthesized_expression") || is(value, "as_expression") ||
               is(value, "satisfies_expression")) {
      value = named_child(value, 0);
    } else {
      break;
    }
  }
  return kNoNode;
}

void define_value(Walk& walk, TSNode node, std::string_view name, TSNode made, SymbolKind function) {
  walk.define(node, name, is(made, "class") ? SymbolKind::type : function, child_in(made, "body"));
}

/// "x" of require("x") and import("x").
TSNode required(Walk& walk, TSNode call) {
  if (is(call, "await_expression")) call = named_child(call, 0);
  if (!is(call, "call_expression")) return kNoNode;
  const TSNode function = child_at(call, 0);
  if (!is(function, "import") && walk.text(function) != "require") return kNoNode;
  const TSNode argument = named_child(child_in(call, "arguments"), 0);
  return is(argument, "string") ? argument : kNoNode;
}

bool call_expression(Walk& walk, TSNode node) {
  const TSNode module = required(walk, node);
  if (!ts_node_is_null(module)) walk.import(unquoted(walk.text(module)), module);
  return true;
}

/// A name and what it is set to: a function, a class, a module taken in, or a plain value.
bool variable_declarator(Walk& walk, TSNode node) {
  const TSNode name = child_in(node, "name"), value = child_in(node, "value");
  const bool in_function = walk.context() == Context::function;
  const bool plain_name = is(name, "identifier");
  const TSNode made = plain_name ? made_by(value) : kNoNode;
  const bool called = is(value, "call_expression");
  if (!ts_node_is_null(made) && !(in_function && called)) {
    walk.set_mode(Mode::nothing);
    define_value(walk, node, walk.text(name), made, SymbolKind::function);
  } else if (in_function) {
    walk.set_mode(Mode::bind_after);
  } else if (!ts_node_is_null(required(walk, value))) {
    walk.set_mode(plain_name ? Mode::nothing : Mode::import);
  } else if (plain_name) {
    walk.set_mode(Mode::nothing);
    walk.define(node, walk.text(name), SymbolKind::constant, if_longer_than_a_line(value));
  } else {
    walk.set_statement(node, value);
    walk.set_mode(Mode::target);
  }
  return true;
}

/// `const x = …` alone begins with its `const`; of several each begins with its name.
bool lexical_declaration(Walk& walk, TSNode node) {
  if (ts_node_named_child_count(node) == 1) walk.wrap(node);
  return true;
}

/// exports.x = …, X.prototype.y = function … and this.z = …
bool assignment_expression(Walk& walk, TSNode node) {
  const TSNode left = child_in(node, "left"), right = child_in(node, "right");
  if (!is(left, "member_expression")) return true;
  const std::string_view object = walk.text(child_in(left, "object"));
  const std::string_view name = walk.text(child_in(left, "property"));
  if (object == "this") {
    const Symbol* around = walk.around();
    if (around && around->kind == SymbolKind::method && around->name == "constructor") {
      walk.define_single(node, name, SymbolKind::field, if_longer_than_a_line(right));
    }
    return true;
  }
  if (walk.context() == Context::function) return true;
  const TSNode made = made_by(right);
  const bool method = object.find(".prototype") != std::string_view::npos;
  if (!ts_node_is_null(made) && name != "exports") {
    define_value(walk, node, name, made, method ? SymbolKind::method : SymbolKind::function);
    walk.set_mode(Mode::nothing);
  } else if ((object == "exports" || object == "module.exports") && !is(right, "identifier") &&
             !is(right, "unary_expression") && !is(right, "assignment_expression")) {
    walk.define(node, name, SymbolKind::constant, if_longer_than_a_line(right));
    walk.set_mode(Mode::nothing);
  }
  return true;
}

/// { name: function() … } outside of functions.
bool pair(Walk& walk, TSNode node) {
  if (walk.context() == Context::function) return true;
  const TSNode value = child_in(node, "value");
  if (is_function(value)) {
    walk.define(node, unquoted(walk.text(child_in(node, "key"))), SymbolKind::method,
                child_in(value, "body"));
  }
  return true;
}

bool method(Walk& walk, TSNode node) {
  walk.define(node, unquoted(walk.text(child_in(node, "name"))), SymbolKind::method, child_in(node, "body"));
  return true;
}

/// Of classes, interfaces and named object types; a field that holds a function is a method.
bool field(Walk& walk, TSNode node) {
  if (walk.context() != Context::type) return true;
  TSNode name = child_in(node, "name");
  if (ts_node_is_null(name)) name = child_in(node, "property");
  const TSNode value = child_in(node, "value");
  const bool function = is_function(value);
  walk.define(node, unquoted(walk.text(name)), function ? SymbolKind::method : SymbolKind::field,
              function ? child_in(value, "body") : if_longer_than_a_line(value));
  return true;
}

bool enum_assignment(Walk& walk, TSNode node) {
  walk.define(node, unquoted(walk.text(child_in(node, "name"))), SymbolKind::field, kNoNode);
  return true;
}

/// constructor(private name: T) declares a field.
bool parameter_property(Walk& walk, TSNode node) {
  if (!ts_node_is_null(child_of_kind(node, "accessibility_modifier")) ||
      !ts_node_is_null(child_of_kind(node, "readonly"))) {
    walk.define_single(node, walk.text(child_in(node, "pattern")), SymbolKind::field, kNoNode);
  }
  return true;
}

/// One that is longer than a line is read like a body.
bool type_alias(Walk& walk, TSNode node) {
  walk.define(node, walk.text(child_in(node, "name")), SymbolKind::type,
              if_longer_than_a_line(child_in(node, "value")));
  return true;
}

bool module(Walk& walk, TSNode node) {
  walk.define(node, compact(unquoted(walk.text(child_in(node, "name")))), SymbolKind::module,
              child_in(node, "body"));
  return true;
}

bool import_statement(Walk& walk, TSNode node) {
  TSNode source = child_in(node, "source");
  if (ts_node_is_null(source)) source = child_in(child_of_kind(node, "import_require_clause"), "source");
  walk.import(unquoted(walk.text(source)), node);
  return true;
}

bool export_statement(Walk& walk, TSNode node) {
  const TSNode source = child_in(node, "source");
  if (ts_node_is_null(source)) return true;
  walk.import(unquoted(walk.text(source)), node);
  walk.set_mode(Mode::import);
  return true;
}

/// <Name …> uses a component, <div> nothing.
bool tag(Walk& walk, TSNode node) {
  const std::string_view name = walk.text(child_in(node, "name"));
  const bool component =
      !name.empty() && (name.find('.') != std::string_view::npos || (name[0] >= 'A' && name[0] <= 'Z'));
  walk.set_mode(component ? Mode::call : Mode::nothing);
  return true;
}

void add_common(Rules& rules) {
  rules.nodes = {
      {"identifier", Act::name},
      {"property_identifier", Act::name, {}, nullptr, nullptr, UseKind::attribute},
      {"private_property_identifier", Act::name, {}, nullptr, nullptr, UseKind::attribute},
      {"shorthand_property_identifier", Act::name},
      {"shorthand_property_identifier_pattern", Act::name},
      {"comment", Act::comment},
      {"string", Act::skip},
      {"decorator", Act::attribute},
      {"export_statement", Act::wrapper, {}, nullptr, nullptr, {}, export_statement},
      {"import_statement", Act::plain, {}, nullptr, nullptr, {}, import_statement},
      {"function_declaration", Act::define, SymbolKind::function, "name", "body"},
      {"generator_function_declaration", Act::define, SymbolKind::function, "name", "body"},
      {"class_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"method_definition", Act::define, {}, nullptr, nullptr, {}, method},
      {"lexical_declaration", Act::plain, {}, nullptr, nullptr, {}, lexical_declaration},
      {"variable_declaration", Act::plain, {}, nullptr, nullptr, {}, lexical_declaration},
      {"variable_declarator", Act::binder, {}, nullptr, nullptr, {}, variable_declarator},
      {"assignment_expression", Act::define, {}, nullptr, nullptr, {}, assignment_expression},
      {"pair", Act::define, {}, nullptr, nullptr, {}, pair},
      {"call_expression", Act::plain, {}, nullptr, nullptr, {}, call_expression},
      {"arrow_function", Act::scope},
      {"function_expression", Act::scope},
      {"generator_function", Act::scope},
      {"jsx_opening_element", Act::plain, {}, nullptr, nullptr, {}, tag},
      {"jsx_self_closing_element", Act::plain, {}, nullptr, nullptr, {}, tag},
      {"jsx_closing_element", Act::skip},
  };
  rules.edges = {
      {"call_expression", "function", Mode::call},
      {"new_expression", "constructor", Mode::type},
      {"member_expression", "object", Mode::value},
      {"member_expression", "property", Mode::member},
      {"assignment_expression", "left", Mode::inherit},
      {"class_heritage", nullptr, Mode::type},
      {"import_clause", nullptr, Mode::import},
      {"named_imports", nullptr, Mode::import},
      {"namespace_import", nullptr, Mode::import},
      {"import_specifier", "name", Mode::import},
      {"import_specifier", "alias", Mode::skip},
      {"export_clause", nullptr, Mode::inherit},
      {"export_specifier", "name", Mode::inherit},
      {"export_specifier", "alias", Mode::skip},
      {"export_statement", nullptr, Mode::inherit},
      {"variable_declarator", "name", Mode::inherit},
      {"formal_parameters", nullptr, Mode::bind},
      {"arrow_function", "parameter", Mode::bind},
      {"catch_clause", "parameter", Mode::bind},
      {"for_in_statement", "left", Mode::bind},
      {"object_pattern", nullptr, Mode::inherit},
      {"array_pattern", nullptr, Mode::inherit},
      {"rest_pattern", nullptr, Mode::inherit},
      {"assignment_pattern", "left", Mode::inherit},
      {"object_assignment_pattern", "left", Mode::inherit},
      {"pair_pattern", "key", Mode::member},
      {"pair_pattern", "value", Mode::inherit},
      {"method_definition", "name", Mode::skip},
      {"pair", "key", Mode::skip},
      {"jsx_opening_element", "name", Mode::inherit},
      {"jsx_self_closing_element", "name", Mode::inherit},
  };
}

void add_typescript(Rules& rules) {
  const std::initializer_list<NodeRule> nodes = {
      {"type_identifier", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"ambient_declaration", Act::wrapper},
      {"function_signature", Act::define, SymbolKind::function, "name"},
      {"abstract_class_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"interface_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"type_alias_declaration", Act::define, {}, nullptr, nullptr, {}, type_alias},
      {"enum_declaration", Act::define, SymbolKind::type, "name", "body"},
      {"enum_assignment", Act::define, {}, nullptr, nullptr, {}, enum_assignment},
      {"internal_module", Act::define, {}, nullptr, nullptr, {}, module},
      {"module", Act::define, {}, nullptr, nullptr, {}, module},
      {"method_signature", Act::define, {}, nullptr, nullptr, {}, method},
      {"abstract_method_signature", Act::define, {}, nullptr, nullptr, {}, method},
      {"public_field_definition", Act::define, {}, nullptr, nullptr, {}, field},
      {"property_signature", Act::define, {}, nullptr, nullptr, {}, field},
      {"required_parameter", Act::plain, {}, nullptr, nullptr, {}, parameter_property},
      {"optional_parameter", Act::plain, {}, nullptr, nullptr, {}, parameter_property},
  };
  const std::initializer_list<EdgeRule> edges = {
      {"required_parameter", "pattern", Mode::bind},
      {"optional_parameter", "pattern", Mode::bind},
      {"required_parameter", "name", Mode::bind},
      {"type_parameter", "name", Mode::bind_type},
      {"extends_clause", "value", Mode::type},
      {"nested_type_identifier", "module", Mode::path},
      {"type_query", nullptr, Mode::value},
      {"import_require_clause", nullptr, Mode::import},
      {"type_alias_declaration", "name", Mode::skip},
      {"type_predicate", "name", Mode::nothing},
      {"index_signature", "name", Mode::nothing},
      {"enum_body", "name", Mode::target},
      {"enum_assignment", "name", Mode::skip},
      {"internal_module", "name", Mode::skip},
      {"module", "name", Mode::skip},
      {"method_signature", "name", Mode::skip},
      {"abstract_method_signature", "name", Mode::skip},
      {"public_field_definition", "name", Mode::skip},
      {"property_signature", "name", Mode::skip},
  };
  rules.nodes.insert(rules.nodes.end(), nodes.begin(), nodes.end());
  rules.edges.insert(rules.edges.end(), edges.begin(), edges.end());
}

}  // namespace

Rules javascript_rules() {
  Rules rules;
  rules.grammar = tree_sitter_javascript();
  add_common(rules);
  rules.nodes.push_back({"field_definition", Act::define, {}, nullptr, nullptr, {}, field});
  rules.edges.push_back({"field_definition", "property", Mode::skip});
  return rules;
}

Rules tsx_rules() {
  Rules rules;
  rules.grammar = tree_sitter_tsx();
  add_common(rules);
  add_typescript(rules);
  return rules;
}

Rules typescript_rules() {
  Rules rules = tsx_rules();
  rules.grammar = tree_sitter_typescript();  // the same, but for the tags
  const auto is_tag = [](const char* kind) { return std::string_view(kind).substr(0, 4) == "jsx_"; };
  std::vector<NodeRule> nodes;
  for (const NodeRule& rule : rules.nodes) {
    if (!is_tag(rule.kind)) nodes.push_back(rule);
  }
  std::vector<EdgeRule> edges;
  for (const EdgeRule& rule : rules.edges) {
    if (!is_tag(rule.parent)) edges.push_back(rule);
  }
  rules.nodes = nodes;
  rules.edges = edges;
  return rules;
}

}  // namespace coder::syntax
