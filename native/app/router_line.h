// What a command says of the answer it got, on its last line of stderr.
#pragma once

#include <string>

#include "dispatch/dispatcher.h"

namespace coder::app {

/// "[router] MODEL NNNms in=N out=N $0.000000"; the id in brackets where it differs from the NAME.
std::string router_line(const dispatch::Outcome& outcome);

}  // namespace coder::app
