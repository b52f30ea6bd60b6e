// Jobs that share something (an Index, a database) and therefore run one after the other, each on a worker.
// What they share is theirs alone while one of them runs: no lock is needed.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::workspace {

class Lane {
 public:
  /// The longest that a job of the second line may hold up one of the first.
  static constexpr Millis kSlice{20};

  struct Job;
  /// Letting go of it gives the job up: it does not begin any more, and `done` is not called.
  using Handle = std::shared_ptr<Job>;

  explicit Lane(loop::Loop& loop);
  /// Gives up what waits; what runs goes on to its end.
  ~Lane();
  Lane(const Lane&) = delete;

  /// In the order they come, before anything of the second line. `done` is called on the loop.
  Handle first(unique_function<void()> run, unique_function<void()> done);
  /// The rest, in order: `step` is called until it is true, and should stop for a while at `until`; jobs of
  /// the first line come between.
  Handle second(unique_function<bool(TimePoint until)> step, unique_function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coder::workspace
