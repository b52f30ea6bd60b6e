#include "edit/file_ops.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <set>
#include <utility>

#include "base/hash.h"

namespace coder::edit {
namespace {

constexpr size_t kOpenAtOnce = 128;  ///< files; the usual limit of a process is 1,024
constexpr int kLockPauseMs = 20;

#ifndef RENAME_NOREPLACE
constexpr unsigned RENAME_NOREPLACE = 1;
#endif
#ifndef RENAME_EXCHANGE
constexpr unsigned RENAME_EXCHANGE = 2;
#endif

bool unsupported(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

int rename_with(const std::string& from, const std::string& to, unsigned flags) {
#ifdef SYS_renameat2
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags));
#else
  errno = ENOSYS;
  return -1;
#endif
}

int open_again(const char* path, int flags, mode_t mode = 0) {
  int fd;
  do {
    fd = ::open(path, flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

}  // namespace

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Error disk_error(const std::string& what, const std::string& path) {
  return {ErrorKind::internal, what + " " + path + ": " + std::strerror(errno), ""};
}

std::optional<uint64_t> hash_at(const std::string& path) {
  const int fd = open_again(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return std::nullopt;
  std::optional<uint64_t> out;
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    std::string text;
    char buffer[64 * 1024];
    ssize_t count = 0;
    while ((count = ::read(fd, buffer, sizeof buffer)) != 0) {
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    if (count == 0) out = fnv1a(text);
  }
  ::close(fd);
  return out;
}

Result<void> write_new(const std::string& path, std::string_view text, std::optional<uint32_t> mode) {
  const int fd = open_again(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
  if (fd < 0) return disk_error("cannot make", path);
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      const Error error = disk_error("cannot write", path);
      ::close(fd);
      return error;
    }
    text.remove_prefix(static_cast<size_t>(count));
  }
  if (mode && ::fchmod(fd, *mode) != 0) {
    const Error error = disk_error("cannot set the mode of", path);
    ::close(fd);
    return error;
  }
  if (::close(fd) != 0) return disk_error("cannot write", path);
  return {};
}

Result<void> sync_files(const std::vector<std::string>& paths) {
  for (size_t begin = 0; begin < paths.size(); begin += kOpenAtOnce) {
    const size_t end = std::min(paths.size(), begin + kOpenAtOnce);
    std::vector<int> open;
    Result<void> out;
    for (size_t i = begin; i < end; ++i) {
      const int fd = open_again(paths[i].c_str(), O_RDONLY | O_NOFOLLOW);
      if (fd < 0) {
        out = disk_error("cannot open", paths[i]);
        break;
      }
      open.push_back(fd);
#ifdef SYNC_FILE_RANGE_WRITE
      // Starts writing without waiting, so that the first fsync below finds most of it done.
      ::sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
    }
    for (size_t i = 0; i < open.size(); ++i) {
      if (out && ::fsync(open[i]) != 0) out = disk_error("cannot write", paths[begin + i]);
      ::close(open[i]);
    }
    if (!out) return out;
  }
  return {};
}

Result<void> sync_folder(const std::string& folder) {
  const int fd = open_again(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return disk_error("cannot open", folder);
  // Some file systems cannot sync folders; then there is nothing to wait for.
  const bool failed = ::fsync(fd) != 0 && errno != EINVAL && errno != EROFS;
  const Error error = disk_error("cannot write", folder);
  ::close(fd);
  if (failed) return error;
  return {};
}

Result<void> sync_whole(const std::vector<std::string>& folders) {
  std::set<dev_t> done;
  for (const std::string& folder : folders) {
    struct stat info {};
    const int fd = open_again(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (fd < 0) return disk_error("cannot open", folder);
    const bool fresh = ::fstat(fd, &info) == 0 && done.insert(info.st_dev).second;
    const bool failed = fresh && ::syncfs(fd) != 0;
    const Error error = disk_error("cannot write", folder);
    ::close(fd);
    if (failed) return error;
  }
  return {};
}

Result<bool> exchange(const std::string& a, const std::string& b) {
  if (rename_with(a, b, RENAME_EXCHANGE) == 0) return true;
  if (unsupported(errno)) return false;
  return disk_error("cannot replace", b);
}

Result<void> rename_new(const std::string& from, const std::string& to) {
  if (rename_with(from, to, RENAME_NOREPLACE) == 0) return {};
  if (!unsupported(errno)) return disk_error("cannot make", to);
  if (::link(from.c_str(), to.c_str()) != 0) return disk_error("cannot make", to);
  return remove_file(from);
}

Result<void> rename_over(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) return disk_error("cannot replace", to);
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return disk_error("cannot remove", path);
  return {};
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = std::exchange(other.fd_, -1);
  return *this;
}

Result<FileLock> FileLock::take(const std::string& path, int wait_ms) {
  FileLock out;
  const int fd = open_again(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (fd < 0) return disk_error("cannot open", path);
  for (int waited = 0;; waited += kLockPauseMs) {
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      out.fd_ = fd;
      return out;
    }
    if (errno != EINTR && (errno != EWOULDBLOCK || waited >= wait_ms)) break;
    const timespec pause{0, kLockPauseMs * 1'000'000L};
    ::nanosleep(&pause, nullptr);
  }
  ::close(fd);
  return out;
}

}  // namespace coder::edit
