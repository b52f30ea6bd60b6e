// Which configured model a request goes to: a pure decision.
#pragma once

#include <optional>
#include <string>

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

}  // namespace coder::dispatch
