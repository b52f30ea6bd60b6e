#include "workspace/files.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/text.h"
#include "loop/work.h"
#include "privacy/forms.h"
#include "privacy/paths.h"
#include "workspace/git.h"
#include "workspace/weakly.h"

namespace coder::workspace {
namespace {

constexpr Millis kGitTime{120'000};  // a first listing may have to read a whole tree from a slow disk
constexpr size_t kGitBytes = 64u << 20;
constexpr size_t kMaxSubmodules = 500;
constexpr Millis kSlice{100};

/// What one run of `git ls-files` told, and what is there of it.
struct Part {
  Listing listing;
  std::vector<std::string> submodules;  ///< paths from the root
};

/// `output`: NUL-separated paths below `prefix` ("" or "sub/").
Part look_at(const std::string& root, const std::string& prefix, const std::string& output, size_t at_most,
             Part part) {
  Listing& listing = part.listing;
  const Disk disk(root);
  const size_t whole = output.rfind('\0') + 1;  // 0 if there is none; what is behind it was cut off
  for (size_t begin = 0; begin < whole;) {
    const size_t end = output.find('\0', begin);
    std::string path = prefix + output.substr(begin, end - begin);
    begin = end + 1;
    if (path.back() == '/') {
      path.pop_back();
      listing.left_out.push_back({std::move(path), "another repository"});
      continue;
    }
    if (listing.files.size() >= at_most) {
      listing.more = true;
      break;
    }
    Found found{std::move(path), {}};
    switch (disk.look(found.path, found.stat)) {
      case FileKind::file:
        listing.files.push_back(std::move(found));
        break;
      case FileKind::folder:  // a submodule; one that was never fetched is an empty folder
        if (privacy::holds_git(root + "/" + found.path)) part.submodules.push_back(std::move(found.path));
        break;
      case FileKind::link:
        listing.left_out.push_back({std::move(found.path), "a link"});
        break;
      case FileKind::other:
        listing.left_out.push_back({std::move(found.path), "no file"});
        break;
      case FileKind::missing:  // deleted, and not yet by git
        break;
    }
  }
  listing.more = listing.more || output.size() >= kGitBytes;
  return part;
}

/// Sorted, each path once: git lists a file in conflict several times.
Listing sorted(Listing listing) {
  const auto sort = [](auto& list) {
    const auto before = [](const auto& a, const auto& b) { return a.path < b.path; };
    const auto same = [](const auto& a, const auto& b) { return a.path == b.path; };
    std::sort(list.begin(), list.end(), before);
    list.erase(std::unique(list.begin(), list.end(), same), list.end());
  };
  sort(listing.files);
  sort(listing.left_out);
  return listing;
}

}  // namespace

struct ListFiles::State : std::enable_shared_from_this<State> {
  State(loop::Loop& l, std::string r, unique_function<void(Listing)> d, size_t most)
      : loop(l), root(std::move(r)), done(std::move(d)), at_most(most) {}

  loop::Loop& loop;
  std::string root;
  unique_function<void(Listing)> done;
  size_t at_most;
  Part part;
  std::deque<std::string> submodules;
  size_t asked = 0;
  std::unique_ptr<loop::Process> process;
  std::unique_ptr<loop::Work> work;

  template <class Then>
  auto then(Then next) {
    return weakly(weak_from_this(), std::move(next));
  }

  void start() {
    work = std::make_unique<loop::Work>(
        loop, [path = root] { return !privacy::repository_root(path).empty(); },
        then([](State& s, bool repository) { repository ? s.ask_git("") : s.walk(); }));
  }

  void ask_git(const std::string& folder) {
    const std::string where = folder.empty() ? root : root + "/" + folder;
    loop::Process::Options options = git(where, {"ls-files", "-co", "--exclude-standard", "-z"});
    options.timeout = kGitTime;
    options.max_bytes = kGitBytes;
    process = std::make_unique<loop::Process>(loop, std::move(options),
                                              then([folder](State& s, Result<loop::ProcessResult> result) {
                                                s.listed(folder, std::move(result));
                                              }));
  }

  void listed(const std::string& folder, Result<loop::ProcessResult> result) {
    if (!result || result->exit_status != 0) {
      const std::string why = result ? git_said(*result) : result.error().message;
      if (!folder.empty()) {
        part.listing.left_out.push_back({folder, "git does not list it: " + why});
        next();
        return;
      }
      part.listing.problem = "git does not list " + root + ": " + why;
      walk();
      return;
    }
    work = std::make_unique<loop::Work>(
        loop,
        [path = root, prefix = folder.empty() ? folder : folder + "/", output = std::move(result->out),
         most = at_most, so_far = std::move(part)]() mutable {
          return look_at(path, prefix, output, most, std::move(so_far));
        },
        then([](State& s, Part looked) {
          s.part = std::move(looked);
          for (std::string& path : s.part.submodules) s.submodules.push_back(std::move(path));
          s.part.submodules.clear();
          s.next();
        }));
  }

  void next() {
    if (!submodules.empty() && ++asked <= kMaxSubmodules && !part.listing.more) {
      const std::string folder = std::move(submodules.front());
      submodules.pop_front();
      ask_git(folder);
      return;
    }
    part.listing.more = part.listing.more || !submodules.empty();
    part.listing.git = true;
    // A folder that the repository around it ignores (a home folder under git) holds files of its own.
    if (part.listing.files.empty() && !privacy::holds_git(root)) {
      part = {};
      walk();
      return;
    }
    finish();
  }

  void walk() { walk(Walk(root, at_most)); }
  void walk(Walk so_far) {
    work = std::make_unique<loop::Work>(
        loop,
        [on = std::move(so_far)]() mutable {
          const bool through = on.step(Clock::now() + kSlice);
          return std::pair(std::move(on), through);
        },
        then([](State& s, std::pair<Walk, bool> stepped) {
          if (!stepped.second) {
            s.walk(std::move(stepped.first));
            return;
          }
          Walk::Result& result = stepped.first.result();
          s.part.listing.files = std::move(result.files);
          for (auto& [path, reason] : result.left_out) s.part.listing.left_out.push_back({path, reason});
          s.part.listing.more = result.more;
          s.finish();
        }));
  }

  void finish() {
    work = std::make_unique<loop::Work>(
        loop, [listing = std::move(part.listing)]() mutable { return sorted(std::move(listing)); },
        then([](State& s, Listing listing) {
          unique_function<void(Listing)> call = std::move(s.done);
          call(std::move(listing));
        }));
  }
};

ListFiles::ListFiles(loop::Loop& loop, const std::string& root, unique_function<void(Listing)> done,
                     size_t at_most)
    : state_(std::make_shared<State>(loop, root, std::move(done), at_most)) {
  state_->start();
}

ListFiles::~ListFiles() = default;

ListIgnored::ListIgnored(loop::Loop& loop, const std::string& root, std::vector<std::string> folders,
                         unique_function<void(const std::set<std::string>&)> done) {
  std::vector<std::string> arguments = {"check-ignore", "-z", "--"};
  arguments.insert(arguments.end(), folders.begin(), folders.end());
  loop::Process::Options options = git(root, arguments);
  options.max_bytes = kGitBytes;
  process_ = std::make_unique<loop::Process>(
      loop, std::move(options),
      [asked = std::move(folders), call = std::move(done)](Result<loop::ProcessResult> result) mutable {
        std::set<std::string> out;
        const bool by_git = result && result->exit_status < 2;  // 1: none of them
        if (by_git) {
          for (const std::string_view path : split(result->out, '\0')) out.emplace(path);
        }
        for (const std::string& folder : asked) {
          if (!by_git && is_build_folder(folder.substr(folder.rfind('/') + 1))) out.insert(folder);
        }
        call(out);
      });
}

}  // namespace coder::workspace
