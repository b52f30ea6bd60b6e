#include "app/project.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "app/commands.h"
#include "base/text.h"
#include "config/project.h"
#include "privacy/forms.h"
#include "privacy/paths.h"
#include "privacy/view.h"

namespace coder::app {
namespace {

constexpr size_t kMaxEntries = 50'000;

/// A pattern nothing has matched so far.
struct Wanted {
  std::string file;
  config::PathPattern at;
  privacy::Pattern pattern;
  std::optional<size_t> folder;  ///< of a project file: the length of its folder's name
};

void want(const std::string& file, const std::vector<config::PathPattern>& patterns,
          std::optional<size_t> folder, std::vector<Wanted>& out) {
  for (const config::PathPattern& at : patterns) {
    if (at.text.empty() || at.text[0] == '!') continue;  // told already
    Wanted wanted{file, at, privacy::Pattern(at.text), folder};
    if (!wanted.pattern.folder().empty() && privacy::exists(wanted.pattern.folder())) continue;
    out.push_back(std::move(wanted));
  }
}

/// Takes out of `wanted` what matches something below `root`. False: not all of it was looked at.
bool meet(const std::string& root, std::vector<Wanted>& wanted) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, failed);
  if (failed) return false;
  size_t entries = 0;
  for (; at != fs::recursive_directory_iterator() && !wanted.empty(); at.increment(failed)) {
    if (failed || ++entries > kMaxEntries) return false;
    if (at->path().filename() == ".git") {
      at.disable_recursion_pending();
      continue;
    }
    const std::string path = at->path().string();
    privacy::View view(path, false);
    const auto met = [&view](const Wanted& one) {
      const privacy::Glob& glob = one.pattern.glob();
      return one.folder ? view.matched_below(*one.folder, glob) : view.matched_by(glob);
    };
    wanted.erase(std::remove_if(wanted.begin(), wanted.end(), met), wanted.end());
  }
  return true;
}

}  // namespace

std::vector<config::Problem> project_problems(const config::Config& config, const std::string& root) {
  std::vector<config::Problem> out;
  for (const auto& project : config.projects->above(root)) {
    out.insert(out.end(), project->problems.begin(), project->problems.end());
  }
  return out;
}

Result<void> check_projects(const Args& args, const config::Config& config) {
  const std::vector<config::Problem> problems = project_problems(config, project_root(args));
  if (problems.empty()) return {};
  return Error{ErrorKind::config, problems[0].text(),
               "mend or remove that file; coder-nvim config check tells all"};
}

std::vector<config::Problem> unmatched_patterns(const config::Config& config, const std::string& root) {
  const std::string folder = privacy::lexical_form(root);
  std::vector<Wanted> wanted;
  want(config.file, config.patterns, std::nullopt, wanted);
  for (const auto& project : config.projects->above(folder)) {
    const std::string above = project->file.substr(0, project->file.rfind('/'));
    // One that is met where a link leads only knows other names for what is here.
    const bool around = folder == above || folder.compare(0, above.size() + 1, above + "/") == 0;
    if (around) want(project->file, project->patterns, above.size(), wanted);
  }
  if (wanted.empty() || !meet(folder, wanted)) return {};

  std::vector<config::Problem> out;
  for (const Wanted& one : wanted) {
    const std::string pattern = "`" + one_line(one.at.text, 100) + "`";
    out.push_back({config::Severity::warning, one.file, one.at.line,
                   one.at.named + ": " + pattern +
                       (one.pattern.folder().empty() ? " matches nothing below " + folder
                                                     : " names a folder that does not exist: " +
                                                           one_line(one.pattern.folder(), 200))});
  }
  return out;
}

std::string root_around(const std::string& path) {
  if (path.empty() || path[0] != '/' || path.find("://") != std::string::npos) return "";
  if (std::string root = privacy::repository_root(path); !root.empty()) return root;
  std::error_code failed;
  const std::string here = std::filesystem::current_path(failed).string();
  const char* home = std::getenv("HOME");
  const bool too_wide =
      here.empty() || here == "/" || (home && (std::string(home) + "/").starts_with(here + "/"));
  return too_wide || !path.starts_with(here + "/") ? "" : here;
}

workspace::Indexer::Options index_options(const config::Config& config, const std::string& root) {
  workspace::Indexer::Options options;
  options.root = root;
  options.cache_file = workspace::index_cache_file();
  options.exclude = config.exclude;
  options.never_send = config.never_send;
  for (const auto& project : config.projects->above(root)) {
    options.exclude.insert(options.exclude.end(), project->exclude.begin(), project->exclude.end());
    options.never_send.insert(options.never_send.end(), project->never_send.begin(),
                              project->never_send.end());
  }
  return options;
}

workspace::Indexer::Options unwatched(workspace::Indexer::Options options) {
  options.watch = false;
  return options;
}

}  // namespace coder::app
