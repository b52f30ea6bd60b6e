// Keeps the Index of one root current: builds it on worker threads, from what is stored of the last time
// where the files are the same, and follows saves, git and unsaved edits. Loop thread only; nothing here
// blocks it: the Index itself is always with a worker or at rest, never touched by the loop while a job has
// it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "workspace/corpus.h"
#include "workspace/files.h"

namespace coder::workspace {

/// "$XDG_CACHE_HOME/coder-nvim/index.db", else under ~/.cache; empty without a home.
std::string index_cache_file();

class Indexer {
 public:
  struct Options {
    std::string root;                     ///< absolute
    std::string cache_file;               ///< database of facts by content hash; empty: nothing is kept
    std::vector<std::string> exclude;     ///< globs of [context] exclude
    std::vector<std::string> never_send;  ///< globs of [privacy] never_send; the built-in ones always count
    bool fresh = false;                   ///< use nothing that is stored
    bool watch = true;                    ///< follow files and git; off for a command that ends
    /// Files, relative to the root, were looked at again; with none of them, all were. From the loop.
    std::function<void(const std::vector<std::string>& paths)> on_look = {};
  };
  struct Status {
    bool ready = false;  ///< everything that was listed at the start is in
    bool busy = false;   ///< a pass over all files, or the reading of history, is going on or due
    size_t listed = 0;   ///< files that were found
    size_t done = 0;     ///< of these, in or left out
    bool git = false;
    std::string problem;  ///< what is missing or slow and why, for :CoderStatus; may be empty
    double cold_ms = 0;   ///< from start to ready, with what had to be parsed
    size_t parsed = 0;    ///< files whose facts were not stored
    size_t left_out = 0;
    Index::Totals totals;
    size_t commits = 0;  ///< in the History, which is read after the files
    size_t memory = 0;   ///< bytes of the Index and the History, about
  };

  /// Starts at once. `on_ready` once, from the loop, when everything listed is in; without `watch` also the
  /// whole History. `notice` for what a user
  /// should hear once (a damaged store was made anew).
  Indexer(loop::Loop& loop, Options options, unique_function<void()> on_ready,
          unique_function<void(const std::string&)> notice);
  ~Indexer();
  Indexer(const Indexer&) = delete;

  /// The text of a buffer of this path counts instead of the file's, from the next query on.
  void text_changed(const std::string& path, std::string text);
  /// The buffer is gone, or saved: the file's own text counts again.
  void text_dropped(const std::string& path);
  /// Looks again at these paths (saved just now), or with none at everything.
  void look_again(const std::vector<std::string>& paths);

  /// Runs `ask(const Corpus&)` on a worker, after the changes told so far, and gives what it returned to
  /// `done(value)` on the loop, once. While the first build goes on it sees the files that are in so far.
  /// Destroying the handle: `done` is not called any more.
  class Query;
  template <class Ask, class Done>
  std::shared_ptr<Query> query(Ask ask, Done done) {
    using Value = std::invoke_result_t<Ask&, const Corpus&>;
    auto value = std::make_shared<std::unique_ptr<Value>>();
    return enqueue([value, ask = std::move(ask)](
                       const Corpus& corpus) mutable { *value = std::make_unique<Value>(ask(corpus)); },
                   [value, done = std::move(done)]() mutable { done(std::move(**value)); });
  }

  const Status& status() const;
  /// What is not in the Index though it lies in the root, and why.
  const std::vector<LeftOut>& left_out() const;

 private:
  std::shared_ptr<Query> enqueue(unique_function<void(const Corpus&)> ask, unique_function<void()> done);
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
