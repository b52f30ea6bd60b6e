#include "privacy/paths.h"

#include <climits>
#include <utility>

#include "base/text.h"
#include "privacy/diff.h"
#include "privacy/forms.h"
#include "privacy/never_send.h"
#include "privacy/view.h"

namespace coder::privacy {
bool glob_match(std::string_view pattern, std::string_view relative_path) {
  while (!relative_path.empty() && relative_path.front() == '/') relative_path.remove_prefix(1);
  return Glob(with_home(std::string(pattern))).matches(relative_path);
}

std::string repository_root(const std::string& path) {
  std::string folder = lexical_form(path);
  if (folder == "/") folder.clear();
  while (!holds_git(folder)) {
    if (folder.empty()) return "";
    folder.erase(folder.rfind('/'));
  }
  return folder.empty() ? "/" : folder;
}

namespace {

/// A built-in pattern, and the base names it spares.
struct Builtin {
  Glob glob;
  std::vector<Glob> unless;

  bool covers(View& view) const {
    if (!view.matched_by(glob)) return false;
    const std::string_view base = view.base();
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

/// "proj/.coder.toml" of "/home/me/proj/.coder.toml".
std::string shown(const std::string& file) {
  const size_t name = file.rfind('/');
  if (name == std::string::npos || name == 0) return file;
  return file.substr(file.rfind('/', name - 1) + 1);
}

void decide(Verdict& verdict, bool never, const std::string& rule) {
  if (verdict.rule.empty() || (never && !verdict.never_send)) verdict.rule = rule;
  verdict.label = Label::local_only;
  verdict.never_send = verdict.never_send || never;
}

void decide_by(const FolderRules& rules, size_t length, View& view, Verdict& verdict) {
  for (const Pattern& pattern : rules.never_send) {
    if (view.matched_below(length, pattern))
      decide(verdict, true, pattern.written() + " in " + shown(rules.file));
  }
  if (!rules.broken.empty()) decide(verdict, false, rules.broken);
  for (const Pattern& pattern : rules.local_only) {
    if (view.matched_below(length, pattern))
      decide(verdict, false, pattern.written() + " in " + shown(rules.file));
  }
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

PathRules::PathRules(const std::vector<std::string>& local_only, const std::vector<std::string>& never_send,
                     std::shared_ptr<FolderRulesSource> folders, std::string broken)
    : local_only_(compile(local_only)),
      never_send_(compile(never_send)),
      folders_(std::move(folders)),
      broken_(std::move(broken)) {}

Verdict PathRules::judge(const std::string& path) const {
  const std::string in_url = path_in_url(path);
  Verdict verdict;
  for (const std::string& form : path_forms(in_url.empty() ? path : in_url)) {
    View view(form, !in_url.empty());
    for (const Builtin& builtin : builtins()) {
      if (builtin.covers(view)) decide(verdict, true, builtin.glob.pattern());
    }
    for (const Pattern& pattern : never_send_) {
      if (view.matched_by(pattern)) decide(verdict, true, pattern.written());
    }
    for_each_folder(form, [&](size_t length) {
      if (!folders_ || length >= PATH_MAX) return;
      const FolderRules* rules = folders_->at(form.substr(0, length));
      if (rules) decide_by(*rules, length, view, verdict);
    });
    for (const Pattern& pattern : local_only_) {
      if (view.matched_by(pattern)) decide(verdict, false, pattern.written());
    }
  }
  if (!broken_.empty()) decide(verdict, false, broken_);
  return verdict;
}

Verdict PathRules::judge_text(std::string_view text, const std::string& folder) const {
  const std::vector<std::string> paths = diff_paths(text);
  Verdict verdict;
  if (paths.empty()) return verdict;
  std::vector<std::string> roots = {lexical_form(folder)};
  const std::string repository = repository_root(roots[0]);
  if (!repository.empty() && repository != roots[0]) roots.push_back(repository);

  const auto join = [&verdict](const Verdict& one, const std::string& file) {
    const bool stricter =
        one.never_send ? !verdict.never_send : one.label == Label::local_only && verdict.label == Label::any;
    if (!stricter) return;
    verdict = one;
    verdict.file = file;
  };
  for (const std::string& path : paths) {
    if (path.empty()) {
      join({Label::local_only, true, "a diff of more files than can be judged"}, "");
    } else if (path.front() == '/') {
      join(judge(path), path);
    } else {
      for (const std::string& root : roots) join(judge(root + "/" + path), path);
      // "git diff --no-index /x /y" says a/x and b/y.
      if (path.find('/') != std::string::npos && exists("/" + path)) join(judge("/" + path), "/" + path);
    }
  }
  return verdict;
}

Verdict stricter(const Verdict& a, const Verdict& b) {
  const auto rank = [](const Verdict& v) { return v.never_send ? 2 : v.label == Label::local_only ? 1 : 0; };
  return rank(b) > rank(a) ? b : a;
}

}  // namespace coder::privacy
