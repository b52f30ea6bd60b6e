// How routing writes figures and names for the user.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "config/config.h"

namespace coder::routing {

/// "30,112"
std::string grouped(int64_t number);

/// One decimal: "12.5".
std::string one_decimal(double number);

/// "$5.12"; below a cent with four decimals.
std::string dollars(double usd);

/// How long to wait, rounded up: "4 s", from two minutes on "3 min".
std::string wait_words(Millis wait);

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<const config::Model*>& models);

/// What another part of the program or a server says, fit for one line.
std::string said(std::string_view text);

}  // namespace coder::routing
