#include "engine/lease.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <thread>
#include <utility>

#include "base/folders.h"
#include "codec/json.h"
#include "codec/reader.h"

namespace coder::engine {
namespace {

constexpr size_t kMaxLeaseBytes = 64 * 1024;
constexpr Millis kRetry{20};

int open_lock(const std::string& path) {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/// Whether `fd` is what stands at `path` now.
bool is_at(int fd, const std::string& path) {
  struct stat held {
  }, there{};
  return ::fstat(fd, &held) == 0 && ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino &&
         held.st_dev == there.st_dev;
}

}  // namespace

Result<Paths> Paths::make() {
  const std::string runtime = runtime_folder();
  if (runtime.empty()) {
    return Error{ErrorKind::config, "there is no runtime folder for the engine's socket and locks",
                 "set XDG_RUNTIME_DIR to a folder of yours that nobody else may enter (mode 0700)"};
  }
  Paths out;
  out.folder = runtime + "/engine";
  ::mkdir(out.folder.c_str(), 0700);
  out.keeper_lock = out.folder + "/keeper.lock";
  out.engine_lock = out.folder + "/engine.lock";
  out.clients = out.folder + "/clients";
  out.lease = out.folder + "/lease.json";
  out.key = out.folder + "/key";
  out.socket = out.folder + "/engine.sock";
  if (::mkdir(out.clients.c_str(), 0700) != 0 && errno != EEXIST) {
    return Error{ErrorKind::config, "cannot make " + out.clients + ": " + std::strerror(errno),
                 "check the folder's owner and free space"};
  }
  if (out.socket.size() >= sizeof(sockaddr_un{}.sun_path)) {
    return Error{ErrorKind::config, "the path of the engine's socket is too long: " + out.socket,
                 "set XDG_RUNTIME_DIR to a shorter path"};
  }
  const std::string state = state_folder();
  out.log = (state.empty() ? out.folder : state) + "/engine.log";
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(out.log).parent_path(), ignored);
  return out;
}

// --- locks ---------------------------------------------------------------------

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock FileLock::take(const std::string& path, Millis patience) {
  FileLock lock;
  const TimePoint until = Clock::now() + patience;
  while (true) {
    const int fd = open_lock(path);
    if (fd < 0) return lock;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0 && is_at(fd, path)) {
      lock.fd_ = fd;
      return lock;
    }
    ::close(fd);
    if (Clock::now() >= until) return lock;
    std::this_thread::sleep_for(kRetry);
  }
}

bool FileLock::is_held(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  // A shared one, so that two who look at once do not take each other for the holder.
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) != 0;
  ::close(fd);
  return held;
}

bool FileLock::stands_at(const std::string& path) const { return fd_ >= 0 && is_at(fd_, path); }

void FileLock::write(std::string_view text) {
  if (::ftruncate(fd_, 0) != 0) return;
  [[maybe_unused]] const ssize_t n = ::pwrite(fd_, text.data(), text.size(), 0);
}

// --- clients -------------------------------------------------------------------

Client Client::attach(const Paths& paths) {
  static std::atomic<int> count{0};
  Client client;
  client.path_ = paths.clients + "/" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  client.lock_ = FileLock::take(client.path_, Millis(1000));
  return client;
}

Client& Client::operator=(Client&& other) noexcept {
  std::swap(lock_, other.lock_);
  std::swap(path_, other.path_);
  return *this;
}

Client::~Client() {
  if (lock_) ::unlink(path_.c_str());
}

int count_clients(const Paths& paths) {
  DIR* folder = ::opendir(paths.clients.c_str());
  if (!folder) return 0;
  int count = 0;
  while (const dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    const std::string path = paths.clients + "/" + entry->d_name;
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) continue;
    // Removed while it is held, so that a client that has just made it notices (take() looks).
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      ::unlink(path.c_str());
    } else {
      ++count;
    }
    ::close(fd);
  }
  ::closedir(folder);
  return count;
}

// --- the lease ------------------------------------------------------------------

std::string read_small(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return "";
  std::string out(kMaxLeaseBytes, '\0');
  const ssize_t n = ::read(fd, out.data(), out.size());
  ::close(fd);
  out.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return out;
}

namespace {

/// The lease as it stands in the file.
struct Written {
  int64_t version = 1, keeper = 0, engine = 0, percent = 0, restarts = 0, context = 0, slots = 0, clients = 0;
  std::optional<double> tokens_per_s;
  std::string state, reason, remedy, changed, address, key_file, model, server, log, note;
};

}  // namespace
}  // namespace coder::engine

template <>
struct coder::codec::Fields<coder::engine::Written> {
  using W = coder::engine::Written;
  static constexpr auto list = std::tuple{field("version", &W::version),
                                          field("state", &W::state),
                                          field("percent", &W::percent),
                                          field("reason", &W::reason),
                                          field("remedy", &W::remedy),
                                          field("restarts", &W::restarts),
                                          field("changed", &W::changed),
                                          field("address", &W::address),
                                          field("key_file", &W::key_file),
                                          field("model", &W::model),
                                          field("context", &W::context),
                                          field("slots", &W::slots),
                                          field("clients", &W::clients),
                                          field("keeper", &W::keeper),
                                          field("engine", &W::engine),
                                          field("server", &W::server),
                                          field("log", &W::log),
                                          field("note", &W::note),
                                          field("tokens_per_s", &W::tokens_per_s)};
};

namespace coder::engine {

std::string encode(const Lease& lease) {
  Written w;
  w.keeper = lease.keeper;
  w.engine = lease.engine;
  w.state = to_string(lease.status.state);
  w.percent = lease.status.percent;
  w.reason = lease.status.reason;
  w.remedy = lease.status.remedy;
  w.restarts = lease.status.restarts;
  w.changed = lease.status.changed;
  if (lease.status.tokens_per_s > 0) w.tokens_per_s = lease.status.tokens_per_s;
  w.address = lease.address;
  w.key_file = lease.key_file;
  w.model = lease.model;
  w.server = lease.server;
  w.log = lease.log;
  w.note = lease.note;
  w.context = lease.context;
  w.slots = lease.slots;
  w.clients = lease.clients;
  return codec::dump_json(codec::encode(w)) + "\n";
}

Result<Lease> decode_lease(std::string_view text) {
  codec::JsonLimits limits;
  limits.max_bytes = kMaxLeaseBytes;
  limits.max_depth = 4;
  Result<codec::Value> json = codec::parse_json(text, limits);
  if (!json) return std::move(json.error());
  Result<Written> w = codec::decode<Written>(*json, "lease");
  if (!w) return std::move(w.error());
  const std::optional<State> state = state_named(w->state);
  if (w->version != 1 || !state) return Error{ErrorKind::internal, "the lease is of another version", ""};
  Lease lease;
  lease.keeper = static_cast<pid_t>(w->keeper);
  lease.engine = static_cast<pid_t>(w->engine);
  lease.status = {
      *state,     static_cast<int>(w->percent), w->reason, w->remedy, static_cast<int>(w->restarts),
      w->changed, w->tokens_per_s.value_or(0)};
  lease.address = w->address;
  lease.key_file = w->key_file;
  lease.model = w->model;
  lease.server = w->server;
  lease.log = w->log;
  lease.note = w->note;
  lease.context = w->context;
  lease.slots = w->slots;
  lease.clients = w->clients;
  return lease;
}

namespace {

/// The process id in the keeper's lock. A keeper writes it as soon as it has the lock.
pid_t pid_in(const Paths& paths) {
  const std::string text = read_small(paths.keeper_lock);
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 1 ? pid : 0;
}

}  // namespace

pid_t keeper_of(const Paths& paths) {
  for (int i = 0; i < 50; ++i) {
    if (!FileLock::is_held(paths.keeper_lock)) return 0;
    if (const pid_t pid = pid_in(paths); pid != 0) return pid;
    std::this_thread::sleep_for(kRetry);
  }
  return 0;
}

Lease read_lease(const Paths& paths) {
  const pid_t keeper = keeper_of(paths);
  Result<Lease> lease = decode_lease(read_small(paths.lease));
  Lease none;
  none.log = paths.log;
  if (keeper != 0) {
    // A keeper that has just begun has not written yet; what is there may be of the one before it.
    if (lease && lease->keeper == keeper) return std::move(*lease);
    none.keeper = keeper;
    none.status.state = State::loading;
    return none;
  }
  if (lease && lease->status.state == State::failed) {
    lease->keeper = lease->engine = 0;
    return std::move(*lease);
  }
  return none;
}

}  // namespace coder::engine
