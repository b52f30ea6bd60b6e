// The tools that ask git. Nothing a repository's own configuration names is run: no pager, no external diff,
// no textconv, no hook, no signature checker; see workspace/git.h for the rest.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "privacy/diff.h"
#include "task/tool_state.h"

namespace coder::task {
namespace {

constexpr int64_t kCommits = 20, kMostCommits = 100;
constexpr size_t kMaxNames = 3000;  ///< of files that the commits of one log changed
constexpr int64_t kMaxBlamed = 200;

constexpr char kRecord = '\x1e';

/// A commit as `git log --name-only -z` tells of it.
struct Logged {
  std::string line;
  std::vector<std::string> files;
};

std::vector<Logged> read_log(std::string_view out, bool cut) {
  std::vector<Logged> all;
  std::vector<std::string_view> records = split(out, kRecord);
  if (!records.empty()) records.erase(records.begin());  // before the first one
  if (cut && !records.empty()) records.pop_back();       // the last is not whole
  for (const std::string_view record : records) {
    Logged one;
    for (std::string_view part : split(record, '\0')) {
      if (one.line.empty()) {
        one.line = std::string(trim(part));
        continue;
      }
      while (part.starts_with('\n')) part.remove_prefix(1);
      if (!part.empty()) one.files.emplace_back(part);
    }
    all.push_back(std::move(one));
  }
  return all;
}

/// A commit, branch or tag; nothing that git could take for an option or for a file of a commit.
bool is_revision(const std::string& text) {
  if (text.empty() || text.size() > 200 || text[0] == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./~^@{}-").find(c) != std::string_view::npos;
  });
}

/// A diff, file by file. With --no-color no line of a hunk begins like this.
std::vector<std::string_view> sections(std::string_view diff) {
  std::vector<size_t> begins;
  for (size_t at = 0; at < diff.size();) {
    if (diff.substr(at, 7) == "diff --") begins.push_back(at);
    const size_t end = diff.find('\n', at);
    at = end == std::string_view::npos ? diff.size() : end + 1;
  }
  std::vector<std::string_view> out;
  for (size_t i = 0; i < begins.size(); ++i) {
    const size_t end = i + 1 < begins.size() ? begins[i + 1] : diff.size();
    out.push_back(diff.substr(begins[i], end - begins[i]));
  }
  return out;
}

}  // namespace

void ToolRun::State::git_log() {
  if (!take_path()) return;
  if (!may_show(path)) return refuse("This may not be read. Go on without it.", hidden_why(path));
  const int64_t count = std::clamp<int64_t>(use.count > 0 ? use.count : kCommits, 1, kMostCommits);
  // All files of a commit, whatever it was found by: its subject speaks of all of them.
  std::vector<std::string> arguments = {"log",
                                        "--no-show-signature",
                                        "--no-color",
                                        "--no-merges",
                                        "--date=short",
                                        "--format=%x1e%h %ad %an: %s",
                                        "--name-only",
                                        "--full-diff",
                                        "-z",
                                        "--no-textconv",
                                        "--no-ext-diff",
                                        "-n",
                                        std::to_string(count),
                                        "--"};
  if (!path.empty()) arguments.push_back(path);
  git(arguments, [this](const std::string& out, bool cut) {
    const std::string top = privacy::repository_root(place.root + "/x");
    ToolPage page(max_bytes);
    size_t shown = 0, names = 0;
    for (const Logged& one : read_log(out, cut)) {
      names += one.files.size();
      if (names > kMaxNames) break;
      privacy::Verdict strictest;
      // Without a file nothing tells what it is about.
      if (one.files.empty()) strictest = {privacy::Label::local_only, false, "a commit without files"};
      for (const std::string& file : one.files)
        strictest = privacy::stricter(strictest, judge_of_top(top, file));
      if (hidden(strictest)) continue;
      if (!page.add(one.line)) break;
      join_label(strictest, {"git log", 0, 0, strictest.label, one.line});
      ++shown;
    }
    finish(shown == 0 ? "No commits." : page.text(), counted(shown, "commit"));
  });
}

void ToolRun::State::git_blame() {
  if (!take_path()) return;
  if (path.empty()) return refuse("This is a folder.", "a folder");
  if (!may_show(path)) return refuse("This file may not be read. Go on without it.", hidden_why(path));
  const int64_t last = std::min(use.last, use.first + kMaxBlamed - 1);
  git({"blame", "--no-textconv", "--date=short", "-L", std::to_string(use.first) + "," + std::to_string(last),
       "--", path},
      [this, last](const std::string& out, bool) {
        ToolPage page(max_bytes);
        size_t count = 0;
        std::vector<std::string_view> lines = split(out, '\n');
        if (!lines.empty() && lines.back().empty()) lines.pop_back();
        while (count < lines.size() && page.add(lines[count])) ++count;
        std::string text = page.text();
        if (count < lines.size() || last < use.last) {
          text += "(no room for more; go on with first = " +
                  std::to_string(use.first + static_cast<int64_t>(count)) + ")\n";
        }
        show(path, use.first, use.first + static_cast<int64_t>(count) - 1, page.text());
        finish(std::move(text), counted(count, "line"));
      });
}

void ToolRun::State::git_diff() {
  if (!take_path()) return;
  if (!may_show(path)) return refuse("This may not be read. Go on without it.", hidden_why(path));
  std::vector<std::string> arguments = {"-c",
                                        "core.quotePath=false",
                                        "diff",
                                        "--no-color",
                                        "--no-ext-diff",
                                        "--no-textconv",
                                        "--src-prefix=a/",
                                        "--dst-prefix=b/",
                                        "--submodule=short",
                                        "--ignore-submodules=dirty"};
  for (const std::string* revision : {&use.from, &use.to}) {
    if (!revision->empty() && !is_revision(*revision))
      return refuse("`from` and `to` are commits, branches or tags, each alone.", "no commit");
  }
  arguments.push_back(use.from.empty() ? "HEAD" : use.from);
  if (!use.to.empty()) arguments.push_back(use.to);
  arguments.emplace_back("--");
  if (!path.empty()) arguments.push_back(path);
  git(arguments, [this](const std::string& out, bool cut) {
    std::string text;
    size_t files = 0;
    std::vector<std::string> left;  // without room
    for (const std::string_view section : sections(out)) {
      const std::vector<std::string> paths = privacy::diff_paths(section);
      if (paths.empty()) continue;
      const privacy::Verdict verdict = place.judge_diff(std::string(section));
      if (hidden(verdict)) continue;
      ToolPage page(max_bytes);
      bool whole = text.size() + section.size() <= max_bytes;
      for (const std::string_view line : split(section, '\n')) {
        if (whole && !(line.empty() && line.data() + line.size() == section.data() + section.size()))
          whole = page.add(line) && text.size() + page.text().size() <= max_bytes;
      }
      if (!whole) {
        left.push_back(paths.front() + " (" + counted(section.size(), "byte") + ")");
        join_label(verdict, {paths.front(), 0, 0, verdict.label, paths.front()});
        continue;
      }
      join_label(verdict, {paths.front(), 0, 0, verdict.label, page.text()});
      text += page.text();
      ++files;
    }
    if (!left.empty() || cut) {
      const size_t most = std::min<size_t>(left.size(), 50);
      text += "(no room for more; ask for one file by path, or read it";
      if (most > 0)
        text += ": " + join({left.begin(), left.begin() + static_cast<std::ptrdiff_t>(most)}, ", ");
      text += ")\n";
    }
    finish(text.empty() ? "Nothing has changed." : std::move(text), "diff of " + counted(files, "file"));
  });
}

}  // namespace coder::task
