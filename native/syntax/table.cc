#include <cstring>

#include "syntax/rules.h"

namespace coder::syntax {

Table::Table(const Rules& rules)
    : grammar_(rules.grammar), patterns_bind_lower_case_only_(rules.patterns_bind_lower_case_only) {
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

const Table& table_of(Language language) {
  if (language == Language::rust) {
    static const Table table(rust_rules());
    return table;
  }
  static const Table table(python_rules());
  return table;
}

}  // namespace coder::syntax
