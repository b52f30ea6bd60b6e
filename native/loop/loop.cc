#include "loop/loop.h"

#include <uv.h>

#include <deque>

#include "loop/internal.h"

namespace coder::loop {

// Tasks wait in a queue that one check handle empties each turn; an idle handle
// keeps the loop from sleeping while there are any.
struct Loop::Posted {
  uv_check_t check{};
  uv_idle_t idle{};
  std::deque<unique_function<void()>> tasks;
  int open_handles = 2;
};

Loop::Loop() : raw_(std::make_unique<uv_loop_s>()), posted_(new Posted) {
  uv_loop_init(raw_.get());
  posted_->check.data = posted_;
  posted_->idle.data = posted_;
  uv_check_init(raw_.get(), &posted_->check);
  uv_idle_init(raw_.get(), &posted_->idle);
}

Loop::~Loop() {
  const auto closed = [](uv_handle_t* handle) {
    auto* posted = static_cast<Posted*>(handle->data);
    if (--posted->open_handles == 0) delete posted;
  };
  posted_->tasks.clear();
  uv_close(reinterpret_cast<uv_handle_t*>(&posted_->check), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&posted_->idle), closed);
  uv_run(raw_.get(), UV_RUN_DEFAULT);  // lets pending close callbacks free their handles
  uv_loop_close(raw_.get());
}

void Loop::run() { uv_run(raw_.get(), UV_RUN_DEFAULT); }
void Loop::stop() { uv_stop(raw_.get()); }

void Loop::post(unique_function<void()> task) {
  posted_->tasks.push_back(std::move(task));
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&posted_->idle))) return;
  uv_idle_start(&posted_->idle, [](uv_idle_t*) {});
  uv_check_start(&posted_->check, [](uv_check_t* handle) {
    auto* posted = static_cast<Posted*>(handle->data);
    std::deque<unique_function<void()>> due;
    due.swap(posted->tasks);  // what these post runs next turn
    for (unique_function<void()>& next : due) next();
    if (posted->tasks.empty()) {
      uv_idle_stop(&posted->idle);
      uv_check_stop(&posted->check);
    }
  });
}

// Every handle lives on the heap until libuv has closed it. `shared` callbacks are held by the caller
// for the time of a call, so that a callback may destroy its own object.

struct Timer::Handle {
  uv_timer_t uv{};
  Shared<void()> on_due;
};

Timer::Timer(Loop& loop, unique_function<void()> on_due) : handle_(new Handle) {
  handle_->on_due = share(std::move(on_due));
  handle_->uv.data = handle_;
  uv_timer_init(loop.raw(), &handle_->uv);
}

Timer::~Timer() {
  handle_->on_due.reset();
  close_and_delete(handle_);
}

void Timer::start(Millis delay) {
  uv_update_time(handle_->uv.loop);  // the turn's time may be old after long work
  const auto due = [](uv_timer_t* timer) {
    if (const Shared<void()> call = static_cast<Handle*>(timer->data)->on_due) (*call)();
  };
  uv_timer_start(&handle_->uv, due, delay.count() > 0 ? static_cast<uint64_t>(delay.count()) : 0, 0);
}

void Timer::stop() { uv_timer_stop(&handle_->uv); }
bool Timer::active() const { return uv_is_active(reinterpret_cast<const uv_handle_t*>(&handle_->uv)) != 0; }

struct Poll::Handle {
  uv_poll_t uv{};
  Shared<void(bool, bool)> on_ready;
};

Poll::Poll(Loop& loop, int fd, unique_function<void(bool, bool)> on_ready) : handle_(new Handle) {
  handle_->on_ready = share(std::move(on_ready));
  handle_->uv.data = handle_;
  uv_poll_init(loop.raw(), &handle_->uv, fd);
}

Poll::~Poll() {
  handle_->on_ready.reset();
  close_and_delete(handle_);
}

void Poll::set(bool want_read, bool want_write) {
  const int events = (want_read ? UV_READABLE : 0) | (want_write ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(&handle_->uv);
    return;
  }
  uv_poll_start(&handle_->uv, events, [](uv_poll_t* poll, int status, int ready) {
    const Shared<void(bool, bool)> call = static_cast<Handle*>(poll->data)->on_ready;
    if (!call) return;
    // An error counts as both: whoever owns the descriptor finds out by using it.
    (*call)(status < 0 || (ready & UV_READABLE) != 0, status < 0 || (ready & UV_WRITABLE) != 0);
  });
}

struct Signal::Handle {
  uv_signal_t uv{};
  Shared<void()> on_signal;
};

Signal::Signal(Loop& loop, int number, unique_function<void()> on_signal) : handle_(new Handle) {
  handle_->on_signal = share(std::move(on_signal));
  handle_->uv.data = handle_;
  uv_signal_init(loop.raw(), &handle_->uv);
  uv_signal_start(
      &handle_->uv,
      [](uv_signal_t* signal, int) {
        if (const Shared<void()> call = static_cast<Handle*>(signal->data)->on_signal) (*call)();
      },
      number);
  uv_unref(reinterpret_cast<uv_handle_t*>(&handle_->uv));  // waiting for a signal keeps nothing alive
}

Signal::~Signal() {
  handle_->on_signal.reset();
  close_and_delete(handle_);
}

}  // namespace coder::loop
