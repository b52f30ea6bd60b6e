#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "app/answering.h"
#include "app/ask_answer.h"
#include "app/ask_changes.h"
#include "app/ask_question.h"
#include "app/ask_tests.h"
#include "app/batch.h"
#include "app/commands.h"
#include "app/project.h"
#include "app/question_context.h"
#include "app/tools_here.h"
#include "base/text.h"
#include "base/tokens.h"
#include "codec/json.h"
#include "dispatch/dispatcher.h"
#include "task/findings.h"
#include "task/recipes.h"
#include "task/source.h"

namespace coder::app {

using codec::Value;

const CommandSpec kAskSpec{
    "ask",
    "[PROMPT|-]",
    "ask a model; the answer streams to standard output",
    {
        {"--mode", "MODE", "auto, local or cloud (default: the configuration's)"},
        {"--model", "NAME", "this [models.NAME] block and no other"},
        {"--file", "F", "send this file as context; may be repeated", true},
        {"--repo", nullptr,
         "the request is about the repository: parts of it go along, to a local lane if may be"},
        {"--tools", nullptr, "the model may read files, search and ask git while it answers; see [tools]"},
        {"--user", "ID", "who asks, for routing by user"},
        {"--over-budget", nullptr, "ask a cloud lane this once, whatever was spent"},
        {"--task", "T",
         "what it is for: ask (the default), review, doc, test, explain, or one of your own, with --file: "
         "PROMPT "
         "only adds to what is asked anyway; review without files, pr and commit: of the changes in git (the "
         "last two also of a diff that PROMPT is)"},
        {"--base", "NAME", "with --task pr or review: branch or commit that the branch parted from"},
        {"--max-tokens", "N", "longest answer in tokens"},
        {"--no-stream", nullptr, "wait for the whole answer"},
        {"--json-lines", nullptr,
         "print one JSON object per piece of the answer, the last as with --json; with --task and files: "
         "ask about each file by itself, and print one object per file, see :help coder-batch"},
        {"--files-from", "FILE|-", "files as with --file, one in a line, or with a NUL byte behind each"},
        {"--jobs", "N", "files asked about at once (default: 4 where a local lane answers, else 8)"},
        {"--fresh", nullptr, "ask about all files, also those that an earlier run has answers about"},
    }};

namespace {

struct Asked {
  dispatch::Request request;
  std::vector<privacy::Turn> turns;  ///< what the user named
  context::Query query;              ///< for --repo
  std::shared_ptr<const task::Recipe> recipe;
  std::vector<task::Source> sources;   ///< the files, for a review's findings
  std::vector<task::Source> examples;  ///< tests nearby, for tests
  bool json = false;
  bool json_lines = false;
};

Result<Asked> read_request(const Args& args, const config::Config& config) {
  Asked asked;
  asked.json = args.has("--json");
  asked.json_lines = args.has("--json-lines");
  asked.request.stream = !args.has("--no-stream");
  Result<routing::Request> named = question_route(args);
  if (!named) return std::move(named.error());
  routing::Request& route = asked.request.route = std::move(*named);
  asked.recipe = task_of(args, config);
  Result<std::vector<std::string>> files = named_files(args);
  if (!files) return std::move(files.error());
  const bool findings = asked.recipe && asked.recipe->contract == task::Contract::findings;
  const bool of_git = findings && files->empty() && args.positional().empty();
  Result<std::string> prompt = read_prompt(args, of_git || (asked.recipe && !files->empty()));
  if (!prompt && prompt.error().kind == ErrorKind::usage && asked.recipe && args.positional().empty()) {
    return Error{ErrorKind::usage, "there is nothing to " + route.task, "name files with --file"};
  }
  if (!prompt) return std::move(prompt.error());

  const std::string root = project_root(args);
  asked.request.folder = root;
  std::vector<task::Source> sources;
  for (const std::string& file : *files) {
    Result<task::Source> source = task::read_source(file, root, config.path_rules());
    if (!source) return std::move(source.error());
    sources.push_back(std::move(*source));
  }
  if (of_git) {
    Result<ReviewedChanges> changes = reviewed_changes(args, config);
    if (!changes) return std::move(changes.error());
    sources.push_back(std::move(changes->diff));
    asked.sources = std::move(changes->files);
  }
  Result<std::optional<AskedTests>> tests = ask_tests(asked.recipe.get(), sources, root, config);
  if (!tests) return std::move(tests.error());
  if (*tests) sources.insert(sources.end(), (*tests)->named.begin(), (*tests)->named.end());
  Result<std::vector<privacy::Turn>> turns =
      question_turns(*prompt, sources, asked.recipe.get(), root, config, route);
  if (!turns) return std::move(turns.error());
  asked.query.text = *prompt;
  if (*tests) {
    with_tests(**tests, *prompt, turns->back().parts.back());
    asked.examples = std::move((*tests)->examples);
  }
  if (asked.recipe) asked.request.answer_schema = task::schema_of(*asked.recipe);
  for (const task::Source& source : sources) asked.query.seeds.push_back({source.shown_path, 0});
  asked.turns = std::move(*turns);
  if (findings && !of_git) asked.sources = std::move(sources);
  return asked;
}

/// The question with what a search found for it, as much as fits the model's window.
privacy::Prompt with_found(std::vector<privacy::Turn> turns, const QuestionContext& found,
                           const config::Model& model, size_t tokens) {
  privacy::Part part =
      found.part(model.trusted, std::min(tokens, gathered_share(model, true)), estimated_tokens);
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
  Result<std::optional<task::Changes>> changes = asked_changes(args, *config);
  if (!changes) return fail(json, changes.error());
  if (*changes) return run_draft(args, config, std::move(**changes));
  if (is_batch(args, *config)) return run_batch(args, config);
  if (args.has("--jobs") || args.has("--fresh")) {
    return fail(json, Error{ErrorKind::usage, "--jobs and --fresh are for a batch",
                            "which is --task, --json-lines and --file or --files-from"});
  }
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
  const bool tools = args.has("--tools");
  Value::Array called;
  const auto object_of = [&](const dispatch::Outcome& outcome) {
    Value::Map object = result_object(outcome, text);
    if (tools) object.emplace_back("tools", Value(called));
    return object;
  };
  dispatch::Dispatcher dispatcher(
      loop, [config] { return config; },
      [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); });
  loop::Signal on_interrupt(loop, SIGINT, [&] {
    const dispatch::Outcome outcome = operation ? operation->outcome() : dispatch::Outcome();
    operation.reset();
    code = fail(json, Error{ErrorKind::interrupted, "interrupted", ""}, object_of(outcome));
    loop.stop();
  });

  dispatch::Handlers handlers;
  const bool findings = asked->recipe && asked->recipe->contract == task::Contract::findings;
  const std::vector<task::Source> sources = std::move(asked->sources);
  handlers.on_text = [&](std::string_view piece) {
    if (findings && !json) {
      text += piece;
    } else if (json_lines) {
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
  handlers.on_phase = phases_on_stderr();
  handlers.on_done = [&](Result<void> result, dispatch::Outcome outcome) {
    // A terminal wants a last line end; a pipe gets the answer as it is.
    if (!at_line_start && ::isatty(STDOUT_FILENO)) print("\n");
    if (!result) {
      code = fail(json, result.error(), json ? object_of(outcome) : Value::Map{});
    } else {
      Value::Map object = object_of(outcome);
      if (findings) {
        const auto list = findings_of(text, sources);
        object.emplace_back("findings", findings_value(list));
        if (!list)
          std::fprintf(stderr, "coder-nvim: the answer is no list of findings; here it is as it came\n");
        if (!json) print(list ? findings_lines(*list) : text + "\n");
      }
      if (json) print(codec::dump_json(Value(std::move(object))) + "\n");
      std::fprintf(stderr, "%s\n", router_line(outcome).c_str());
    }
    dispatcher.settle([&] { loop.stop(); });
  };
  found.examples = std::move(asked->examples);
  const bool repo = asked->request.route.repo_scope;
  const std::string root = asked->request.folder;
  asked->request.assemble = [&, turns = asked->turns](const config::Model& model) {
    return with_found(turns, found, model, context_tokens(*config, true));
  };
  const auto index = [&] {
    if (!indexer) {
      indexer = std::make_unique<workspace::Indexer>(
          loop, unwatched(index_options(*config, root)), [] {},
          [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); });
    }
    return indexer.get();
  };
  const auto on_tool = [&](const task::ToolShown& shown) {
    if (findings) text.clear();  // what was said before a call is no finding
    called.push_back(tool_value(shown));
    const bool within = !at_line_start && ::isatty(STDOUT_FILENO) != 0;
    std::fprintf(stderr, "%s%s\n", within ? "\n" : "", tool_line(shown).c_str());
    if (!json_lines) return;
    stdout_closed = !print(codec::dump_json(Value(Value::Map{{"tool", called.back()}})) + "\n");
    if (stdout_closed) loop.stop();
  };
  const auto send = [&] {
    operation = tools
                    ? task::ask_with_tools({loop, dispatcher, tools_here(config, root, index), config->tools},
                                           std::move(asked->request), std::move(handlers), on_tool)
                    : dispatcher.ask(std::move(asked->request), std::move(handlers));
  };
  if (repo) {
    Collect::Wanted wanted;
    wanted.surroundings.root = root;
    wanted.surroundings.indexer = index();
    wanted.query = asked->query;
    for (const context::Place& seed : asked->query.seeds) wanted.without.push_back(seed.path);
    wanted.repository = context_tokens(*config, true);
    wanted.repo = true;
    wanted.judge = [&](const std::string& path) { return config->path_rules().judge(path); };
    collect = std::make_unique<Collect>(loop, std::move(wanted), [&](Result<QuestionContext> collected) {
      if (collected) collected->examples = std::move(found.examples);
      if (collected) found = std::move(*collected);
      if (!collected)
        std::fprintf(stderr, "coder-nvim: nothing of the repository goes along: %s\n",
                     collected.error().text().c_str());
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
