// The sections of the configuration file but [models].
#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/schema.h"
#include "config/toml.h"

namespace coder::config {

/// Reads the mode and the sections of `root`, which check_table has been over, into `config`, whose models
/// are there. `names` are those of all blocks under [models], also of blocks with errors.
void read_sections(Node& root, const std::vector<std::string>& names, Config& config, Report& report);

/// The path patterns in the list `key` of the section `node`, which messages call "[section]"; they are
/// added to `all`, too. Patterns of more than 1,024 bytes are errors and left out.
std::vector<std::string> read_patterns(const Node& node, const char* key, const char* section,
                                       std::vector<PathPattern>& all, Report& report);

/// The two limits of a checked table.
Allowance read_allowance(const Node& node);

}  // namespace coder::config
