#include <csignal>
#include <cstdio>
#include <filesystem>
#include <set>

#include "app/ask_question.h"
#include "app/batch.h"
#include "app/commands.h"
#include "base/sha256.h"

namespace coder::app {
namespace {

constexpr size_t kJobsLocal = 4, kJobsCloud = 8;

/// Of texts in a row, each kept apart from the next.
std::string name_of(const std::vector<std::string>& parts) {
  Sha256 hash;
  for (const std::string& part : parts) hash.update(std::to_string(part.size()) + ":" + part);
  return hash.hex().substr(0, 32);
}

/// Each file once, however often and by whatever form of its path it is named.
std::vector<Batch::File> files_of(const std::vector<std::string>& named) {
  std::vector<Batch::File> out;
  std::set<std::string> known;
  for (const std::string& path : named) {
    std::error_code failed;
    std::string id = name_of({std::filesystem::absolute(path, failed).lexically_normal().string()});
    if (known.insert(id).second) out.push_back({path, std::move(id)});
  }
  return out;
}

std::string journal_name(const Batch::Wanted& wanted) {
  const routing::Request& route = wanted.route;
  return name_of({wanted.root, route.task, wanted.recipe->prompt, wanted.prompt, route.model.value_or(""),
                  route.mode ? to_string(*route.mode) : "",
                  route.max_tokens ? std::to_string(*route.max_tokens) : "", route.user});
}

Result<Batch::Wanted> read_wanted(const Args& args, const config::Config& config) {
  Batch::Wanted out;
  if (args.has("--repo")) {
    return Error{ErrorKind::usage, "--repo does not go with a batch: each file is asked about by itself",
                 "leave out --repo or --json-lines"};
  }
  Result<routing::Request> route = question_route(args);
  if (!route) return std::move(route.error());
  out.route = std::move(*route);
  out.recipe = task_of(args, config);
  Result<std::vector<std::string>> named = named_files(args);
  if (!named) return std::move(named.error());
  out.files = files_of(*named);
  if (out.files.empty())
    return Error{ErrorKind::usage, "there are no files in the list", "name some, one in a line"};
  Result<std::string> prompt = read_prompt(args, true);
  if (!prompt) return std::move(prompt.error());
  out.prompt = std::move(*prompt);
  out.root = project_root(args);
  out.stream = !args.has("--no-stream");
  out.jobs = 0;
  if (const auto jobs = args.get("--jobs")) {
    Result<int64_t> count = parse_whole("--jobs", *jobs, 1, 256);
    if (!count) return std::move(count.error());
    out.jobs = static_cast<size_t>(*count);
  }
  return out;
}

/// As many as a lane of that sort takes without a queue.
size_t jobs_for(const Batch::Wanted& wanted, const dispatch::Dispatcher& dispatcher,
                const config::Config& config) {
  if (wanted.jobs > 0) return wanted.jobs;
  const routing::Decision decision = dispatcher.decide(wanted.route, config);
  const bool local = !decision.models.empty() && decision.models.front()->lane == privacy::Lane::local;
  return local ? kJobsLocal : kJobsCloud;
}

}  // namespace

bool is_batch(const Args& args, const config::Config& config) {
  return args.has("--json-lines") && (args.has("--file") || args.has("--files-from")) &&
         task_of(args, config) != nullptr;
}

int run_batch(const Args& args, std::shared_ptr<const config::Config> config) {
  Result<Batch::Wanted> wanted = read_wanted(args, *config);
  if (!wanted) return fail(true, wanted.error());
  Result<std::unique_ptr<BatchJournal>> opened =
      BatchJournal::open(batch_folder(), journal_name(*wanted), args.has("--fresh"));
  if (!opened && opened.error().kind == ErrorKind::usage) return fail(true, opened.error());
  std::shared_ptr<BatchJournal> journal;
  if (opened) {
    journal = std::move(*opened);
  } else {
    std::fprintf(stderr, "coder-nvim: this batch cannot be resumed: %s\n", opened.error().text().c_str());
  }
  if (journal && journal->size() > 0) {
    std::fprintf(stderr,
                 "coder-nvim: going on: an earlier run has %zu answers (--fresh asks about all anew)\n",
                 journal->size());
  }

  loop::Loop loop;
  Batch* shown = nullptr;
  dispatch::Dispatcher dispatcher(
      loop, [config] { return config; },
      [&](const std::string& line) {
        if (shown) shown->say(line);
      });
  wanted->jobs = jobs_for(*wanted, dispatcher, *config);
  Batch batch(loop, dispatcher, config, std::move(*wanted), std::move(journal));
  shown = &batch;
  loop::Signal on_interrupt(loop, SIGINT, [&] { batch.interrupt(); });
  loop.run();
  shown = nullptr;
  return batch.exit_code();
}

}  // namespace coder::app
