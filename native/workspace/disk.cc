#include "workspace/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

namespace coder::workspace {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int kReads = 3;

Stat stat_of(const struct stat& info) {
  return {info.st_size, info.st_mtim.tv_sec * kSecond + info.st_mtim.tv_nsec, info.st_ino};
}

FileKind kind_of(const struct stat& info) {
  if (S_ISREG(info.st_mode)) return FileKind::file;
  if (S_ISDIR(info.st_mode)) return FileKind::folder;
  return S_ISLNK(info.st_mode) ? FileKind::link : FileKind::other;
}

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR; }

/// Reads what is there, one byte more than allowed at most. 0 or errno.
int read_all(int fd, size_t expected, std::string& text) {
  constexpr size_t kMost = static_cast<size_t>(kMaxFileBytes) + 1;
  text.resize(expected + 1);  // one more, to see the end in the same call
  size_t size = 0;
  for (;;) {
    const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) break;
    size += static_cast<size_t>(count);
    if (size > kMost) break;
    if (size == text.size()) text.resize(size + 64 * 1024);
  }
  text.resize(size);
  return 0;
}

}  // namespace

bool may_be_racy(const Stat& stat, int64_t looked_ns) { return stat.mtime_ns > looked_ns - 2 * kSecond; }

int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

Disk::Disk(const std::string& root) : root_(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

Disk::~Disk() {
  if (root_ >= 0) ::close(root_);
}

FileKind Disk::look(const std::string& path, Stat& stat) const {
  struct stat info {};
  stat = {};
  if (::fstatat(root_, path.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return is_gone(errno) || root_ < 0 ? FileKind::missing : FileKind::other;
  stat = stat_of(info);
  return kind_of(info);
}

Identity Disk::identity(const std::string& path) const {
#ifdef STATX_BTIME
  struct statx info {};
  constexpr unsigned kWanted = STATX_INO | STATX_BTIME | STATX_CTIME;
  if (::statx(root_, path.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &info) == 0) {
    const auto& since = (info.stx_mask & STATX_BTIME) != 0 ? info.stx_btime : info.stx_ctime;
    return {info.stx_ino, since.tv_sec * kSecond + since.tv_nsec};
  }
  if (errno != ENOSYS && errno != EPERM) return {};
#endif
  struct stat plain {};
  if (::fstatat(root_, path.c_str(), &plain, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return {plain.st_ino, plain.st_ctim.tv_sec * kSecond + plain.st_ctim.tv_nsec};
}

int Disk::open(const std::string& path) const {
  // Without O_NONBLOCK, a pipe without a writer would hold up the worker for good.
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
#ifdef RESOLVE_NO_SYMLINKS
  open_how how{};
  how.flags = kFlags;
  how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
  const long fd = ::syscall(SYS_openat2, root_, path.c_str(), &how, sizeof how);
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(fd);
#endif
  return ::openat(root_, path.c_str(), kFlags | O_NOFOLLOW);
}

Disk::Text Disk::read(const std::string& path) const {
  Text out;
  const int fd = open(path);
  if (fd < 0) {
    if (is_gone(errno) || root_ < 0) return out;
    out.kind = errno == ELOOP ? FileKind::link : FileKind::other;
    out.problem = errno == ELOOP ? "behind a link" : std::string("cannot be read: ") + std::strerror(errno);
    return out;
  }
  for (int tries = 0; tries < kReads; ++tries) {
    struct stat before {
    }, after{};
    int error = ::fstat(fd, &before) == 0 ? 0 : errno;
    out.kind = kind_of(before);
    out.stat = stat_of(before);
    if (error == 0 && out.kind == FileKind::file && out.stat.size <= kMaxFileBytes) {
      ::lseek(fd, 0, SEEK_SET);
      error = read_all(fd, static_cast<size_t>(out.stat.size), out.text);
    }
    if (error != 0) {
      out.problem = std::string("cannot be read: ") + std::strerror(error);
      out.text.clear();
      break;
    }
    if (out.kind != FileKind::file) break;
    if (::fstat(fd, &after) == 0 && stat_of(after) == out.stat) break;
    out.stat = {};
  }
  ::close(fd);
  if (out.kind != FileKind::file && out.problem.empty()) out.problem = "no file";
  return out;
}

}  // namespace coder::workspace
