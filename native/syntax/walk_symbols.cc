// The definitions of a walk, and the comments and attributes in front of them.
#include <algorithm>
#include <string>

#include "syntax/walk.h"

namespace coder::syntax {
namespace {

// Kinds beyond those of uses, for Names::find_or_add.
constexpr uint8_t kTargetKind = 100;
constexpr uint8_t kTypeKind = 200;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

bool counts_uses(SymbolKind kind) {
  return kind == SymbolKind::function || kind == SymbolKind::method || kind == SymbolKind::type ||
         kind == SymbolKind::block || kind == SymbolKind::macro;
}

Context context_in(SymbolKind kind, Context around) {
  switch (kind) {
    case SymbolKind::function:
    case SymbolKind::method:
    case SymbolKind::macro:
      return Context::function;
    case SymbolKind::type:
    case SymbolKind::block:
      return Context::type;
    case SymbolKind::module:
      return Context::top;
    default:
      return around;
  }
}

}  // namespace

std::string_view Walk::text(TSNode node) const {
  if (ts_node_is_null(node)) return {};
  const uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
  return begin <= end && end <= text_.size() ? text_.substr(begin, end - begin) : std::string_view();
}

const Symbol* Walk::symbol(int32_t index) const {
  return index == kNoSymbol ? nullptr : &out_.symbols[static_cast<size_t>(index)];
}

const Symbol* Walk::around() const { return symbol(frames_.back().symbol); }

uint32_t Walk::trim_end(uint32_t begin, uint32_t end) const {
  while (end > begin && is_blank(text_[end - 1])) --end;
  return end;
}

uint32_t Walk::skip_blanks(uint32_t at) const {
  while (at < text_.size() && is_blank(text_[at])) ++at;
  return at;
}

bool Walk::first_on_line(uint32_t at) const {
  while (at > 0 && (text_[at - 1] == ' ' || text_[at - 1] == '\t')) --at;
  return at == 0 || text_[at - 1] == '\n';
}

/// Nothing but blanks stands between the lead and `start`, and no blank line behind a comment. A lead that
/// does not reach as far is dropped: it reaches nothing that comes later.
bool Walk::lead_reaches(uint32_t start) {
  if (!lead_.is_there || lead_.end > start) return false;
  size_t lines = 0;
  for (uint32_t at = lead_.end; at < start && lead_.is_there; ++at) {
    lines += text_[at] == '\n';
    if (!is_blank(text_[at]) || (lines > 1 && !lead_.ends_in_attribute)) lead_.is_there = false;
  }
  return lead_.is_there;
}

void Walk::extend_lead(TSNode node, bool is_attribute) {
  const uint32_t begin = ts_node_start_byte(node);
  if (!lead_reaches(begin)) {
    lead_ = Lead();
    lead_.begin = begin;
    lead_.line = ts_node_start_point(node).row;
    lead_.is_there = true;
  }
  lead_.end = trim_end(begin, ts_node_end_byte(node));
  lead_.ends_in_attribute = is_attribute;
}

void Walk::comment(TSNode node) {
  if (in_deferred_) return;
  const uint32_t begin = ts_node_start_byte(node);
  Frame& top = frames_.back();
  if (top.wrapper && top.signature == begin) {
    top.signature = skip_blanks(ts_node_end_byte(node));
    return;
  }
  if (top.symbol != kNoSymbol && out_.symbols[static_cast<size_t>(top.symbol)].signature == begin) {
    out_.symbols[static_cast<size_t>(top.symbol)].signature = skip_blanks(ts_node_end_byte(node));
    return;  // between an attribute and what it belongs to
  }
  // "//!" describes what it stands in; a comment behind code describes that code.
  const std::string_view mark = text_.substr(begin, 3);
  if (mark == "//!" || mark == "/*!" || (!first_on_line(begin) && !lead_reaches(begin))) return;
  extend_lead(node, false);
}

/// Whether to walk it now; else it waits for the definition.
bool Walk::attribute(TSNode node, const Table::Kind& kind) {
  if (in_deferred_) return !kind.hook || kind.hook(*this, node);
  const uint32_t begin = ts_node_start_byte(node);
  const uint32_t behind = skip_blanks(ts_node_end_byte(node));
  Frame& top = frames_.back();
  if (top.wrapper) {
    if (top.signature == begin) top.signature = behind;
  } else if (top.symbol != kNoSymbol && out_.symbols[static_cast<size_t>(top.symbol)].signature == begin) {
    out_.symbols[static_cast<size_t>(top.symbol)].signature = behind;
    return !kind.hook || kind.hook(*this, node);
  } else {
    extend_lead(node, true);
  }
  if (!kind.hook || kind.hook(*this, node)) deferred_.push_back(node);
  return false;
}

int32_t Walk::add_symbol(TSNode node, std::string_view name, SymbolKind kind, TSNode body) {
  if (name.empty() || name.size() > kMaxNameBytes || name == "_") return kNoSymbol;
  const Frame& top = frames_.back();
  Symbol symbol;
  symbol.name = name;
  symbol.parent = top.symbol;
  symbol.kind = kind;
  const Symbol* parent = this->symbol(symbol.parent);
  if (kind == SymbolKind::function && parent &&
      (parent->kind == SymbolKind::type || parent->kind == SymbolKind::block)) {
    symbol.kind = SymbolKind::method;
  }

  const uint32_t start = ts_node_start_byte(node);
  symbol.begin = symbol.signature = start;
  symbol.first_line = ts_node_start_point(node).row;
  if (top.wrapper) {
    symbol.begin = top.begin;
    symbol.first_line = top.line;
    symbol.signature = std::min(top.signature, start);
  } else if (lead_reaches(start)) {
    symbol.begin = lead_.begin;
    symbol.first_line = lead_.line;
    symbol.alias = lead_.alias;
    if (!lead_.prefix.empty() && symbol.alias.empty() &&
        name.substr(0, lead_.prefix.size()) == lead_.prefix) {
      symbol.alias = name.substr(lead_.prefix.size());
    }
  }
  if (symbol.alias == symbol.name) symbol.alias.clear();
  // In a broken text a wrapper may be around more than one definition.
  if (!out_.symbols.empty() && symbol.begin < out_.symbols.back().begin) {
    symbol.begin = symbol.signature = start;
    symbol.first_line = ts_node_start_point(node).row;
    if (start < out_.symbols.back().begin) return kNoSymbol;
  }

  const uint32_t node_end = ts_node_end_byte(node);
  symbol.end = trim_end(symbol.signature, node_end);
  symbol.last_line = ts_node_end_point(node).row;
  symbol.last_line -=
      static_cast<uint32_t>(std::count(text_.begin() + symbol.end, text_.begin() + node_end, '\n'));
  symbol.signature_end = symbol.end;
  if (!ts_node_is_null(body)) {
    const uint32_t body_start = ts_node_start_byte(body);
    if (body_start > symbol.signature && body_start <= symbol.end) {
      symbol.signature_end = trim_end(symbol.signature, body_start);
    }
  }
  out_.symbols.push_back(std::move(symbol));
  return static_cast<int32_t>(out_.symbols.size() - 1);
}

void Walk::define(TSNode node, std::string_view name, SymbolKind kind, TSNode body) {
  const int32_t added = add_symbol(node, name, kind, body);
  if (added == kNoSymbol) return;
  kind = out_.symbols[static_cast<size_t>(added)].kind;
  next_.defined = added;
  next_.symbol = added;
  next_.body = body.id;
  next_.context = context_in(kind, next_.context);
  if (kind == SymbolKind::type) {
    names_.find_or_add(names_.intern(name), kTypeKind, kNoSymbol, static_cast<uint32_t>(added));
  }
  if (counts_uses(kind)) {
    next_.user = added;
    next_.scope = true;
  }
}

void Walk::wrap(TSNode node) {
  const Frame& top = frames_.back();
  const uint32_t start = ts_node_start_byte(node);
  next_.wrapper = true;
  next_.begin = next_.signature = start;
  next_.line = ts_node_start_point(node).row;
  if (top.wrapper) {
    next_.begin = top.begin;
    next_.line = top.line;
    next_.signature = std::min(top.signature, start);
  } else if (lead_reaches(start)) {
    next_.begin = lead_.begin;
    next_.line = lead_.line;
  }
}

void Walk::adopt(int32_t parent) {
  if (next_.defined != kNoSymbol && parent < next_.defined) {
    out_.symbols[static_cast<size_t>(next_.defined)].parent = parent;
  }
}

int32_t Walk::type_named(std::string_view name) {
  const uint32_t* found = names_.find(names_.intern(name), kTypeKind, kNoSymbol);
  return found ? static_cast<int32_t>(*found) : kNoSymbol;
}

void Walk::define_single(TSNode node, std::string_view name, SymbolKind kind, TSNode body) {
  add_symbol(node, name, kind, body);
}

void Walk::set_statement(TSNode node, TSNode value) { statement_ = {node, if_longer_than_a_line(value)}; }

void Walk::define_target(std::string_view name, SymbolKind kind) {
  if (name.empty() || name.size() > kMaxNameBytes || ts_node_is_null(statement_.node)) return;
  const auto next = static_cast<uint32_t>(out_.symbols.size());
  const Names::Id id = names_.intern(name);
  const auto stored = static_cast<uint8_t>(kTargetKind + static_cast<uint8_t>(kind));
  if (names_.find_or_add(id, stored, frames_.back().symbol, next) == next) {
    add_symbol(statement_.node, name, kind, statement_.value);
  }
}

}  // namespace coder::syntax
