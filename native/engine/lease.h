// How processes of one user share one engine, in files of the runtime folder: who keeps it, who uses it, what
// it is doing. All that counts are locks, which the kernel lets go of however a process ends.
//
// - keeper.lock: held by the keeper for its life; holds its process id
// - engine.lock: held by the engine itself (it inherits the descriptor): while one lives, no other starts
// - clients/*: each held by one client
// - lease.json: what the keeper last said; means something only while keeper.lock is held, or it failed
// - key: for the engine's HTTP server
// - engine.sock: where it listens
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/keeper_steps.h"

namespace coder::engine {

struct Paths {
  std::string folder;
  std::string keeper_lock, engine_lock, clients, lease, key, socket;
  std::string log;  ///< in the state folder: it outlasts a session

  /// Makes the folders. Fails (kind config) where they cannot be made or a socket's path would be too long.
  static Result<Paths> make();
};

/// A lock on a file, held until this is destroyed.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  /// Tries for `patience`; empty when somebody else holds it all the time, or the file cannot be made.
  static FileLock take(const std::string& path, Millis patience);
  /// True when some process holds it.
  static bool is_held(const std::string& path);

  explicit operator bool() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool stands_at(const std::string& path) const;  ///< the file was not removed or replaced
  /// Replaces what the file holds.
  void write(std::string_view text);

 private:
  int fd_ = -1;
};

/// While it lives, the keeper counts one client more.
class Client {
 public:
  Client() = default;
  static Client attach(const Paths& paths);
  Client(Client&&) noexcept = default;
  Client& operator=(Client&& other) noexcept;
  ~Client();
  explicit operator bool() const { return static_cast<bool>(lock_); }

 private:
  FileLock lock_;
  std::string path_;
};

/// Those that live; the files of others are removed.
int count_clients(const Paths& paths);

/// What the keeper tells.
struct Lease {
  pid_t keeper = 0;
  pid_t engine = 0;  ///< 0: none at the moment
  Status status;
  std::string address;  ///< as in base_url, without "/v1"
  std::string key_file;
  std::string model;
  std::string server;
  std::string log;
  std::string note;     ///< what the user should know, such as a GPU that is not used
  int64_t context = 0;  ///< tokens of one slot
  int64_t slots = 0;
  int64_t clients = 0;
};

std::string encode(const Lease& lease);
Result<Lease> decode_lease(std::string_view text);

/// What is so now: of the keeper that lives, or `failed` if the last one ended so, or `cold`.
Lease read_lease(const Paths& paths);

/// The keeper's process id, from its lock; 0 when none lives.
pid_t keeper_of(const Paths& paths);

/// Text of a small file; empty when it cannot be read.
std::string read_small(const std::string& path);

}  // namespace coder::engine
