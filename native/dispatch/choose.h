// Which configured models a code completion may go to: a pure decision. (Chat goes through the routing room.)
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"

namespace coder::dispatch {

/// The models a completion may go to, best first: the one `[completion] model` (or `wish`) names and no
/// other; else those on a local lane that complete code. Only such as may see `label`. Errors: kind config
/// (none, an unknown NAME), kind policy (only such as may not see the text).
Result<std::vector<const config::Model*>> choose_completion(const config::Config& config,
                                                            const std::optional<std::string>& wish,
                                                            privacy::Label label);

}  // namespace coder::dispatch
