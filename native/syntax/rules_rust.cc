// Rust, and how it shows itself to Python (PyO3).
#include <algorithm>
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_rust();

namespace coder::syntax {
namespace {

constexpr int kMaxUseDepth = 16;  ///< of nested lists in `use`

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || is_upper(c); }

/// `path` names something in a module, or is a module itself: what is written like a type is none.
void import_path(Walk& walk, const std::string& path, TSNode node) {
  const std::string_view name = behind_last(path, "::");
  if (name.empty()) return;
  const size_t module = path.size() - name.size();
  if (name == "self" || name == "*") {
    walk.import(path.substr(0, module > 2 ? module - 2 : 0), node);
    if (name == "self" && module > 2)
      walk.use(behind_last(path.substr(0, module - 2), "::"), UseKind::import, node);
    return;
  }
  walk.import(is_upper(name[0]) && module > 2 ? path.substr(0, module - 2) : path, node);
  walk.use(name, UseKind::import, node);
}

/// a::{b, c::{self, D as E}, f::*} behind `prefix` ("x::").
void use_tree(Walk& walk, TSNode node, const std::string& prefix, int depth) {
  if (depth == 0 || prefix.size() > 4 * kMaxNameBytes) return;
  const std::string_view kind = kind_of(node);
  if (kind == "use_as_clause") return use_tree(walk, child_in(node, "path"), prefix, depth - 1);
  if (kind == "scoped_use_list" || kind == "use_list") {
    const TSNode path = child_in(node, "path");
    const std::string inner = ts_node_is_null(path) ? prefix : prefix + compact(walk.text(path)) + "::";
    const TSNode list = kind == "use_list" ? node : child_in(node, "list");
    each_child(list, [&](TSNode child, std::string_view) {
      if (ts_node_is_named(child)) use_tree(walk, child, inner, depth - 1);
    });
    return;
  }
  if (kind == "line_comment" || kind == "block_comment") return;
  import_path(walk, prefix + compact(walk.text(node)), node);  // a path, or one with "::*"
}

bool use_declaration(Walk& walk, TSNode node) {
  const TSNode argument = child_in(node, "argument");
  if (!ts_node_is_null(argument)) use_tree(walk, argument, "", kMaxUseDepth);
  return false;
}

bool extern_crate(Walk& walk, TSNode node) {
  import_path(walk, std::string(walk.text(child_in(node, "name"))), node);
  return false;
}

/// `mod x;` takes in another file.
bool mod_item(Walk& walk, TSNode node) {
  if (ts_node_is_null(child_in(node, "body"))) {
    walk.import("self::" + std::string(walk.text(child_in(node, "name"))), node);
  }
  return true;
}

/// Config { path, .. } reads a field and binds a variable of its name.
bool field_pattern(Walk& walk, TSNode node) {
  const TSNode name = child_in(node, "name");
  if (!ts_node_is_null(child_in(node, "pattern")) || ts_node_is_null(name)) return true;
  walk.use(walk.text(name), UseKind::attribute, name);
  if (walk.mode() == Mode::bind || walk.mode() == Mode::bind_after) walk.bind(walk.text(name));
  return false;
}

/// The name of the type that a block is about: "Vec" of `&mut a::Vec<T>`.
bool impl_item(Walk& walk, TSNode node) {
  TSNode type = child_in(node, "type");
  for (int depth = 0; depth < 8 && !ts_node_is_null(type); ++depth) {
    if (is(type, "type_identifier") || is(type, "primitive_type")) break;
    TSNode inner = child_in(type, "type");
    if (ts_node_is_null(inner)) inner = child_in(type, "name");
    if (ts_node_is_null(inner)) inner = child_in(type, "trait");
    if (ts_node_is_null(inner)) inner = child_in(type, "element");
    if (ts_node_is_null(inner)) break;
    type = inner;
  }
  std::string_view name = walk.text(type);
  if (name.empty()) name = walk.text(child_in(node, "trait"));
  walk.define(node, name, SymbolKind::block, child_in(node, "body"));
  return true;
}

/// macro_rules! x { … }: the grammar has no node for its body.
bool macro_definition(Walk& walk, TSNode node) {
  TSNode body = child_of_kind(node, "{");
  if (ts_node_is_null(body)) body = child_of_kind(node, "(");
  if (ts_node_is_null(body)) body = child_of_kind(node, "[");
  walk.define(node, walk.text(child_in(node, "name")), SymbolKind::macro, body);
  return true;
}

/// Where `word` stands in `text` by itself, not before `from`.
size_t find_word(std::string_view text, std::string_view word, size_t from) {
  for (size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return at;
  }
  return std::string_view::npos;
}

/// X of `name = "X"` in an attribute for another language.
std::string_view given_name(std::string_view text) {
  for (const std::string_view key : {"name", "js_name"}) {
    size_t at = find_word(text, key, 0);
    if (at == std::string_view::npos) continue;
    at += key.size();
    while (at < text.size() && (text[at] == ' ' || text[at] == '=')) ++at;
    if (at >= text.size() || text[at] != '"') continue;
    const size_t end = text.find('"', at + 1);
    if (end != std::string_view::npos) return text.substr(at + 1, end - at - 1);
  }
  return {};
}

/// #[pyclass(name = "X")], #[getter] …: what Python calls it. Attributes for the compiler alone name
/// nothing.
bool attribute_item(Walk& walk, TSNode node) {
  const std::string_view text = walk.text(node);
  const TSNode attribute = named_child(node, 0);
  const std::string_view path = walk.text(named_child(attribute, 0));
  for (const std::string_view word : {"pyclass", "pyfunction", "pymodule", "pyo3", "napi", "wasm_bindgen"}) {
    const size_t at = find_word(text, word, 0);
    if (at == std::string_view::npos) continue;
    const std::string_view name = given_name(text.substr(at));
    if (!name.empty()) walk.set_alias(std::string(name));
  }
  if (path == "getter" || path == "setter") {
    const TSNode arguments = child_in(attribute, "arguments");
    std::string_view given = walk.text(arguments);
    if (given.size() > 2) {
      walk.set_alias(std::string(given.substr(1, given.size() - 2)));
    } else {
      walk.set_alias_without(path == "getter" ? "get_" : "set_");
    }
  }
  for (const std::string_view plain :
       {"cfg", "allow", "warn", "deny", "expect", "doc", "inline", "must_use", "test", "non_exhaustive",
        "cold", "repr", "deprecated", "feature", "rustfmt::skip", "track_caller", "no_mangle"}) {
    if (path == plain) return false;
  }
  return true;
}

}  // namespace

Rules rust_rules() {
  Rules rules;
  rules.grammar = tree_sitter_rust();
  rules.patterns_bind_lower_case_only = true;
  rules.nodes = {
      {"identifier", Act::name},
      {"type_identifier", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"field_identifier", Act::name, {}, nullptr, nullptr, UseKind::attribute},
      {"line_comment", Act::comment},
      {"block_comment", Act::comment},
      {"attribute_item", Act::attribute, {}, nullptr, nullptr, {}, attribute_item},
      {"inner_attribute_item", Act::plain, {}, nullptr, nullptr, {}, attribute_item},
      {"function_item", Act::define, SymbolKind::function, "name", "body"},
      {"function_signature_item", Act::define, SymbolKind::function, "name"},
      {"struct_item", Act::define, SymbolKind::type, "name", "body"},
      {"enum_item", Act::define, SymbolKind::type, "name", "body"},
      {"union_item", Act::define, SymbolKind::type, "name", "body"},
      {"trait_item", Act::define, SymbolKind::type, "name", "body"},
      {"type_item", Act::define, SymbolKind::type, "name"},
      {"associated_type", Act::define, SymbolKind::type, "name"},
      {"impl_item", Act::define, SymbolKind::block, nullptr, nullptr, {}, impl_item},
      {"mod_item", Act::define, SymbolKind::module, "name", "body", {}, mod_item},
      {"const_item", Act::define, SymbolKind::constant, "name"},
      {"static_item", Act::define, SymbolKind::constant, "name"},
      {"enum_variant", Act::define, SymbolKind::field, "name", "body"},
      {"field_declaration", Act::define, SymbolKind::field, "name"},
      {"macro_definition", Act::define, SymbolKind::macro, nullptr, nullptr, {}, macro_definition},
      {"field_pattern", Act::plain, {}, nullptr, nullptr, {}, field_pattern},
      {"let_declaration", Act::binder},
      {"closure_expression", Act::scope},
      {"use_declaration", Act::plain, {}, nullptr, nullptr, {}, use_declaration},
      {"extern_crate_declaration", Act::plain, {}, nullptr, nullptr, {}, extern_crate},
      {"visibility_modifier", Act::skip},
      {"lifetime", Act::skip},
      {"label", Act::skip},
      {"token_tree_pattern", Act::skip},
      {"string_literal", Act::skip},
      {"raw_string_literal", Act::skip},
  };
  rules.edges = {
      {"call_expression", "function", Mode::call},
      {"generic_function", "function", Mode::inherit},
      {"generic_function", "type_arguments", Mode::type},
      {"field_expression", "field", Mode::member},
      {"field_expression", "value", Mode::value},
      {"scoped_identifier", "path", Mode::path},
      {"scoped_identifier", "name", Mode::member},
      {"scoped_type_identifier", "path", Mode::path},
      {"generic_type", "type", Mode::type},
      {"generic_type_with_turbofish", "type", Mode::type},
      {"macro_invocation", "macro", Mode::call},
      {"token_tree", nullptr, Mode::tokens},
      {"token_repetition", nullptr, Mode::tokens},
      {"attribute", nullptr, Mode::call},
      {"attribute", "value", Mode::value},
      {"attribute", "arguments", Mode::tokens},
      {"macro_definition", "name", Mode::skip},
      {"let_declaration", "pattern", Mode::bind_after},
      {"let_condition", "pattern", Mode::bind},
      {"match_pattern", nullptr, Mode::bind},
      {"match_pattern", "condition", Mode::value},
      {"for_expression", "pattern", Mode::bind},
      {"closure_parameters", nullptr, Mode::bind},
      {"parameter", "pattern", Mode::bind},
      {"tuple_struct_pattern", nullptr, Mode::inherit},
      {"tuple_struct_pattern", "type", Mode::type},
      {"struct_pattern", nullptr, Mode::inherit},
      {"struct_pattern", "type", Mode::type},
      {"field_pattern", "name", Mode::attribute},
      {"field_pattern", "pattern", Mode::inherit},
      {"captured_pattern", nullptr, Mode::inherit},
      {"mut_pattern", nullptr, Mode::inherit},
      {"ref_pattern", nullptr, Mode::inherit},
      {"reference_pattern", nullptr, Mode::inherit},
      {"slice_pattern", nullptr, Mode::inherit},
      {"or_pattern", nullptr, Mode::inherit},
      {"tuple_pattern", nullptr, Mode::inherit},
      {"generic_pattern", nullptr, Mode::type},
      {"type_parameter", "name", Mode::bind_type},
      {"const_parameter", "name", Mode::bind},
      {"array_type", "length", Mode::value},
  };
  return rules;
}

}  // namespace coder::syntax
