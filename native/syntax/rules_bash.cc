// Shell scripts: Bash, and what else is close enough to it.
#include <algorithm>
#include <string>

#include "syntax/rules.h"
#include "syntax/walk.h"

extern "C" const TSLanguage* tree_sitter_bash();

namespace coder::syntax {
namespace {

/// A function or a program is called by its bare name.
bool command(Walk& walk, TSNode node) {
  const TSNode name = child_in(node, "name");
  const std::string_view word = walk.text(name);
  if (word == "source" || word == ".") {
    const TSNode file = child_in(node, "argument");
    walk.import(unquoted(walk.text(file)), node);
    return true;
  }
  const bool bare = std::all_of(word.begin(), word.end(), [](char c) {
    return c == '_' || c == '-' || c == ':' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  });
  if (bare) walk.use(word, UseKind::call, name);
  return true;
}

/// NAME=value outside of functions; before a command it is that command's environment.
bool variable_assignment(Walk& walk, TSNode node) {
  const bool environment = walk.mode() == Mode::nothing;
  if (environment || walk.context() == Context::function) return true;
  walk.set_statement(node, child_in(node, "value"));
  const TSNode name = child_in(node, "name");
  if (is(name, "variable_name")) walk.define_target(walk.text(name), SymbolKind::constant);
  return true;
}

/// local x=…
bool declaration_command(Walk& walk, TSNode node) {
  const std::string_view word = walk.text(child_at(node, 0));
  if (walk.context() != Context::function || (word != "local" && word != "declare" && word != "typeset"))
    return true;
  each_child(node, [&](TSNode child, std::string_view) {
    const TSNode name = is(child, "variable_assignment") ? child_in(child, "name") : child;
    if (is(name, "variable_name")) walk.bind(walk.text(name));
  });
  return true;
}

}  // namespace

Rules bash_rules() {
  Rules rules;
  rules.grammar = tree_sitter_bash();
  rules.nodes = {
      {"variable_name", Act::name},
      {"comment", Act::comment},
      {"function_definition", Act::define, SymbolKind::function, "name", "body"},
      {"variable_assignment", Act::plain, {}, nullptr, nullptr, {}, variable_assignment},
      {"declaration_command", Act::plain, {}, nullptr, nullptr, {}, declaration_command},
      {"command", Act::plain, {}, nullptr, nullptr, {}, command},
  };
  rules.edges = {
      {"command", nullptr, Mode::nothing},
      {"variable_assignment", "name", Mode::nothing},
      {"declaration_command", nullptr, Mode::natural},
      {"for_statement", "variable", Mode::bind},
  };
  return rules;
}

}  // namespace coder::syntax
