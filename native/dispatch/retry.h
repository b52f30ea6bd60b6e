// What follows a failed model call: a pure decision. Recipe: the official SDKs' back-off (openai-python), at
// most three POSTs per call, and never more than a tenth of all requests.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "provider/chat.h"

namespace coder::dispatch {

inline constexpr int kMaxPosts = 3;               ///< first try, retries and failovers together
inline constexpr Millis kLongestRetryWait{5000};  ///< beyond it the endpoint counts as failed

/// Retries may be at most a tenth of the requests of this process, with a floor of two. A failover is none:
/// it adds no load where there is trouble.
class RetryBudget {
 public:
  void count_request() { ++requests_; }
  bool take() {
    if (retries_ >= 2 && (retries_ + 1) * 10 > requests_) return false;
    ++retries_;
    return true;
  }

 private:
  int64_t requests_ = 0;
  int64_t retries_ = 0;
};

/// How long to wait before POST number `posts` + 1 to the same server, or nullopt for not at all. `jitter` is
/// uniform in [0, 1). Never after content has arrived: what is on screen is not silently replaced.
std::optional<Millis> retry_wait(const provider::ChatError& error, int posts, double jitter);

/// May another lane be asked instead? Not when the request itself is at fault, nor once content has arrived.
bool worth_failover(const provider::ChatError& error, int posts);

/// With another lane at hand: is the same server worth one more try first? Only where it answers and is
/// likely to recover at once, and so that one POST is left for the other lane.
bool retry_before_failover(const provider::ChatError& error, int posts);

/// Does the server refuse the request because it holds `tools` (or the turns that belong to them)? May say so
/// of other requests that had them.
bool refuses_calls(const provider::ChatError& error);

/// Does the error show that the server itself is in trouble (as opposed to the request, key or model)?
bool server_fault(const provider::ChatError& error);

}  // namespace coder::dispatch
