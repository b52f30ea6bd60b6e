#include "loop/work.h"

#include <uv.h>

#include <algorithm>
#include <cstdlib>

#include "loop/internal.h"

namespace coder::loop {

// Lives on the heap until libuv reports the job as ended; the pool thread touches `job` alone.
struct Work::Handle {
  uv_work_t uv{};
  unique_function<void()> job;
  unique_function<void()> done;
  Work* owner = nullptr;  ///< null once the object is gone
};

size_t pool_threads() {
  static constexpr size_t kDefault = 4, kMost = 1024;  // libuv's
  static const size_t count = [] {
    const char* const value = std::getenv("UV_THREADPOOL_SIZE");
    if (!value) return kDefault;
    return std::clamp<size_t>(std::strtoul(value, nullptr, 10), 1, kMost);
  }();
  return count;
}

void Work::start(Loop& loop, unique_function<void()> job, unique_function<void()> done) {
  handle_ = new Handle;
  handle_->uv.data = handle_;
  handle_->job = std::move(job);
  handle_->done = std::move(done);
  handle_->owner = this;
  uv_queue_work(
      loop.raw(), &handle_->uv,
      [](uv_work_t* work) {
        auto* handle = static_cast<Handle*>(work->data);
        handle->job();
        handle->job = nullptr;
      },
      [](uv_work_t* work, int) {
        const std::unique_ptr<Handle> handle(static_cast<Handle*>(work->data));
        if (!handle->owner) return;
        handle->owner->handle_ = nullptr;
        handle->done();
      });
}

Work::~Work() {
  if (!handle_) return;
  handle_->owner = nullptr;
  handle_->done = nullptr;
}

}  // namespace coder::loop
