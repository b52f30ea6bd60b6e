#include "app/find_tests.h"

#include <filesystem>
#include <utility>

#include "config/project.h"
#include "loop/work.h"
#include "privacy/paths.h"
#include "workspace/files.h"

namespace coder::app {
namespace {

/// Without a repository a folder may be a whole home.
constexpr size_t kMostWithoutGit = 20'000;

bool has_project_rules(const std::string& root, const std::vector<std::string>& paths) {
  const std::string name = config::kProjectFile;
  for (const std::string& path : paths) {
    if (path == name || path.ends_with("/" + name)) return true;
  }
  for (std::filesystem::path folder = root;; folder = folder.parent_path()) {
    std::error_code failed;
    if (std::filesystem::exists(folder / name, failed) || failed) return true;
    if (folder == folder.parent_path()) return false;
  }
}

/// On a worker. Files are read through no link, since what they hold decides what is run.
Result<task::TestPlace> look(const std::string& root, const std::string& path, workspace::Listing listing) {
  const workspace::Disk disk(root);
  task::TestProject project;
  project.paths.reserve(listing.files.size());
  for (workspace::Found& one : listing.files) project.paths.push_back(std::move(one.path));
  project.read = [&disk](const std::string& file) -> std::optional<std::string> {
    workspace::Disk::Text read = disk.read(file);
    if (read.kind != workspace::FileKind::file || !read.problem.empty()) return std::nullopt;
    return std::move(read.text);
  };
  Result<task::TestPlace> place = task::find_test_place(project, path);
  if (place) place->project_rules = has_project_rules(root, project.paths);
  return place;
}

}  // namespace

struct FindTests::State : std::enable_shared_from_this<FindTests::State> {
  State(loop::Loop& on, std::string folder, std::string file, Done call)
      : loop(on), root(std::move(folder)), path(std::move(file)), done(std::move(call)) {}

  loop::Loop& loop;
  std::string root, path;
  Done done;
  std::unique_ptr<workspace::ListFiles> list;
  std::unique_ptr<loop::Work> work;

  void start() {
    const bool repository = !privacy::repository_root(root + "/x").empty();
    list = std::make_unique<workspace::ListFiles>(
        loop, root,
        [self = weak_from_this()](workspace::Listing listing) {
          if (const auto state = self.lock()) state->listed(std::move(listing));
        },
        repository ? workspace::kMaxFiles : kMostWithoutGit);
  }

  void listed(workspace::Listing listing) {
    work = std::make_unique<loop::Work>(
        loop,
        [root = root, path = path, listing = std::move(listing)]() mutable {
          return look(root, path, std::move(listing));
        },
        [self = weak_from_this()](Result<task::TestPlace> place) {
          const auto state = self.lock();
          if (!state) return;
          Done call = std::move(state->done);
          call(std::move(place));
        });
  }
};

FindTests::FindTests(loop::Loop& loop, std::string root, std::string path, Done done)
    : state_(std::make_shared<State>(loop, std::move(root), std::move(path), std::move(done))) {
  state_->start();
}

FindTests::~FindTests() = default;

std::vector<task::Source> labelled_examples(
    const task::TestPlace& place, const std::string& root,
    const std::function<privacy::Verdict(const std::string& path)>& judge, const privacy::PathRules& rules) {
  std::vector<task::Source> out;
  for (const task::TestExample& one : place.examples) {
    const privacy::Verdict verdict =
        privacy::stricter(judge(root + "/" + one.path), rules.judge_text(one.text, root));
    if (verdict.never_send) continue;
    task::Source source{one.path, one.text, verdict.label, verdict.rule, one.first};
    out.push_back(std::move(source));
  }
  return out;
}

}  // namespace coder::app
