// Ruby.
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_ruby();

namespace coder::syntax {
namespace {

/// C of A::B::C
std::string_view last_constant(Walk& walk, TSNode name) {
  return walk.text(is(name, "scope_resolution") ? child_in(name, "name") : name);
}

bool class_or_module(Walk& walk, TSNode node) {
  const SymbolKind kind = is(node, "class") ? SymbolKind::type : SymbolKind::module;
  TSNode body = child_in(node, "body");
  walk.define(node, last_constant(walk, child_in(node, "name")), kind, body);
  return true;
}

/// Other code calls the setter `name=` by assigning to `name`.
std::string_view method_name(Walk& walk, TSNode name) {
  return walk.text(is(name, "setter") ? child_in(name, "name") : name);
}

bool method(Walk& walk, TSNode node) {
  const Symbol* around = walk.around();
  const bool in_module = around && around->kind == SymbolKind::module;
  const bool is_method = in_module || is(node, "singleton_method");
  walk.define(node, method_name(walk, child_in(node, "name")),
              is_method ? SymbolKind::method : SymbolKind::function, child_in(node, "body"));
  return true;
}

/// X = …; what Struct.new makes is a type.
bool assignment(Walk& walk, TSNode node) {
  const TSNode left = child_in(node, "left"), right = child_in(node, "right");
  if (walk.context() == Context::function) {
    walk.set_mode(Mode::bind_after);
    return true;
  }
  walk.set_mode(Mode::nothing);
  if (!is(left, "constant") && !is(left, "scope_resolution")) return true;
  const std::string_view receiver = walk.text(child_in(right, "receiver"));
  const bool type = is(right, "call") && (receiver == "Struct" || receiver == "Class" || receiver == "Data");
  TSNode body = type ? child_in(right, "block") : kNoNode;
  if (ts_node_is_null(body)) body = if_longer_than_a_line(right);
  walk.define(node, last_constant(walk, left), type ? SymbolKind::type : SymbolKind::constant, body);
  return true;
}

/// "name" of :name and "name".
std::string_view symbol_text(Walk& walk, TSNode node) {
  const std::string_view text = walk.text(node);
  if (is(node, "simple_symbol")) return text.substr(1);
  return is(node, "string") ? unquoted(text) : std::string_view();
}

bool call(Walk& walk, TSNode node) {
  const TSNode name = child_in(node, "method");
  if (!is(name, "identifier") || !ts_node_is_null(child_in(node, "receiver"))) return true;
  const std::string_view method = walk.text(name);
  const TSNode arguments = child_in(node, "arguments");
  const TSNode first = named_child(arguments, 0);
  if (method == "require" || method == "load" || method == "require_relative") {
    const std::string_view path = is(first, "string") ? unquoted(walk.text(first)) : std::string_view();
    const bool relative = method == "require_relative" && path.substr(0, 1) != ".";
    if (!path.empty()) walk.import((relative ? "./" : "") + std::string(path), node);
  } else if (method == "attr_accessor" || method == "attr_reader" || method == "attr_writer") {
    each_child(arguments, [&](TSNode child, std::string_view) {
      walk.define_single(node, symbol_text(walk, child), SymbolKind::field, kNoNode);
    });
    return false;
  } else if (method == "define_method" || method == "alias_method") {
    walk.define_single(node, symbol_text(walk, first), SymbolKind::method, child_in(node, "block"));
  }
  return true;
}

/// :name often names a method.
bool symbol(Walk& walk, TSNode node) {
  walk.use(symbol_text(walk, node), UseKind::name, node);
  return false;
}

bool alias(Walk& walk, TSNode node) {
  walk.define_single(node, walk.text(child_in(node, "name")), SymbolKind::method, kNoNode);
  walk.use(walk.text(child_in(node, "alias")), UseKind::name, node);
  return false;
}

}  // namespace

Rules ruby_rules() {
  Rules rules;
  rules.grammar = tree_sitter_ruby();
  rules.nodes = {
      {"identifier", Act::name},
      {"constant", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"simple_symbol", Act::plain, {}, nullptr, nullptr, {}, symbol},
      {"comment", Act::comment},
      {"module", Act::define, {}, nullptr, nullptr, {}, class_or_module},
      {"class", Act::define, {}, nullptr, nullptr, {}, class_or_module},
      {"method", Act::define, {}, nullptr, nullptr, {}, method},
      {"singleton_method", Act::define, {}, nullptr, nullptr, {}, method},
      {"assignment", Act::binder, {}, nullptr, nullptr, {}, assignment},
      {"call", Act::plain, {}, nullptr, nullptr, {}, call},
      {"alias", Act::plain, {}, nullptr, nullptr, {}, alias},
      {"block", Act::scope},
      {"do_block", Act::scope},
      {"lambda", Act::scope},
  };
  rules.edges = {
      {"call", "method", Mode::call},
      {"module", "name", Mode::skip},
      {"class", "name", Mode::skip},
      {"method", "name", Mode::skip},
      {"singleton_method", "name", Mode::skip},
      {"assignment", "left", Mode::inherit},
      {"left_assignment_list", nullptr, Mode::inherit},
      {"destructured_left_assignment", nullptr, Mode::inherit},
      {"rest_assignment", nullptr, Mode::inherit},
      {"method_parameters", nullptr, Mode::bind},
      {"block_parameters", nullptr, Mode::bind},
      {"lambda_parameters", nullptr, Mode::bind},
      {"optional_parameter", "name", Mode::bind},
      {"keyword_parameter", "name", Mode::bind},
      {"splat_parameter", nullptr, Mode::bind},
      {"hash_splat_parameter", nullptr, Mode::bind},
      {"block_parameter", nullptr, Mode::bind},
      {"destructured_parameter", nullptr, Mode::bind},
      {"exception_variable", nullptr, Mode::bind},
      {"for", "pattern", Mode::bind},
  };
  return rules;
}

}  // namespace coder::syntax
