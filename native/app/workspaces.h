// The indexes of the projects that one Neovim, or one command, works in.
#pragma once

#include <string>

#include "config/config.h"
#include "workspace/indexer.h"

namespace coder::app {

/// How `root` is indexed under this configuration and its project files; `watch`: see Indexer.
workspace::Indexer::Options index_options(const config::Config& config, const std::string& root, bool watch);

}  // namespace coder::app
