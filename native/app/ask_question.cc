#include "app/ask_question.h"

#include <fstream>
#include <iostream>
#include <iterator>

#include "app/answering.h"
#include "app/named.h"
#include "base/text.h"
#include "task/describe.h"

namespace coder::app {
namespace {

constexpr size_t kMaxPromptBytes = 16u << 20;
constexpr size_t kMaxListBytes = 64u << 20;

/// What a task's answer has to look like stands before all else.
void with_rules(std::vector<privacy::Turn>& turns, const std::string& rules) {
  if (rules.empty()) return;
  if (turns.front().role != privacy::Role::system) {
    turns.insert(turns.begin(), privacy::Turn());
    turns.front().role = privacy::Role::system;
  }
  std::vector<privacy::Part>& head = turns.front().parts;
  head.insert(head.begin(), {rules + "\n", privacy::Label::any, ""});
}

}  // namespace

std::shared_ptr<const task::Recipe> task_of(const Args& args, const config::Config& config) {
  std::optional<task::Recipe> found = task::recipe_of(args.get("--task").value_or(""), config);
  return found ? std::make_shared<const task::Recipe>(std::move(*found)) : nullptr;
}

Result<std::string> read_prompt(const Args& args, bool optional) {
  if (args.positional().empty() && optional) return std::string();
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

Result<std::vector<std::string>> named_files(const Args& args) {
  std::vector<std::string> out = args.all("--file");
  const std::optional<std::string> list = args.get("--files-from");
  if (!list) return out;
  if (*list == "-" && !args.positional().empty() && args.positional()[0] == "-") {
    return Error{ErrorKind::usage, "standard input cannot be both the prompt and the list of files",
                 "write the list to a file for --files-from"};
  }
  std::ifstream file;
  if (*list != "-") file.open(*list, std::ios::binary);
  std::istream& in = *list == "-" ? std::cin : file;
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (*list != "-" && (!file.is_open() || file.bad()))
    return Error{ErrorKind::usage, *list + ": the list of files cannot be read", ""};
  if (text.size() > kMaxListBytes)
    return Error{ErrorKind::usage, "the list of files is larger than 64 MiB", ""};
  const char end = text.find('\0') != std::string::npos ? '\0' : '\n';
  for (const std::string_view one : split(text, end)) {
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

Result<routing::Request> question_route(const Args& args) {
  routing::Request route;
  route.task = args.get("--task").value_or("ask");
  route.repo_scope = args.has("--repo");
  if (Result<void> read = read_routing(args, route); !read) return std::move(read.error());
  if (const auto tokens = args.get("--max-tokens")) {
    Result<int64_t> count = parse_whole("--max-tokens", *tokens, 1, 10'000'000);
    if (!count) return std::move(count.error());
    route.max_tokens = *count;
  }
  return route;
}

Result<std::vector<privacy::Turn>> question_turns(const std::string& prompt,
                                                  const std::vector<task::Source>& sources,
                                                  const task::Recipe* recipe, const std::string& root,
                                                  const config::Config& config, routing::Request& route) {
  Result<std::vector<privacy::Turn>> turns = named_turns(prompt, sources, root, config);
  if (!turns) return turns;
  // What a task adds is ours: it does not count for where the request goes.
  task::describe(*turns, config.router.repo_markers, route);
  if (!recipe) return turns;
  task::About about;
  for (const task::Source& source : sources) about.files.push_back(source.shown_path);
  about.words = std::move(turns->back().parts.back().text);
  turns->back().parts.back().text = task::request_of(*recipe, about);
  with_rules(*turns, task::rules_of(*recipe));
  return turns;
}

}  // namespace coder::app
