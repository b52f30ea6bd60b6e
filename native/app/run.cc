#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "rpc/protocol.h"

namespace coder::app {

using codec::Value;

namespace {

struct Command {
  const CommandSpec& spec;
  int (*run)(const Args&);
};

const Command kCommands[] = {
    {kServeSpec, run_serve},       {kAskSpec, run_ask},           {kCompleteSpec, run_complete},
    {kApplySpec, run_apply},       {kRefactorSpec, run_refactor}, {kContextSpec, run_context},
    {kIndexSpec, run_index},       {kRouteSpec, run_route},       {kModelsSpec, run_models},
    {kEngineSpec, run_engine},     {kBenchSpec, run_bench},       {kCostSpec, run_cost},
    {kEstimateSpec, run_estimate}, {kConfigSpec, run_config}};

std::string overview() {
  std::string out =
      "coder-nvim: the co-process of coder.nvim, usable from the shell too\n\nusage: coder-nvim COMMAND "
      "[options]\n\n";
  for (const Command& command : kCommands) {
    std::string left = "  " + std::string(command.spec.name);
    left.resize(std::max<size_t>(left.size() + 2, 18), ' ');
    out += left + command.spec.summary + "\n";
  }
  return out +
         "\n  --version       print the version\n  --help          show this help; COMMAND --help shows its "
         "options\n";
}

}  // namespace

std::string version() { return CODER_VERSION; }

std::string version_line() {
  return "coder-nvim " + version() + " (protocol " + std::to_string(rpc::kProtocolVersion) + ", build " +
         rpc::build_id() + ")";
}

bool print(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

Value error_value(const Error& error) {
  return Value(Value::Map{{"kind", Value(to_string(error.kind))},
                          {"message", Value(error.message)},
                          {"hint", Value(error.hint)}});
}

int fail(bool json, const Error& error, Value::Map object) {
  if (json) {
    object.emplace_back("error", error_value(error));
    print(codec::dump_json(Value(std::move(object))) + "\n");
  }
  std::fprintf(stderr, "coder-nvim: %s\n", to_valid_utf8(error.message).c_str());
  if (!error.hint.empty()) std::fprintf(stderr, "  %s\n", to_valid_utf8(error.hint).c_str());
  return exit_code(error.kind);
}

Result<config::Config> load_config(const Args& args) {
  const std::optional<std::string> named = args.get("--config");
  config::Config config = config::load(named.value_or(config::default_path()), named.has_value());
  std::error_code failed;
  if (named && !std::filesystem::exists(*named, failed)) {
    return Error{ErrorKind::config, *named + ": no such configuration file",
                 "check the path given with --config"};
  }
  for (const config::Problem& problem : config.problems) {
    log::write(problem.severity == config::Severity::error ? log::Level::error : log::Level::warn,
               problem.text());
  }
  return config;
}

std::string project_root(const Args& args) {
  std::error_code failed;
  if (const auto named = args.get("--root"))
    return std::filesystem::absolute(*named, failed).lexically_normal().string();
  const std::string here = std::filesystem::current_path(failed).string();
  const std::string root = privacy::repository_root(here);
  return root.empty() ? here : root;
}

int run(const std::vector<std::string>& argv) {
  bool json = false;
  for (const std::string& arg : argv) json = json || arg == "--json";
  if (argv.empty()) {
    std::fputs(overview().c_str(), stderr);
    return exit_code(ErrorKind::usage);
  }
  if (argv[0] == "--help" || argv[0] == "-h" || argv[0] == "help") return print(overview()) ? 0 : 1;
  if (argv[0] == "--version") return print(version_line() + "\n") ? 0 : 1;
  if (argv[0] == "--dump-protocol=lua" || argv[0] == "--dump-protocol")
    return print(rpc::protocol_lua()) ? 0 : 1;
  if (argv[0] == "--dump-protocol=md") return print(rpc::protocol_markdown()) ? 0 : 1;

  // "--config F ask …" and "ask --config F …" are both natural: find the command's name.
  size_t at = 0;
  while (at < argv.size() && !argv[at].empty() && argv[at][0] == '-') {
    const bool takes_value = (argv[at] == "--config" || argv[at] == "--root");
    at += takes_value ? 2 : 1;
  }
  const std::string name = at < argv.size() ? argv[at] : "";
  for (const Command& command : kCommands) {
    if (name != command.spec.name) continue;
    std::vector<std::string> rest(argv);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(at));
    Result<Args> args = Args::parse(command.spec, rest);
    if (!args) return fail(json, args.error());
    if (args->has("--help")) return print(help_text(command.spec)) ? 0 : 1;
    return command.run(*args);
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) names.emplace_back(command.spec.name);
  const std::string near = nearest(name, names);
  return fail(json,
              Error{ErrorKind::usage, "unknown command `" + one_line(name, 60) + "`",
                    near.empty() ? "coder-nvim --help lists the commands" : "did you mean `" + near + "`?"});
}

}  // namespace coder::app
