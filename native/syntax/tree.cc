#include "syntax/tree.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace coder::syntax {

namespace {

/// The core compares names with all that a grammar has; here each literal is looked up once.
TSFieldId field_id(const TSLanguage* grammar, const char* name) {
  struct Known {
    const TSLanguage* grammar = nullptr;
    const char* name = nullptr;
    TSFieldId id = 0;
  };
  thread_local std::array<Known, 256> all;
  const uintptr_t key = reinterpret_cast<uintptr_t>(name) ^ (reinterpret_cast<uintptr_t>(grammar) >> 4);
  Known& known = all[(key ^ (key >> 8)) % all.size()];
  if (known.grammar != grammar || known.name != name) {
    known = {grammar, name,
             ts_language_field_id_for_name(grammar, name, static_cast<uint32_t>(std::strlen(name)))};
  }
  return known.id;
}

}  // namespace

TSNode child_in(TSNode node, const char* field) {
  if (ts_node_is_null(node)) return kNoNode;
  const TSFieldId id = field_id(ts_node_language(node), field);
  return id == 0 ? kNoNode : ts_node_child_by_field_id(node, id);
}

TSNode named_child(TSNode node, uint32_t at) {
  return ts_node_is_null(node) ? kNoNode : ts_node_named_child(node, at);
}

TSNode child_at(TSNode node, uint32_t at) {
  return ts_node_is_null(node) ? kNoNode : ts_node_child(node, at);
}

uint32_t named_count(TSNode node) { return ts_node_is_null(node) ? 0 : ts_node_named_child_count(node); }

std::string_view kind_of(TSNode node) {
  return ts_node_is_null(node) ? std::string_view() : std::string_view(ts_node_type(node));
}

bool is(TSNode node, std::string_view kind) { return kind_of(node) == kind; }

TSNode child_of_kind(TSNode node, std::string_view kind) {
  const uint32_t count = ts_node_is_null(node) ? 0 : std::min(ts_node_child_count(node), 8u);
  for (uint32_t i = 0; i < count; ++i) {
    const TSNode child = ts_node_child(node, i);
    if (is(child, kind)) return child;
  }
  return kNoNode;
}

TSNode if_longer_than_a_line(TSNode node) {
  if (ts_node_is_null(node) || ts_node_start_point(node).row == ts_node_end_point(node).row) return kNoNode;
  return node;
}

std::string_view behind_last(std::string_view text, std::string_view separator) {
  const size_t at = text.rfind(separator);
  return at == std::string_view::npos ? text : text.substr(at + separator.size());
}

std::string compact(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
  }
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2) return text;
  const char first = text.front(), last = text.back();
  const bool quoted = first == last && (first == '"' || first == '\'' || first == '`');
  return quoted || (first == '<' && last == '>') ? text.substr(1, text.size() - 2) : text;
}

}  // namespace coder::syntax
