// The text of a pull request or a commit for one Neovim: from the changes in git to its last event. Loop
// thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/pacer.h"
#include "privacy/paths.h"
#include "rpc/dispatch.h"
#include "task/draft.h"

namespace coder::app {

class Drafting {
 public:
  struct Deps {
    rpc::Channel& channel;
    task::Draft::Deps draft;
    std::function<size_t()> backlog;
    std::function<privacy::Verdict(const std::string& text)> judge;  ///< of what the user writes
    std::function<void()> over;  ///< it may be destroyed, but not inside of this
  };
  struct Wanted {
    int64_t id = 0;
    std::string recipe;  ///< "pr" or "commit"
    std::string words, language;
    task::ReadChanges::Wanted changes;
  };
  /// Begins at once; what comes of it is told by events.
  Drafting(Deps deps, Wanted wanted);

  void stop();

 private:
  void write(task::Changes changes);
  void end(const std::optional<Error>& error, const dispatch::Outcome& outcome);

  Deps deps_;
  Wanted wanted_;
  bool ended_ = false;
  std::string about_, text_;
  std::vector<std::string> left_out_;
  Pacer pacer_;
  std::unique_ptr<task::ReadChanges> reading_;
  std::unique_ptr<task::Draft> draft_;
};

}  // namespace coder::app
