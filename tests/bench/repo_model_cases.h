// Lines that were really typed, from git history: those that a commit added to a source file, each to be
// typed again by someone who has the parent's tree and the lines above.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "../support/git_reader.h"
#include "base/hash.h"
#include "base/text.h"
#include "completion/repo_model/state.h"

namespace coder::bench {

/// A source file as a commit left it, and which of its lines are to be typed.
struct TypedFile {
  std::string path;
  std::vector<std::string> lines;
  std::vector<std::string> old_lines;  ///< of the parent; empty for a new file
  std::vector<size_t> typed;           ///< 0-based, in order
  std::vector<size_t> old_after;       ///< for each of `typed`: where in old_lines what follows begins
};

struct TypedCommit {
  std::string hash, parent;
  int64_t time = 0;
  std::vector<TypedFile> files;
};

struct CaseOptions {
  size_t commits = 150;          ///< the newest that add lines to be typed
  size_t lines_per_commit = 40;  ///< at most; more are sampled
  uint32_t seed = 7;
};

inline bool is_source(const std::string& path) {
  static const std::set<std::string> kinds = {"rs",   "py",    "pyi",   "js",  "ts",  "tsx", "jsx", "vue",
                                              "c",    "h",     "cc",    "cpp", "hpp", "go",  "lua", "rb",
                                              "java", "kt",    "swift", "cs",  "sh",  "tcl", "zig", "ex",
                                              "php",  "scala", "mjs",   "cxx", "hs",  "ml"};
  const size_t dot = path.rfind('.');
  return dot != std::string::npos && kinds.count(path.substr(dot + 1)) > 0;
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view line : split(text, '\n')) {
    out.emplace_back(line.empty() || line.back() != '\r' ? line : line.substr(0, line.size() - 1));
  }
  if (!out.empty() && out.back().empty()) out.pop_back();
  return out;
}

/// The newest first.
inline std::vector<TypedCommit> find_typed(test::GitReader& git, const CaseOptions& options) {
  const std::vector<test::GitCommit> commits = git.commits();
  std::vector<TypedCommit> out;
  std::mt19937 random(options.seed);
  for (size_t index = commits.size(); index-- > 0 && out.size() < options.commits;) {
    const test::GitCommit& commit = commits[index];
    if (commit.parents.size() != 1 || commit.changes.size() > 200) continue;
    TypedCommit one{commit.hash, commit.parents.front(), commit.time, {}};
    const auto text_at = [&](const std::string& commit_hash, const std::string& path) {
      return git.blob(commit_hash + ":" + path);
    };
    const auto teaches = [&](const test::GitChange& change) {
      return change.regular && change.status != 'D' && is_source(change.path);
    };
    if (std::none_of(commit.changes.begin(), commit.changes.end(), teaches)) continue;
    std::map<std::string, test::GitDiff> diffs;
    for (test::GitDiff& diff : git.diff(one.parent, one.hash)) diffs[diff.path] = std::move(diff);
    std::set<std::string> deleted;
    for (const test::GitChange& change : commit.changes) {
      if (!change.regular || (change.status != 'M' && change.status != 'D')) continue;
      const std::vector<std::string> lines = lines_of(text_at(one.parent, change.path));
      if (change.status == 'D') {
        for (const std::string& line : lines) deleted.insert(std::string(trim(line)));
      }
      for (const test::GitHunk& hunk : diffs[change.path].hunks) {
        for (uint32_t i = 0; i < hunk.count && hunk.first - 1 + i < lines.size(); ++i) {
          deleted.insert(std::string(trim(lines[hunk.first - 1 + i])));
        }
      }
    }
    size_t count = 0;
    for (const test::GitChange& change : commit.changes) {
      if (!teaches(change) || change.status == 'T') continue;
      const std::string text = text_at(one.hash, change.path);
      if (!completion::worth_learning(change.path, text)) continue;
      TypedFile file;
      file.path = change.path;
      file.lines = lines_of(text);
      std::vector<test::GitHunk> hunks;
      if (change.status == 'A') {
        hunks.push_back({0, 0, 1, static_cast<uint32_t>(file.lines.size())});
      } else {
        file.old_lines = lines_of(text_at(one.parent, change.path));
        hunks = diffs[change.path].hunks;
      }
      for (const test::GitHunk& hunk : hunks) {
        const size_t old_after = hunk.count == 0 ? hunk.first : hunk.first - 1 + hunk.count;
        for (uint32_t i = 0; i < hunk.added; ++i) {
          const size_t at = hunk.added_first - 1 + i;
          if (at >= file.lines.size()) continue;
          const std::string_view line = trim(file.lines[at]);
          if (line.empty() || line.size() > 300 || deleted.count(std::string(line)) > 0) continue;
          file.typed.push_back(at);
          file.old_after.push_back(std::min(old_after, file.old_lines.size()));
        }
      }
      count += file.typed.size();
      if (!file.typed.empty()) one.files.push_back(std::move(file));
    }
    if (count == 0) continue;
    // A fair sample of a large commit.
    const double share = static_cast<double>(options.lines_per_commit) / static_cast<double>(count);
    for (TypedFile& file : one.files) {
      if (share >= 1) break;
      std::vector<size_t> typed, old_after;
      for (size_t i = 0; i < file.typed.size(); ++i) {
        if (static_cast<double>(random() % 100000) >= share * 100000) continue;
        typed.push_back(file.typed[i]);
        old_after.push_back(file.old_after[i]);
      }
      file.typed = std::move(typed);
      file.old_after = std::move(old_after);
    }
    out.push_back(std::move(one));
  }
  return out;
}

/// A model that is moved from tree to tree.
class TreeModel {
 public:
  explicit TreeModel(test::GitReader& git) : git_(git) {}

  void move_to(const std::string& commit) {
    std::map<std::string, std::string> wanted;
    for (test::GitEntry& entry : git_.tree(commit)) wanted[entry.path] = entry.blob;
    const bool fresh = blobs_.empty();
    for (const auto& [path, blob] : blobs_) {
      if (wanted.count(path) > 0) continue;
      count_lines(texts_[path], -1);
      texts_.erase(path);
      model.remove(path);
    }
    for (const auto& [path, blob] : wanted) {
      const auto known = blobs_.find(path);
      if (known != blobs_.end() && known->second == blob) continue;
      std::string text = git_.blob(blob);
      if (text.size() > (512u << 10)) text.clear();
      if (!fresh) model.put(path, text, false);
      std::string& old = texts_[path];
      count_lines(old, -1);
      old = completion::worth_learning(path, text) ? std::move(text) : std::string();
      count_lines(old, 1);
    }
    blobs_ = std::move(wanted);
    if (fresh || model.wants_rebuild()) rebuild();
  }

  /// Forgets everything, so that the next tree is learned from alone.
  void reset() {
    completion::RepoModel empty;
    empty.state().mix = model.state().mix;
    empty.state().gates = model.state().gates;
    model = std::move(empty);
    blobs_.clear();
    texts_.clear();
    lines_.clear();
  }

  void rebuild() {
    std::vector<completion::RepoFile> files;
    for (const auto& [path, text] : texts_) files.push_back({path, text, false});
    model.set_base(completion::RepoBase::build(std::move(files)), model.stamp());
  }

  const std::map<std::string, std::string>& texts() const { return texts_; }
  /// How often each line stands in the tree, without its blanks.
  const std::map<std::string, size_t, std::less<>>& lines() const { return lines_; }
  completion::RepoModel model;

 private:
  void count_lines(std::string_view text, int change) {
    for (const std::string_view piece : split(text, '\n')) {
      const std::string_view line = trim(piece);
      if (line.size() < 4) continue;
      const auto found = lines_.emplace(line, 0).first;
      found->second += static_cast<size_t>(change);
      if (found->second == 0) lines_.erase(found);
    }
  }

  std::map<std::string, size_t, std::less<>> lines_;
  test::GitReader& git_;
  std::map<std::string, std::string> blobs_, texts_;
};

}  // namespace coder::bench
