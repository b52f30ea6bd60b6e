// One of a llama-server's slots for this process alone, so that several Neovims do not evict each other's
// prompt cache. Held by a lock on a file in the runtime folder: the kernel lets go of it however a process
// ends.
#pragma once

#include <optional>
#include <string>

namespace coder::dispatch {

class SlotLease {
 public:
  SlotLease() = default;
  SlotLease(SlotLease&& other) noexcept;
  SlotLease& operator=(SlotLease&& other) noexcept;
  ~SlotLease();

  /// The lowest (or, with `from_top`, the highest) of slots 0 to `slots` - 1 of the engine at `address` that
  /// no process of this user has. Empty when all are taken or the folder cannot be used; then the engine
  /// chooses.
  static SlotLease take(const std::string& address, int slots, bool from_top);

  std::optional<int> slot() const { return fd_ >= 0 ? std::optional<int>(slot_) : std::nullopt; }

 private:
  int fd_ = -1;
  int slot_ = 0;
};

}  // namespace coder::dispatch
