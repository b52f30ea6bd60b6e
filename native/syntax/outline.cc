#include "syntax/outline.h"

#include <string>

#include "syntax/parse.h"
#include "syntax/rules.h"
#include "syntax/walk.h"

namespace coder::syntax {

Outline outline(Language language, std::string_view text) {
  Outline out;
  if (language == Language::none || text.empty() || text.size() > kMaxParseBytes) return out;
  const Table& table = table_of(language);
  const std::string prepared = table.prepare(text);
  const Parsed parsed = parse(table.grammar(), prepared.empty() ? text : std::string_view(prepared));
  out.errors = parsed.cut;
  if (!parsed.tree) return out;
  const TSNode root = ts_tree_root_node(parsed.tree.get());
  out.errors = out.errors || ts_node_has_error(root);
  thread_local Names names;  // for its memory
  Walk(table, text, names, out).run(root);
  return out;
}

}  // namespace coder::syntax
