// Python.
#include <algorithm>
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace coder::syntax {
namespace {

/// ".a.b" of a dotted or relative name, without blanks.
std::string dotted(std::string_view written) {
  std::string out = compact(written);
  out.erase(std::remove(out.begin(), out.end(), '\\'), out.end());
  return out;
}

/// The names that an import statement brings in.
template <class Each>
void each_name(TSNode statement, Each each) {
  each_child(statement, [&](TSNode child, std::string_view field) {
    if (field != "name") return;
    each(is(child, "aliased_import") ? child_in(child, "name") : child);
  });
}

/// import a.b, c as d
bool import_statement(Walk& walk, TSNode node) {
  each_name(node, [&](TSNode name) {
    walk.import(dotted(walk.text(name)), name);
    walk.use(behind_last(walk.text(name), "."), UseKind::import, name);
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
  each_child(list, [&](TSNode child, std::string_view) {
    if (is(child, "string")) walk.use(unquoted(walk.text(child)), UseKind::name, child);
  });
}

/// X = …, and in a method self.x = …: a field, once for each method.
bool assignment(Walk& walk, TSNode node) {
  const TSNode left = child_in(node, "left"), value = child_in(node, "right");
  walk.set_mode(Mode::target);
  if (walk.context() != Context::function) {
    walk.set_statement(node, value);
    if (walk.text(left) == "__all__") exported(walk, value);
  } else if (is(left, "attribute")) {
    const Symbol* method = walk.around();
    const std::string_view object = walk.text(child_in(left, "object"));
    if (method && method->kind == SymbolKind::method && (object == "self" || object == "cls")) {
      walk.set_statement(node, value);
      walk.define_target(walk.text(child_in(left, "attribute")), SymbolKind::field);
      walk.set_mode(Mode::nothing);
    }
  }
  return true;
}

bool augmented_assignment(Walk& walk, TSNode node) {
  if (walk.text(child_in(node, "left")) == "__all__") exported(walk, child_in(node, "right"));
  return true;
}

/// type X[T] = …
bool type_alias(Walk& walk, TSNode node) {
  TSNode name = child_in(node, "left");
  while (!ts_node_is_null(name) && !is(name, "identifier")) name = named_child(name, 0);
  walk.define(node, walk.text(name), SymbolKind::type, kNoNode);
  return true;
}

/// "Tree" in an annotation is a type that is defined further down; f"{x}" has code in it, others have none.
bool string(Walk& walk, TSNode node) {
  const std::string_view word = walk.text(node);
  if (walk.mode() != Mode::type) {
    const std::string_view prefix = word.substr(0, std::min<size_t>(word.find_first_of("\"'"), 4));
    return prefix.find_first_of("fFtT") != std::string_view::npos;
  }
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
  const uint32_t count = std::min(named_count(pattern), 16u);
  for (uint32_t i = 0; i < count; ++i) bind_all(walk, named_child(pattern, i), depth - 1);
}

/// In [f(x) for x in y] the name is bound behind its use.
bool clause(Walk& walk, TSNode node) {
  const uint32_t count = std::min(ts_node_named_child_count(node), 8u);
  for (uint32_t i = 1; i < count; ++i) {
    const TSNode child = named_child(node, i);
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
      {"assignment", "left", Mode::inherit},
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
