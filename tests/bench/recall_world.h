// A repository at one of its commits as the corpus that ranking sees, moved from commit to commit.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "../support/git_reader.h"
#include "context/paths.h"
#include "workspace/facts.h"
#include "workspace/indexer.h"

namespace coder::bench {

class World {
 public:
  World(test::GitReader& git, const std::vector<test::GitCommit>& commits) : git_(git), commits_(commits) {
    for (size_t i = 0; i < commits.size(); ++i) numbers_[commits[i].hash] = i;
  }

  /// The files as they were after this commit, and the history up to it.
  void move_to(const std::string& commit) {
    std::unordered_map<std::string, std::string> tree;
    for (test::GitEntry& entry : git_.tree(commit))
      tree.emplace(std::move(entry.path), std::move(entry.blob));
    for (auto at = present_.begin(); at != present_.end();) {
      if (tree.count(at->first)) {
        ++at;
        continue;
      }
      corpus.index.remove(at->first);
      at = present_.erase(at);
    }
    for (auto& [path, blob] : tree) {
      const auto known = present_.find(path);
      if (known != present_.end() && known->second == blob) continue;
      const Blob& content = read(path, blob);
      if (content.usable) {
        corpus.index.put(path, content.facts);
      } else {
        corpus.index.remove(path);
      }
      present_[path] = blob;
    }
    remember(numbers_.at(commit));
  }

  /// As pack() wants it: the text of a file of the present tree.
  std::optional<std::string> text(const std::string& path) const {
    const auto found = present_.find(path);
    if (found == present_.end()) return std::nullopt;
    const Blob& content = *blobs_.at(key(path, found->second));
    if (!content.usable) return std::nullopt;
    return content.text;
  }
  bool has(const std::string& path) const { return present_.count(path) > 0; }

  workspace::Corpus corpus;

 private:
  struct Blob {
    bool usable = false;
    std::string text;
    workspace::Facts facts;
  };

  static std::string key(const std::string& path, const std::string& blob) {
    return blob + std::string(syntax::name_of(syntax::language_of(path)));
  }

  const Blob& read(const std::string& path, const std::string& blob) {
    std::unique_ptr<Blob>& held = blobs_[key(path, blob)];
    if (held) return *held;
    held = std::make_unique<Blob>();
    held->text = git_.blob(blob);
    const std::string& text = held->text;
    // What the indexer leaves out: binary, very large, minified.
    const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    held->usable =
        text.size() <= (4u << 20) && text.find('\0') == std::string::npos && text.size() / lines < 500;
    if (held->usable) held->facts = workspace::make_facts(syntax::language_of(path), text);
    if (!held->usable) held->text.clear();
    return *held;
  }

  /// History holds the commits that `commit` comes from, itself included, and no others.
  void remember(size_t commit) {
    std::vector<char> wanted(commits_.size());
    std::vector<size_t> open = {commit};
    wanted[commit] = 1;
    size_t count = 1;
    while (!open.empty()) {
      const size_t at = open.back();
      open.pop_back();
      for (const std::string& parent : commits_[at].parents) {
        const auto found = numbers_.find(parent);
        if (found == numbers_.end() || wanted[found->second]) continue;
        wanted[found->second] = 1;
        ++count;
        open.push_back(found->second);
      }
    }
    // Those that are in it but no ancestors: begin again.
    size_t kept = 0;
    for (size_t i = 0; i < remembered_.size(); ++i) kept += remembered_[i] && wanted[i];
    if (kept < held_) {
      corpus.history = {};
      remembered_.clear();
      held_ = 0;
    }
    remembered_.resize(commits_.size());
    for (size_t i = 0; i < commits_.size(); ++i) {
      if (!wanted[i] || remembered_[i]) continue;
      remembered_[i] = 1;
      ++held_;
      const test::GitCommit& one = commits_[i];
      if (one.parents.size() > 1) continue;
      workspace::Commit taken{one.hash, one.time, one.subject, {}};
      for (const test::GitChange& change : one.changes) taken.files.push_back(change.path);
      corpus.history.add(taken);
    }
  }

  test::GitReader& git_;
  const std::vector<test::GitCommit>& commits_;
  std::unordered_map<std::string, size_t> numbers_;
  std::unordered_map<std::string, std::string> present_;  ///< path to blob
  std::unordered_map<std::string, std::unique_ptr<Blob>> blobs_;
  std::vector<char> remembered_;
  size_t held_ = 0;
};

}  // namespace coder::bench
