// Small questions to a syntax tree, for the rules.
#pragma once

#include <tree_sitter/api.h>

#include <string>
#include <string_view>

namespace coder::syntax {

inline constexpr TSNode kNoNode{};

// All of these take the null node, too, which has no children.

/// The first child of `node` in `field`, a string literal (its address is remembered); the null node when
/// there is none.
TSNode child_in(TSNode node, const char* field);

/// The child at that place, of the named ones or of all; the null node when there are not as many.
TSNode named_child(TSNode node, uint32_t at);
TSNode child_at(TSNode node, uint32_t at);

uint32_t named_count(TSNode node);

/// The name of its kind; "" of the null node.
std::string_view kind_of(TSNode node);
bool is(TSNode node, std::string_view kind);

/// The first child of that kind among the first eight, tokens included; the null node when there is none.
TSNode child_of_kind(TSNode node, std::string_view kind);

/// `node` if it begins and ends on different lines, else the null node.
TSNode if_longer_than_a_line(TSNode node);

/// Calls each(child, field) for the children in order; field is "" where a child is in none.
template <class Each>
void each_child(TSNode node, Each each) {
  if (ts_node_is_null(node)) return;
  TSTreeCursor cursor = ts_tree_cursor_new(node);
  if (ts_tree_cursor_goto_first_child(&cursor)) {
    do {
      const char* field = ts_tree_cursor_current_field_name(&cursor);
      each(ts_tree_cursor_current_node(&cursor), std::string_view(field ? field : ""));
    } while (ts_tree_cursor_goto_next_sibling(&cursor));
  }
  ts_tree_cursor_delete(&cursor);
}

/// Behind the last `separator`; the whole where there is none.
std::string_view behind_last(std::string_view text, std::string_view separator);

/// Without white space.
std::string compact(std::string_view text);

/// Without the quotes around it ("x", 'x', `x`, <x>).
std::string_view unquoted(std::string_view text);

}  // namespace coder::syntax
