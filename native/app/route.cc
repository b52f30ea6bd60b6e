// `coder-nvim route`: where a request would go and why, without sending anything.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "app/commands.h"
#include "app/named.h"
#include "app/project.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/reader.h"
#include "config/project.h"
#include "dispatch/dispatcher.h"
#include "dispatch/limits.h"
#include "dispatch/trials.h"
#include "ledger/ledger_store.h"
#include "routing/route.h"
#include "task/describe.h"

namespace coder::app {

struct RouteInput {
  std::optional<std::string> task;
  std::optional<std::string> prompt;
  std::optional<std::vector<std::string>> files;
  std::optional<bool> repo_scope;
  std::optional<std::string> user;
  std::optional<std::string> mode;
  std::optional<std::string> model;
  std::optional<int64_t> max_tokens;
};

}  // namespace coder::app

namespace coder::codec {

template <>
struct Fields<app::RouteInput> {
  static constexpr auto list =
      std::tuple{field("task", &app::RouteInput::task),   field("prompt", &app::RouteInput::prompt),
                 field("files", &app::RouteInput::files), field("repo_scope", &app::RouteInput::repo_scope),
                 field("user", &app::RouteInput::user),   field("mode", &app::RouteInput::mode),
                 field("model", &app::RouteInput::model), field("max_tokens", &app::RouteInput::max_tokens)};
};

}  // namespace coder::codec

namespace coder::app {

using codec::Value;

const CommandSpec kRouteSpec{"route",
                             "",
                             "tell where a request would go and why; the request is JSON on standard input: "
                             "{\"task\": …, \"prompt\": …, "
                             "\"files\": […], \"repo_scope\": …, \"user\": …}",
                             {}};

namespace {

constexpr size_t kMaxInputBytes = 64u << 20;

Result<RouteInput> read_input() {
  std::string text;
  char block[65536];
  while (std::cin.read(block, sizeof block) || std::cin.gcount() > 0) {
    text.append(block, static_cast<size_t>(std::cin.gcount()));
    if (text.size() > kMaxInputBytes) return Error{ErrorKind::usage, "the request is larger than 64 MiB", ""};
  }
  const char* form = "write one object: {\"task\": \"ask\", \"prompt\": \"…\", \"files\": []}";
  Result<Value> value = codec::parse_json(text);
  if (!value) return Error{ErrorKind::usage, "the request is no JSON: " + value.error().message, form};
  Result<RouteInput> input = codec::decode<RouteInput>(*value, "request");
  if (!input) return Error{ErrorKind::usage, input.error().message, form};
  return input;
}

/// The files as sources. One that is not there, or is no text, still counts with its label.
Result<std::vector<task::Source>> read_files(const std::vector<std::string>& files, const std::string& root,
                                             const privacy::PathRules& rules) {
  std::vector<task::Source> sources;
  for (const std::string& file : files) {
    const std::string path = (std::filesystem::path(root) / file).lexically_normal().string();
    const privacy::Verdict verdict = rules.judge(path);
    if (verdict.never_send) {
      return Error{ErrorKind::policy, file + " is on the never-send list (rule " + verdict.rule + ")",
                   "files that usually hold secrets enter no prompt"};
    }
    Result<task::Source> source = task::read_source(path, root, rules);
    if (!source && source.error().kind == ErrorKind::policy) return std::move(source.error());
    if (!source) source = task::Source{task::shown_path(path, root), "", verdict.label, verdict.rule, 1};
    sources.push_back(std::move(*source));
  }
  return sources;
}

Result<routing::Request> read_request(const RouteInput& input, const std::string& root,
                                      const config::Config& config) {
  routing::Request request;
  request.task = input.task.value_or("ask");
  request.user = input.user.value_or(default_user());
  request.repo_scope = input.repo_scope.value_or(false);
  request.model = input.model;
  request.max_tokens = input.max_tokens;
  if (input.mode) {
    request.mode = routing::mode_of(*input.mode);
    if (!request.mode) {
      return Error{ErrorKind::usage,
                   "request.mode is auto, local or cloud, not `" + one_line(*input.mode, 40) + "`", ""};
    }
  }
  Result<std::vector<task::Source>> sources =
      read_files(input.files.value_or(std::vector<std::string>()), root, config.path_rules());
  if (!sources) return std::move(sources.error());
  Result<std::vector<privacy::Turn>> turns = named_turns(input.prompt.value_or(""), *sources, root, config);
  if (!turns) return std::move(turns.error());
  task::describe(*turns, config.router.repo_markers, request);
  return request;
}

Value::Map object_of(const routing::Decision& decision) {
  Value::Array reasons, others;
  for (const std::string& reason : decision.reasons) reasons.push_back(Value(reason));
  for (size_t i = 1; i < decision.models.size(); ++i) others.push_back(Value(decision.models[i]->name));
  const config::Model* model = decision.models.empty() ? nullptr : decision.models.front();
  return {{"lane", model ? Value(to_string(model->lane)) : Value()},
          {"model", model ? Value(model->name) : Value()},
          {"alternatives", Value(std::move(others))},
          {"reasons", Value(std::move(reasons))},
          {"refused", decision.refused ? Value(decision.refused->text()) : Value()}};
}

}  // namespace

int run_route(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const config::Config config = std::move(*loaded);
  const std::string root = project_root(args);
  Result<RouteInput> input = read_input();
  if (!input) return fail(json, input.error());
  if (Result<void> fine = check_projects(args, config); !fine) return fail(json, fine.error());
  Result<routing::Request> request = read_request(*input, root, config);
  routing::Decision decision;
  if (request) {
    routing::World world;
    ledger::Spent spent;
    if (const std::string file = ledger::ledger_file(); !config.budget.empty() && !file.empty()) {
      Result<ledger::Spent> read = ledger::LedgerStore(file).spent(ledger::day_of(ledger::wall_ms()));
      if (read) spent = std::move(*read);
    }
    dispatch::add_spent(world, config, spent, root);
    if (const std::vector<std::string> arms = dispatch::arms_of(config); !arms.empty()) {
      dispatch::TrialsStore trials(dispatch::state_file());
      const Result<dispatch::TrialsStore::Arms> read = trials.read(arms, std::time(nullptr));
      if (read) world.canary_rolled_back = dispatch::rolled_back(config, *read);
    }
    decision = routing::route(*request, config, world, Clock::now());
  } else {
    decision.refused = std::move(request.error());
    decision.reasons.push_back(decision.refused->message);
  }
  Value::Map object = object_of(decision);
  if (decision.refused) return fail(json, *decision.refused, std::move(object));
  if (json)
    return print(codec::dump_json(Value(std::move(object))) + "\n") ? 0 : exit_code(ErrorKind::internal);
  const config::Model& model = *decision.models.front();
  std::string out = model.name + " (" + to_string(model.lane) + ")\n";
  for (const std::string& reason : decision.reasons) out += "  " + reason + "\n";
  return print(out) ? 0 : exit_code(ErrorKind::internal);
}

}  // namespace coder::app
