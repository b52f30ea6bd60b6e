// The event loop, and the only folder that sees <uv.h>. One thread owns a Loop
// and everything attached to it; every callback runs on that thread, from the
// loop, never inside the call that started the work. Destroying an object
// cancels it: after that its callback does not run, also when it is destroyed
// from inside that very callback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/unique_function.h"

struct uv_loop_s;

namespace coder::loop {

class Loop {
 public:
  Loop();
  ~Loop();  ///< every Timer, Poll … on it must be gone; waits for the jobs of Work
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until stop() or until nothing is left to wait for.
  void run();
  void stop();

  /// Runs `task` on the next turn of the loop. Loop thread only.
  void post(unique_function<void()> task);

  /// Milliseconds-exact time of the current turn.
  TimePoint now() const { return Clock::now(); }

  uv_loop_s* raw() { return raw_.get(); }

 private:
  struct Posted;
  std::unique_ptr<uv_loop_s> raw_;
  Posted* posted_;
};

/// One-shot timer; start() again moves it.
class Timer {
 public:
  Timer(Loop& loop, unique_function<void()> on_due);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  void start(Millis delay);
  void stop();
  bool active() const;

 private:
  struct Handle;
  Handle* handle_;
};

/// Readiness of a file descriptor owned by somebody else (a curl socket).
class Poll {
 public:
  Poll(Loop& loop, int fd, unique_function<void(bool readable, bool writable)> on_ready);
  ~Poll();
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  void set(bool want_read, bool want_write);

 private:
  struct Handle;
  Handle* handle_;
};

/// A duplex byte stream over two descriptors (stdin and stdout of `serve`), which it owns.
class ByteStream {
 public:
  struct Handlers {
    unique_function<void(std::string_view)> on_data;
    unique_function<void()> on_end;      ///< once: end of input or a broken pipe
    unique_function<void()> on_drained;  ///< everything written so far is with the kernel
  };
  /// Fails (kind usage) when a descriptor is no pipe or socket.
  static Result<std::unique_ptr<ByteStream>> open(Loop& loop, int read_fd, int write_fd, Handlers handlers);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;

  /// Writes what the kernel takes at once and queues the rest.
  void write(std::string bytes);
  size_t queued_bytes() const;

 private:
  struct Handle;
  explicit ByteStream(std::shared_ptr<Handle> handle);
  std::shared_ptr<Handle> handle_;
};

struct ProcessResult {
  int exit_status = 0;  ///< 128 + signal when killed by one
  std::string out;
  std::string err;
};

/// A child process with no stdin. Its output is cut at `max_bytes` each; past `timeout` it is killed
/// and reported as an error. Destroying it kills the child (and its process group).
class Process {
 public:
  using Done = unique_function<void(Result<ProcessResult>)>;
  struct Options {
    std::vector<std::string> argv;
    Millis timeout{10'000};
    size_t max_bytes = 0;              ///< of each output
    std::vector<std::string> set;      ///< "NAME=value": what the child's environment holds besides ours
    std::vector<std::string> without;  ///< names of variables that it does not get
    /// If given, gets standard output piece by piece, up to max_bytes; ProcessResult::out then stays empty.
    unique_function<void(std::string_view)> on_out = nullptr;
  };
  Process(Loop& loop, Options options, Done done);
  Process(Loop& loop, const std::vector<std::string>& argv, Millis timeout, size_t max_bytes, Done done)
      : Process(loop, Options{argv, timeout, max_bytes, {}, {}}, std::move(done)) {}
  ~Process();
  Process(const Process&) = delete;

 private:
  struct Handle;
  std::shared_ptr<Handle> handle_;
};

/// Tells when the file at `path` may have changed: written, replaced by rename, created or removed.
/// Watches its folder (editors replace files), and merges bursts within 50 ms into one call.
class FileWatch {
 public:
  FileWatch(Loop& loop, const std::string& path, unique_function<void()> on_change);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  bool active() const;  ///< false when the folder does not exist

 private:
  struct Handle;
  Handle* handle_;
};

/// Tells what happens right in one folder: `on_event(name)` for each event of an entry (made, written,
/// renamed, removed, its mode changed) with its name, with "" where the system does not tell it or it is the
/// folder itself. Nothing is merged. What happened before it was made is not told; nor is what the kernel
/// dropped because too much came at once, so whoever is told of hundreds of events looks at everything.
class FolderWatch {
 public:
  FolderWatch(Loop& loop, const std::string& folder, unique_function<void(std::string_view name)> on_event);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  bool active() const;     ///< false: it cannot be watched
  bool exhausted() const;  ///< because the user's limit of watches is reached (fs.inotify.max_user_watches)

 private:
  struct Handle;
  Handle* handle_;
};

class Signal {
 public:
  Signal(Loop& loop, int number, unique_function<void()> on_signal);
  ~Signal();
  Signal(const Signal&) = delete;

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace coder::loop
