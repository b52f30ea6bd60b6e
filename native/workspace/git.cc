#include "workspace/git.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"

namespace coder::workspace {
namespace {

/// The first line of a small file; empty if there is none.
std::string first_line(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char line[4096];
  in.getline(line, sizeof line);
  return std::string(trim(line));
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::string from(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

}  // namespace

loop::Process::Options git(const std::string& folder, const std::vector<std::string>& arguments) {
  loop::Process::Options options;
  options.argv = {"git", "-C", folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"};
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  options.set = {"LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1"};
  // Those that `git rev-parse --local-env-vars` lists and that choose a repository.
  options.without = {"GIT_DIR",        "GIT_WORK_TREE",        "GIT_INDEX_FILE",
                     "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                     "GIT_NAMESPACE",  "GIT_PREFIX",           "GIT_IMPLICIT_WORK_TREE",
                     "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE",     "GIT_INTERNAL_SUPER_PREFIX"};
  return options;
}

std::string git_said(const loop::ProcessResult& result) {
  std::string_view said = trim(result.err);
  said = said.substr(0, said.find('\n'));
  if (said.substr(0, 7) == "fatal: ") said.remove_prefix(7);
  return said.empty() ? "git ended with " + std::to_string(result.exit_status) : one_line(said, 200);
}

GitFolders git_folders(const std::string& root) {
  const std::string dot_git = root + "/.git";
  GitFolders out;
  if (is_folder(dot_git)) {
    out.own = dot_git;
  } else {
    // A worktree's or a submodule's: "gitdir: PATH".
    const std::string line = first_line(dot_git), head = "gitdir:";
    if (line.compare(0, head.size(), head) != 0) return out;
    out.own = from(root, std::string(trim(std::string_view(line).substr(head.size()))));
    if (!is_folder(out.own)) return {};
  }
  const std::string common = first_line(out.own + "/commondir");
  out.common = common.empty() ? out.own : from(out.own, common);
  return out;
}

}  // namespace coder::workspace
