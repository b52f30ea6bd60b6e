#pragma once

#include <memory>
#include <utility>

namespace coder::workspace {

/// A callback `next(State&, values…)` that does nothing once `state` has gone; while it runs, the state
/// stays.
template <class State, class Next>
auto weakly(std::weak_ptr<State> state, Next next) {
  return [weak = std::move(state), next = std::move(next)](auto&&... values) mutable {
    if (const std::shared_ptr<State> self = weak.lock())
      next(*self, std::forward<decltype(values)>(values)...);
  };
}

}  // namespace coder::workspace
