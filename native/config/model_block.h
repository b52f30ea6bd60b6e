// One [models.NAME] block.
#pragma once

#include <optional>
#include <string>

#include "config/config.h"
#include "config/schema.h"
#include "config/toml.h"

namespace coder::config {

/// Reads a block; what is wrong goes to `report`, and then there is no model.
std::optional<Model> read_model(const std::string& name, Node& block, Report& report);

/// Can `key` stand in an Authorization header? (No space, control or non-ASCII character.)
bool is_key_fit(const std::string& key);

}  // namespace coder::config
