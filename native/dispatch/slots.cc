#include "dispatch/slots.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

#include "base/hash.h"

namespace coder::dispatch {

std::string runtime_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string folder = runtime && *runtime == '/' ? std::string(runtime) + "/coder-nvim"
                                                        : "/tmp/coder-nvim-" + std::to_string(::getuid());
  ::mkdir(folder.c_str(), 0700);
  struct stat info {};
  // In /tmp anybody could have made it: only one of our own that nobody else may enter counts.
  const bool ours = ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
                    info.st_uid == ::getuid() && (info.st_mode & 077) == 0;
  return ours ? folder : "";
}

SlotLease::SlotLease(SlotLease&& other) noexcept : fd_(std::exchange(other.fd_, -1)), slot_(other.slot_) {}

SlotLease& SlotLease::operator=(SlotLease&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(slot_, other.slot_);
  return *this;
}

SlotLease::~SlotLease() {
  if (fd_ >= 0) ::close(fd_);
}

SlotLease SlotLease::take(const std::string& address, int slots, bool from_top) {
  SlotLease lease;
  const std::string folder = runtime_folder();
  if (folder.empty()) return lease;
  const std::string stem = folder + "/slot-" + hash_name(address) + "-";
  for (int i = 0; i < slots; ++i) {
    const int slot = from_top ? slots - 1 - i : i;
    const int fd =
        ::open((stem + std::to_string(slot)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) {
      lease.fd_ = fd;
      lease.slot_ = slot;
      return lease;
    }
    ::close(fd);
  }
  return lease;
}

}  // namespace coder::dispatch
