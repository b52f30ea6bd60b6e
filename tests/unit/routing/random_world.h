// Random requests, configurations and worlds.
#pragma once

#include <initializer_list>
#include <random>

#include "routing/route.h"

namespace coder::routing {

/// The same throws from the same seed, on every machine: std::mt19937 is fixed by the standard.
struct Dice {
  std::mt19937 random;
  explicit Dice(uint32_t seed) : random(seed) {}
  size_t below(size_t n) { return random() % n; }
  bool one_in(size_t n) { return below(n) == 0; }
  template <class T>
  T any(std::initializer_list<T> of) {
    return of.begin()[below(of.size())];
  }
};

/// When the random worlds are as they are.
inline constexpr TimePoint kNow{std::chrono::hours(1000)};

/// Eight names of models are in use; some are of none.
config::Config random_config(Dice& dice);
LaneState random_state(Dice& dice);
World random_world(Dice& dice);
Request random_request(Dice& dice);

}  // namespace coder::routing
