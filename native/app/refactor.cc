// `coder-nvim refactor`: a model's edits of some files, checked and shown, and written if that is wanted.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/answering.h"
#include "app/carry_out.h"
#include "app/commands.h"
#include "app/named.h"
#include "app/project.h"
#include "base/text.h"
#include "dispatch/dispatcher.h"
#include "edit/reply.h"
#include "task/describe.h"
#include "task/refactor.h"
#include "task/source.h"

namespace coder::app {

const CommandSpec kRefactorSpec{
    "refactor",
    "",
    "have a model change files; prints a unified diff, writes only with --apply",
    {
        {"--file", "F", "a file to change; may be repeated", true},
        {"--instruction", "T", "what to do"},
        {"--apply", nullptr, "write the changes, all or none"},
        {"--accept-syntax-errors", nullptr,
         "also edits after which a file has syntax errors that it has not now"},
        {"--mode", "MODE", "auto, local or cloud (default: the configuration's)"},
        {"--model", "NAME", "this [models.NAME] block and no other"},
        {"--user", "ID", "who asks, for routing by user"},
        {"--over-budget", nullptr, "ask a cloud lane this once, whatever was spent"},
        {"--json", nullptr, "one JSON object: edits (file, status, line, reason), written (how many files)"},
    }};

namespace {

struct Wanted {
  std::string root;
  std::string instruction;
  std::vector<task::Source> sources;
  std::vector<privacy::Turn> turns;  ///< rules and files, then the instruction
  routing::Request route;
};

Result<Wanted> read_wanted(const Args& args, const config::Config& config) {
  Wanted out;
  out.root = project_root(args);
  out.instruction = args.get("--instruction").value_or("");
  if (trim(out.instruction).empty())
    return Error{ErrorKind::usage, "there is no instruction", "say what to do with --instruction"};
  if (!args.positional().empty())
    return Error{ErrorKind::usage, "`" + one_line(args.positional()[0], 40) + "` is not expected",
                 "name files with --file and what to do with --instruction"};
  if (args.all("--file").empty())
    return Error{ErrorKind::usage, "there is no file to change", "name at least one with --file"};
  out.route.task = "refactor";
  if (Result<void> read = read_routing(args, out.route); !read) return std::move(read.error());
  std::vector<std::string> names;
  for (const std::string& file : args.all("--file")) {
    Result<task::Source> source = task::read_source(file, out.root, config.path_rules());
    if (!source) return std::move(source.error());
    names.push_back(source->shown_path);
    out.sources.push_back(std::move(*source));
  }
  Result<std::vector<privacy::Turn>> turns =
      named_turns(task::edit_request(out.instruction, names), out.sources, out.root, config);
  if (!turns) return std::move(turns.error());
  out.turns = std::move(*turns);
  task::describe(out.turns, config.router.repo_markers, out.route);
  std::vector<privacy::Part>& head = out.turns.front().parts;
  head.insert(head.begin(), {task::edit_rules() + "\n", privacy::Label::any, ""});
  return out;
}

class Run {
 public:
  Run(const Args& args, std::shared_ptr<const config::Config> config, Wanted wanted)
      : config_(std::move(config)),
        wanted_(std::move(wanted)),
        json_(args.has("--json")),
        apply_(args.has("--apply")),
        dispatcher_(
            loop_, [this] { return config_; },
            [](const std::string& line) { std::fprintf(stderr, "coder-nvim: %s\n", line.c_str()); }) {
    options_.root = wanted_.root;
    options_.accept_syntax_errors = args.has("--accept-syntax-errors");
    std::error_code failed;
    for (const std::string& file : args.all("--file"))
      files_.insert(std::filesystem::canonical(file, failed).string());
    options_.forbid = [this](const std::string& path, bool exists) -> std::string {
      if (exists && !files_.count(path)) return "the model was not shown it; name it with --file";
      return forbidden(*config_, path, exists);
    };
  }

  int run() {
    loop::Signal on_interrupt(loop_, SIGINT, [this] {
      question_.reset();
      code_ = fail(json_, Error{ErrorKind::interrupted, "interrupted", "nothing was written"});
      loop_.stop();
    });
    ask();
    loop_.run();
    question_.reset();
    return code_;
  }

 private:
  void ask() {
    ++tries_;
    reply_.clear();
    parser_ = edit::ReplyParser();
    count_ = 0;
    dispatch::Request request;
    request.route = wanted_.route;
    request.folder = wanted_.root;
    request.assemble = [this](const config::Model&) { return privacy::Prompt{wanted_.turns}; };
    dispatch::Handlers handlers;
    handlers.on_text = [this](std::string_view piece) { text(piece); };
    handlers.on_phase = phases_on_stderr();
    handlers.on_done = [this](Result<void> result, const dispatch::Outcome& outcome) {
      if (result) std::fprintf(stderr, "%s\n", router_line(outcome).c_str());
      answered(std::move(result));
    };
    question_ = dispatcher_.ask(std::move(request), std::move(handlers));
  }

  void text(std::string_view piece) {
    reply_ += piece;
    parser_.feed(piece);
    for (const edit::Edit& one : parser_.take()) {
      ++count_;
      std::fprintf(stderr, "coder-nvim: edit %zu: %s\n", count_, one_line(one.path, 200).c_str());
    }
  }

  void answered(Result<void> result) {
    if (!result) return end(fail(json_, result.error()));
    std::string problem;
    std::vector<edit::Edit> edits = edit::parse_reply(reply_, &problem);
    if (!problem.empty()) return end(no_edits(json_, problem));
    edits = task::with_corrections(std::move(edits_), plan_.outcomes, std::move(edits));
    if (edits.empty())
      return end(no_edits(json_, "the model has answered without an edit: " + one_line(reply_, 300)));
    edits_ = std::move(edits);
    plan_ = edit::make_plan(edits_, options_);
    const std::string feedback = task::edit_feedback(plan_.outcomes);
    if (feedback.empty() || tries_ == task::kMaxRefactorTries)
      return end(carry_out(std::move(plan_), {json_, apply_, true}));
    std::fprintf(stderr, "coder-nvim: some edits do not fit, asking for these once more\n");
    // Reply and feedback hold what the files hold.
    const privacy::Label label = privacy::Prompt{wanted_.turns}.label();
    privacy::Turn said;
    said.role = privacy::Role::assistant;
    said.parts.push_back({reply_, label, "the model's answer"});
    privacy::Turn wrong;
    wrong.parts.push_back({feedback, label, "the model's answer"});
    wanted_.turns.push_back(std::move(said));
    wanted_.turns.push_back(std::move(wrong));
    ask();
  }

  void end(int code) {
    code_ = code;
    dispatcher_.settle([this] { loop_.stop(); });
  }

  std::shared_ptr<const config::Config> config_;
  Wanted wanted_;
  bool json_, apply_;
  std::set<std::string> files_;  ///< resolved
  edit::PlanOptions options_;
  loop::Loop loop_;
  dispatch::Dispatcher dispatcher_;
  std::unique_ptr<dispatch::Question> question_;
  std::string reply_;
  edit::ReplyParser parser_;
  size_t count_ = 0;
  std::vector<edit::Edit> edits_;
  edit::Plan plan_;
  int tries_ = 0;
  int code_ = 0;
};

}  // namespace

int run_refactor(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> loaded = load_config(args);
  if (!loaded) return fail(json, loaded.error());
  const auto config = std::make_shared<const config::Config>(std::move(*loaded));
  if (config->has_errors() && config->models.empty()) return fail(json, routing::no_models(*config));
  if (Result<void> fine = check_projects(args, *config); !fine) return fail(json, fine.error());
  Result<Wanted> wanted = read_wanted(args, *config);
  if (!wanted) return fail(json, wanted.error());
  if (const Result<void> recovered = recover_edits(); !recovered) return fail(json, recovered.error());
  return Run(args, config, std::move(*wanted)).run();
}

}  // namespace coder::app
