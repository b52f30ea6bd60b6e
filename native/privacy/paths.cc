#include "privacy/paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "privacy/never_send.h"

namespace coder::privacy {
namespace {

constexpr int kMaxLinks = 40;  // the kernel's own limit

/// Absolute, without "." and "//", and (as shells and editors take it) with ".." removed lexically.
std::string lexical_form(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path whole(path);
  if (whole.is_relative()) whole = std::filesystem::current_path(ignored) / whole;
  std::string out = ("/" / whole).lexically_normal().string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

/// What the symlink `path` points to; empty when it is none. `missing`: nothing is there.
std::string link_target(const std::string& path, bool& missing) {
  char target[PATH_MAX];
  const ssize_t n = ::readlink(path.c_str(), target, sizeof target);
  missing = n < 0 && errno == ENOENT;
  return n > 0 ? std::string(target, static_cast<size_t>(n)) : std::string();
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Every form of the absolute `path` on the way from as written to fully resolved, the latter last.
/// What does not exist (yet) is kept as it is written; so is what a loop of links hides.
std::vector<std::string> resolved_forms(const std::string& path) {
  std::vector<std::string> forms;
  std::string done, rest = path;  // `done` holds no link and no ".."; "" is the root
  bool missing = false;
  for (int links = 0; !rest.empty();) {
    const size_t begin = rest.find_first_not_of('/');
    if (begin == std::string::npos) break;
    const size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string component = rest.substr(begin, end - begin);
    rest.erase(0, end);
    if (component == ".") continue;
    if (component == "..") {
      done = done.empty() ? done : parent_of(done);
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
      forms.push_back(lexical_form(done + rest));
    }
  }
  forms.push_back(done.empty() ? "/" : done);
  return forms;
}

bool holds_git(const std::string& folder) {
  struct stat info {};
  return ::lstat((folder + "/.git").c_str(), &info) == 0;
}

/// "~/x" with the home folder; without one, "~" stands for any folder.
std::string with_home(const std::string& pattern) {
  if (pattern != "~" && pattern.compare(0, 2, "~/") != 0) return pattern;
  const char* home = std::getenv("HOME");
  const bool known = home && home[0] == '/';
  std::string folder;
  for (const char* c = known ? home : ""; *c; ++c) {
    if (std::string_view("*?[\\").find(*c) != std::string_view::npos) folder += '\\';
    folder += *c;
  }
  return (known ? folder : "**") + pattern.substr(1);
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view relative_path) {
  while (!relative_path.empty() && relative_path.front() == '/') relative_path.remove_prefix(1);
  return Glob(with_home(std::string(pattern))).matches(relative_path);
}

std::string repository_root(const std::string& path) {
  for (std::string folder = lexical_form(path);; folder = parent_of(folder)) {
    if (folder == "/") folder.clear();
    if (holds_git(folder)) return folder.empty() ? "/" : folder;
    if (folder.empty()) return "";
  }
}

namespace {

/// One form of a path, as the patterns see it.
struct View {
  std::string_view absolute;               ///< without its leading slash
  std::vector<std::string_view> relative;  ///< to each repository around it; none: outside any

  View(const std::string& form, bool look_for_git) : absolute(std::string_view(form).substr(1)) {
    if (!look_for_git) return;
    for (size_t end = form.size(); end > 0; end = form.rfind('/', end - 1)) {
      if (holds_git(form.substr(0, end))) relative.push_back(absolute.substr(std::min(end, absolute.size())));
    }
    if (holds_git("")) relative.push_back(absolute);
  }

  bool matched_by(const Glob& glob) const {
    if (glob.absolute() && glob.matches(absolute)) return true;
    if (relative.empty()) return glob.matches(absolute, true);
    for (std::string_view path : relative) {
      if (glob.matches(path)) return true;
    }
    return false;
  }
};

std::vector<Glob> compile(const std::vector<std::string>& patterns) {
  std::vector<Glob> globs;
  for (const std::string& written : patterns) {
    const std::string pattern = with_home(written);
    globs.emplace_back(pattern);
    if (!globs.back().absolute()) continue;
    // The folder it names may be reached through a link: cover where that leads, too.
    const size_t wild = std::min(pattern.find_first_of("*?[\\"), pattern.size());
    const size_t fixed = wild == pattern.size() ? wild : pattern.rfind('/', wild);
    const std::string resolved = resolved_forms(pattern.substr(0, fixed)).back();
    if (resolved != pattern.substr(0, fixed)) globs.emplace_back(resolved + pattern.substr(fixed));
  }
  return globs;
}

/// A built-in pattern, and the base names it spares.
struct Builtin {
  Glob glob;
  std::vector<Glob> unless;

  bool covers(const View& view, std::string_view base) const {
    if (!view.matched_by(glob)) return false;
    if (!glob.matches(base)) return true;
    for (const Glob& spared : unless) {
      if (spared.matches(base)) return false;
    }
    return true;
  }
};

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> list = [] {
    std::vector<Builtin> out;
    for (const NeverSend& entry : never_send_table()) {
      out.push_back({Glob(entry.pattern), {}});
      for (std::string_view spared : split(entry.unless, ' ')) out.back().unless.emplace_back(spared);
    }
    return out;
  }();
  return list;
}

/// The path in "scheme:///path", as plugins name buffers that show a file's text; empty for others.
std::string path_in_url(const std::string& name) {
  const size_t at = name.find("://");
  if (at == std::string::npos || name.find('/') != at + 1) return "";
  return "/" + name.substr(at + 3);
}

}  // namespace

const std::vector<std::string>& PathRules::default_never_send() {
  static const std::vector<std::string> patterns = [] {
    std::vector<std::string> out;
    for (const NeverSend& entry : never_send_table()) out.push_back(entry.pattern);
    return out;
  }();
  return patterns;
}

PathRules::PathRules(const std::vector<std::string>& local_only, const std::vector<std::string>& never_send)
    : local_only_(compile(local_only)), never_send_(compile(never_send)) {}

Verdict PathRules::judge(const std::string& path) const {
  const std::string in_url = path_in_url(path);
  std::string written = in_url.empty() ? path : in_url;
  if (written.empty() || written.front() != '/') {
    std::error_code ignored;
    written = std::filesystem::current_path(ignored).string() + "/" + written;
  }
  std::vector<std::string> forms = {lexical_form(written)};
  for (std::string& form : resolved_forms(written)) {
    if (form != forms.back()) forms.push_back(std::move(form));
  }

  Verdict verdict;
  const auto decide = [&](bool never, const Glob& glob) {
    if (verdict.rule.empty() || (never && !verdict.never_send)) verdict.rule = glob.pattern();
    verdict.label = Label::local_only;
    verdict.never_send = verdict.never_send || never;
  };
  for (const std::string& form : forms) {
    const View view(form, in_url.empty());
    const std::string_view base = std::string_view(form).substr(form.rfind('/') + 1);
    for (const Builtin& builtin : builtins()) {
      if (builtin.covers(view, base)) decide(true, builtin.glob);
    }
    for (const Glob& glob : never_send_) {
      if (view.matched_by(glob)) decide(true, glob);
    }
    for (const Glob& glob : local_only_) {
      if (view.matched_by(glob)) decide(false, glob);
    }
  }
  return verdict;
}

}  // namespace coder::privacy
