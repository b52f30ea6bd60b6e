// What a command's user named as the request: a prompt and files, labelled.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"
#include "task/source.h"

namespace coder::app {

/// The turns of a question about `sources`. Fails (kind policy) when the prompt holds a diff of a file that
/// is never sent.
Result<std::vector<privacy::Turn>> named_turns(const std::string& prompt,
                                               const std::vector<task::Source>& sources,
                                               const std::string& root, const config::Config& config);

/// Login name of the user who runs this, for canaries; empty when it cannot be known.
std::string default_user();

}  // namespace coder::app
