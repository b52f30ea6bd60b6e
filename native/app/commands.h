// The command line: each command is a function from arguments to an exit code.
#pragma once

#include <string>
#include <vector>

#include "app/args.h"
#include "codec/value.h"
#include "config/config.h"

namespace coder::app {

extern const CommandSpec kServeSpec, kAskSpec, kCompleteSpec, kApplySpec, kContextSpec, kIndexSpec,
    kRouteSpec, kModelsSpec, kConfigSpec, kRefactorSpec, kEngineSpec, kBenchSpec, kCostSpec, kEstimateSpec;

int run_serve(const Args& args);
int run_ask(const Args& args);
int run_complete(const Args& args);
int run_apply(const Args& args);
int run_context(const Args& args);
int run_route(const Args& args);
int run_models(const Args& args);
int run_index(const Args& args);
int run_config(const Args& args);
int run_refactor(const Args& args);
int run_engine(const Args& args);
int run_cost(const Args& args);
int run_estimate(const Args& args);
int run_bench(const Args& args);

/// Runs the command line; `argv` without the program's name.
int run(const std::vector<std::string>& argv);

/// Tells a failure in the form the user asked for (one JSON object on stdout with --json, else a line
/// on stderr) and gives its exit code. `object` is what else the JSON object holds.
int fail(bool json, const Error& error, codec::Value::Map object = {});

codec::Value error_value(const Error& error);

/// The configuration of --config or the default place. An explicitly named file must exist (kind config).
Result<config::Config> load_config(const Args& args);

/// --root, else the git root of the working directory, else the working directory; absolute.
std::string project_root(const Args& args);

/// Writes all of it to stdout; false when stdout is closed.
bool print(std::string_view text);

/// "coder-nvim 0.1.0 (protocol 1, build 0123456789abcdef)"
std::string version_line();
std::string version();

}  // namespace coder::app
