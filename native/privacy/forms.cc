#include "privacy/forms.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <string_view>

#if defined(SYS_openat2) && __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#endif

namespace coder::privacy {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit

std::string from_working_directory(const std::string& path) {
  if (!path.empty() && path.front() == '/') return path;
  std::error_code ignored;
  return std::filesystem::current_path(ignored).string() + "/" + path;
}

/// The kernel says that something is there and that no link leads to it. False when it cannot tell.
bool reached_without_links([[maybe_unused]] const std::string& path) {
#ifdef RESOLVE_NO_SYMLINKS
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_NO_SYMLINKS;
  const long fd = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
  if (fd < 0) return false;
  ::close(static_cast<int>(fd));
  return true;
#else
  return false;
#endif
}

/// What the symlink `path` points to; empty when it is none. `missing`: nothing is there.
std::string link_target(const std::string& path, bool& missing) {
  char target[PATH_MAX];
  const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
  missing = n < 0 && errno == ENOENT;
  return n > 0 ? std::string(target, static_cast<size_t>(n)) : std::string();
}

}  // namespace

std::string lexical_form(const std::string& path) {
  const std::string whole = from_working_directory(path);
  std::string out;
  for (size_t begin = 0; begin < whole.size();) {
    const size_t end = std::min(whole.find('/', begin), whole.size());
    const std::string_view component = std::string_view(whole).substr(begin, end - begin);
    begin = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (!out.empty()) out.erase(out.rfind('/'));
    } else {
      out += '/';
      out += component;
    }
  }
  return out.empty() ? "/" : out;
}

bool exists(const std::string& path) {
  struct stat info {};
  return path.size() < PATH_MAX && ::lstat(path.c_str(), &info) == 0;
}

bool holds_git(const std::string& folder) { return exists(folder + "/.git"); }

std::vector<std::string> path_forms(const std::string& path) {
  const std::string written = from_working_directory(path);
  std::vector<std::string> forms = {lexical_form(written)};
  // Where ".." was taken out of it, the lexical form does not say which links were gone through.
  if (forms[0] == written && reached_without_links(written)) return forms;
  const auto add = [&forms](std::string form) {
    if (form != forms.back()) forms.push_back(std::move(form));
  };

  std::string done, rest = written;  // `done` holds no link and no ".."; "" is the root
  bool missing = false;
  for (int links = 0; !rest.empty();) {
    const size_t begin = rest.find_first_not_of('/');
    if (begin == std::string::npos) break;
    const size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string component = rest.substr(begin, end - begin);
    rest.erase(0, end);
    if (component == ".") continue;
    if (component == "..") {
      if (!done.empty()) done.erase(done.rfind('/'));
      missing = false;
      continue;
    }
    const std::string here = done + "/" + component;
    const std::string target = missing ? std::string() : link_target(here, missing);
    if (target.empty() || ++links > kMaxLinks) {
      done = here;
    } else {
      rest = target + rest;
      if (target.front() == '/') {
        done.clear();
      } else {
        rest.insert(0, "/");
      }
      add(lexical_form(done + rest));
    }
  }
  add(done.empty() ? "/" : std::move(done));
  return forms;
}

}  // namespace coder::privacy
