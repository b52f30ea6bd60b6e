// Python.
#include <algorithm>
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace coder::syntax {
namespace {

constexpr TSNode kNone{};

/// ".a.b" of a dotted or relative name, without blanks.
std::string dotted(std::string_view written) {
  std::string out;
  for (const char c : written) {
    if (c != ' ' && c != '\t' && c != '\\' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

std::string_view last_part(std::string_view dotted_name) {
  return dotted_name.substr(dotted_name.rfind('.') + 1);
}

/// The names that an import statement brings in.
template <class Each>
void each_name(TSNode statement, Each each) {
  TSTreeCursor cursor = ts_tree_cursor_new(statement);
  if (ts_tree_cursor_goto_first_child(&cursor)) {
    do {
      const char* field = ts_tree_cursor_current_field_name(&cursor);
      if (!field || std::string_view(field) != "name") continue;
      TSNode node = ts_tree_cursor_current_node(&cursor);
      if (is(node, "aliased_import")) node = child_in(node, "name");
      if (!ts_node_is_null(node)) each(node);
    } while (ts_tree_cursor_goto_next_sibling(&cursor));
  }
  ts_tree_cursor_delete(&cursor);
}

/// import a.b, c as d
bool import_statement(Walk& walk, TSNode node) {
  each_name(node, [&](TSNode name) {
    walk.import(dotted(walk.text(name)), name);
    walk.use(last_part(walk.text(name)), UseKind::import, name);
  });
  return false;
}

/// from .a import b, c as d
bool import_from(Walk& walk, TSNode node) {
  const TSNode module = child_in(node, "module_name");
  walk.import(dotted(walk.text(module)), ts_node_is_null(module) ? node : module);
  each_name(node, [&](TSNode name) { walk.use(walk.text(name), UseKind::import, name); });
  return false;
}

/// The strings of __all__ name what the module offers.
void exported(Walk& walk, TSNode list) {
  const uint32_t count = ts_node_named_child_count(list);
  TSTreeCursor cursor = ts_tree_cursor_new(list);
  if (count > 0 && ts_tree_cursor_goto_first_child(&cursor)) {
    do {
      const TSNode item = ts_tree_cursor_current_node(&cursor);
      if (!is(item, "string")) continue;
      std::string_view word = walk.text(item);
      if (word.size() > 2) walk.use(word.substr(1, word.size() - 2), UseKind::name, item);
    } while (ts_tree_cursor_goto_next_sibling(&cursor));
  }
  ts_tree_cursor_delete(&cursor);
}

bool assignment(Walk& walk, TSNode node) {
  const TSNode value = child_in(node, "right");
  if (walk.context() != Context::function) {
    walk.set_statement(node, value);
    if (walk.text(child_in(node, "left")) == "__all__") exported(walk, value);
  }
  return true;
}

bool augmented_assignment(Walk& walk, TSNode node) {
  if (walk.text(child_in(node, "left")) == "__all__") exported(walk, child_in(node, "right"));
  return true;
}

/// self.x = … in a method: a field, once for each method.
bool attribute(Walk& walk, TSNode node) {
  if (walk.mode() != Mode::target || walk.context() != Context::function) return true;
  const Symbol* method = walk.around();
  const std::string_view object = walk.text(child_in(node, "object"));
  if (!method || method->kind != SymbolKind::method || (object != "self" && object != "cls")) return true;
  TSNode statement = ts_node_parent(node);
  if (!is(statement, "assignment")) return true;
  walk.set_statement(statement, child_in(statement, "right"));
  walk.define_target(walk.text(child_in(node, "attribute")), SymbolKind::field);
  return false;
}

/// type X[T] = …
bool type_alias(Walk& walk, TSNode node) {
  TSNode name = child_in(node, "left");
  while (!ts_node_is_null(name) && !is(name, "identifier")) name = ts_node_named_child(name, 0);
  walk.define(node, walk.text(name), SymbolKind::type, kNone);
  return true;
}

/// "Tree" in an annotation is a type that is defined further down.
bool string(Walk& walk, TSNode node) {
  if (walk.mode() != Mode::type) return true;
  const std::string_view word = walk.text(node);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_inner = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  for (size_t at = 1; at + 1 < word.size();) {
    if (!is_letter(word[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < word.size() && is_inner(word[at])) ++at;
    // What begins with a small letter is as likely one of the values of a Literal.
    if (word[begin] >= 'A' && word[begin] <= 'Z') {
      walk.use(word.substr(begin, at - begin), UseKind::type, node);
    }
  }
  return false;
}

void bind_all(Walk& walk, TSNode pattern, int depth) {
  if (is(pattern, "identifier")) return walk.bind(walk.text(pattern));
  if (depth == 0) return;
  const uint32_t count = std::min(ts_node_named_child_count(pattern), 16u);
  for (uint32_t i = 0; i < count; ++i) bind_all(walk, ts_node_named_child(pattern, i), depth - 1);
}

/// In [f(x) for x in y] the name is bound behind its use.
bool clause(Walk& walk, TSNode node) {
  const uint32_t count = std::min(ts_node_named_child_count(node), 8u);
  for (uint32_t i = 1; i < count; ++i) {
    const TSNode child = ts_node_named_child(node, i);
    if (is(child, "for_in_clause")) bind_all(walk, child_in(child, "left"), 4);
  }
  return true;
}

}  // namespace

Rules python_rules() {
  Rules rules;
  rules.grammar = tree_sitter_python();
  rules.nodes = {
      {"identifier", Act::name},
      {"comment", Act::comment},
      {"decorated_definition", Act::wrapper},
      {"decorator", Act::attribute},
      {"function_definition", Act::define, SymbolKind::function, "name", "body"},
      {"class_definition", Act::define, SymbolKind::type, "name", "body"},
      {"type_alias_statement", Act::define, SymbolKind::type, nullptr, nullptr, {}, type_alias},
      {"assignment", Act::binder, {}, nullptr, nullptr, {}, assignment},
      {"augmented_assignment", Act::plain, {}, nullptr, nullptr, {}, augmented_assignment},
      {"attribute", Act::plain, {}, nullptr, nullptr, {}, attribute},
      {"string", Act::plain, {}, nullptr, nullptr, {}, string},
      {"lambda", Act::scope},
      {"list_comprehension", Act::scope, {}, nullptr, nullptr, {}, clause},
      {"set_comprehension", Act::scope, {}, nullptr, nullptr, {}, clause},
      {"dictionary_comprehension", Act::scope, {}, nullptr, nullptr, {}, clause},
      {"generator_expression", Act::scope, {}, nullptr, nullptr, {}, clause},
      {"import_statement", Act::plain, {}, nullptr, nullptr, {}, import_statement},
      {"import_from_statement", Act::plain, {}, nullptr, nullptr, {}, import_from},
      {"future_import_statement", Act::skip},
  };
  rules.edges = {
      {"call", "function", Mode::call},
      {"call", "arguments", Mode::value},
      {"attribute", "object", Mode::value},
      {"attribute", "attribute", Mode::member},
      {"keyword_argument", "name", Mode::skip},
      {"decorator", nullptr, Mode::call},
      {"class_definition", "superclasses", Mode::type},
      {"type", nullptr, Mode::type},
      {"parameters", nullptr, Mode::bind},
      {"lambda_parameters", nullptr, Mode::bind},
      {"default_parameter", "name", Mode::bind},
      {"typed_default_parameter", "name", Mode::bind},
      {"typed_parameter", nullptr, Mode::bind},
      {"typed_parameter", "type", Mode::type},
      {"list_splat_pattern", nullptr, Mode::inherit},
      {"dictionary_splat_pattern", nullptr, Mode::inherit},
      {"tuple_pattern", nullptr, Mode::inherit},
      {"list_pattern", nullptr, Mode::inherit},
      {"pattern_list", nullptr, Mode::inherit},
      {"type_parameter", nullptr, Mode::type},
      {"assignment", "left", Mode::target},
      {"for_statement", "left", Mode::bind},
      {"for_in_clause", "left", Mode::bind},
      {"as_pattern_target", nullptr, Mode::bind},
      {"named_expression", "name", Mode::bind},
      {"class_pattern", nullptr, Mode::type},
      {"case_pattern", nullptr, Mode::bind},
      {"dotted_name", nullptr, Mode::inherit},
      {"splat_pattern", nullptr, Mode::bind},
      {"keyword_pattern", nullptr, Mode::bind},
      {"type_alias_statement", "left", Mode::skip},
  };
  return rules;
}

}  // namespace coder::syntax
