#include "task/changes.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/text.h"
#include "workspace/git.h"

namespace coder::task {
namespace {

using Arguments = std::vector<std::string>;

constexpr size_t kMaxDiffBytes = 32u << 20;
constexpr Millis kPatience{30'000};
constexpr size_t kMaxCommits = 200;
constexpr size_t kMaxUntracked = 20;  ///< named one by one
/// A line this long was written by a program.
constexpr size_t kLongLine = 2000;
/// Git's name for a tree without files (SHA-1), for repositories without a commit.
constexpr const char* kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

bool is_lock_file(std::string_view path) {
  static constexpr std::array kNames{"package-lock.json",
                                     "npm-shrinkwrap.json",
                                     "yarn.lock",
                                     "pnpm-lock.yaml",
                                     "bun.lock",
                                     "Cargo.lock",
                                     "go.sum",
                                     "poetry.lock",
                                     "uv.lock",
                                     "pdm.lock",
                                     "Pipfile.lock",
                                     "composer.lock",
                                     "Gemfile.lock",
                                     "flake.lock",
                                     "mix.lock",
                                     "packages.lock.json",
                                     "Package.resolved",
                                     "pubspec.lock"};
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end() || name.ends_with(".min.js") ||
         name.ends_with(".min.css") || name.ends_with(".map");
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty()) out.emplace_back(trim(line));
  }
  return out;
}

/// A name in a header, without its prefix; empty for /dev/null. Git quotes names with tabs, quotes and the
/// like.
std::string name_in(std::string_view text) {
  std::string out;
  if (text.starts_with('"')) {
    for (size_t i = 1; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      out += text[i];
    }
  } else {
    out = std::string(trim(text.substr(0, text.find('\t'))));
  }
  if (out == "/dev/null") return "";
  const bool prefixed = out.starts_with("a/") || out.starts_with("b/");
  return prefixed ? out.substr(2) : out;
}

/// Both names of "diff --git a/x b/x" are alike where no other line of the header names the file.
std::string name_in_first(std::string_view line) {
  line.remove_prefix(std::min(line.size(), line.find(' ', line.find(' ') + 1) + 1));
  if (line.starts_with('"')) return name_in(line);
  const size_t half = line.size() / 2;
  const bool two = line.size() % 2 == 1 && line[half] == ' ';
  return name_in(two ? line.substr(half + 1) : line);
}

class Splitter {
 public:
  std::vector<FileDiff> run(std::string_view diff) {
    for (size_t at = 0; at < diff.size();) {
      const size_t end = std::min(diff.find('\n', at), diff.size() - 1) + 1;
      line(diff.substr(at, end - at));
      at = end;
    }
    close();
    if (!trim(head_).empty()) {
      files_.insert(files_.begin(), FileDiff());
      files_.front().text = std::move(head_);
    }
    return std::move(files_);
  }

 private:
  void line(std::string_view whole) {
    const std::string_view line = whole.substr(0, whole.find_last_not_of("\r\n") + 1);
    if (line.starts_with("diff --git ") || line.starts_with("diff --cc ") ||
        line.starts_with("diff --combined ")) {
      close();
      files_.emplace_back();
      header_ = open_ = true;
    } else if (in_hunk()) {
      count(line);
    } else if (line.starts_with("--- ") && !header_) {
      close();  // of a diff that git did not write
      files_.emplace_back();
      open_ = true;
    }
    if (!open_) {
      head_ += whole;
      return;
    }
    FileDiff& file = files_.back();
    file.text += whole;
    if (line.size() > kLongLine) file.generated = true;
    if (line.starts_with("@@ ")) return begin_hunk(line);
    if (!in_hunk() && (line.starts_with("Binary files ") || line == "GIT binary patch")) file.binary = true;
  }

  bool in_hunk() const { return old_left_ > 0 || new_left_ > 0; }

  void begin_hunk(std::string_view line) {
    header_ = false;
    old_left_ = new_left_ = 1;
    long long old_count = 1, new_count = 1;
    const std::string text(line.substr(0, 200));
    if (std::sscanf(text.c_str(), "@@ -%*d,%lld +%*d,%lld", &old_count, &new_count) != 2 &&
        std::sscanf(text.c_str(), "@@ -%*d +%*d,%lld", &new_count) != 1) {
      new_count = 1;
      if (std::sscanf(text.c_str(), "@@ -%*d,%lld +%*d", &old_count) != 1) old_count = 1;
    }
    old_left_ = old_count;
    new_left_ = new_count;
  }

  void count(std::string_view line) {
    FileDiff& file = files_.back();
    const char mark = line.empty() ? ' ' : line[0];
    if (mark == '+') ++file.added;
    if (mark == '-') ++file.removed;
    if (mark != '+' && mark != '\\') --old_left_;
    if (mark != '-' && mark != '\\') --new_left_;
  }

  void close() {
    if (!open_) return;
    FileDiff& file = files_.back();
    std::string from, to;
    // Names stand in the header alone: a hunk may hold anything.
    const std::string_view header = std::string_view(file.text).substr(0, 20'000);
    for (std::string_view line : split(header, '\n')) {
      while (line.ends_with('\r')) line.remove_suffix(1);
      if (line.starts_with("@@ ")) break;
      if (line.starts_with("--- ")) from = name_in(line.substr(4));
      if (line.starts_with("+++ ")) to = name_in(line.substr(4));
      if (line.starts_with("rename to ")) to = name_in(line.substr(10));
    }
    file.path = to.empty() ? from : to;
    if (file.path.empty() && header.starts_with("diff --"))
      file.path = name_in_first(header.substr(0, header.find('\n')));
    file.generated = file.generated || is_lock_file(file.path);
    open_ = header_ = false;
    old_left_ = new_left_ = 0;
  }

  std::vector<FileDiff> files_;
  std::string head_;
  bool open_ = false, header_ = false;
  long long old_left_ = 0, new_left_ = 0;  ///< lines of the hunk that are still to come
};

Arguments diff_of(const Arguments& what) {
  // The user's own prefixes, pagers, tools and colours stay out of it.
  Arguments out{"-c",
                "core.quotePath=false",
                "-c",
                "diff.relative=false",
                "diff",
                "--no-color",
                "--no-ext-diff",
                "--no-textconv",
                "--src-prefix=a/",
                "--dst-prefix=b/",
                "--find-renames",
                "--submodule=short",
                "--ignore-submodules=dirty"};
  out.insert(out.end(), what.begin(), what.end());
  out.emplace_back("--");
  return out;
}

}  // namespace

std::vector<FileDiff> split_diff(std::string_view diff) { return Splitter().run(diff); }

std::string stat_of(const std::vector<FileDiff>& files) {
  std::string out;
  for (const FileDiff& file : files) {
    out += (file.path.empty() ? "(no name)" : one_line(file.path, 300)) + " | " +
           (file.binary ? std::string("binary")
                        : std::to_string(file.added) + " + " + std::to_string(file.removed) + " -") +
           (file.generated ? ", generated" : "") + "\n";
  }
  return out;
}

Error conflict_in(const std::vector<std::string>& paths) {
  return Error{ErrorKind::usage, "there is a merge conflict in " + join(paths, ", "),
               "solve it and git add it first"};
}

struct ReadChanges::State : std::enable_shared_from_this<ReadChanges::State> {
  State(loop::Loop& on, Wanted asked, Judge verdicts, unique_function<void(Result<Changes>)> call)
      : loop(on), wanted(std::move(asked)), judge(std::move(verdicts)), done(std::move(call)) {}

  using Which = Changes::Which;
  using Came = std::function<void(const loop::ProcessResult&)>;

  loop::Loop& loop;
  Wanted wanted;
  Judge judge;
  unique_function<void(Result<Changes>)> done;
  Changes out;
  std::unique_ptr<loop::Process> process;

  void run(const Arguments& arguments, Came came) {
    loop::Process::Options options = workspace::git(wanted.root, arguments);
    options.timeout = kPatience;
    options.max_bytes = kMaxDiffBytes;
    if (!wanted.index_file.empty()) options.set.push_back("GIT_INDEX_FILE=" + wanted.index_file);
    process = std::make_unique<loop::Process>(
        loop, std::move(options),
        [self = weak_from_this(), came = std::move(came)](const Result<loop::ProcessResult>& result) {
          const auto state = self.lock();
          if (!state) return;
          if (!result) return state->fail("git cannot be run: " + result.error().text(), "install git");
          came(*result);
        });
  }

  void fail(const std::string& message, const std::string& hint) {
    end(Error{ErrorKind::usage, message, hint});
  }

  void end(Result<Changes> result) {
    // It may destroy this.
    loop.post([self = weak_from_this(), call = std::make_shared<decltype(done)>(std::move(done)),
               result = std::make_shared<Result<Changes>>(std::move(result))] {
      if (self.lock() && *call) (*call)(std::move(*result));
    });
    done = nullptr;
  }

  void begin() {
    run({"rev-parse", "--verify", "--quiet", "HEAD^{commit}"}, [this](const loop::ProcessResult& head) {
      if (head.exit_status != 0 && !trim(head.err).empty())
        return fail("git: " + workspace::git_said(head), "run it inside of a git repository");
      const bool born = head.exit_status == 0;
      if (born && (wanted.which == Which::branch || wanted.which == Which::since)) return find_base();
      if (wanted.which == Which::staged) return staged();
      if (!born) return empty_repository();
      worktree("what is not committed");
    });
  }

  void empty_repository() {
    run({"rev-parse", "--git-dir"}, [this](const loop::ProcessResult& result) {
      if (result.exit_status != 0)
        return fail("git: " + workspace::git_said(result), "run it inside of a git repository");
      diff({"--cached", kEmptyTree}, "the first commit");
    });
  }

  void staged() {
    run(diff_of({"--cached"}), [this](const loop::ProcessResult& result) {
      if (result.exit_status != 0) return fail("git diff failed: " + workspace::git_said(result), "");
      if (trim(result.out).empty()) return worktree("what is not committed (nothing is staged)");
      came(result, "what is staged");
    });
  }

  void worktree(const std::string& about) { diff({"HEAD"}, about); }

  void diff(const Arguments& what, const std::string& about) {
    run(diff_of(what), [this, about](const loop::ProcessResult& result) { came(result, about); });
  }

  void find_base() {
    if (!wanted.base.empty()) return base_is(wanted.base);
    run({"for-each-ref", "--format=%(refname)", "refs/remotes/origin/HEAD", "refs/remotes/origin/main",
         "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"},
        [this](const loop::ProcessResult& result) {
          const std::vector<std::string> refs = lines_of(result.out);
          for (const char* const ref :
               {"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master",
                "refs/heads/main", "refs/heads/master"}) {
            if (std::find(refs.begin(), refs.end(), ref) != refs.end()) return base_is(ref);
          }
          if (wanted.which == Which::since) return worktree("what is not committed");
          fail("there is neither main nor master here to compare with", "name the base: :CoderPR BRANCH");
        });
  }

  void base_is(const std::string& base) {
    run({"rev-parse", "--verify", "--quiet", "--end-of-options", base + "^{commit}"},
        [this, base](const loop::ProcessResult& result) {
          const std::string commit(trim(result.out));
          if (result.exit_status != 0 || commit.empty())
            return fail("there is no commit or branch " + one_line(base, 200), "");
          run({"merge-base", commit, "HEAD"}, [this, base](const loop::ProcessResult& parted) {
            if (parted.exit_status != 0)
              return fail("HEAD and " + one_line(base, 200) + " have no commit in common",
                          "name another base");
            since(std::string(trim(parted.out)), base);
          });
        });
  }

  void since(const std::string& commit, const std::string& base) {
    run({"log", "--no-color", "--no-show-signature", "--format=%s", "-n", std::to_string(kMaxCommits),
         commit + "..HEAD"},
        [this, commit, base](const loop::ProcessResult& log) {
          out.commits = lines_of(to_valid_utf8(log.out));
          std::string name = base;
          for (const std::string_view head : {"refs/heads/", "refs/remotes/"}) {
            if (name.starts_with(head)) name.erase(0, head.size());
          }
          if (name.ends_with("/HEAD")) name.erase(name.rfind('/'));
          const size_t count = out.commits.size();
          if (count == 0) return worktree("what is not committed (there is no commit since " + name + ")");
          const std::string about =
              std::to_string(count) + (count == 1 ? " commit" : " commits") + " since " + name;
          if (wanted.which == Which::branch) return diff({commit, "HEAD"}, about);
          diff({commit}, about + " and what is not committed");
        });
  }

  void came(const loop::ProcessResult& result, const std::string& about) {
    if (result.exit_status != 0) return fail("git diff failed: " + workspace::git_said(result), "");
    if (result.out.size() >= kMaxDiffBytes)
      return fail("the diff is larger than 32 MiB", "commit in smaller steps, or name files");
    out.about = about;
    const std::string text = to_valid_utf8(result.out);
    for (FileDiff& file : split_diff(text)) {
      // Git writes of an unmerged path alone, too.
      if (file.path.empty()) continue;
      const privacy::Verdict verdict = judge(file.text);
      if (verdict.never_send) {
        out.left_out.push_back(file.path + ": never sent (rule " + verdict.rule + ")");
        continue;
      }
      if (verdict.label == privacy::Label::local_only) {
        out.label = verdict.label;
        out.rule = verdict.rule;
      }
      out.files.push_back(std::move(file));
    }
    if (wanted.which == Which::branch) return finish();
    run({"-c", "core.quotePath=false", "diff", "--name-only", "--diff-filter=U", "--no-ext-diff"},
        [this](const loop::ProcessResult& unmerged) {
          if (unmerged.exit_status == 0) out.unmerged = lines_of(to_valid_utf8(unmerged.out));
          untracked();
        });
  }

  /// Git's diff leaves out what was never added; the user should know.
  void untracked() {
    if (wanted.which == Which::staged) return finish();
    run({"-c", "core.quotePath=false", "ls-files", "--others", "--exclude-standard", "--full-name", ":/"},
        [this](const loop::ProcessResult& result) {
          const std::vector<std::string> names = result.exit_status == 0 ? lines_of(result.out) : Arguments();
          for (size_t i = 0; i < std::min(names.size(), kMaxUntracked); ++i)
            out.left_out.push_back(one_line(to_valid_utf8(names[i]), 300) + ": not added to git");
          if (names.size() > kMaxUntracked)
            out.left_out.push_back(std::to_string(names.size() - kMaxUntracked) + " more: not added to git");
          finish();
        });
  }

  void finish() {
    if (!out.files.empty()) return end(std::move(out));
    if (!out.unmerged.empty()) return end(conflict_in(out.unmerged));
    const auto never = std::find_if(out.left_out.begin(), out.left_out.end(), [](const std::string& one) {
      return one.find(": never sent") != std::string::npos;
    });
    if (never != out.left_out.end()) {
      return end(Error{ErrorKind::policy, "all that has changed is never sent: " + join(out.left_out, "; "),
                       "files that usually hold secrets enter no prompt"});
    }
    fail("nothing has changed" +
             (out.left_out.empty() ? std::string()
                                   : ", but for files that git does not know: " + join(out.left_out, "; ")),
         out.left_out.empty() ? "" : "git add -N makes a new file known");
  }
};

ReadChanges::ReadChanges(loop::Loop& loop, Wanted wanted, Judge judge,
                         unique_function<void(Result<Changes>)> done)
    : state_(std::make_shared<State>(loop, std::move(wanted), std::move(judge), std::move(done))) {
  state_->begin();
}

ReadChanges::~ReadChanges() = default;

}  // namespace coder::task
