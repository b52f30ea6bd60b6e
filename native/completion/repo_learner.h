// Has a RepoModel know what lies in one root: from what was kept of the last time and from the files, then
// from what is saved. Files are listed, read and sorted by jobs; the model itself belongs to the loop, and is
// told of little at a time.
//
//   kept base ─┐
//   git ls-files ── stat ── same? ── few changed: put(), one in a turn of the loop
//                                └── many: a new base (a job) ── set_base() ── kept
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "completion/repo_model/repo_model.h"
#include "loop/loop.h"

namespace coder::completion {

/// Bytes of text that one root is learned from; what is listed after them is left out.
inline constexpr size_t kMaxLearned = 160u << 20;

/// "$XDG_CACHE_HOME/coder-nvim/repo", else under ~/.cache; empty without a home.
std::string repo_cache_folder();

class RepoLearner {
 public:
  struct Options {
    std::string root;                     ///< absolute
    std::vector<std::string> exclude;     ///< as of workspace::Indexer::Options
    std::vector<std::string> never_send;  ///< the same
    std::string cache_folder;             ///< where bases are kept; empty: nowhere
    std::string name;                     ///< tells what is kept of one root for several apart
    /// Of a path relative to the root: is not to be learned. Asked from the loop, about each file once;
    /// empty: all are learned.
    std::function<bool(const std::string& path)> is_private;
  };
  struct Status {
    bool ready = false;    ///< all that was listed at the start is known
    bool keeping = false;  ///< a base is being written for the next time
    size_t files = 0;
    size_t tokens = 0;    ///< of the base
    size_t bytes = 0;     ///< of memory, about
    double ready_ms = 0;  ///< from the start until it was
    std::string problem;
  };

  /// Starts at once. `on_ready` is called once, from the loop.
  RepoLearner(loop::Loop& loop, Options options, unique_function<void()> on_ready);
  ~RepoLearner();
  RepoLearner(const RepoLearner&) = delete;

  /// Of the loop, between whose turns it learns.
  RepoModel& model();

  /// Looks again at these files, paths relative to the root; with none at everything.
  void look_again(const std::vector<std::string>& paths);

  /// Other files may be private now: what was learned is forgotten at once, and learned anew.
  void rules_changed();

  Status status() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::completion
