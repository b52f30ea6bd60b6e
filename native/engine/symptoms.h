// The table that Doctor goes by: texts of logs, and what they tell. Shared by the files of this room only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/doctor.h"

namespace coder::engine {

struct Symptom {
  Cause cause;
  const char* text;                      ///< lower case
  const char* then = "";                 ///< must stand behind it in the same line; empty: nothing
  std::vector<Cause> follows_from = {};  ///< tells nothing new once one of these has shown
};

/// What `line` tells. `lower` is the same in lower case.
const Symptom* symptom_in(std::string_view lower);

/// Meaning and remedy of `cause`, with what the line itself says of them.
Diagnosis explain(Cause cause, std::string_view line, std::string_view lower);

}  // namespace coder::engine
