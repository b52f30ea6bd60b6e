// `coder-nvim context`: what would be sent about a file and a question, and why.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "app/commands.h"
#include "app/project.h"
#include "base/text.h"
#include "codec/json.h"
#include "context/gather.h"
#include "loop/loop.h"
#include "task/source.h"

namespace coder::app {

using codec::Value;

const CommandSpec kContextSpec{
    "context",
    "",
    "show what would be sent with a question, and why each piece",
    {{"--file", "F", "the file the question is about"},
     {"--line", "N", "where in it the cursor is, from 1"},
     {"--query", "T", "the question"},
     {"--budget", "TOKENS", "most tokens the context may have (default 8000)"},
     {"--json", nullptr, "one JSON object: tokens, budget, ms, chunks, dropped, files"}}};

namespace {

constexpr int64_t kDefaultBudget = 8000;
constexpr int64_t kMaxBudget = 4'000'000;

const char* to_string(context::Form form) {
  switch (form) {
    case context::Form::path:
      return "path";
    case context::Form::signature:
      return "signature";
    case context::Form::body:
      return "body";
  }
  return "";
}

struct Asked {
  context::Query query;
  int64_t budget = kDefaultBudget;
};

Result<Asked> read_arguments(const Args& args, const std::string& root) {
  Asked asked;
  asked.query.text = args.get("--query").value_or("");
  if (const auto budget = args.get("--budget")) {
    const Result<int64_t> tokens = parse_whole("--budget", *budget, 1, kMaxBudget);
    if (!tokens) return tokens.error();
    asked.budget = *tokens;
  }
  uint32_t line = 0;
  if (const auto text = args.get("--line")) {
    const Result<int64_t> number = parse_whole("--line", *text, 1, 100'000'000);
    if (!number) return number.error();
    if (!args.has("--file")) return Error{ErrorKind::usage, "--line needs --file", ""};
    line = static_cast<uint32_t>(*number);
  }
  if (const auto file = args.get("--file")) {
    const std::string shown = task::shown_path(*file, root);
    if (std::filesystem::path(shown).is_absolute() || shown.starts_with("../")) {
      return Error{ErrorKind::usage, *file + " is not below " + root, "name its project with --root"};
    }
    std::error_code failed;
    if (!std::filesystem::is_regular_file(root + "/" + shown, failed))
      return Error{ErrorKind::usage, *file + ": no such file", ""};
    asked.query.seeds.push_back({shown, line});
  }
  if (asked.query.text.empty() && asked.query.seeds.empty())
    return Error{ErrorKind::usage, "nothing to search for", "give --query TEXT, --file F or both"};
  return asked;
}

Value strings(const std::vector<std::string>& list) {
  Value::Array out;
  for (const std::string& one : list) out.push_back(Value(to_valid_utf8(one)));
  return Value(std::move(out));
}

Value::Map object_of(const context::Gathered& gathered) {
  const context::Packed& packed = gathered.whole;
  Value::Array chunks, dropped, files;
  for (const context::Chunk& chunk : packed.chunks) {
    const auto verdict = gathered.verdicts.find(chunk.path);
    const privacy::Label label =
        verdict == gathered.verdicts.end() ? privacy::Label::local_only : verdict->second.label;
    chunks.push_back(Value(Value::Map{{"file", Value(to_valid_utf8(chunk.path))},
                                      {"start", Value(int64_t{chunk.first})},
                                      {"end", Value(int64_t{chunk.last})},
                                      {"form", Value(to_string(chunk.form))},
                                      {"tokens", Value(static_cast<int64_t>(chunk.tokens))},
                                      {"score", Value(chunk.score)},
                                      {"why", strings(chunk.why)},
                                      {"label", Value(to_string(label))},
                                      {"text", Value(to_valid_utf8(chunk.text))}}));
  }
  for (const context::Dropped& one : packed.dropped) {
    dropped.push_back(Value(
        Value::Map{{"file", Value(to_valid_utf8(one.path))}, {"reason", Value(to_valid_utf8(one.reason))}}));
  }
  for (const context::RankedFile& file : gathered.ranked->files) {
    files.push_back(
        Value(Value::Map{{"file", Value(to_valid_utf8(file.path))}, {"score", Value(file.score)}}));
  }
  return {{"tokens", Value(static_cast<int64_t>(packed.tokens))},
          {"budget", Value(static_cast<int64_t>(packed.budget))},
          {"ms", Value(gathered.rank_ms + gathered.pack_ms)},
          {"chunks", Value(std::move(chunks))},
          {"dropped", Value(std::move(dropped))},
          {"files", Value(std::move(files))}};
}

std::string page_of(const context::Gathered& gathered) {
  const context::Packed& packed = gathered.whole;
  std::string out;
  for (const context::Chunk& chunk : packed.chunks) {
    out += chunk.path;
    if (chunk.first > 0) out += ":" + std::to_string(chunk.first) + "-" + std::to_string(chunk.last);
    out += std::string("  ") + to_string(chunk.form) + ", " + std::to_string(chunk.tokens) + " tokens";
    if (!chunk.why.empty()) out += ": " + join(chunk.why, ", ");
    out += "\n";
  }
  for (const context::Dropped& one : packed.dropped) out += one.path + "  left out: " + one.reason + "\n";
  out += std::to_string(packed.tokens) + " of " + std::to_string(packed.budget) + " tokens, " +
         std::to_string(static_cast<int>(gathered.rank_ms + gathered.pack_ms + 0.5)) + " ms\n";
  return out;
}

}  // namespace

int run_context(const Args& args) {
  const bool json = args.has("--json");
  const std::string root = project_root(args);
  const Result<Asked> asked = read_arguments(args, root);
  if (!asked) return fail(json, asked.error());
  const Result<config::Config> config = load_config(args);
  if (!config) return fail(json, config.error());
  if (Result<void> fine = check_projects(args, *config); !fine) return fail(json, fine.error());

  loop::Loop loop;
  context::Gathered gathered;
  std::unique_ptr<context::Gather> gather;
  std::unique_ptr<workspace::Indexer> indexer;
  indexer = std::make_unique<workspace::Indexer>(
      loop, unwatched(index_options(*config, root)),
      [&] {
        context::Wanted wanted;
        wanted.query = asked->query;
        wanted.budget = static_cast<size_t>(asked->budget);
        for (const context::Place& seed : asked->query.seeds) wanted.without.push_back(seed.path);
        wanted.judge = [&](const std::string& path) { return config->path_rules().judge(path); };
        gather = std::make_unique<context::Gather>(*indexer, std::move(wanted), [&](context::Gathered got) {
          gathered = std::move(got);
          loop.stop();
        });
      },
      [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); });
  loop.run();
  gather.reset();
  indexer.reset();
  const std::string out = json ? codec::dump_json(Value(object_of(gathered))) + "\n" : page_of(gathered);
  return print(out) ? 0 : exit_code(ErrorKind::internal);
}

}  // namespace coder::app
