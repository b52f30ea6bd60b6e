// Where the engine's program and model are, and what the machine has for them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "engine/plan.h"

namespace coder::engine {

/// Programs to try, best first: what [engine] command says and nothing else, or llama-server on PATH, then
/// those that native/engine.sh built (newest first).
std::vector<std::vector<std::string>> server_candidates(const config::Engine& engine);

/// The first option that we pass and `help`, the program's own --help, does not know; empty: it knows all.
std::string missing_option(std::string_view help);

/// "$XDG_DATA_HOME/coder-nvim/models"; empty without a home.
std::string models_folder();

/// The file that [engine] model means: a path (from the configuration's folder if it is relative, "~/" too),
/// or a name in models_folder(), with or without ".gguf". Without one: the only model in that folder.
Result<std::string> find_model(const config::Engine& engine, const std::string& config_file);

/// Free GPU memory in bytes from what `llama-server --list-devices` prints; 0: it has no GPU to use.
int64_t free_gpu_memory(std::string_view devices);

/// Bytes of memory that the host can give without swapping; 0 where it does not say.
int64_t available_memory();

}  // namespace coder::engine
