#include "routing/replica.h"

namespace coder::routing {
namespace {

/// The less the better. One whose circuit is open is taken where nothing better is left, like a lane.
int rank(const ReplicaState& one, TimePoint now) {
  const Circuit::State state = one.circuit.state(now);
  if (state == Circuit::State::open || state == Circuit::State::probing) return 2;
  return one.warming ? 1 : 0;
}

std::string number(size_t index) { return "replica " + std::to_string(index + 1); }

std::string why_left(const std::vector<ReplicaState>& all, size_t last, size_t now_at, TimePoint now) {
  const ReplicaState& old = all[last];
  const std::string head = number(now_at) + " of " + std::to_string(all.size()) + ": " + number(last) + " ";
  if (rank(old, now) == 2) return head + "is down (" + old.circuit.why() + ")";
  if (old.tried) return head + "did not answer";
  if (old.warming) return head + "is loading its model";
  return head + "has " + std::to_string(old.waiting) + " waiting";
}

}  // namespace

std::optional<ReplicaPick> pick_replica(const std::vector<ReplicaState>& all, std::optional<size_t> last,
                                        size_t seed, TimePoint now) {
  std::optional<size_t> best;
  const auto better = [&](size_t a, size_t b) {
    const int rank_a = rank(all[a], now), rank_b = rank(all[b], now);
    return rank_a != rank_b ? rank_a < rank_b : all[a].waiting < all[b].waiting;
  };
  for (size_t i = 0; i < all.size(); ++i) {
    const size_t at = (seed + i) % all.size();
    if (!all[at].tried && (!best || better(at, *best))) best = at;
  }
  if (!best) return std::nullopt;
  if (last && *last < all.size() && !all[*last].tried && rank(all[*last], now) == rank(all[*best], now) &&
      all[*last].waiting < all[*best].waiting + kQueueWorthLeaving)
    return ReplicaPick{*last, ""};
  if (!last || *last >= all.size() || *last == *best) return ReplicaPick{*best, ""};
  return ReplicaPick{*best, why_left(all, *last, *best, now)};
}

}  // namespace coder::routing
