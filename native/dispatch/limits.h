// Client-side rate limits, shared by all processes of this user: a token bucket per key (requests per second
// and burst) and a window per model (requests per minute). A request that is over them waits its turn.
//
// Both are kept as reservations, so that nobody starves and nobody is ever above the rate: a process writes
// down when its next requests may go and sends each at that time. The bucket is the generic cell rate
// algorithm (ITU-T I.371), one row with the theoretical arrival time of the next request; the window keeps
// the times of the last 60 s. Requests that begin together are reserved in one transaction, on a worker
// thread. Where the state folder cannot be used the same is done in memory, for this process alone. Loop
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/unique_function.h"
#include "dispatch/operation.h"
#include "loop/loop.h"

namespace coder::dispatch {

/// What one request is to be counted against.
struct Quota {
  std::string key;     ///< names the bucket: stands for a key at an address, holds no key
  double rps = 30;     ///< > 0
  double burst = 50;   ///< ≥ 1
  std::string model;   ///< names the window; empty: none
  int64_t rpm = 0;     ///< 0: no limit
  bool shared = true;  ///< false (local lanes): `rpm` counts in this process, `rps` not at all
};

class Limits {
 public:
  /// `state_file` is the database; empty: in memory. It is opened when first needed, on a worker. `notice`
  /// is told once, from the loop, if it cannot be used (no access, a full disk, damaged, of a newer version,
  /// locked for over 2 s, no answer within 4 s): which file, why, what to do. From then on it counts in
  /// memory, beginning with what it saw last.
  Limits(loop::Loop& loop, std::string state_file, std::function<void(const std::string&)> notice);
  ~Limits();
  Limits(const Limits&) = delete;

  struct Handlers {
    /// It must wait: how many of this user's requests go before it, at least 1, and how long. An estimate
    /// while it stands in line behind others of this process; called again when its time is reserved.
    unique_function<void(int ahead, Millis wait)> on_wait;
    /// Once, last: it may go. false: it would have had to wait and is not patient; nothing was reserved.
    unique_function<void(bool)> on_go;
  };
  /// Callbacks from the loop, never inside this call; all that begins in one turn of the loop is one batch.
  /// Destroying the operation gives the place up: its reservation is free again if it was the bucket's last.
  std::unique_ptr<Operation> admit(Quota quota, bool patient, Handlers handlers);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// "$XDG_STATE_HOME/coder-nvim/state.db", else under ~/.local/state; empty without a home.
std::string state_file();

}  // namespace coder::dispatch
