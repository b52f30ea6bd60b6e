// One whole suggestion for a place, for callers that cannot show it while it grows: completion menus, the
// command line.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/unique_function.h"
#include "completion/results.h"
#include "completion/view.h"
#include "dispatch/completions.h"
#include "loop/loop.h"

namespace coder::completion {

struct Suggested {
  std::string text;  ///< cleaned, to insert at the cursor; may be empty
  std::string raw;   ///< what the model wrote
  bool cut_short = false;
  dispatch::CompletionOutcome outcome;  ///< what is known of it where it was ended early
};

inline constexpr Millis kOnceLimit{8000};

/// What an earlier request gave for this place, cleaned; nullopt: the model is to be asked. Its outcome names
/// no model.
std::optional<Suggested> recall(Results& results, const View& view, int64_t scope, size_t max_lines);

/// Keeps `suggested` for recall() and for ghost text at `view`.
void remember(Results& results, const View& view, const Suggested& suggested, int64_t scope,
              size_t max_lines);

class Once {
 public:
  using Done = unique_function<void(Result<Suggested>)>;

  /// Calls `done` once, from the loop; not at all when destroyed before. `max_lines` 0: no limit. What the
  /// model has written after kOnceLimit is all it gets to write.
  Once(loop::Loop& loop, dispatch::Completions& completions, dispatch::CompletionRequest request, View view,
       size_t max_lines, Done done);

 private:
  void wrote(std::string_view text);
  void stop(bool cut_short);
  void end(Result<void> result, dispatch::CompletionOutcome outcome);

  View view_;
  size_t max_lines_;
  Done done_;
  std::string raw_;
  std::string model_;
  std::unique_ptr<dispatch::Operation> operation_;
  loop::Timer timer_;
};

}  // namespace coder::completion
