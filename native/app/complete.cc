// `coder-nvim complete`: one ghost-text suggestion for a place in a file.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "app/commands.h"
#include "app/project.h"
#include "app/repo_models.h"
#include "base/text.h"
#include "codec/json.h"
#include "completion/clean.h"
#include "completion/once.h"
#include "completion/prompt.h"
#include "dispatch/choose.h"
#include "dispatch/dispatcher.h"
#include "privacy/forms.h"
#include "task/source.h"

namespace coder::app {

using codec::Value;

const CommandSpec kCompleteSpec{
    "complete",
    "",
    "complete the code at a place in a file",
    {
        {"--file", "F", "the file; its name decides what is private"},
        {"--line", "L", "line of the cursor, from 1"},
        {"--col", "C", "byte column of the cursor, from 0"},
        {"--stdin", nullptr, "read the file's text from standard input"},
        {"--model", "NAME|repo",
         "this [models.NAME] block and no other; repo: what the repository itself "
         "suggests, as also where there is no model"},
    }};

namespace {

/// What was learned is kept for the next time, after the answer; this often it is looked whether it is.
constexpr Millis kUntilKept{5};

struct Spot {
  std::vector<std::string> lines;
  completion::View view;
  completion::Origin origin;
};

Result<std::string> required(const Args& args, const char* option) {
  if (const auto value = args.get(option)) return *value;
  return Error{ErrorKind::usage, std::string("`") + option + "` is missing",
               "coder-nvim complete --file F --line L --col C"};
}

Result<std::vector<std::string>> read_lines(const Args& args, const std::string& path,
                                            const config::Config& config) {
  std::string text;
  if (args.has("--stdin")) {
    // A byte more than allowed tells that there is more.
    char block[65536];
    while (std::cin.read(block, sizeof block) || std::cin.gcount() > 0) {
      text.append(block, static_cast<size_t>(std::cin.gcount()));
      if (text.size() > task::kMaxSourceBytes) {
        return Error{ErrorKind::usage, "standard input is larger than 4 MiB", ""};
      }
    }
    if (text.find('\0') != std::string::npos)
      return Error{ErrorKind::usage, "standard input is not text", ""};
  } else {
    Result<task::Source> source = task::read_source(path, "", config.path_rules());
    if (!source) return std::move(source.error());
    text = std::move(source->text);
  }
  std::vector<std::string> lines;
  for (std::string_view line : split(text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.emplace_back(line);
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();  // the last line's end
  return lines;
}

Result<Spot> read_spot(const Args& args, const config::Config& config) {
  Result<std::string> file = required(args, "--file");
  if (!file) return std::move(file.error());
  Result<std::string> line_text = required(args, "--line");
  if (!line_text) return std::move(line_text.error());
  Result<std::string> col_text = required(args, "--col");
  if (!col_text) return std::move(col_text.error());
  Result<int64_t> line = parse_whole("--line", *line_text, 1, 1'000'000'000);
  if (!line) return std::move(line.error());
  Result<int64_t> col = parse_whole("--col", *col_text, 0, 1'000'000'000);
  if (!col) return std::move(col.error());

  Spot spot;
  const privacy::Verdict verdict = config.path_rules().judge(*file);
  if (verdict.never_send) {
    return Error{ErrorKind::policy, *file + " is on the never-send list (rule " + verdict.rule + ")",
                 "files that usually hold secrets enter no prompt"};
  }
  spot.origin = {*file, verdict.label, verdict.rule, completion::shown_name(*file), project_root(args)};
  Result<std::vector<std::string>> lines = read_lines(args, *file, config);
  if (!lines) return std::move(lines.error());
  spot.lines = std::move(*lines);
  const auto index = static_cast<size_t>(*line - 1);
  // The line after the last one is where a new one would be begun.
  if (index == spot.lines.size()) spot.lines.emplace_back();
  if (index >= spot.lines.size()) {
    return Error{ErrorKind::usage,
                 "`--line` " + *line_text + " is beyond the " + std::to_string(spot.lines.size()) +
                     " lines of " + *file,
                 ""};
  }
  if (static_cast<size_t>(*col) > spot.lines[index].size()) {
    return Error{ErrorKind::usage,
                 "`--col` " + *col_text + " is beyond the " + std::to_string(spot.lines[index].size()) +
                     " bytes of line " + *line_text,
                 ""};
  }
  spot.view = completion::make_view(spot.lines, index, static_cast<size_t>(*col), 0);
  return spot;
}

/// Is the repository to answer?
bool repository_answers(const Args& args, const config::Config& config, privacy::Label label) {
  const std::optional<std::string> named = args.get("--model");
  if (named) return *named == "repo" && !config.find("repo");
  return config.completion.repo_alone != config::Completion::Repo::off &&
         !dispatch::choose_completion(config, std::nullopt, label);
}

void print_suggestion(bool json, const std::string& text, const std::string& model, TimePoint started,
                      Value confidence) {
  if (!json) {
    print(text);
    return;
  }
  const Value::Map object{{"text", Value(text)},
                          {"model", Value(model)},
                          {"ms", Value(static_cast<int64_t>(millis_between(started, Clock::now())))},
                          {"confidence", std::move(confidence)}};
  print(codec::dump_json(Value(object)) + "\n");
}

/// What the repository suggests: who asks for it by hand wants to see more than what is nearly certain.
int complete_from_repository(bool json, const Spot& spot, std::shared_ptr<const config::Config> config) {
  const TimePoint started = Clock::now();
  const std::string file = privacy::lexical_form(std::filesystem::absolute(spot.origin.path).string());
  const std::string root = root_around(file);
  const bool is_private = spot.origin.label == privacy::Label::local_only;
  loop::Loop loop;
  int code = 0;
  std::unique_ptr<completion::RepoLearner> learner;
  loop::Timer until_kept(loop, [&] {
    if (!learner->status().keeping) return loop.stop();
    until_kept.start(kUntilKept);
  });
  loop::Signal on_interrupt(loop, SIGINT, [&] {
    code = fail(json, Error{ErrorKind::interrupted, "interrupted", ""});
    loop.stop();
  });
  learner = std::make_unique<completion::RepoLearner>(
      loop, learner_options([config] { return config; }, root, is_private), [&] {
        completion::RepoModel& model = learner->model();
        const std::string path = root.empty() ? file : file.substr(root.size() + 1);
        model.remove(path);  // as it lies there it may end in the very word that is asked about
        model.buffer_set(0, path, spot.lines);
        const std::optional<completion::RepoGuess> guess =
            model.guess(0, spot.view.line, spot.view.col, completion::Gate::eager);
        std::string text;
        if (guess) {
          const size_t max_lines = config->completion.max_lines.value_or(0);
          text =
              completion::clean({spot.view.before, spot.view.after, guess->text, true, false, max_lines, 0})
                  .text;
        }
        print_suggestion(json, text, "repo", started, text.empty() ? Value() : Value(guess->confidence));
        until_kept.start(Millis{0});
      });
  loop.run();
  learner.reset();
  return code;
}

}  // namespace

int run_complete(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  if (Result<void> fine = check_projects(args, *config); !fine) return fail(json, fine.error());
  Result<Spot> read = read_spot(args, *config);
  if (!read) return fail(json, read.error());
  const Spot& spot = *read;
  if (repository_answers(args, *config, spot.origin.label))
    return complete_from_repository(json, spot, config);

  loop::Loop loop;
  int code = 0;
  dispatch::Dispatcher dispatcher(loop, [config] { return config; });
  std::unique_ptr<completion::Once> once;
  loop::Signal on_interrupt(loop, SIGINT, [&] {
    once.reset();
    code = fail(json, Error{ErrorKind::interrupted, "interrupted", ""});
    loop.stop();
  });
  dispatch::CompletionRequest request;
  request.label = spot.origin.label;
  request.folder = spot.origin.project;
  request.model = args.get("--model");
  request.max_tokens = completion::kAnswerTokens;
  request.assemble = [&](const config::Model& model, const provider::FimServer& server) {
    completion::Layout layout(completion::layout_policy(server.context));
    const completion::Texts texts = layout.texts({&spot.lines, spot.view.line, spot.view.col}, loop.now());
    return completion::make_prompt(texts, {}, spot.origin, model);
  };
  const TimePoint started = loop.now();
  once = std::make_unique<completion::Once>(
      loop, dispatcher.completions(), std::move(request), spot.view, config->completion.max_lines.value_or(0),
      [&](Result<completion::Suggested> suggested) {
        if (!suggested) {
          code = fail(json, suggested.error());
        } else {
          // A model does not say how sure it is.
          print_suggestion(json, suggested->text, suggested->outcome.model, started, Value());
        }
        loop.stop();
      });
  loop.run();
  once.reset();
  return code;
}

}  // namespace coder::app
