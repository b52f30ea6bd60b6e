// Which configured model a request goes to: a pure decision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"

namespace coder::dispatch {

struct Wish {
  std::optional<std::string> model;  ///< a block's NAME: that one and no other
  std::optional<config::Mode> mode;  ///< overrides the configuration's
  bool repo_scope = false;           ///< repository-wide work prefers a local lane
};

/// The first model in file order that fits the wish, speaks chat and, unless the user named it or its lane,
/// may see `label`. Errors: kind config (no model at all, unknown NAME with the nearest one, no model on that
/// lane), kind policy (only lanes that may not see the text).
Result<const config::Model*> choose(const config::Config& config, const Wish& wish, privacy::Label label);

/// The models a completion may go to, best first: the one `[completion] model` (or `wish`) names and no
/// other; else those on a local lane that complete code. Only such as may see `label`. Errors: kind config
/// (none, an unknown NAME), kind policy (only such as may not see the text).
Result<std::vector<const config::Model*>> choose_completion(const config::Config& config,
                                                            const std::optional<std::string>& wish,
                                                            privacy::Label label);

}  // namespace coder::dispatch
