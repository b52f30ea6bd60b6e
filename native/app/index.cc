// `coder-nvim index`: builds the workspace's index, or brings the stored one up to date.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>

#include "app/commands.h"
#include "app/project.h"
#include "base/log.h"
#include "base/text.h"
#include "codec/json.h"
#include "workspace/indexer.h"

namespace coder::app {

using codec::Value;
using workspace::Indexer;

const CommandSpec kIndexSpec{
    "index",
    "",
    "build or refresh the index of the project's files. JSON: files, lines, symbols and bytes that are in "
    "it; "
    "cold_ms: the time it took if every file had to be read and parsed, else null (--fresh has them all "
    "read); warm_ms: the time to open it when nothing has changed; rss_mb: this process's resident memory "
    "with "
    "the index in it, in MiB; left_out: how many files are not in it, with --left-out which and why",
    {{"--left-out", nullptr, "list the files that are left out, with the reason"},
     {"--fresh", nullptr, "read and parse every file, whatever is stored"}}};

namespace {

double resident_mib() {
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// "12,345"
std::string grouped(uint64_t number) {
  std::string out = std::to_string(number);
  for (size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// What one pass came to.
struct Opened {
  Indexer::Status status;
  std::vector<workspace::LeftOut> left_out;
  double rss = 0;
};

/// Runs an Indexer until all is in and stored.
Opened open_index(const Indexer::Options& options, bool show) {
  loop::Loop loop;
  std::optional<Indexer> indexer;
  std::optional<loop::Timer> progress;
  Opened out;
  indexer.emplace(
      loop, options,
      [&] {
        out = {indexer->status(), indexer->left_out(), resident_mib()};
        progress.reset();
        if (show) std::fprintf(stderr, "\r\x1b[K");
      },
      [](const std::string& notice) { log::warn(notice); });
  if (show) {
    progress.emplace(loop, [&] {
      const Indexer::Status& status = indexer->status();
      std::fprintf(stderr, "\r\x1b[Kindexing: %s of %s files", grouped(status.done).c_str(),
                   grouped(status.listed).c_str());
      progress->start(Millis(100));
    });
    progress->start(Millis(200));
  }
  loop.run();
  return out;
}

std::string text_of(const std::string& root, const Opened& opened, std::optional<double> cold,
                    std::optional<double> warm) {
  const workspace::Index::Totals& totals = opened.status.totals;
  std::string out = root + ": " + grouped(totals.files) + " files, " + grouped(totals.lines) + " lines, " +
                    grouped(totals.symbols) + " symbols, " +
                    number("%.1f MB", static_cast<double>(totals.bytes) / 1e6) + "\n";
  out += cold ? number("  read and parsed in %.0f ms", *cold)
              : "  " + grouped(opened.status.parsed) + " files read and parsed again" +
                    number(" in %.0f ms", opened.status.cold_ms);
  if (warm) out += number(", opens in %.0f ms", *warm);
  out += number("; %.0f MiB of memory\n", opened.rss);
  if (opened.status.left_out > 0)
    out += "  " + grouped(opened.status.left_out) + " files left out (--left-out tells which and why)\n";
  if (!opened.status.problem.empty()) out += "  " + opened.status.problem + "\n";
  return out;
}

}  // namespace

int run_index(const Args& args) {
  const bool json = args.has("--json");
  Result<config::Config> config = load_config(args);
  if (!config) return fail(json, config.error());
  const std::string root = project_root(args);
  std::error_code failed;
  if (!std::filesystem::is_directory(root, failed))
    return fail(json, Error{ErrorKind::usage, root + " is no folder", "name one with --root"});
  if (Result<void> fine = check_projects(args, *config); !fine) return fail(json, fine.error());

  const Indexer::Options options = unwatched(index_options(*config, root));
  const bool show = ::isatty(STDERR_FILENO) != 0;
  Indexer::Options first = options;
  first.fresh = args.has("--fresh");
  const Opened opened = open_index(first, show);

  std::optional<double> cold, warm;
  const bool all = opened.status.parsed >= opened.status.totals.files;
  if (all) cold = opened.status.cold_ms;
  if (!options.cache_file.empty())
    warm = opened.status.parsed > 0 ? open_index(options, show).status.cold_ms : opened.status.cold_ms;

  if (args.has("--left-out") && !json) {
    std::string out;
    for (const workspace::LeftOut& one : opened.left_out)
      out += to_valid_utf8(one.path) + ": " + one.reason + "\n";
    return print(out) ? 0 : exit_code(ErrorKind::internal);
  }
  if (!json) return print(text_of(root, opened, cold, warm)) ? 0 : exit_code(ErrorKind::internal);

  const workspace::Index::Totals& totals = opened.status.totals;
  const auto count = [](uint64_t value) { return Value(static_cast<int64_t>(value)); };
  const auto time = [](const std::optional<double>& value) { return value ? Value(*value) : Value(); };
  Value::Map object{
      {"files", count(totals.files)}, {"lines", count(totals.lines)}, {"symbols", count(totals.symbols)},
      {"bytes", count(totals.bytes)}, {"cold_ms", time(cold)},        {"warm_ms", time(warm)},
      {"rss_mb", Value(opened.rss)}};
  if (args.has("--left-out")) {
    Value::Array list;
    for (const workspace::LeftOut& one : opened.left_out)
      list.push_back(
          Value(Value::Map{{"path", Value(to_valid_utf8(one.path))}, {"reason", Value(one.reason)}}));
    object.emplace_back("left_out", Value(std::move(list)));
  } else {
    object.emplace_back("left_out", count(opened.status.left_out));
  }
  if (!opened.status.problem.empty()) object.emplace_back("problem", Value(opened.status.problem));
  return print(codec::dump_json(Value(std::move(object))) + "\n") ? 0 : exit_code(ErrorKind::internal);
}

}  // namespace coder::app
