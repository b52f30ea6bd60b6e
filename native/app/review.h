// One review in one Neovim: a model's findings, tied to lines of files and buffers as they are now. Loop
// thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/question_context.h"
#include "dispatch/dispatcher.h"
#include "loop/work.h"
#include "rpc/dispatch.h"
#include "task/findings.h"
#include "task/recipes.h"
#include "task/tool_loop.h"

namespace coder::app {

class Review {
 public:
  struct Subject {
    std::vector<std::vector<task::Source>>
        requests;                       ///< what each of them is about: more than one for a large diff
    std::string about;                  ///< in words; empty: a file
    std::vector<std::string> left_out;  ///< in words
  };
  struct Deps {
    loop::Loop& loop;
    rpc::Channel& channel;
    dispatch::Dispatcher& dispatcher;
    /// Collects what is reviewed; whatever is under way goes with what it returns.
    std::function<std::shared_ptr<void>(unique_function<void(Result<Subject>)>)> collect;
    /// Mode, model and user of the session, and what the router looks for.
    std::function<void(dispatch::Request&, const std::vector<privacy::Turn>&)> route;
    /// Of what the user writes.
    std::function<privacy::Verdict(const std::string& text)> judge;
    /// The lines of an open buffer, by its absolute path.
    std::function<std::optional<std::vector<std::string>>(const std::string& path)> open_lines;
    /// Where the model may read more, if it may.
    std::function<std::optional<task::ToolDeps>()> tools;
    /// It is over, and may be destroyed, but not inside of this.
    std::function<void()> over;
  };

  /// `recipe`: one whose answer is findings; `root`: absolute; `words`: what to mind, may be empty.
  Review(Deps deps, int64_t id, task::Recipe recipe, std::string root, std::string words);

  /// Begins to ask. What has come of it is told by one event, `review_end`.
  void start();
  void stop();

 private:
  /// What has been found, as it is told.
  struct Found {
    task::Finding finding;
    std::string fix;
  };
  struct Placed {
    std::vector<Found> found;
    int64_t dismissed = 0;
  };
  void send();
  void answered(Result<void> result);
  void fail(Error error);
  void place();
  void end(const std::optional<Error>& error, Placed placed);
  void end(Error error) { end(std::optional(std::move(error)), Placed()); }
  static Placed placed(std::vector<task::Finding> findings, const std::string& root,
                       std::map<std::string, std::vector<std::string>> lines);

  Deps deps_;
  int64_t id_;
  task::Recipe recipe_;
  std::string root_, words_;
  bool ended_ = false;
  std::shared_ptr<void> collect_;
  Subject subject_;
  size_t next_ = 0;  ///< of its requests
  std::vector<task::Finding> findings_;
  std::optional<Error> failure_;  ///< of a later request, after findings of others
  loop::Timer step_;              ///< to the next request
  std::unique_ptr<dispatch::Question> question_, last_question_;
  std::unique_ptr<loop::Work> work_;
  std::vector<std::string> files_;  ///< that the model was shown, by the last request
  dispatch::Outcome outcome_;
  privacy::Label label_ = privacy::Label::any;
  std::string reply_;
  std::vector<std::string> called_;  ///< tools, a line for each call
};

}  // namespace coder::app
