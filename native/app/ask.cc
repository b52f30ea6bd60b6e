#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "app/commands.h"
#include "app/named.h"
#include "app/project.h"
#include "app/question_context.h"
#include "app/router_line.h"
#include "base/text.h"
#include "codec/json.h"
#include "dispatch/dispatcher.h"
#include "task/describe.h"
#include "task/source.h"

namespace coder::app {

using codec::Value;

const CommandSpec kAskSpec{
    "ask",
    "PROMPT|-",
    "ask a model; the answer streams to standard output",
    {
        {"--mode", "MODE", "auto, local or cloud (default: the configuration's)"},
        {"--model", "NAME", "this [models.NAME] block and no other"},
        {"--file", "F", "send this file as context; may be repeated", true},
        {"--repo", nullptr,
         "the request is about the repository: parts of it go along, to a local lane if may be"},
        {"--user", "ID", "who asks, for routing by user"},
        {"--task", "T", "what the request is for (default: ask)"},
        {"--max-tokens", "N", "longest answer in tokens"},
        {"--no-stream", nullptr, "wait for the whole answer"},
        {"--json-lines", nullptr, "print one JSON object per piece of the answer, the last as with --json"},
    }};

namespace {

constexpr size_t kMaxPromptBytes = 16u << 20;

struct Asked {
  dispatch::Request request;
  std::vector<privacy::Turn> turns;  ///< what the user named
  context::Query query;              ///< for --repo
  bool json = false;
  bool json_lines = false;
};

Result<std::string> read_prompt(const Args& args) {
  if (args.positional().empty()) {
    return Error{ErrorKind::usage, "there is no prompt",
                 "write it as one argument, or - to read standard input"};
  }
  if (args.positional().size() > 1) {
    return Error{ErrorKind::usage,
                 "the prompt must be one argument, not " + std::to_string(args.positional().size()),
                 "put it in quotes"};
  }
  std::string prompt = args.positional()[0];
  if (prompt == "-") {
    prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
    if (!prompt.empty() && prompt.back() == '\n') prompt.pop_back();
  }
  if (trim(prompt).empty()) return Error{ErrorKind::usage, "the prompt is empty", ""};
  if (prompt.size() > kMaxPromptBytes) return Error{ErrorKind::usage, "the prompt is larger than 16 MiB", ""};
  return prompt;
}

Result<Asked> read_request(const Args& args, const config::Config& config) {
  Asked asked;
  asked.json = args.has("--json");
  asked.json_lines = args.has("--json-lines");
  asked.request.stream = !args.has("--no-stream");
  routing::Request& route = asked.request.route;
  route.task = args.get("--task").value_or("ask");
  route.user = args.get("--user").value_or(default_user());
  route.model = args.get("--model");
  route.repo_scope = args.has("--repo");
  if (const auto mode = args.get("--mode")) {
    route.mode = routing::mode_of(*mode);
    if (!route.mode) {
      return Error{ErrorKind::usage, "`--mode` wants auto, local or cloud, not `" + one_line(*mode, 40) + "`",
                   ""};
    }
  }
  if (const auto tokens = args.get("--max-tokens")) {
    Result<int64_t> count = parse_whole("--max-tokens", *tokens, 1, 10'000'000);
    if (!count) return std::move(count.error());
    route.max_tokens = *count;
  }
  Result<std::string> prompt = read_prompt(args);
  if (!prompt) return std::move(prompt.error());

  const std::string root = project_root(args);
  asked.request.folder = root;
  std::vector<task::Source> sources;
  for (const std::string& file : args.all("--file")) {
    Result<task::Source> source = task::read_source(file, root, config.path_rules());
    if (!source) return std::move(source.error());
    sources.push_back(std::move(*source));
  }
  Result<std::vector<privacy::Turn>> turns = named_turns(*prompt, sources, root, config);
  if (!turns) return std::move(turns.error());
  task::describe(*turns, config.router.repo_markers, route);
  asked.query.text = *prompt;
  for (const task::Source& source : sources) asked.query.seeds.push_back({source.shown_path, 0});
  asked.turns = std::move(*turns);
  return asked;
}

Value::Map result_object(const dispatch::Outcome& outcome, const std::string& text) {
  const provider::Usage& usage = outcome.usage;
  return {{"text", Value(text)},
          {"model", Value(outcome.model)},
          {"lane", Value(to_string(outcome.lane))},
          {"ms", Value(static_cast<int64_t>(outcome.ms))},
          {"ttft_ms", outcome.ttft_ms ? Value(static_cast<int64_t>(*outcome.ttft_ms)) : Value()},
          {"usage", Value(Value::Map{{"input", Value(usage.input)},
                                     {"cached_input", Value(usage.cached_input)},
                                     {"output", Value(usage.output)},
                                     {"reasoning", Value(usage.reasoning)}})},
          {"usd", outcome.usd ? Value(*outcome.usd) : Value()},
          {"finish", Value(provider::to_string(outcome.finish))}};
}

/// The question with what a search found for it, as much as fits the model's window.
privacy::Prompt with_found(std::vector<privacy::Turn> turns, const QuestionContext& found,
                           const config::Model& model, size_t tokens) {
  privacy::Part part =
      found.part(model.trusted, std::min(tokens, gathered_share(model, true)), context::estimated_tokens);
  if (!part.text.empty()) turns.back().parts.insert(turns.back().parts.begin(), std::move(part));
  return privacy::Prompt{std::move(turns)};
}

}  // namespace

int run_ask(const Args& args) {
  const bool json = args.has("--json") || args.has("--json-lines");
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  if (config->has_errors() && config->models.empty()) {
    return fail(json, routing::no_models(*config));  // the cause, not only that no model is left
  }
  if (Result<void> fine = check_projects(args, *config); !fine) return fail(json, fine.error());
  Result<Asked> asked = read_request(args, *config);
  if (!asked) return fail(json, asked.error());
  const bool json_lines = asked->json_lines;

  loop::Loop loop;
  int code = 0;
  std::string text;
  bool stdout_closed = false;
  bool at_line_start = true;
  std::unique_ptr<workspace::Indexer> indexer;
  std::unique_ptr<Collect> collect;
  QuestionContext found;
  std::unique_ptr<dispatch::Question> operation;
  dispatch::Dispatcher dispatcher(
      loop, [config] { return config; },
      [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); });
  loop::Signal on_interrupt(loop, SIGINT, [&] {
    const dispatch::Outcome outcome = operation ? operation->outcome() : dispatch::Outcome();
    operation.reset();
    code = fail(json, Error{ErrorKind::interrupted, "interrupted", ""}, result_object(outcome, text));
    loop.stop();
  });

  dispatch::Handlers handlers;
  handlers.on_text = [&](std::string_view piece) {
    if (json_lines) {
      stdout_closed = !print(codec::dump_json(Value(Value::Map{{"delta", Value(piece)}})) + "\n");
      text += piece;
    } else if (json) {
      text += piece;
    } else {
      stdout_closed = !print(piece);
      if (!piece.empty()) at_line_start = piece.back() == '\n';
    }
    if (stdout_closed) loop.stop();
  };
  handlers.on_phase = [told = std::string()](dispatch::Phase phase, const std::string& detail) mutable {
    std::string line;
    if (phase == dispatch::Phase::retry) line = "trying again: " + detail;
    if (phase == dispatch::Phase::limited || phase == dispatch::Phase::warming) line = "waiting: " + detail;
    if (!line.empty() && line != told) std::fprintf(stderr, "coder-nvim: %s\n", line.c_str());
    told = line;
  };
  handlers.on_done = [&](Result<void> result, dispatch::Outcome outcome) {
    // A terminal wants a last line end; a pipe gets the answer as it is.
    if (!at_line_start && ::isatty(STDOUT_FILENO)) print("\n");
    if (!result) {
      code = fail(json, result.error(), json ? result_object(outcome, text) : Value::Map{});
    } else {
      if (json) print(codec::dump_json(Value(result_object(outcome, text))) + "\n");
      std::fprintf(stderr, "%s\n", router_line(outcome).c_str());
    }
    dispatcher.settle([&] { loop.stop(); });
  };
  const bool repo = asked->request.route.repo_scope;
  const std::string root = asked->request.folder;
  asked->request.assemble = [&, turns = asked->turns](const config::Model& model) {
    return with_found(turns, found, model, context_tokens(*config, true));
  };
  const auto send = [&] { operation = dispatcher.ask(std::move(asked->request), std::move(handlers)); };
  if (repo) {
    Collect::Wanted wanted;
    indexer = std::make_unique<workspace::Indexer>(
        loop, unwatched(index_options(*config, root)), [] {},
        [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); });
    wanted.surroundings.root = root;
    wanted.surroundings.indexer = indexer.get();
    wanted.query = asked->query;
    for (const context::Place& seed : asked->query.seeds) wanted.without.push_back(seed.path);
    wanted.repository = context_tokens(*config, true);
    wanted.repo = true;
    wanted.judge = [&](const std::string& path) { return config->path_rules().judge(path); };
    collect = std::make_unique<Collect>(loop, std::move(wanted), [&](Result<QuestionContext> collected) {
      if (collected) found = std::move(*collected);
      send();
    });
  } else {
    send();
  }
  loop.run();
  operation.reset();
  collect.reset();
  indexer.reset();
  return stdout_closed ? exit_code(ErrorKind::internal) : code;
}

}  // namespace coder::app
