#include "syntax/errors.h"

#include <algorithm>
#include <string>

#include "syntax/outline.h"
#include "syntax/parse.h"
#include "syntax/rules.h"

namespace coder::syntax {
namespace {

constexpr size_t kMaxErrors = 1000;

}  // namespace

std::optional<std::vector<uint32_t>> error_lines(Language language, std::string_view text) {
  if (language == Language::none || text.size() > kMaxParseBytes) return std::nullopt;
  std::vector<uint32_t> out;
  const Table& table = table_of(language);
  const std::string prepared = table.prepare(text);
  const Parsed parsed = parse(table.grammar(), prepared.empty() ? text : std::string_view(prepared));
  if (parsed.cut || !parsed.tree) return std::nullopt;
  const TSNode root = ts_tree_root_node(parsed.tree.get());
  if (!ts_node_has_error(root)) return out;
  TSTreeCursor cursor = ts_tree_cursor_new(root);
  // Goes down only where there is an error below, so that a sound file costs nothing.
  for (bool more = true; more && out.size() < kMaxErrors;) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const bool error = ts_node_is_error(node) || ts_node_is_missing(node);
    if (error) out.push_back(ts_node_start_point(node).row);
    if (ts_node_has_error(node) && ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
    }
  }
  ts_tree_cursor_delete(&cursor);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace coder::syntax
