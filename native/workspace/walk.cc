#include "workspace/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

namespace coder::workspace {
namespace {

constexpr size_t kMaxIgnoreBytes = 256 * 1024;
constexpr size_t kEntriesPerFile = 10;

/// What build tools and package managers fill. With git its ignore rules say that, project by project.
constexpr std::string_view kBuildFolders[] = {
    "node_modules",
    "bower_components",
    "target",
    "build",
    "dist",
    "out",
    "_build",
    "venv",
    "env",
    "__pycache__",
    "site-packages",
    "DerivedData",
    "cmake-build-debug",
    "cmake-build-release",
};

/// Text of a small file; empty if there is none.
std::string small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMaxIgnoreBytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return text;
}

struct Entry {
  std::string name;
  unsigned char type;
};

}  // namespace

bool is_build_folder(std::string_view name) {
  // Hidden folders hold caches, environments and settings of tools; what of them is written by hand is
  // little.
  if (!name.empty() && name.front() == '.') return name != ".github" && name != ".config";
  return std::find(std::begin(kBuildFolders), std::end(kBuildFolders), name) != std::end(kBuildFolders);
}

Walk::Walk(std::string root, size_t at_most) : root_(std::move(root)), at_most_(at_most) {
  left_.push_back({"", {}});
}

bool Walk::step(TimePoint until) {
  while (!left_.empty() && !full()) {
    const Folder next = std::move(left_.back());
    left_.pop_back();
    enter(next);
    if (Clock::now() >= until) break;
  }
  return left_.empty() || full();
}

void Walk::enter(const Folder& folder) {
  const std::string whole = folder.path.empty() ? root_ : root_ + "/" + folder.path;
  // O_NOFOLLOW: between listing and entering, a folder may have been replaced by a link.
  const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | (folder.path.empty() ? 0 : O_NOFOLLOW);
  const int fd = ::open(whole.c_str(), flags);
  DIR* const open = fd < 0 ? nullptr : ::fdopendir(fd);
  if (!open) {
    if (errno != ENOENT && errno != ENOTDIR)
      result_.left_out.emplace_back(folder.path, std::string("cannot be read: ") + std::strerror(errno));
    if (fd >= 0) ::close(fd);
    return;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closing(open, ::closedir);

  std::vector<Entry> entries;
  bool ignore_file = false, exclude_file = false;
  int marks = 0;  // of a bare repository
  while (const dirent* entry = ::readdir(open)) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (++entries_ > at_most_ * kEntriesPerFile) {
      result_.more = true;
      return;
    }
    ignore_file = ignore_file || name == ".gitignore";
    exclude_file = exclude_file || name == ".git";
    if (name == "HEAD" || name == "objects" || name == "refs") ++marks;
    if (name != ".git") entries.push_back({std::string(name), entry->d_type});
  }
  if (marks == 3) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });

  Ignore ignore = folder.ignore;
  if (exclude_file) ignore = ignore.below(folder.path, small_file(whole + "/.git/info/exclude"));
  if (ignore_file) ignore = ignore.below(folder.path, small_file(whole + "/.gitignore"));
  const Disk disk(whole);
  for (const Entry& entry : entries) {
    const std::string path = folder.path.empty() ? entry.name : folder.path + "/" + entry.name;
    const bool folder_by_type = entry.type == DT_DIR;
    if (folder_by_type && (is_build_folder(entry.name) || ignore.ignores(path, true))) continue;
    Found found{path, {}};
    FileKind kind = folder_by_type ? FileKind::folder : disk.look(entry.name, found.stat);
    if (kind == FileKind::missing) continue;
    if (kind == FileKind::folder) {
      if (!folder_by_type && (is_build_folder(entry.name) || ignore.ignores(path, true))) continue;
      left_.push_back({path, ignore});
      continue;
    }
    if (ignore.ignores(path, false)) continue;
    if (kind != FileKind::file) {
      result_.left_out.emplace_back(path, kind == FileKind::link ? "a link" : "no file");
    } else if (result_.files.size() >= at_most_) {
      result_.more = true;
      return;
    } else {
      result_.files.push_back(std::move(found));
    }
  }
}

}  // namespace coder::workspace
