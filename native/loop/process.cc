#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "loop/internal.h"
#include "loop/loop.h"
#include "loop/spawn.h"

namespace coder::loop {
namespace {

/// "NAME=value" of the child, from ours.
std::vector<std::string> environment_of(const Process::Options& options) {
  std::vector<std::string> out;
  const auto name_of = [](std::string_view entry) { return entry.substr(0, entry.find('=')); };
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view name = name_of(*entry);
    const auto same = [&](const std::string& other) { return name_of(other) == name; };
    if (std::any_of(options.without.begin(), options.without.end(), same)) continue;
    if (std::any_of(options.set.begin(), options.set.end(), same)) continue;
    out.emplace_back(*entry);
  }
  out.insert(out.end(), options.set.begin(), options.set.end());
  return out;
}

}  // namespace

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// Done when the child has exited and both pipes have ended. The handle keeps
// itself alive until its libuv handles are closed.
struct Process::Handle : std::enable_shared_from_this<Process::Handle> {
  uv_process_t process{};
  uv_pipe_t out{}, err{};
  uv_timer_t timer{};
  Done done;
  Shared<void(std::string_view)> on_out;
  size_t given = 0;  // bytes that on_out got
  ProcessResult result;
  size_t max_bytes = 0;
  int waiting = 3;  // exit, end of out, end of err
  int open = 0;     // libuv handles not yet closed
  bool running = false;
  bool closing = false;
  std::string program;
  std::shared_ptr<Handle> self;
  char buffer[16 * 1024];

  void kill_group() {
    if (running) ::kill(-process.pid, SIGKILL);
  }

  static void closed(uv_handle_t* h) {
    auto* handle = static_cast<Handle*>(h->data);
    if (--handle->open == 0) handle->self.reset();
  }

  void close() {
    if (closing) return;
    closing = true;
    uv_close(reinterpret_cast<uv_handle_t*>(&out), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&err), closed);
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), closed);
    // A running child's handle stays until it has exited, so that it is reaped.
    if (!running) uv_close(reinterpret_cast<uv_handle_t*>(&process), closed);
  }

  void finish(Result<ProcessResult> outcome) {
    const std::shared_ptr<Handle> keep = shared_from_this();
    close();
    Done call = std::move(done);
    if (call) call(std::move(outcome));
  }

  void one_ended() {
    if (--waiting == 0) finish(std::move(result));
  }

  void read(uv_pipe_t& pipe) {
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&pipe),
        [](uv_handle_t* h, size_t, uv_buf_t* buf) {
          auto* handle = static_cast<Handle*>(h->data);
          *buf = uv_buf_init(handle->buffer, sizeof handle->buffer);
        },
        [](uv_stream_t* s, ssize_t count, const uv_buf_t* buf) {
          auto* handle = static_cast<Handle*>(s->data);
          if (count < 0) {
            uv_read_stop(s);
            handle->one_ended();
            return;
          }
          if (s == reinterpret_cast<uv_stream_t*>(&handle->out) && handle->on_out) {
            const std::shared_ptr<Handle> keep = handle->shared_from_this();
            const size_t room = std::min(handle->max_bytes - handle->given, static_cast<size_t>(count));
            handle->given += room;
            const Shared<void(std::string_view)> call = handle->on_out;
            if (room > 0) (*call)({buf->base, room});
            return;
          }
          std::string& sink =
              s == reinterpret_cast<uv_stream_t*>(&handle->out) ? handle->result.out : handle->result.err;
          const size_t room = handle->max_bytes - std::min(handle->max_bytes, sink.size());
          sink.append(buf->base, std::min(room, static_cast<size_t>(count)));
        });
  }
};

Process::Process(Loop& loop, Options options, Done done) : handle_(std::make_shared<Handle>()) {
  Handle& h = *handle_;
  h.done = std::move(done);
  if (options.on_out) h.on_out = share(std::move(options.on_out));
  h.max_bytes = options.max_bytes;
  h.program = options.argv.empty() ? "" : options.argv[0];
  h.process.data = h.out.data = h.err.data = h.timer.data = &h;
  h.self = handle_;
  uv_pipe_init(loop.raw(), &h.out, 0);
  uv_pipe_init(loop.raw(), &h.err, 0);
  uv_timer_init(loop.raw(), &h.timer);
  h.open = 4;

  std::vector<char*> args = pointers_to(options.argv);
  const std::vector<std::string> environment = environment_of(options);
  std::vector<char*> variables = pointers_to(environment);
  uv_stdio_container_t stdio[3];
  stdio[0].flags = UV_IGNORE;
  stdio[1].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
  stdio[1].data.stream = reinterpret_cast<uv_stream_t*>(&h.out);
  stdio[2].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
  stdio[2].data.stream = reinterpret_cast<uv_stream_t*>(&h.err);
  uv_process_options_t child{};
  child.file = args[0] ? args[0] : "";
  child.args = args.data();
  if (!options.set.empty() || !options.without.empty()) child.env = variables.data();
  child.stdio = stdio;
  child.stdio_count = 3;
  child.flags = UV_PROCESS_DETACHED;  // a process group of its own, so that all of it can be ended
  child.exit_cb = [](uv_process_t* process, int64_t status, int signal) {
    auto* handle = static_cast<Handle*>(process->data);
    handle->running = false;
    handle->result.exit_status = signal != 0 ? 128 + signal : static_cast<int>(status);
    if (handle->closing) {
      uv_close(reinterpret_cast<uv_handle_t*>(process), Handle::closed);
    } else {
      handle->one_ended();
    }
  };
  if (const int error = uv_spawn(loop.raw(), &h.process, &child); error != 0) {
    const std::string why = uv_strerror(error);
    loop.post([handle = std::weak_ptr<Handle>(handle_), why] {
      if (const auto live = handle.lock(); live && live->done) {
        live->finish(Error{ErrorKind::config, "cannot run `" + live->program + "`: " + why, ""});
      }
    });
    return;
  }
  h.running = true;
  h.read(h.out);
  h.read(h.err);
  uv_timer_start(
      &h.timer,
      [](uv_timer_t* timer) {
        auto* handle = static_cast<Handle*>(timer->data);
        handle->kill_group();
        handle->finish(Error{ErrorKind::config, "`" + handle->program + "` took too long and was ended", ""});
      },
      static_cast<uint64_t>(options.timeout.count()), 0);
}

Process::~Process() {
  handle_->done = nullptr;
  handle_->on_out = nullptr;
  handle_->kill_group();
  handle_->close();
}

}  // namespace coder::loop
