#include <cstring>

#include "syntax/rules.h"

namespace coder::syntax {

Table::Table(const Rules& rules)
    : grammar_(rules.grammar),
      prepare_(rules.prepare),
      patterns_bind_lower_case_only_(rules.patterns_bind_lower_case_only) {
  kinds_.resize(ts_language_symbol_count(grammar_));
  for (size_t i = 0; i < kinds_.size(); ++i) {
    if (ts_language_symbol_type(grammar_, static_cast<TSSymbol>(i)) == TSSymbolTypeAnonymous) {
      kinds_[i].act = Act::token;
    }
  }
  for (const NodeRule& rule : rules.nodes) {
    for (const TSSymbol symbol : symbols(rule.kind)) {
      Kind& kind = kinds_[symbol];
      kind.act = rule.act;
      kind.symbol = rule.symbol;
      kind.use = rule.use;
      kind.hook = rule.hook;
      if (rule.name) kind.name = field(rule.name);
      if (rule.body) kind.body = field(rule.body);
    }
  }

  // A definition's name is no use of it.
  std::vector<EdgeRule> all = rules.edges;
  for (const NodeRule& rule : rules.nodes) {
    if (rule.name) all.push_back({rule.kind, rule.name, Mode::skip});
  }
  std::vector<std::vector<Edge>> by_kind(kinds_.size());
  for (const EdgeRule& rule : all) {
    for (const TSSymbol symbol : symbols(rule.parent)) {
      if (rule.field) {
        by_kind[symbol].push_back({field(rule.field), rule.mode});
      } else {
        kinds_[symbol].others = rule.mode;
      }
    }
  }
  for (size_t i = 0; i < kinds_.size(); ++i) {
    kinds_[i].edges_begin = static_cast<uint16_t>(edges_.size());
    edges_.insert(edges_.end(), by_kind[i].begin(), by_kind[i].end());
    kinds_[i].edges_end = static_cast<uint16_t>(edges_.size());
  }
}

TSFieldId Table::field(const char* name) {
  const TSFieldId id =
      ts_language_field_id_for_name(grammar_, name, static_cast<uint32_t>(std::strlen(name)));
  if (id == 0) unknown_.push_back(std::string("field ") + name);
  return id;
}

/// A grammar may have several symbols of one name.
std::vector<TSSymbol> Table::symbols(const char* kind) {
  std::vector<TSSymbol> out;
  for (size_t i = 0; i < kinds_.size(); ++i) {
    const auto symbol = static_cast<TSSymbol>(i);
    if (ts_language_symbol_type(grammar_, symbol) == TSSymbolTypeRegular &&
        std::strcmp(ts_language_symbol_name(grammar_, symbol), kind) == 0) {
      out.push_back(symbol);
    }
  }
  if (out.empty()) unknown_.push_back(kind);
  return out;
}

namespace {

/// The table of one language, made when it is first asked for.
template <Rules (*rules)()>
const Table& kept() {
  static const Table table(rules());
  return table;
}

}  // namespace

const Table& table_of(Language language) {
  switch (language) {
    case Language::rust:
      return kept<rust_rules>();
    case Language::c:
      return kept<c_rules>();
    case Language::cpp:
      return kept<cpp_rules>();
    case Language::lua:
      return kept<lua_rules>();
    case Language::javascript:
      return kept<javascript_rules>();
    case Language::typescript:
      return kept<typescript_rules>();
    case Language::tsx:
      return kept<tsx_rules>();
    case Language::go:
      return kept<go_rules>();
    case Language::java:
      return kept<java_rules>();
    case Language::ruby:
      return kept<ruby_rules>();
    case Language::bash:
      return kept<bash_rules>();
    case Language::none:
    case Language::python:
      break;
  }
  return kept<python_rules>();
}

}  // namespace coder::syntax
