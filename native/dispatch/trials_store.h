// How calls of the canary and of its control went, in the database all processes of the user share: one user
// is always on one side, so that only what went before (or under another name, --user) tells how the other
// does. It blocks: one job on a worker at a time.
#pragma once

#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "dispatch/state.h"
#include "routing/canary.h"

namespace coder::dispatch {

/// Older samples say nothing about today.
inline constexpr std::time_t kTrialAge = 7 * 86400;

class TrialsStore {
 public:
  using Arms = std::map<std::string, routing::Arm>;

  explicit TrialsStore(std::string path) : path_(std::move(path)) {}

  /// The newest samples of these arms, oldest first in each. `now`: seconds since 1970.
  Result<Arms> read(const std::vector<std::string>& names, std::time_t now);
  Result<void> add(const std::string& arm, const routing::Arm::Sample& sample, std::time_t now);

 private:
  Result<void> open();
  std::string path_;
  std::optional<store::Database> database_;
};

}  // namespace coder::dispatch
