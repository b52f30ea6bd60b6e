#include "dispatch/slots.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

#include "base/folders.h"
#include "base/hash.h"

namespace coder::dispatch {

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
