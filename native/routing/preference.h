// Rules 7 and 8: which lane or model a request would rather have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "routing/route.h"

namespace coder::routing {

struct Preference {
  std::optional<privacy::Lane> avoid;    ///< outranks the other two
  const config::Model* named = nullptr;  ///< by the task table; outranks `lane`
  std::optional<privacy::Lane> lane;     ///< in auto mode only: elsewhere there is but one
  std::vector<std::string> reasons;      ///< for `avoid` and `named`
  std::string lane_reason;               ///< for `lane`; of interest where `named` is not chosen
};

/// `mode` is the one that counts. For requests that name no model.
Preference preference_of(const Request& request, const config::Config& config, config::Mode mode);

/// The model the task table names for this task; nullptr when it names a lane, none, or one that is not
/// configured.
const config::Model* model_of_task(const Request& request, const config::Config& config);

inline privacy::Lane other(privacy::Lane lane) {
  return lane == privacy::Lane::local ? privacy::Lane::cloud : privacy::Lane::local;
}

/// Does `mode` let requests go to `lane`?
inline bool allows(config::Mode mode, privacy::Lane lane) {
  return mode == config::Mode::automatic || (mode == config::Mode::local) == (lane == privacy::Lane::local);
}

}  // namespace coder::routing
