// `coder-nvim apply`: carries out the edits of a model's reply, all or none.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "app/carry_out.h"
#include "app/commands.h"
#include "edit/plan.h"
#include "edit/reply.h"

namespace coder::app {

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
  if (!problem.empty()) return no_edits(json, problem);
  if (edits.empty()) return no_edits(json, "there is no edit in the reply");
  if (const Result<void> recovered = recover_edits(); !recovered) return fail(json, recovered.error());

  edit::PlanOptions options;
  options.root = root;
  options.accept_syntax_errors = args.has("--accept-syntax-errors");
  options.forbid = [&config](const std::string& path, bool exists) {
    return forbidden(*config, path, exists);
  };
  const bool dry = args.has("--dry-run");
  return carry_out(edit::make_plan(edits, options), {json, !dry, dry});
}

}  // namespace coder::app
