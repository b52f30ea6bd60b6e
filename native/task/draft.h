// The text of a pull request or a commit, written by a model from a diff of any size: one that does not fit
// the model's window is summarised in parts first.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_function.h"
#include "dispatch/dispatcher.h"
#include "task/changes.h"
#include "task/recipes.h"

namespace coder::task {

class Draft {
 public:
  struct Deps {
    loop::Loop& loop;
    dispatch::Dispatcher& dispatcher;
    std::function<std::shared_ptr<const config::Config>()> config;
    /// Mode, model, user and folder; called for each request.
    std::function<void(dispatch::Request&)> route;
  };
  struct Wanted {
    std::string recipe;     ///< "pr" or "commit"
    Changes changes;        ///< with at least one file
    std::string words;      ///< of the user, may be empty
    privacy::Verdict rule;  ///< of `words`
    std::string language;   ///< that people speak; may be empty
  };
  struct Handlers {
    unique_function<void(size_t done, size_t parts)> on_part;  ///< only where there is more than one
    unique_function<void(const dispatch::Chosen&)> on_chosen;  ///< for the text itself
    unique_function<void(dispatch::Phase, const std::string& detail)> on_phase;
    unique_function<void(std::string_view)> on_text;
    unique_function<void(Result<void>, dispatch::Outcome)> on_done;  ///< once, last; figures of all requests
  };
  /// Callbacks come from the loop, never inside of this. Destroying it stops it. Loop thread only.
  Draft(Deps deps, Wanted wanted, Handlers handlers);
  ~Draft();
  Draft(const Draft&) = delete;

  /// Figures so far.
  dispatch::Outcome outcome() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Bytes of a diff that one such request may hold: a share of the window of the model that it would go to.
/// SIZE_MAX where it would go to none.
size_t diff_budget(dispatch::Dispatcher& dispatcher, const config::Config& config,
                   const routing::Request& request);

/// An answer without the fence and the words around it that models put there all the same.
std::string tidy_draft(std::string_view answer);

}  // namespace coder::task
