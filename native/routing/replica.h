// Which of a model's servers (base_url and `replicas`) takes a request: a pure decision. They are one lane:
// the same price, trust and labels.
//
// Health comes first, then affinity, then the queue: a session stays with its server, since the prompts it
// has sent are in that one's cache, until it is down or others wait there and fewer elsewhere. New sessions
// go to the shortest queue, and spread where all are alike.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "routing/circuit.h"

namespace coder::routing {

struct ReplicaState {
  Circuit circuit;
  bool warming = false;  ///< loading its model
  int waiting = 0;       ///< requests
  bool tried = false;    ///< by this very request: not again
};

struct ReplicaPick {
  size_t index = 0;  ///< 0: base_url, then in the order of `replicas`
  std::string why;   ///< a phrase for the reasons; empty: nothing worth saying
};

/// So many more must wait at one's own server before a full prompt elsewhere is the better deal.
inline constexpr int kQueueWorthLeaving = 2;

/// `last`: the one the session used last. `seed` spreads sessions. None: all have been tried.
std::optional<ReplicaPick> pick_replica(const std::vector<ReplicaState>& all, std::optional<size_t> last,
                                        size_t seed, TimePoint now);

}  // namespace coder::routing
