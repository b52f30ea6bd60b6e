// A question to a model that may read more before it answers: ask, run what it calls, ask again with the
// results, until it answers or has used up what one answer may.
//
//   round ─▶ dispatch (own POSTs, own row in the ledger) ─┬─ no calls ─▶ done
//     ▲                                                   └─ calls ─▶ ToolRun, one after the other ─▶ next
//     round └─ at a limit: one last round in which it may call nothing
//
// Each round's prompt is the question's own and what was read since, with its labels: once private text was
// read, only trusted models are asked to go on.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "dispatch/dispatcher.h"
#include "task/tool_run.h"

namespace coder::task {

/// A call that was answered, for the user.
struct ToolShown {
  std::string name;
  std::string arguments;  ///< JSON, as the model wrote it
  std::string words;      ///< what it is about: "native/x.cc 1-80"
  std::string result;     ///< "80 lines", "refused: never sent (rule .env)"
  bool refused = false;
  privacy::Label label = privacy::Label::any;  ///< of what was read

  /// "read_file native/x.cc 1-80 → 80 lines"
  std::string line() const;
};

struct ToolDeps {
  loop::Loop& loop;
  dispatch::Dispatcher& dispatcher;
  ToolPlace place;
  config::Tools limits;
};

/// As Dispatcher::ask. `on_tool` once for each call, before the text that follows it. `on_chosen` is told of
/// the first round, and of later ones where another model takes over. The Outcome is that of all rounds
/// together. Destroying it cancels, also between two rounds.
std::unique_ptr<dispatch::Question> ask_with_tools(ToolDeps deps, dispatch::Request request,
                                                   dispatch::Handlers handlers,
                                                   unique_function<void(const ToolShown&)> on_tool);

}  // namespace coder::task
