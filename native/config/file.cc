#include "config/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace coder::config {
namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// Reads to the end, or just past the limit. False with errno set.
bool read_all(int fd, size_t max_bytes, std::string& out) {
  char piece[16 * 1024];
  while (out.size() <= max_bytes) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n == 0) return true;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    out.append(piece, static_cast<size_t>(n));
  }
  return true;
}

std::string unreadable(int why) { return std::string("cannot be read: ") + std::strerror(why); }

std::string size_in_words(size_t bytes) {
  return bytes % (1u << 20) == 0 ? std::to_string(bytes >> 20) + " MiB"
                                 : std::to_string(bytes >> 10) + " KiB";
}

}  // namespace

FileText read_text(const std::string& file, size_t max_bytes) {
  FileText out;
  const auto failed = [&out](std::string problem) {
    out.problem = std::move(problem);
    out.text.clear();
    return std::move(out);
  };
  // Non-blocking: the path may name a pipe.
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (opened.fd < 0) {
    const int why = errno;
    if (why != ENOENT && why != ENOTDIR) return failed(unreadable(why));
    struct stat link {};
    if (::lstat(file.c_str(), &link) == 0) return failed("is a link to a file that does not exist");
    out.missing = true;
    return out;
  }
  if (::fstat(opened.fd, &out.info) != 0) return failed(unreadable(errno));
  if (S_ISDIR(out.info.st_mode)) return failed("is a folder, not a file");
  if (!S_ISREG(out.info.st_mode) && !S_ISCHR(out.info.st_mode)) return failed("is not a regular file");
  if (!read_all(opened.fd, max_bytes, out.text)) return failed(unreadable(errno));
  if (out.text.size() > max_bytes) return failed("is larger than " + size_in_words(max_bytes));
  return out;
}

}  // namespace coder::config
