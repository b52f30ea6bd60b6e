// What is learned from the repositories that one Neovim works in, for ghost text. Loop thread only.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "completion/repo_learner.h"
#include "config/config.h"
#include "loop/loop.h"
#include "privacy/paths.h"
#include "workspace/mirror.h"

namespace coder::app {

using GetConfig = std::function<std::shared_ptr<const config::Config>()>;

/// What is learned of `root` (empty: nothing but buffers), by the configuration and the project files at or
/// above it; kept in the user's cache folder. Without `private_too` private files are not, as judged by the
/// configuration of then.
completion::RepoLearner::Options learner_options(GetConfig config, const std::string& root, bool private_too);

class RepoModels {
 public:
  struct Host {
    GetConfig config;
    std::function<std::string(const std::string& path)> root_of;  ///< as of Workspaces
    std::function<privacy::Verdict(int64_t buf)> verdict;         ///< of a mirrored buffer
  };
  RepoModels(loop::Loop& loop, const workspace::Mirrors& mirrors, Host host);

  /// A buffer is mirrored, or has another name now.
  void attached(int64_t buf);
  /// Its lines [first, last), 0-based, are `count` new ones in the mirror; last -1: all of them are new.
  void changed(int64_t buf, int64_t first, int64_t last, size_t count);
  void detached(int64_t buf);
  /// What is known of its privacy has changed.
  void relabel(int64_t buf);
  void config_changed();

  /// Files below `root` have changed: these, relative to it, or any.
  void look_again(const std::string& root, const std::vector<std::string>& paths);

  /// To be put in at this place, 0-based; empty where nothing is sure enough. What was taken from private
  /// text is for buffers that are private themselves: what one accepts goes where its buffer goes.
  std::string guess(int64_t buf, size_t line, size_t col, completion::Gate gate) const;

  /// For :CoderStatus: a line for each repository.
  std::vector<std::string> status() const;

 private:
  struct Key {
    std::string root;  ///< "": buffers of no project
    bool private_too = false;
    auto operator<=>(const Key& other) const = default;
  };
  struct Project {
    std::unique_ptr<completion::RepoLearner> learner;
    completion::RepoLearner::Options options;
    uint64_t used = 0;
  };
  struct Buffer {
    std::string root, path;  ///< path: below the root; absolute or empty without one
    bool is_private = false;
  };
  bool wanted() const;
  void learn(int64_t buf);
  Project& project(const Key& key);
  /// The models that a buffer's text goes to: its own, and where it is public that of private buffers, too.
  template <class Each>
  void each_model(const Buffer& buffer, Each each);

  loop::Loop& loop_;
  const workspace::Mirrors& mirrors_;
  Host host_;
  std::map<Key, Project> projects_;
  std::map<int64_t, Buffer> buffers_;
  uint64_t uses_ = 0;
};

}  // namespace coder::app
