#include "edit/location.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/hash.h"
#include "base/text.h"
#include "privacy/forms.h"

namespace coder::edit {
namespace {

Error refused(std::string message) { return {ErrorKind::edits, std::move(message), ""}; }

bool is_below(const std::string& path, const std::string& root) {
  if (root == "/") return path.size() > 1 && path[0] == '/';
  return path.size() > root.size() + 1 && path.compare(0, root.size(), root) == 0 && path[root.size()] == '/';
}

/// Git's own files run commands.
bool in_git_folder(std::string_view below) {
  for (const std::string_view part : split(below, '/')) {
    if (lower_ascii(part) == ".git") return true;
  }
  return false;
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<Location> locate(const std::string& root, const std::string& written) {
  const std::string name = "`" + one_line(written, 200) + "`";
  if (written.empty()) return refused("it names no file");
  for (const char c : written) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return refused(name + " is no path");
  }
  if (written[0] == '~') return refused(name + " is outside the project");
  if (written.back() == '/') return refused(name + " is a folder");
  const std::string top = privacy::lexical_form(root);
  const std::string lexical = privacy::lexical_form(written[0] == '/' ? written : top + "/" + written);
  if (!is_below(lexical, top)) return refused(name + " is outside the project");
  Location out;
  out.shown = lexical.substr(top == "/" ? 1 : top.size() + 1);
  if (in_git_folder(out.shown)) return refused(name + " is in a .git folder");

  const std::string real_top = privacy::path_forms(top).back();
  out.real = privacy::path_forms(lexical).back();
  if (!is_below(out.real, real_top)) return refused(name + " leads outside the project, to " + out.real);
  if (in_git_folder(out.real.substr(real_top == "/" ? 1 : real_top.size() + 1)))
    return refused(name + " leads into a .git folder");
  struct stat info {};
  if (::lstat(out.real.c_str(), &info) == 0 && S_ISLNK(info.st_mode))
    return refused(name + " is a loop of links");
  // A link to nothing would come to life.
  if (out.real != lexical && ::lstat(lexical.c_str(), &info) == 0 && S_ISLNK(info.st_mode) &&
      ::stat(lexical.c_str(), &info) != 0)
    return refused(name + " is a link to nothing");
  return out;
}

Version version_of(const std::string& text, uint32_t mode) { return {fnv1a(text), text.size(), mode}; }

Result<std::optional<DiskFile>> read_disk(const std::string& real, bool to_edit) {
  const auto failed = [&](const char* what) {
    return refused(std::string(what) + ": " + std::strerror(errno));
  };
  const int fd = ::open(real.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<DiskFile>();
    return failed("cannot be read");
  }
  struct stat info {};
  std::string problem;
  DiskFile out;
  if (::fstat(fd, &info) != 0) {
    problem = std::strerror(errno);
  } else if (!S_ISREG(info.st_mode)) {
    problem = S_ISDIR(info.st_mode) ? "is a folder" : "is no regular file";
  } else if (static_cast<uint64_t>(info.st_size) > kMaxEditBytes) {
    problem = "is larger than " + std::to_string(kMaxEditBytes >> 20) + " MiB";
  } else if (to_edit && (info.st_mode & 0222) == 0) {
    problem = "is read-only";
  } else {
    out.text.resize(static_cast<size_t>(info.st_size) + 1);
    size_t size = 0;
    for (;;) {
      const ssize_t count = ::read(fd, out.text.data() + size, out.text.size() - size);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) problem = std::string("cannot be read: ") + std::strerror(errno);
      if (count <= 0) break;
      size += static_cast<size_t>(count);
      if (size > kMaxEditBytes) {
        problem = "grows while it is read";
        break;
      }
      if (size == out.text.size()) out.text.resize(size * 2);
    }
    out.text.resize(size);
  }
  ::close(fd);
  if (!problem.empty()) return refused(problem);
  if (to_edit && ::access(real.c_str(), W_OK) != 0) return failed("cannot be written");
  if (to_edit && ::access(folder_of(real).c_str(), W_OK) != 0)
    return refused("is in a folder that cannot be written to");
  out.version = version_of(out.text, info.st_mode & 07777);
  return std::optional<DiskFile>(std::move(out));
}

Result<void> may_create(const std::string& real) {
  for (std::string folder = folder_of(real);; folder = folder_of(folder)) {
    struct stat info {};
    if (::stat(folder.c_str(), &info) == 0) {
      if (!S_ISDIR(info.st_mode)) return refused("would lie in " + folder + ", which is no folder");
      if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return refused("would lie in a folder that cannot be written to");
      return {};
    }
    if (errno == ENOTDIR) return refused("would lie in a file");
    if (folder == "/") return refused("there is no folder above it");
  }
}

}  // namespace coder::edit
