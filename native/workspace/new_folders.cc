#include "workspace/new_folders.h"

#include <dirent.h>

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "loop/work.h"
#include "privacy/forms.h"
#include "workspace/disk.h"
#include "workspace/files.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

/// Whether a folder lies in a repository other than the root's, or is one: git answers for its own only.
class Foreign {
 public:
  explicit Foreign(const std::string& root) : root_(root) {}

  bool holds(const std::string& folder) {
    if (folder.empty()) return false;
    const auto known = known_.find(folder);
    if (known != known_.end()) return known->second;
    const size_t slash = folder.rfind('/');
    const bool foreign = holds(folder.substr(0, slash == std::string::npos ? 0 : slash)) ||
                         privacy::holds_git(root_ + "/" + folder);
    known_.emplace(folder, foreign);
    return foreign;
  }

 private:
  const std::string& root_;
  std::map<std::string, bool> known_;
};

void add_folders_in(const std::string& root, const std::string& parent, std::set<std::string>& out) {
  const std::string whole = parent.empty() ? root : root + "/" + parent;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(whole.c_str()),
                                                 [](DIR* dir) { return dir ? ::closedir(dir) : 0; });
  if (!open) return;
  const Disk disk(whole);
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == ".." || name == ".git") continue;
    Stat stat;
    const bool folder = entry->d_type == DT_DIR ||
                        (entry->d_type == DT_UNKNOWN && disk.look(entry->d_name, stat) == FileKind::folder);
    if (folder) out.insert(parent.empty() ? std::string(name) : parent + "/" + std::string(name));
  }
}

std::vector<std::string> folders_among(const std::string& root, const std::set<std::string>& parents,
                                       const std::set<std::string>& paths) {
  std::set<std::string> all;
  for (const std::string& parent : parents) add_folders_in(root, parent, all);
  const Disk disk(root);
  for (const std::string& path : paths) {
    Stat stat;
    if (disk.look(path, stat) == FileKind::folder) all.insert(path);
  }
  Foreign foreign(root);
  std::vector<std::string> out;
  for (const std::string& folder : all) {
    if (!foreign.holds(folder)) out.push_back(folder);
  }
  return out;
}

}  // namespace

struct NewFolders::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, std::string r, Handlers h) : loop(l), root(std::move(r)), handlers(std::move(h)) {}

  loop::Loop& loop;
  std::string root;
  Handlers handlers;
  std::set<std::string> parents, paths;
  bool busy = false;
  std::unique_ptr<loop::Work> work;
  std::optional<ListIgnored> ignored;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  void run() {
    busy = !parents.empty() || !paths.empty();
    if (!busy) return;
    work = std::make_unique<loop::Work>(
        loop,
        [where = root, in = std::exchange(parents, {}), at = std::exchange(paths, {})] {
          return folders_among(where, in, at);
        },
        then([](State& s, std::vector<std::string> folders) { s.judge(std::move(folders)); }));
  }

  void judge(std::vector<std::string> folders) {
    std::vector<std::string> unknown;
    for (std::string& folder : folders) {
      if (unknown.size() < kMaxNewFolders && !handlers.known(folder)) unknown.push_back(std::move(folder));
    }
    if (unknown.empty()) {
      run();
      return;
    }
    ignored.emplace(loop, root, unknown, then([unknown](State& s, const std::set<std::string>& left) {
                      std::vector<std::string> found;
                      for (const std::string& folder : unknown) {
                        if (left.count(folder) == 0) found.push_back(folder);
                      }
                      if (!found.empty()) s.handlers.found(std::move(found));
                      s.run();
                    }));
  }
};

NewFolders::NewFolders(loop::Loop& loop, std::string root, Handlers handlers)
    : state_(std::make_shared<State>(loop, std::move(root), std::move(handlers))) {}

NewFolders::~NewFolders() = default;

void NewFolders::look(const std::vector<std::string>& parents, const std::vector<std::string>& paths) {
  state_->parents.insert(parents.begin(), parents.end());
  state_->paths.insert(paths.begin(), paths.end());
  if (!state_->busy) state_->run();
}

bool NewFolders::busy() const { return state_->busy; }

}  // namespace coder::workspace
