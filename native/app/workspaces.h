// The indexes of the projects that one Neovim, or one command, works in. Loop thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "config/config.h"
#include "loop/loop.h"
#include "workspace/indexer.h"
#include "workspace/mirror.h"

namespace coder::app {

class Workspaces {
 public:
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;
  Workspaces(loop::Loop& loop, GetConfig config, const workspace::Mirrors& mirrors,
             std::function<void(const std::string&)> notice);

  /// `on_look(root, paths)` is told what an index has looked at again; with no paths at everything.
  void watch(std::function<void(const std::string&, const std::vector<std::string>&)> on_look) {
    on_look_ = std::move(on_look);
  }

  /// A file's buffer is mirrored now: its project is indexed soon, if it is not yet.
  void attached(int64_t buf);
  void changed(int64_t buf);
  void detached(int64_t buf);
  /// Patterns of what is left out may be others.
  void config_changed();

  /// The root of the project that `path` (absolute) belongs to; empty: of none that is indexed.
  std::string root_of(const std::string& path) const;
  /// Its index, with everything the mirrors hold told to it; null where `root` is empty. Begins at once where
  /// it has not begun. Valid until the next turn of the loop.
  workspace::Indexer* at(const std::string& root);
  /// The same, without telling it anything first, and null where it is not complete yet: for what must not
  /// wait.
  workspace::Indexer* ready_at(const std::string& root);
  /// Texts of the mirrored buffers in `root` that are not what the file holds, perhaps: by path below it.
  std::map<std::string, std::string> texts(const std::string& root) const;

  /// For :CoderStatus: a line for each project.
  std::vector<std::string> status() const;

 private:
  struct Project {
    std::unique_ptr<workspace::Indexer> indexer;
    std::vector<std::string> left_out;  ///< patterns of what is not in it
    uint64_t used = 0;
  };
  void flush();
  void start_waiting();
  Project& project(const std::string& root);

  loop::Loop& loop_;
  GetConfig config_;
  const workspace::Mirrors& mirrors_;
  std::function<void(const std::string&)> notice_;
  std::function<void(const std::string&, const std::vector<std::string>&)> on_look_;
  std::map<std::string, Project> projects_;  ///< by root
  std::map<int64_t, std::string> paths_;     ///< what each buffer's text was told as, absolute
  std::set<int64_t> dirty_;                  ///< buffers whose text is to be told
  std::set<std::string> waiting_;            ///< roots to be indexed soon
  uint64_t uses_ = 0;
  loop::Timer flush_timer_;
  loop::Timer start_timer_;
};

}  // namespace coder::app
