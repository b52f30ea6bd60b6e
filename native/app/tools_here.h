// Tools of a command: where they look, and how their calls are told on standard error and in JSON.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "codec/value.h"
#include "config/config.h"
#include "task/tool_loop.h"

namespace coder::app {

/// `indexer` gives that of `root`, begun if need be.
task::ToolPlace tools_here(std::shared_ptr<const config::Config> config, const std::string& root,
                           std::function<workspace::Indexer*()> indexer);

/// `{name, arguments, result, refused}`; arguments are an object where they are one, else as they were
/// written.
codec::Value tool_value(const task::ToolShown& shown);

/// "[tool] read_file native/x.cc 1-80 → 80 lines"
std::string tool_line(const task::ToolShown& shown);

}  // namespace coder::app
