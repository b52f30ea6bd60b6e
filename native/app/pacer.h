// Merges the pieces of a streamed answer so that Neovim redraws per frame, not
// per token: the first piece goes out in the same turn of the loop, later ones
// at most once per frame, and nothing while Neovim has not taken what was sent.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::app {

struct PacerPolicy {
  Millis frame{80};                 ///< between two redraws of tree-sitter Markdown, see doc/benchmarks.md
  size_t max_backlog = 256u << 10;  ///< bytes unsent to Neovim above which pieces are held back
};

class Pacer {
 public:
  using Flush = unique_function<void(std::string text, std::string reasoning)>;

  /// `backlog` tells how many bytes wait to be taken by Neovim.
  Pacer(loop::Loop& loop, PacerPolicy policy, std::function<size_t()> backlog, Flush flush);
  ~Pacer();

  void text(std::string_view piece);
  void reasoning(std::string_view piece);

  /// Hands out what is held, at once and whatever the backlog.
  void finish();

 private:
  void schedule();
  void due();

  loop::Loop& loop_;
  PacerPolicy policy_;
  std::function<size_t()> backlog_;
  Flush flush_;
  loop::Timer timer_;
  std::shared_ptr<Pacer*> alive_;
  std::string text_;
  std::string reasoning_;
  bool scheduled_ = false;
  TimePoint last_flush_{};
};

}  // namespace coder::app
