// C and C++.
#include <string>

#include "syntax/mask.h"
#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" {
const TSLanguage* tree_sitter_c();
const TSLanguage* tree_sitter_cpp();
}

namespace coder::syntax {
namespace {

constexpr int kMaxDeclarators = 32;  ///< one inside the other

/// What a declarator declares: of `*a::b::f(int x)` the name f, in the scope b, a function.
struct Declared {
  TSNode name = kNoNode;
  bool scoped = false;
  bool function = false;
};

Declared declared_by(TSNode declarator) {
  Declared out;
  for (int depth = 0; depth < kMaxDeclarators && !ts_node_is_null(declarator); ++depth) {
    const std::string_view kind = kind_of(declarator);
    TSNode inner = child_in(declarator, "declarator");
    if (kind == "function_declarator") {
      out.function = true;
    } else if (kind == "pointer_declarator" || kind == "reference_declarator" || kind == "array_declarator") {
      out.function = false;  // what is called or indexed is a variable: (*f)(int)
      if (ts_node_is_null(inner)) inner = named_child(declarator, 0);
    } else if (kind == "parenthesized_declarator" || kind == "attributed_declarator") {
      inner = named_child(declarator, 0);
    } else if (kind == "qualified_identifier") {
      out.scoped = true;
      inner = child_in(declarator, "name");
    } else if (kind == "template_function" || kind == "template_method" || kind == "template_type") {
      inner = child_in(declarator, "name");
    } else if (kind == "operator_cast") {
      out.function = true;
      out.name = declarator;
      return out;
    } else if (kind != "init_declarator" && kind != "pointer_type_declarator") {
      if (kind == "identifier" || kind == "field_identifier" || kind == "type_identifier" ||
          kind == "operator_name" || kind == "destructor_name" || kind == "primitive_type") {
        out.name = declarator;
      }
      return out;
    }
    declarator = inner;
  }
  return out;
}

/// "operator==" and "operator bool" as everybody writes them.
std::string name_text(Walk& walk, TSNode name) {
  std::string_view text = walk.text(name);
  if (is(name, "operator_cast")) text = text.substr(0, text.find('('));
  if (text.substr(0, 8) != "operator") return std::string(text);
  const std::string rest = compact(text.substr(8));
  const bool is_word =
      !rest.empty() && rest[0] >= 'A' && rest[0] != '[' && rest[0] != '^' && rest[0] != '|' && rest[0] != '~';
  return (is_word ? "operator " : "operator") + rest;
}

bool function_definition(Walk& walk, TSNode node) {
  const Declared declared = declared_by(child_in(node, "declarator"));
  TSNode body = child_of_kind(node, "field_initializer_list");  // of a constructor: no part of its signature
  if (ts_node_is_null(body)) body = child_in(node, "body");
  const TSNode type = child_in(node, "type");
  if (declared.function) {
    walk.define(node, name_text(walk, declared.name),
                declared.scoped ? SymbolKind::method : SymbolKind::function, body);
  } else if ((is(type, "class_specifier") || is(type, "struct_specifier")) &&
             is(declared.name, "identifier")) {
    walk.define(node, walk.text(declared.name), SymbolKind::type, body);  // class EXPORT_MACRO Name { … }
  }
  walk.set_mode(Mode::nothing);
  return true;
}

/// Variables, members and prototypes; several may share one declaration.
bool declaration(Walk& walk, TSNode node) {
  if (walk.context() == Context::function) {
    walk.set_mode(Mode::bind);
    return true;
  }
  const Context context = walk.context();
  bool first = true;
  each_child(node, [&](TSNode child, std::string_view field) {
    if (field != "declarator") return;
    const Declared declared = declared_by(child);
    if (ts_node_is_null(declared.name)) return;
    const SymbolKind kind = declared.function          ? SymbolKind::function
                            : context == Context::type ? SymbolKind::field
                                                       : SymbolKind::constant;
    const TSNode value = if_longer_than_a_line(child_in(child, "value"));
    const std::string name = name_text(walk, declared.name);
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

/// class, struct, union, enum: a definition where there is a body, else a use.
bool specifier(Walk& walk, TSNode node) {
  const TSNode body = child_in(node, "body");
  if (ts_node_is_null(body)) return true;
  const TSNode name = declared_by(child_in(node, "name")).name;
  if (ts_node_is_null(name)) return true;
  walk.set_mode(Mode::nothing);
  // typedef struct Name { … } Name; has been defined already.
  const Symbol* around = walk.around();
  if (around && around->name == walk.text(name) && around->end > ts_node_end_byte(node) &&
      around->signature < ts_node_start_byte(node)) {
    return true;
  }
  walk.define(node, walk.text(name), SymbolKind::type, body);
  return true;
}

bool type_definition(Walk& walk, TSNode node) {
  const TSNode type = child_in(node, "type");
  const TSNode body = child_in(type, "body");
  const std::string_view tag = walk.text(child_in(type, "name"));
  bool first = true;
  if (walk.context() != Context::function) {
    each_child(node, [&](TSNode child, std::string_view field) {
      if (field != "declarator") return;
      const std::string_view name = walk.text(declared_by(child).name);
      if (first && (ts_node_is_null(body) || tag.empty() || tag == name)) {
        walk.define(node, name, SymbolKind::type, body);
      } else {
        walk.define_single(node, name, SymbolKind::type, body);
      }
      first = false;
    });
  }
  walk.set_mode(Mode::nothing);
  return true;
}

bool namespace_definition(Walk& walk, TSNode node) {
  walk.define(node, compact(walk.text(child_in(node, "name"))), SymbolKind::module, child_in(node, "body"));
  walk.set_mode(Mode::nothing);
  return true;
}

/// #define, but for the guard of a header.
bool macro(Walk& walk, TSNode node) {
  const std::string_view name = walk.text(child_in(node, "name"));
  const TSNode value = child_in(node, "value");
  const auto ends_in = [&](std::string_view end) {
    return name.size() > end.size() && name.substr(name.size() - end.size()) == end;
  };
  const bool guard = ts_node_is_null(value) && is(node, "preproc_def") &&
                     (ends_in("_H") || ends_in("_H_") || ends_in("_HPP") || ends_in("_INCLUDED"));
  if (!guard) walk.define(node, name, SymbolKind::macro, if_longer_than_a_line(value));
  return !guard;
}

bool is_keyword(std::string_view word) {
  for (const std::string_view keyword :
       {"do",     "while",   "if",      "else",        "for",       "return",   "sizeof", "const",
        "static", "struct",  "int",     "char",        "void",      "unsigned", "long",   "extern",
        "inline", "goto",    "break",   "continue",    "typedef",   "enum",     "union",  "switch",
        "case",   "default", "defined", "__VA_ARGS__", "__VA_OPT__"}) {
    if (word == keyword) return true;
  }
  return false;
}

/// What a macro stands for is not parsed: its words count.
bool macro_value(Walk& walk, TSNode node) {
  const std::string_view text = walk.text(node);
  const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    if (text[at] == '"' || text[at] == '\'') {
      for (++at; at < text.size() && text[at] != text[begin]; ++at) at += text[at] == '\\';
      ++at;
      continue;
    }
    if (!is_letter(text[at]) && !is_digit(text[at])) {
      ++at;
      continue;
    }
    while (at < text.size() && (is_letter(text[at]) || is_digit(text[at]))) ++at;
    if (is_digit(text[begin])) continue;
    const std::string_view word = text.substr(begin, at - begin);
    const bool call = at < text.size() && text[at] == '(';
    if (!is_keyword(word)) walk.use(word, call ? UseKind::call : UseKind::name, node);
  }
  return false;
}

bool include(Walk& walk, TSNode node) {
  const TSNode path = child_in(node, "path");
  if (is(path, "string_literal") || is(path, "system_lib_string"))
    walk.import(unquoted(walk.text(path)), node);
  return false;
}

/// Those of both languages; `rules` has the grammar.
void add_common(Rules& rules) {
  rules.prepare = without_macros;
  rules.nodes = {
      {"identifier", Act::name},
      {"type_identifier", Act::name, {}, nullptr, nullptr, UseKind::type},
      {"field_identifier", Act::name, {}, nullptr, nullptr, UseKind::attribute},
      {"comment", Act::comment},
      {"function_definition", Act::define, {}, nullptr, nullptr, {}, function_definition},
      {"declaration", Act::define, {}, nullptr, nullptr, {}, declaration},
      {"field_declaration", Act::define, {}, nullptr, nullptr, {}, declaration},
      {"struct_specifier", Act::define, {}, nullptr, nullptr, {}, specifier},
      {"union_specifier", Act::define, {}, nullptr, nullptr, {}, specifier},
      {"enum_specifier", Act::define, {}, nullptr, nullptr, {}, specifier},
      {"enumerator", Act::define, SymbolKind::field, "name"},
      {"type_definition", Act::define, {}, nullptr, nullptr, {}, type_definition},
      {"preproc_def", Act::define, {}, nullptr, nullptr, {}, macro},
      {"preproc_function_def", Act::define, {}, nullptr, nullptr, {}, macro},
      {"preproc_arg", Act::plain, {}, nullptr, nullptr, {}, macro_value},
      {"preproc_include", Act::plain, {}, nullptr, nullptr, {}, include},
      {"preproc_call", Act::skip},
      {"preproc_defined", Act::skip},
      {"attribute_specifier", Act::skip},
      {"attribute_declaration", Act::skip},
      {"ms_declspec_modifier", Act::skip},
      {"gnu_asm_expression", Act::skip},
      {"string_literal", Act::skip},
  };
  rules.edges = {
      {"call_expression", "function", Mode::call},
      {"field_expression", "argument", Mode::value},
      {"field_expression", "field", Mode::member},
      {"function_definition", "declarator", Mode::inherit},
      {"declaration", "declarator", Mode::inherit},
      {"field_declaration", "declarator", Mode::inherit},
      {"type_definition", "declarator", Mode::inherit},
      {"struct_specifier", "name", Mode::inherit},
      {"union_specifier", "name", Mode::inherit},
      {"enum_specifier", "name", Mode::inherit},
      {"preproc_def", "name", Mode::skip},
      {"preproc_function_def", "name", Mode::skip},
      {"preproc_params", nullptr, Mode::bind},
      {"preproc_ifdef", "name", Mode::skip},
      {"preproc_elifdef", "name", Mode::skip},
      {"preproc_if", "condition", Mode::skip},
      {"preproc_elif", "condition", Mode::skip},
      {"parameter_declaration", "declarator", Mode::bind},
      {"init_declarator", "declarator", Mode::inherit},
      {"init_declarator", "value", Mode::value},
      {"pointer_declarator", "declarator", Mode::inherit},
      {"array_declarator", "declarator", Mode::inherit},
      {"function_declarator", "declarator", Mode::inherit},
      {"parenthesized_declarator", nullptr, Mode::inherit},
      {"attributed_declarator", nullptr, Mode::inherit},
  };
}

}  // namespace

Rules c_rules() {
  Rules rules;
  rules.grammar = tree_sitter_c();
  add_common(rules);
  return rules;
}

Rules cpp_rules() {
  Rules rules;
  rules.grammar = tree_sitter_cpp();
  add_common(rules);
  const std::initializer_list<NodeRule> nodes = {
      {"namespace_identifier", Act::name},
      {"class_specifier", Act::define, {}, nullptr, nullptr, {}, specifier},
      {"namespace_definition", Act::define, {}, nullptr, nullptr, {}, namespace_definition},
      {"alias_declaration", Act::define, SymbolKind::type, "name"},
      {"concept_definition", Act::define, SymbolKind::type, "name"},
      {"template_declaration", Act::wrapper},
      {"template_parameter_list", Act::deferred},
      {"requires_clause", Act::deferred},
      {"lambda_expression", Act::scope},
  };
  const std::initializer_list<EdgeRule> edges = {
      {"class_specifier", "name", Mode::inherit},
      {"namespace_definition", "name", Mode::inherit},
      {"nested_namespace_specifier", nullptr, Mode::inherit},
      {"qualified_identifier", "scope", Mode::path},
      {"qualified_identifier", "name", Mode::member},
      {"template_function", "name", Mode::inherit},
      {"template_method", "name", Mode::inherit},
      {"template_type", "name", Mode::inherit},
      {"dependent_name", nullptr, Mode::inherit},
      {"destructor_name", nullptr, Mode::inherit},
      {"optional_parameter_declaration", "declarator", Mode::bind},
      {"variadic_parameter_declaration", "declarator", Mode::bind},
      {"variadic_declarator", nullptr, Mode::inherit},
      {"reference_declarator", nullptr, Mode::inherit},
      {"structured_binding_declarator", nullptr, Mode::inherit},
      {"for_range_loop", "declarator", Mode::bind},
      {"lambda_capture_initializer", "left", Mode::bind},
      {"type_parameter_declaration", nullptr, Mode::bind_type},
      {"variadic_type_parameter_declaration", nullptr, Mode::bind_type},
      {"optional_type_parameter_declaration", "name", Mode::bind_type},
      {"using_declaration", nullptr, Mode::import},
  };
  rules.nodes.insert(rules.nodes.end(), nodes.begin(), nodes.end());
  rules.edges.insert(rules.edges.end(), edges.begin(), edges.end());
  return rules;
}

}  // namespace coder::syntax
