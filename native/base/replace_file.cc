#include "base/replace_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace coder {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view text) {
  const std::string next = path + "." + std::to_string(::getpid()) + ".new";
  ::unlink(next.c_str());
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool good = fd >= 0 && write_all(fd, text);
  if (fd >= 0) good = ::close(fd) == 0 && good;
  if (good && ::rename(next.c_str(), path.c_str()) == 0) return {};
  const int reason = errno;
  ::unlink(next.c_str());
  return Error{ErrorKind::internal, "cannot write " + path + ": " + std::strerror(reason),
               "check the folder's owner and free space"};
}

}  // namespace coder
