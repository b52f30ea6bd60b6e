// A git repository's past, read through git itself: its commits, the trees and blobs of any of them.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace coder::test {

/// A change of one file in a commit against its first parent.
struct GitChange {
  char status = 'M';  ///< A, M, D or T
  bool regular = false;
  std::string path;
};

struct GitCommit {
  std::string hash;
  std::vector<std::string> parents;
  int64_t time = 0;  ///< of the committer, seconds since 1970
  std::string subject;
  std::vector<GitChange> changes;  ///< none for merges
};

struct GitEntry {
  std::string path;
  std::string blob;
};

/// Lines of the old version that a commit changed, 1-based: `count` from `first`, or, where count is 0, new
/// ones after line `first`.
struct GitHunk {
  uint32_t first = 0, count = 0;
  uint32_t added_first = 0, added = 0;  ///< the same of the new version
};

struct GitDiff {
  std::string path;
  size_t changed = 0;  ///< lines added and removed
  std::vector<GitHunk> hunks;
};

/// Ends the program with a message when git fails: for benchmarks only.
class GitReader {
 public:
  /// `repository`: a work tree or a git directory.
  explicit GitReader(const std::string& repository) : repository_(repository) {}
  ~GitReader() {
    if (blobs_.in) std::fclose(blobs_.in);
    if (blobs_.out) std::fclose(blobs_.out);
    if (blobs_.pid > 0) ::waitpid(blobs_.pid, nullptr, 0);
  }
  GitReader(const GitReader&) = delete;
  GitReader& operator=(const GitReader&) = delete;

  /// All commits that HEAD comes from, parents before children, else by time.
  std::vector<GitCommit> commits() {
    const std::string text = run({"log", "--reverse", "--date-order", "--no-renames", "--raw", "-z",
                                  "--no-abbrev", "--format=%x01%H%x02%P%x02%ct%x02%s", "HEAD"});
    std::vector<GitCommit> out;
    GitChange change;
    for (std::string_view piece : split(text, '\0')) {
      while (!piece.empty() && piece.front() == '\n') piece.remove_prefix(1);
      if (piece.empty()) continue;
      if (piece.front() == '\1') {
        const std::vector<std::string_view> fields = split(piece.substr(1), '\2');
        if (fields.size() < 4) fail("git log: not understood");
        GitCommit commit;
        commit.hash = fields[0];
        for (const std::string_view parent : split(fields[1], ' ')) {
          if (!parent.empty()) commit.parents.emplace_back(parent);
        }
        commit.time = std::atoll(std::string(fields[2]).c_str());
        commit.subject = fields[3];
        out.push_back(std::move(commit));
      } else if (piece.front() == ':') {
        // ":100644 100644 BLOB BLOB M"
        change.status = piece.back();
        change.regular = piece.substr(1, 3) == "100" || piece.substr(8, 3) == "100";
      } else if (!out.empty()) {
        change.path = piece;
        out.back().changes.push_back(change);
      }
    }
    return out;
  }

  /// The regular files of a commit.
  std::vector<GitEntry> tree(const std::string& commit) {
    std::vector<GitEntry> out;
    const std::string text = run({"ls-tree", "-r", "-z", commit});
    for (const std::string_view line : split(text, '\0')) {
      // "100644 blob HASH\tPATH"
      const size_t tab = line.find('\t');
      if (tab == std::string_view::npos || line.substr(0, 3) != "100") continue;
      out.push_back({std::string(line.substr(tab + 1)), std::string(line.substr(12, tab - 12))});
    }
    return out;
  }

  std::string blob(const std::string& hash) {
    if (blobs_.pid <= 0) blobs_ = start({"cat-file", "--batch"});
    std::fprintf(blobs_.in, "%s\n", hash.c_str());
    std::fflush(blobs_.in);
    char head[256];
    if (!std::fgets(head, sizeof head, blobs_.out)) fail("git cat-file: ended");
    char kind[32] = "";
    size_t size = 0;
    if (std::sscanf(head, "%*s %31s %zu", kind, &size) != 2) fail("git cat-file: " + std::string(head));
    std::string text(size, '\0');
    if (std::fread(text.data(), 1, size, blobs_.out) != size || std::fgetc(blobs_.out) != '\n') {
      fail("git cat-file: cut off");
    }
    return text;
  }

  /// What a commit changed in the files that it modified, against `parent`.
  std::vector<GitDiff> diff(const std::string& parent, const std::string& commit) {
    std::vector<GitDiff> out;
    const std::string text = run({"diff-tree", "-r", "-p", "-U0", "--no-renames", "--no-color",
                                  "--no-ext-diff", "--no-textconv", "--diff-filter=M", parent, commit});
    bool header = false;
    for (const std::string_view line : split(text, '\n')) {
      if (line.rfind("diff --git ", 0) == 0) {
        header = true;
        out.emplace_back();
      } else if (header && line.rfind("--- a/", 0) == 0) {
        out.back().path = line.substr(6);
        if (out.back().path.back() == '\t') out.back().path.pop_back();  // git's mark of a name with blanks
      } else if (line.rfind("@@ -", 0) == 0) {
        header = false;
        GitHunk hunk;
        const std::string head(line.substr(4, 60));
        read_range(head.c_str(), hunk.first, hunk.count);
        const size_t plus = head.find('+');
        if (plus == std::string::npos) continue;
        read_range(head.c_str() + plus + 1, hunk.added_first, hunk.added);
        out.back().hunks.push_back(hunk);
      } else if (!header && !line.empty() && (line.front() == '+' || line.front() == '-')) {
        ++out.back().changed;
      }
    }
    return out;
  }

 private:
  struct Process {
    pid_t pid = 0;
    std::FILE* in = nullptr;
    std::FILE* out = nullptr;
  };

  /// "12,3", or "12" for a single line.
  static void read_range(const char* text, uint32_t& first, uint32_t& count) {
    count = 1;
    std::sscanf(text, "%" SCNu32 ",%" SCNu32, &first, &count);
  }

  [[noreturn]] static void fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::exit(1);
  }

  Process start(const std::vector<std::string>& arguments) {
    int in[2], out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) fail("no pipe");
    const pid_t pid = ::fork();
    if (pid < 0) fail("no process");
    if (pid == 0) {
      std::vector<std::string> words = {"git", "-C", repository_, "-c", "core.quotePath=false"};
      words.insert(words.end(), arguments.begin(), arguments.end());
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      ::dup2(in[0], 0);
      ::dup2(out[1], 1);
      ::execvp("git", argv.data());
      ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    return {pid, ::fdopen(in[1], "w"), ::fdopen(out[0], "r")};
  }

  std::string run(const std::vector<std::string>& arguments) {
    const Process git = start(arguments);
    std::fclose(git.in);
    std::string text;
    char buffer[65536];
    for (size_t size; (size = std::fread(buffer, 1, sizeof buffer, git.out)) > 0;) text.append(buffer, size);
    std::fclose(git.out);
    int status = 0;
    ::waitpid(git.pid, &status, 0);
    if (status != 0) fail("git " + arguments.front() + " failed");
    return text;
  }

  std::string repository_;
  Process blobs_;
};

}  // namespace coder::test
