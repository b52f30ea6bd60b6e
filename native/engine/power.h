// Whether this machine runs on battery, as Linux tells it under /sys. Elsewhere it never does.
#pragma once

#include <string>

namespace coder::engine {

/// True when a battery of the machine itself (not of a mouse) is being used up and no mains is on.
bool on_battery(const std::string& folder = "/sys/class/power_supply");

}  // namespace coder::engine
