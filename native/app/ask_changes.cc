#include "app/ask_changes.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/answering.h"
#include "app/ask_answer.h"
#include "app/ask_question.h"
#include "app/commands.h"
#include "app/project.h"
#include "codec/json.h"
#include "dispatch/dispatcher.h"
#include "task/diff_parts.h"
#include "task/draft.h"
#include "task/source.h"

namespace coder::app {
namespace {

using codec::Value;

using Which = task::Changes::Which;

Result<task::Changes> from_git(const Args& args, const config::Config& config, Which which) {
  loop::Loop loop;
  Result<task::Changes> out = Error{ErrorKind::internal, "git has not answered", ""};
  const task::ReadChanges::Wanted wanted{project_root(args), which, args.get("--base").value_or(""), ""};
  const task::ReadChanges reading(
      loop, wanted,
      [&](const std::string& text) { return config.path_rules().judge_text(text, wanted.root); },
      [&](Result<task::Changes> changes) {
        out = std::move(changes);
        loop.stop();
      });
  loop.run();
  return out;
}

void tell(const task::Changes& changes) {
  if (!changes.about.empty()) std::fprintf(stderr, "coder-nvim: of %s\n", changes.about.c_str());
  for (const std::string& one : changes.left_out)
    std::fprintf(stderr, "coder-nvim: left out: %s\n", one.c_str());
  for (const std::string& one : changes.unmerged)
    std::fprintf(stderr, "coder-nvim: %s has a merge conflict\n", one.c_str());
}

}  // namespace

Result<std::optional<task::Changes>> asked_changes(const Args& args, const config::Config& config) {
  const std::string name = args.get("--task").value_or("");
  const bool commit = name == "commit";
  std::optional<task::Changes> none;
  if ((name != "pr" && !commit) || args.has("--file") || args.has("--files-from")) return none;
  if (args.positional().empty()) {
    Result<task::Changes> changes = from_git(args, config, commit ? Which::staged : Which::branch);
    if (changes && !changes->unmerged.empty()) changes = task::conflict_in(changes->unmerged);
    if (!changes) {
      Error error = changes.error();
      const std::string pipe = "give it a diff: git diff main... | coder-nvim ask --task " + name + " -";
      if (error.kind == ErrorKind::usage) error.hint += error.hint.empty() ? pipe : "; or " + pipe;
      return error;
    }
    return std::optional(std::move(*changes));
  }
  Result<std::string> prompt = read_prompt(args, false);
  if (!prompt) return std::move(prompt.error());
  task::Changes out;
  out.files = task::split_diff(*prompt);
  Result<privacy::Part> part = task::prompt_part(*prompt, project_root(args), config.path_rules());
  if (!part) return std::move(part.error());
  out.label = part->label;
  out.rule = part->rule;
  out.about.clear();
  return std::optional(std::move(out));
}

Result<ReviewedChanges> reviewed_changes(const Args& args, const config::Config& config) {
  Result<task::Changes> changes = from_git(args, config, Which::since);
  if (!changes) {
    Error error = changes.error();
    if (error.kind == ErrorKind::usage)
      error.hint += (error.hint.empty() ? "" : "; or ") + std::string("name files with --file");
    return error;
  }
  tell(*changes);
  ReviewedChanges out;
  out.diff.shown_path = "git diff";
  out.diff.label = changes->label;
  out.diff.rule = changes->rule;
  const std::string root = project_root(args);
  for (const std::string& part : task::diff_parts(changes->files, SIZE_MAX)) out.diff.text += part;
  for (const task::FileDiff& file : changes->files) {
    Result<task::Source> source = task::read_source(root + "/" + file.path, root, config.path_rules());
    if (source) out.files.push_back(std::move(*source));
  }
  return out;
}

int run_draft(const Args& args, const std::shared_ptr<const config::Config>& config, task::Changes changes) {
  const bool lines = args.has("--json-lines"), json = lines || args.has("--json");
  Result<routing::Request> route = question_route(args);
  if (!route) return fail(json, route.error());
  tell(changes);
  if (!changes.files.empty())
    route->marker = routing::marker_in(changes.files.front().text, config->router.repo_markers);

  loop::Loop loop;
  int code = 0;
  std::string text;
  bool closed = false;
  dispatch::Dispatcher dispatcher(
      loop, [config] { return config; },
      [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); });
  std::unique_ptr<task::Draft> draft;
  const loop::Signal on_interrupt(loop, SIGINT, [&] {
    const dispatch::Outcome outcome = draft ? draft->outcome() : dispatch::Outcome();
    draft.reset();
    code = fail(json, Error{ErrorKind::interrupted, "interrupted", ""}, result_object(outcome, text));
    loop.stop();
  });
  task::Draft::Wanted wanted;
  wanted.recipe = route->task;
  wanted.changes = std::move(changes);
  task::Draft::Handlers on;
  on.on_part = [](size_t done, size_t parts) {
    if (done == 0) std::fprintf(stderr, "coder-nvim: the diff is large and read in %zu parts first\n", parts);
  };
  on.on_phase = phases_on_stderr();
  on.on_text = [&](std::string_view piece) {
    text += piece;
    if (lines) closed = !print(codec::dump_json(Value(Value::Map{{"delta", Value(piece)}})) + "\n");
    if (closed) loop.stop();
  };
  on.on_done = [&](const Result<void>& result, const dispatch::Outcome& outcome) {
    // Printed when all of it is there: what stands around it in the answer is taken away.
    text = task::tidy_draft(text);
    if (!result) {
      if (!json && !text.empty()) print(text + "\n");
      code = fail(json, result.error(), json ? result_object(outcome, text) : Value::Map{});
    } else {
      print(json ? codec::dump_json(Value(result_object(outcome, text))) + "\n" : text + "\n");
      std::fprintf(stderr, "%s\n", router_line(outcome).c_str());
    }
    dispatcher.settle([&] { loop.stop(); });
  };
  task::Draft::Deps deps{loop, dispatcher, [config] { return config; },
                         [&, root = project_root(args)](dispatch::Request& request) {
                           request.route = *route;
                           request.folder = root;
                           request.stream = !args.has("--no-stream");
                         }};
  draft = std::make_unique<task::Draft>(std::move(deps), std::move(wanted), std::move(on));
  loop.run();
  draft.reset();
  return closed ? exit_code(ErrorKind::internal) : code;
}

}  // namespace coder::app
