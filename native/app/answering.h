// What the commands that ask a model have in common: options, and what stderr says meanwhile and at the end.
#pragma once

#include <functional>
#include <string>

#include "app/args.h"
#include "base/result.h"
#include "dispatch/dispatcher.h"

namespace coder::app {

/// --mode, --model, --user and --over-budget. Fails (kind usage) when the mode is none.
Result<void> read_routing(const Args& args, routing::Request& route);

/// For Handlers::on_phase: one line for each wait and retry worth telling.
std::function<void(dispatch::Phase, const std::string&)> phases_on_stderr();

/// "[router] MODEL NNNms in=N out=N $0.000000"; the id in brackets where it differs from the NAME.
std::string router_line(const dispatch::Outcome& outcome);

}  // namespace coder::app
