// `coder-nvim apply`: carries out the edits of a model's reply, all or none.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/commands.h"
#include "base/text.h"
#include "codec/json.h"
#include "edit/hunks.h"
#include "edit/journal.h"
#include "edit/plan.h"
#include "edit/reply.h"
#include "edit/transaction.h"

namespace coder::app {

using codec::Value;
using edit::Outcome;
using edit::Status;

const CommandSpec kApplySpec{
    "apply",
    "REPLY|-",
    "carry out the edits of a model's reply, all or none; REPLY is a file, - is standard input",
    {{"--dry-run", nullptr, "write nothing; print the changes as a unified diff"},
     {"--accept-syntax-errors", nullptr,
      "also edits after which a file has syntax errors that it has not now"},
     {"--json", nullptr, "one JSON object: edits (file, status, line, reason), written (how many files)"}}};

namespace {

Result<std::string> read_reply(const std::string& name) {
  std::string out;
  if (name == "-") {
    char buffer[64 * 1024];
    for (ssize_t count; (count = ::read(STDIN_FILENO, buffer, sizeof buffer)) != 0;) {
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Error{ErrorKind::usage, "standard input cannot be read", ""};
      out.append(buffer, static_cast<size_t>(count));
      if (out.size() > edit::kMaxReplyBytes) break;
    }
    return out;
  }
  std::error_code failed;
  if (std::filesystem::is_directory(name, failed)) return Error{ErrorKind::usage, name + " is a folder", ""};
  std::ifstream in(name, std::ios::binary);
  if (!in) return Error{ErrorKind::usage, name + ": no such file, or it cannot be read", ""};
  out.assign(std::istreambuf_iterator<char>(in), {});
  return out;
}

Value::Map object_of(const edit::Plan& plan, size_t written) {
  Value::Array edits;
  for (const Outcome& one : plan.outcomes) {
    edits.push_back(Value(Value::Map{
        {"file", Value(to_valid_utf8(one.file))},
        {"status", Value(to_string(one.status))},
        {"line", one.line > 0 ? Value(static_cast<int64_t>(one.line)) : Value()},
        {"reason", one.reason.empty() ? Value() : Value(to_valid_utf8(one.reason))},
    }));
  }
  return {{"edits", Value(std::move(edits))}, {"written", Value(static_cast<int64_t>(written))}};
}

std::string page_of(const edit::Plan& plan) {
  std::string out;
  for (const Outcome& one : plan.outcomes) {
    out += one.file.empty() ? "(no file)" : one_line(one.file, 300);
    if (one.line > 0) out += ":" + std::to_string(one.line);
    out += std::string(": ") + to_string(one.status);
    if (!one.reason.empty()) out += ": " + one_line(one.reason, 2000);
    out += "\n";
  }
  return to_valid_utf8(out);
}

std::string diff_of(const edit::Plan& plan) {
  std::string out;
  for (const edit::FileChange& change : plan.changes) {
    out += edit::unified_diff(change.existed ? change.at.shown : "",
                              change.removed ? ""
                              : change.to    ? change.to->shown
                                             : change.at.shown,
                              change.old_text, change.new_text);
  }
  return out;
}

/// Nothing was written after all, for this.
void refuse_all(edit::Plan& plan, const std::string& reason) {
  for (Outcome& one : plan.outcomes) {
    if (one.status != Status::applied) continue;
    one.status = Status::refused;
    one.reason = "not applied: " + reason;
  }
}

Result<void> write(const edit::Plan& plan, const std::string& journal) {
  if (plan.changes.empty()) return {};
  auto transaction = edit::Transaction::begin(journal, targets_of(plan));
  if (!transaction) return transaction.error();
  if (auto done = (*transaction)->commit(); !done) return done;
  return (*transaction)->finish();
}

}  // namespace

int run_apply(const Args& args) {
  const bool json = args.has("--json");
  if (args.positional().size() != 1)
    return fail(json, Error{ErrorKind::usage, "name one file with a reply, or - for standard input", ""});
  const std::string root = project_root(args);
  std::error_code failed;
  if (!std::filesystem::is_directory(root, failed))
    return fail(json, Error{ErrorKind::usage, root + " is no folder", "name one with --root"});
  const Result<config::Config> config = load_config(args);
  if (!config) return fail(json, config.error());
  const Result<std::string> reply = read_reply(args.positional()[0]);
  if (!reply) return fail(json, reply.error());

  std::string problem;
  const std::vector<edit::Edit> edits = edit::parse_reply(*reply, &problem);
  edit::Plan plan;
  if (edits.empty() || !problem.empty()) {
    if (problem.empty()) problem = "there is no edit in the reply";
    return fail(json,
                Error{ErrorKind::edits, problem, "an edit is a SEARCH/REPLACE block below its file's name"},
                object_of(plan, 0));
  }
  const std::string journal = edit::journal_folder();
  const Result<edit::Recovered> recovered = edit::recover(journal);
  if (!recovered) return fail(json, recovered.error(), object_of(plan, 0));
  for (const std::string& one : recovered->left) std::fprintf(stderr, "coder-nvim: %s\n", one.c_str());

  edit::PlanOptions options;
  options.root = root;
  options.accept_syntax_errors = args.has("--accept-syntax-errors");
  options.forbid = [&config](const std::string& path, bool exists) -> std::string {
    // No model has seen it, so none can know how to change it.
    const privacy::Verdict verdict = config->path_rules().judge(path);
    if (!exists || !verdict.never_send) return "";
    return "enters no prompt (" + verdict.rule + "), so no edit of it is taken; change it by hand";
  };
  plan = edit::make_plan(edits, options);
  const bool dry = args.has("--dry-run");
  if (!plan.refused() && !dry) {
    if (const Result<void> done = write(plan, journal); !done) {
      refuse_all(plan, done.error().message);
      if (!json) print(page_of(plan));
      return fail(json, done.error(), object_of(plan, 0));
    }
  }
  if (plan.refused()) {
    if (!json) print(page_of(plan));
    const auto own = std::find_if(plan.outcomes.begin(), plan.outcomes.end(), [](const Outcome& one) {
      return one.status == Status::refused && one.own;
    });
    return fail(json, Error{ErrorKind::edits, own->file + ": " + own->reason, "nothing was written"},
                object_of(plan, 0));
  }
  if (json)
    return print(codec::dump_json(Value(object_of(plan, dry ? 0 : plan.changes.size()))) + "\n") ? 0 : 1;
  if (dry) std::fputs(page_of(plan).c_str(), stderr);
  return print(dry ? diff_of(plan) : page_of(plan)) ? 0 : exit_code(ErrorKind::internal);
}

}  // namespace coder::app
