#include "loop/child.h"

#include <signal.h>
#include <unistd.h>

#include "loop/internal.h"
#include "loop/spawn.h"

namespace coder::loop {

// Done when the child has exited and the pipe has ended. The handle keeps itself alive until its libuv
// handles are closed; a running child's stays until it has exited, so that it is reaped.
struct Child::Handle : std::enable_shared_from_this<Child::Handle> {
  uv_process_t process{};
  uv_pipe_t out{};
  uv_timer_t grace{};
  Shared<void(std::string_view)> on_output;
  unique_function<void(Exit)> on_exit;
  Exit exit;
  int waiting = 2;  // exit, end of output
  int open = 0;     // libuv handles not yet closed
  bool running = false;
  bool closing = false;
  std::shared_ptr<Handle> self;
  char buffer[16 * 1024];

  static void closed(uv_handle_t* h) {
    auto* handle = static_cast<Handle*>(h->data);
    if (--handle->open == 0) handle->self.reset();
  }

  void close() {
    if (closing) return;
    closing = true;
    uv_close(reinterpret_cast<uv_handle_t*>(&out), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&grace), closed);
    if (!running) uv_close(reinterpret_cast<uv_handle_t*>(&process), closed);
  }

  void one_ended() {
    if (--waiting > 0 || closing) return;
    finish();
  }

  void finish() {
    const std::shared_ptr<Handle> keep = shared_from_this();
    close();
    unique_function<void(Exit)> call = std::move(on_exit);
    if (call) call(exit);
  }

  void exited(Exit how) {
    running = false;
    exit = how;
    if (closing) {
      uv_close(reinterpret_cast<uv_handle_t*>(&process), closed);
      return;
    }
    one_ended();
    if (closing || waiting == 0) return;
    // A grandchild may hold the pipe open for ever; what the child itself wrote is in it by now.
    uv_timer_start(
        &grace, [](uv_timer_t* timer) { static_cast<Handle*>(timer->data)->finish(); }, kGraceMs, 0);
  }

  static constexpr uint64_t kGraceMs = 500;
};

Child::Child(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

Result<std::unique_ptr<Child>> Child::start(Loop& loop, Options options) {
  int ends[2];
  if (uv_pipe(ends, 0, 0) != 0) return Error{ErrorKind::internal, "cannot make a pipe", ""};
  auto handle = std::make_shared<Handle>();
  Handle& h = *handle;
  h.on_output = share(std::move(options.on_output));
  h.on_exit = std::move(options.on_exit);
  h.process.data = h.out.data = h.grace.data = &h;
  h.self = handle;
  uv_pipe_init(loop.raw(), &h.out, 0);
  uv_pipe_open(&h.out, ends[0]);
  uv_timer_init(loop.raw(), &h.grace);
  h.open = 3;

  std::vector<char*> args = pointers_to(options.argv);
  uv_stdio_container_t stdio[3];
  stdio[0].flags = UV_IGNORE;
  stdio[1].flags = stdio[2].flags = UV_INHERIT_FD;
  stdio[1].data.fd = stdio[2].data.fd = ends[1];
  uv_process_options_t child{};
  child.file = args[0] ? args[0] : "";
  child.args = args.data();
  child.stdio = stdio;
  child.stdio_count = 3;
  child.flags = UV_PROCESS_DETACHED;  // a process group of its own, so that all of it can be ended
  child.exit_cb = [](uv_process_t* process, int64_t status, int signal) {
    static_cast<Handle*>(process->data)->exited({static_cast<int>(status), signal});
  };
  const int error = uv_spawn(loop.raw(), &h.process, &child);
  ::close(ends[1]);
  if (error != 0) {
    h.close();
    return Error{ErrorKind::config,
                 "cannot run `" + (options.argv.empty() ? "" : options.argv[0]) + "`: " + uv_strerror(error),
                 ""};
  }
  h.running = true;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&h.out),
      [](uv_handle_t* stream, size_t, uv_buf_t* buf) {
        auto* self = static_cast<Handle*>(stream->data);
        *buf = uv_buf_init(self->buffer, sizeof self->buffer);
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buf) {
        auto* self = static_cast<Handle*>(stream->data);
        if (count < 0) {
          uv_read_stop(stream);
          self->one_ended();
        } else if (count > 0) {
          const std::shared_ptr<Handle> keep = self->shared_from_this();
          const Shared<void(std::string_view)> call = self->on_output;
          if (call && *call) (*call)({buf->base, static_cast<size_t>(count)});
        }
      });
  return std::unique_ptr<Child>(new Child(std::move(handle)));
}

Child::~Child() {
  handle_->on_output.reset();
  handle_->on_exit = nullptr;
  if (handle_->running) ::kill(-handle_->process.pid, SIGKILL);
  handle_->close();
}

pid_t Child::pid() const { return handle_->process.pid; }

void Child::signal(int number) {
  if (handle_->running) ::kill(handle_->process.pid, number);
}

std::string own_program() {
  std::string path(4096, '\0');
  size_t size = path.size();
  if (uv_exepath(path.data(), &size) != 0) return "";
  path.resize(size);
  // Linux says so of a program that was built anew while it runs; the new one is as good.
  constexpr std::string_view kGone = " (deleted)";
  if (path.size() > kGone.size() && path.compare(path.size() - kGone.size(), kGone.size(), kGone) == 0)
    path.resize(path.size() - kGone.size());
  return path;
}

}  // namespace coder::loop
