#include <fcntl.h>
#include <unistd.h>

#include <deque>

#include "loop/internal.h"
#include "loop/loop.h"

namespace coder::loop {

// Two pipe handles (one may serve both directions if the descriptors are equal,
// but Neovim gives two). Kept by shared_ptr: each open handle holds one
// reference, so the object outlives the pending closes.
struct ByteStream::Handle : std::enable_shared_from_this<ByteStream::Handle> {
  uv_pipe_t in{};
  uv_pipe_t out{};
  Handlers handlers;
  bool ended = false;
  bool live = true;
  size_t queued = 0;
  char buffer[64 * 1024];
  std::shared_ptr<Handle> self_in, self_out;

  void end() {
    if (ended) return;
    ended = true;
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&in));
    const std::shared_ptr<Handle> keep = shared_from_this();
    if (live && handlers.on_end) handlers.on_end();
  }

  void close() {
    live = false;
    uv_close(reinterpret_cast<uv_handle_t*>(&in),
             [](uv_handle_t* h) { static_cast<Handle*>(h->data)->self_in.reset(); });
    uv_close(reinterpret_cast<uv_handle_t*>(&out),
             [](uv_handle_t* h) { static_cast<Handle*>(h->data)->self_out.reset(); });
  }
};

namespace {

struct PendingWrite {
  uv_write_t request{};
  std::string bytes;
  size_t offset = 0;
};

}  // namespace

ByteStream::ByteStream(std::shared_ptr<Handle> handle) : handle_(std::move(handle)) {}

Result<std::unique_ptr<ByteStream>> ByteStream::open(Loop& loop, int read_fd, int write_fd,
                                                     Handlers handlers) {
  for (const int fd : {read_fd, write_fd}) {
    const uv_handle_type type = uv_guess_handle(fd);
    if (type != UV_NAMED_PIPE && type != UV_TCP) {
      return Error{ErrorKind::usage, "standard input and output must be pipes",
                   "`coder-nvim serve` is started by Neovim, not by hand"};
    }
  }
  auto handle = std::make_shared<Handle>();
  handle->handlers = std::move(handlers);
  handle->in.data = handle.get();
  handle->out.data = handle.get();
  uv_pipe_init(loop.raw(), &handle->in, 0);
  uv_pipe_init(loop.raw(), &handle->out, 0);
  handle->self_in = handle->self_out = handle;
  std::unique_ptr<ByteStream> stream(new ByteStream(handle));
  for (const auto& [pipe, fd] : {std::pair{&handle->in, read_fd}, std::pair{&handle->out, write_fd}}) {
    if (const int error = uv_pipe_open(pipe, fd); error != 0) {
      return Error{ErrorKind::internal,
                   std::string("cannot use descriptor ") + std::to_string(fd) + ": " + uv_strerror(error),
                   ""};
    }
  }
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&handle->in),
      [](uv_handle_t* h, size_t, uv_buf_t* buf) {
        auto* self = static_cast<Handle*>(h->data);
        *buf = uv_buf_init(self->buffer, sizeof self->buffer);
      },
      [](uv_stream_t* s, ssize_t count, const uv_buf_t* buf) {
        const std::shared_ptr<Handle> self = static_cast<Handle*>(s->data)->shared_from_this();
        if (count < 0) {
          self->end();
        } else if (count > 0 && self->live && self->handlers.on_data) {
          self->handlers.on_data({buf->base, static_cast<size_t>(count)});
        }
      });
  return stream;
}

ByteStream::~ByteStream() { handle_->close(); }

size_t ByteStream::queued_bytes() const { return handle_->queued; }

void ByteStream::write(std::string bytes) {
  if (handle_->ended || bytes.empty()) return;
  auto* stream = reinterpret_cast<uv_stream_t*>(&handle_->out);
  size_t sent = 0;
  if (handle_->queued == 0) {
    uv_buf_t buf = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
    const int n = uv_try_write(stream, &buf, 1);
    if (n > 0) sent = static_cast<size_t>(n);
    if (sent == bytes.size()) return;
  }
  auto* pending = new PendingWrite;
  pending->bytes = std::move(bytes);
  pending->request.data = pending;
  handle_->queued += pending->bytes.size() - sent;
  pending->offset = sent;
  uv_buf_t buf =
      uv_buf_init(pending->bytes.data() + sent, static_cast<unsigned>(pending->bytes.size() - sent));
  const int status = uv_write(&pending->request, stream, &buf, 1, [](uv_write_t* request, int result) {
    auto* done = static_cast<PendingWrite*>(request->data);
    const std::shared_ptr<Handle> self = static_cast<Handle*>(request->handle->data)->shared_from_this();
    self->queued -= done->bytes.size() - done->offset;
    delete done;
    if (result < 0 && result != UV_ECANCELED) {
      self->end();
    } else if (self->queued == 0 && self->live && self->handlers.on_drained) {
      self->handlers.on_drained();
    }
  });
  if (status != 0) {
    handle_->queued -= pending->bytes.size() - pending->offset;
    delete pending;
  }
}

}  // namespace coder::loop
