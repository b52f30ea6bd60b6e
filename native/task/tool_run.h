// One call of a tool, carried out: what the model is shown of it, with the label of what it was made of.
//
// The rules, the same for every tool:
//   - A path stands below the project's root, lexically, and not in a .git folder; files behind links are not
//     read.
//   - What is never sent is not read, whoever asks. What is private is read for trusted models only, and what
//     another one sees is as if it were not there: no match, no count, no name.
//   - Files count that the index holds, and those it leaves out as generated or minified: so what git ignores
//     is not read. Open buffers count as they are now.
//   - Results are bounded, and say what was left out and how to get it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "privacy/paths.h"
#include "task/named_context.h"
#include "task/tools.h"
#include "workspace/indexer.h"

namespace coder::task {

struct ToolResult {
  std::string text;  ///< for the model
  privacy::Label label = privacy::Label::any;
  std::string rule;                    ///< that made it local_only
  std::vector<privacy::Piece> pieces;  ///< that it is made of
  std::string words;                   ///< for the user: "80 lines", "refused: never sent (rule .env)"
  bool refused = false;
};

/// Where tools look. Loop thread only.
struct ToolPlace {
  std::string root;  ///< absolute
  /// Of `root`, begun if need be; null: none is to be had.
  std::function<workspace::Indexer*()> indexer;
  /// Of an absolute path.
  std::function<privacy::Verdict(const std::string& path)> judge;
  /// Of a text that may hold a diff.
  std::function<privacy::Verdict(const std::string& text)> judge_diff;
  /// Texts of changed buffers, by path below the root; empty: there are none.
  std::function<std::map<std::string, std::string>()> unsaved;
  bool editor = false;  ///< there is one, with diagnostics
  std::vector<Diagnostic> diagnostics;
};

class ToolRun {
 public:
  /// `trusted`: the model that asks may see private text. The result has about `max_bytes` at most. `done`
  /// once, from the loop, never inside of the constructor; destroying it cancels. `place` must outlive it.
  ToolRun(loop::Loop& loop, const ToolPlace& place, ToolUse use, bool trusted, size_t max_bytes,
          unique_function<void(ToolResult)> done);
  ~ToolRun();
  ToolRun(const ToolRun&) = delete;

  struct State;

 private:
  std::shared_ptr<State> state_;
};

}  // namespace coder::task
