#include <algorithm>

#include "app/commands.h"
#include "app/project.h"
#include "codec/json.h"

namespace coder::app {

using codec::Value;

const CommandSpec kConfigSpec{
    "config", "check", "check the configuration: every problem with file and line", {}};

int run_config(const Args& args) {
  const bool json = args.has("--json");
  if (args.positional().size() != 1 || args.positional()[0] != "check") {
    return fail(json, Error{ErrorKind::usage, "coder-nvim config knows one action: check",
                            "coder-nvim config check"});
  }
  const std::optional<std::string> named = args.get("--config");
  config::Config config = config::load(named.value_or(config::default_path()), named.has_value());

  for (config::Problem& problem : config::check_environment(config))
    config.problems.push_back(std::move(problem));
  const std::string root = project_root(args);
  for (config::Problem& problem : project_problems(config, root))
    config.problems.push_back(std::move(problem));
  for (config::Problem& problem : unmatched_patterns(config, root))
    config.problems.push_back(std::move(problem));

  Value::Array problems;
  std::string out;
  for (const config::Problem& problem : config.problems) {
    const char* severity = problem.severity == config::Severity::error ? "error" : "warning";
    problems.push_back(Value(Value::Map{{"severity", Value(severity)},
                                        {"file", Value(problem.file)},
                                        {"line", Value(int64_t{problem.line})},
                                        {"message", Value(problem.message)}}));
    out += problem.file + (problem.line > 0 ? ":" + std::to_string(problem.line) : "") + ": " + severity +
           ": " + problem.message + "\n";
  }
  Value::Map object{{"problems", Value(std::move(problems))}};
  const auto wrong =
      std::find_if(config.problems.begin(), config.problems.end(),
                   [](const config::Problem& one) { return one.severity == config::Severity::error; });
  if (wrong != config.problems.end()) {
    if (!json) print(out);
    return fail(json, Error{ErrorKind::config, wrong->file + " has errors", "mend the lines above"},
                std::move(object));
  }
  if (json) {
    print(codec::dump_json(Value(std::move(object))) + "\n");
    return 0;
  }
  for (const config::Model& model : config.models) out += config::describe(model) + "\n";
  if (config.models.empty()) out += config.file + ": no models configured\n";
  print(out);
  return 0;
}

}  // namespace coder::app
