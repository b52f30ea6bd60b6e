// Keeps a Corpus's History current: from what is stored, then from what `git log` tells since.
#pragma once

#include <memory>
#include <string>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "workspace/intake.h"
#include "workspace/lane.h"
#include "workspace/shelf.h"

namespace coder::workspace {

class HistoryFeed {
 public:
  /// `intake` belongs to the jobs of `lane`; `shelf` may be null. Both outlive it.
  HistoryFeed(loop::Loop& loop, Lane& lane, std::shared_ptr<Intake> intake, Shelf* shelf, std::string root,
              bool fresh);
  ~HistoryFeed();
  HistoryFeed(const HistoryFeed&) = delete;

  /// Brings it up to HEAD; while that goes on, once more afterwards. `on_done` replaces the last call's.
  void update(unique_function<void()> on_done);

  bool busy() const;
  /// Why not all of it is there; empty if it is, or there is nothing to read.
  const std::string& problem() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
