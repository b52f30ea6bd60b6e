#include "workspace/lane.h"

#include <deque>
#include <utility>

#include "loop/work.h"

namespace coder::workspace {

struct Lane::Job {
  unique_function<bool(TimePoint)> step;
  unique_function<void()> done;
};

struct Lane::State : std::enable_shared_from_this<State> {
  explicit State(loop::Loop& l) : loop(l) {}

  loop::Loop& loop;
  std::deque<std::weak_ptr<Job>> first, second;
  std::unique_ptr<loop::Work> work;
  bool busy = false;

  Handle add(std::deque<std::weak_ptr<Job>>& line, Job job) {
    auto handle = std::make_shared<Job>(std::move(job));
    line.push_back(handle);
    run();
    return handle;
  }

  void run() {
    while (!busy && !(first.empty() && second.empty())) {
      std::deque<std::weak_ptr<Job>>& line = first.empty() ? second : first;
      const Handle job = line.front().lock();
      line.pop_front();
      if (job) start(job);
    }
  }

  void start(const Handle& job) {
    busy = true;
    // The worker owns the step: whoever holds the handle may let go of it meanwhile.
    work = std::make_unique<loop::Work>(
        loop,
        [step = std::move(job->step)]() mutable {
          if (step(Clock::now() + kSlice)) step = nullptr;
          return std::move(step);
        },
        [weak = weak_from_this(), handle = std::weak_ptr<Job>(job)](unique_function<bool(TimePoint)> rest) {
          const std::shared_ptr<State> self = weak.lock();
          if (!self) return;
          self->busy = false;
          const Handle ran = handle.lock();
          const bool through = !rest;
          if (ran && !through) {
            ran->step = std::move(rest);
            self->second.push_front(ran);
          }
          // The next one runs while the outcome of this one is dealt with.
          self->run();
          if (!ran || !through) return;
          if (unique_function<void()> done = std::move(ran->done)) done();
        });
  }
};

Lane::Lane(loop::Loop& loop) : state_(std::make_shared<State>(loop)) {}
Lane::~Lane() = default;

Lane::Handle Lane::first(unique_function<void()> run, unique_function<void()> done) {
  auto once = [run = std::move(run)](TimePoint) mutable {
    run();
    return true;
  };
  return state_->add(state_->first, {std::move(once), std::move(done)});
}

Lane::Handle Lane::second(unique_function<bool(TimePoint)> step, unique_function<void()> done) {
  return state_->add(state_->second, {std::move(step), std::move(done)});
}

}  // namespace coder::workspace
