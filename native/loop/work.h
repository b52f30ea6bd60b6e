// Work off the loop, for what blocks (a database, a large file): values go in, a value comes out. This is the
// only way onto another thread; a job shares nothing with the loop while it runs, so that nobody needs a
// lock.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/unique_function.h"
#include "loop/loop.h"

namespace coder::loop {

/// Threads of the pool that jobs run on: UV_THREADPOOL_SIZE as it was when the first job began, else four.
/// They are shared by all that is under way.
size_t pool_threads();

/// One job on libuv's thread pool.
///
/// `job` runs on a pool thread and owns all it touches: what it captured, nothing that the loop uses
/// meanwhile. It must not throw. It is destroyed on that thread when it has run. What it returned comes to
/// `done` on the loop thread, once, never inside the constructor. The loop runs until then.
///
/// Destroying the object: `done` is not called any more; the job still runs to its end, also one that has not
/// begun, and its value is thrown away.
///
/// What happened before the constructor is visible to the job, and what the job did to `done`: so an object
/// used by one job after the other needs no lock, if the next job starts after the last one's `done`.
class Work {
 public:
  template <class Job, class Done>
  Work(Loop& loop, Job job, Done done) {
    using Value = std::invoke_result_t<Job&>;
    auto value = std::make_shared<std::optional<Value>>();
    start(
        loop, [value, job = std::move(job)]() mutable { value->emplace(job()); },
        [value, done = std::move(done)]() mutable { done(std::move(**value)); });
  }
  ~Work();
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

 private:
  struct Handle;
  void start(Loop& loop, unique_function<void()> job, unique_function<void()> done);
  Handle* handle_ = nullptr;  ///< null when done
};

}  // namespace coder::loop
