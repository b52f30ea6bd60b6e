#include "syntax/walk.h"

#include <algorithm>
#include <utility>

namespace coder::syntax {
namespace {

/// Trees nest this deep at most; what is deeper does not count. Chains of operators nest as deep as they are
/// long.
constexpr size_t kMaxDepth = 10000;

Mode below(Mode edge, Mode parent) {
  switch (edge) {
    case Mode::natural:
      return parent == Mode::type ? Mode::type : Mode::value;
    case Mode::inherit:
      return parent;
    case Mode::member:
      return parent == Mode::call || parent == Mode::type || parent == Mode::import || parent == Mode::path ||
                     parent == Mode::nothing
                 ? parent
                 : Mode::attribute;
    default:
      return edge;
  }
}

}  // namespace

Walk::Walk(const Table& table, std::string_view text, Names& names, Outline& out)
    : table_(table), text_(text), names_(names), out_(out) {
  names_.reset(text);
}

void Walk::run(TSNode root) {
  static const Table::Kind plain;
  Frame bottom;
  bottom.kind = &plain;
  frames_.push_back(bottom);
  TSTreeCursor cursor = ts_tree_cursor_new(root);
  visit(cursor);
  ts_tree_cursor_delete(&cursor);
  visit_deferred();
  // What was put off may come behind what follows it.
  const auto is_before = [](const Use& a, const Use& b) { return a.line < b.line; };
  if (!std::is_sorted(out_.uses.begin(), out_.uses.end(), is_before)) {
    std::stable_sort(out_.uses.begin(), out_.uses.end(), is_before);
  }
}

/// The cursor's node and all below it.
void Walk::visit(TSTreeCursor& cursor) {
  const size_t base = frames_.size();
  for (;;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const Table::Kind& kind = table_.kind(ts_node_symbol(node));
    Frame& top = frames_.back();
    bool down = false;
    if (kind.act != Act::token) down = enter(cursor, node, kind);
    if (top.defined != kNoSymbol && kind.act != Act::comment) {
      if (node.id == top.body) {
        Symbol& symbol = out_.symbols[static_cast<size_t>(top.defined)];
        if (top.last_end > symbol.signature) symbol.signature_end = top.last_end;
      }
      top.last_end = ts_node_end_byte(node);
    }
    if (down) {
      frames_.push_back(next_);
      if (!next_.wrapper) visit_deferred();
      if (frames_.size() < kMaxDepth && ts_tree_cursor_goto_first_child(&cursor)) continue;
      leave(frames_.back());
      frames_.pop_back();
    }
    for (;;) {
      if (frames_.size() == base) return;
      if (ts_tree_cursor_goto_next_sibling(&cursor)) break;
      leave(frames_.back());
      frames_.pop_back();
      ts_tree_cursor_goto_parent(&cursor);
    }
  }
}

/// Whether what is below the node is visited, with `next_` as its frame.
bool Walk::enter(TSTreeCursor& cursor, TSNode node, const Table::Kind& kind) {
  if (kind.act == Act::comment) {
    comment(node);
    return false;
  }
  const Frame& top = frames_.back();
  Mode mode = top.kind->others;
  if (top.kind->edges_begin < top.kind->edges_end) {
    const TSFieldId field = ts_tree_cursor_current_field_id(&cursor);
    if (field != 0) mode = table_.edge(*top.kind, field);
  }
  mode = below(mode, top.mode);
  if (mode == Mode::skip || kind.act == Act::skip) return false;
  if (kind.act == Act::name) {
    name(node, kind, mode);
    return false;
  }

  next_ = Frame();
  next_.kind = &kind;
  next_.symbol = top.symbol;
  next_.user = top.user;
  next_.mode = mode;
  next_.context = top.context;
  next_.bound = static_cast<uint32_t>(names_.size());
  next_.pending = static_cast<uint32_t>(pending_.size());
  switch (kind.act) {
    case Act::attribute:
      if (!attribute(node, kind)) return false;
      break;
    case Act::deferred:
      if (!in_deferred_ && top.wrapper) {
        deferred_.push_back(node);
        return false;
      }
      break;
    case Act::wrapper:
      wrap(node);
      break;
    case Act::define:
      if (kind.name != 0) {
        const TSNode found = ts_node_child_by_field_id(node, kind.name);
        const TSNode body = kind.body ? ts_node_child_by_field_id(node, kind.body) : TSNode{};
        if (!ts_node_is_null(found)) define(node, text(found), kind.symbol, body);
      }
      break;
    case Act::scope:
      next_.scope = true;
      next_.context = Context::function;
      break;
    default:
      break;
  }
  if (kind.hook && kind.act != Act::attribute && !kind.hook(*this, node)) return false;
  scopes_ += next_.scope;
  return true;
}

void Walk::leave(const Frame& frame) {
  if (frame.kind->act == Act::binder) {
    for (size_t i = frame.pending; i < pending_.size(); ++i) names_.bind(pending_[i], Names::Binding::value);
    pending_.resize(std::min<size_t>(pending_.size(), frame.pending));
  }
  if (frame.scope) {
    names_.release(frame.bound);
    --scopes_;
  }
}

/// What was put off belongs to the frame on top.
void Walk::visit_deferred() {
  if (deferred_.empty() || in_deferred_) return;
  in_deferred_ = true;
  const Frame kept = next_;
  TSTreeCursor cursor = ts_tree_cursor_new(deferred_.front());
  for (size_t i = 0; i < deferred_.size(); ++i) {
    if (i > 0) ts_tree_cursor_reset(&cursor, deferred_[i]);
    visit(cursor);
  }
  ts_tree_cursor_delete(&cursor);
  next_ = kept;
  deferred_.clear();
  in_deferred_ = false;
}

void Walk::name(TSNode node, const Table::Kind& kind, Mode mode) {
  const std::string_view word = text(node);
  if (word.empty() || word.size() > kMaxNameBytes || word == "_") return;
  const Names::Id id = names_.intern(word);
  const bool is_plain = kind.use == UseKind::name;  // else a type or a member, by its own kind
  switch (mode) {
    case Mode::nothing:
      return;
    case Mode::bind:
    case Mode::bind_after:
      if (is_plain) return bind_name(id, node, mode == Mode::bind_after);
      return use(id, kind.use, node);
    case Mode::bind_type:
      if (scopes_ > 0) names_.bind(id, Names::Binding::type);
      return;
    case Mode::target:
      return target(node, kind, id);
    case Mode::import:
      return use(id, UseKind::import, node);
    case Mode::tokens:
      return token_name(node, id);
    case Mode::type:
      return use(id, UseKind::type, node);
    case Mode::attribute:
      return use(id, kind.use == UseKind::type ? kind.use : UseKind::attribute, node);
    case Mode::call:
      return use(id, kind.use == UseKind::type ? kind.use : UseKind::call, node);
    case Mode::path:
      return use(id, word[0] >= 'A' && word[0] <= 'Z' ? UseKind::type : kind.use, node);
    default:
      return use(id, kind.use, node);
  }
}

/// What is assigned to.
void Walk::target(TSNode node, const Table::Kind& kind, Names::Id id) {
  if (kind.use == UseKind::attribute) {  // the member of an enumeration: a definition by itself
    define_single(node, names_.text(id), SymbolKind::field, kNoNode);
  } else if (frames_.back().context == Context::function) {
    bind_name(id, node, true);
  } else {
    define_target(names_.text(id),
                  frames_.back().context == Context::type ? SymbolKind::field : SymbolKind::constant);
  }
}

/// A name in text that is not parsed.
void Walk::token_name(TSNode node, Names::Id id) {
  const std::string_view word = names_.text(id);
  const uint32_t begin = ts_node_start_byte(node), end = ts_node_end_byte(node);
  const char before = begin > 0 ? text_[begin - 1] : '\0';
  const char after = end < text_.size() ? text_[end] : '\0';
  UseKind kind = UseKind::name;
  if (after == '(' || (after == '!' && end + 1 < text_.size() && text_[end + 1] != '=')) {
    kind = UseKind::call;
  } else if (before == '.') {
    kind = UseKind::attribute;
  } else if (word[0] >= 'A' && word[0] <= 'Z' &&
             std::any_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    kind = UseKind::type;
  }
  use(id, kind, node);
}

void Walk::bind_name(Names::Id id, TSNode node, bool later) {
  const char first = names_.text(id)[0];
  if (table_.patterns_bind_lower_case_only() && first >= 'A' && first <= 'Z') {
    return use(id, UseKind::name, node);
  }
  if (scopes_ == 0) return;
  if (later) {
    pending_.push_back(id);
  } else {
    names_.bind(id, Names::Binding::value);
  }
}

void Walk::bind(std::string_view name) {
  if ((scopes_ > 0 || next_.scope) && !name.empty() && name.size() <= kMaxNameBytes) {
    names_.bind(names_.intern(name), Names::Binding::value);
  }
}

void Walk::use(std::string_view name, UseKind kind, TSNode at) {
  if (name.empty() || name.size() > kMaxNameBytes) return;
  use(names_.intern(name), kind, at);
}

void Walk::use(Names::Id id, UseKind kind, TSNode at) {
  const std::string_view name = names_.text(id);
  switch (kind) {
    case UseKind::name:
      if (name.size() == 1) return;
      [[fallthrough]];
    case UseKind::call:
      if (names_.is_bound(id, Names::Binding::value)) return;
      break;
    case UseKind::type:
      if (names_.is_bound(id, Names::Binding::type)) return;
      break;
    default:
      break;
  }
  const int32_t user = frames_.back().user;
  const auto next = static_cast<uint32_t>(out_.uses.size());
  const uint32_t found = names_.find_or_add(id, static_cast<uint8_t>(kind), user, next);
  if (found == next) {
    out_.uses.push_back({std::string(name), kind, user, ts_node_start_point(at).row, 1});
  } else {
    ++out_.uses[found].count;
  }
}

void Walk::import(std::string_view module, TSNode at) {
  if (module.empty() || module.size() > 4 * kMaxNameBytes) return;
  Import found{std::string(module), ts_node_start_point(at).row};
  const auto is_same = [&](const Import& other) { return other.module == found.module; };
  // Those of one statement or one group stand together.
  const size_t near = std::min<size_t>(out_.imports.size(), 64);
  if (std::any_of(out_.imports.end() - static_cast<std::ptrdiff_t>(near), out_.imports.end(), is_same))
    return;
  out_.imports.push_back(std::move(found));
}

}  // namespace coder::syntax
