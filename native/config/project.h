// A project's own file, `.coder.toml`: it can only tighten. It may hold [privacy] local_only and never_send
// (more private paths), [budget] (lower limits) and [context] exclude; anything else in it is an error with
// its line, because a file that comes with a clone must not set an address, a key or a command.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "privacy/paths.h"

namespace coder::config {

inline constexpr const char* kProjectFile = ".coder.toml";

struct Project {
  std::string file;
  std::vector<std::string> local_only;
  std::vector<std::string> never_send;
  std::vector<std::string> exclude;
  std::vector<PathPattern> patterns;  ///< those of the three lists above, in their order
  Allowance budget;
  std::vector<Problem> problems;  ///< errors only
};

/// Parses TOML text; never fails: what is wrong is in Project::problems, and what is right is kept.
Project parse_project(const std::string& text, const std::string& file);

/// The project files met so far, read again when they have changed (by a stat each time; one that changed in
/// the last seconds is read each time). One that cannot be read (no leave, over 64 KiB, a folder, a link to
/// nothing) has that as its problem. Not thread-safe.
class Projects final : public privacy::FolderRulesSource {
 public:
  const privacy::FolderRules* at(const std::string& folder) override;

  /// The project files at or above `folder`, the innermost first.
  std::vector<std::shared_ptr<const Project>> above(const std::string& folder);

  /// `budget`, lowered by the project files at or above `folder`.
  Budget lowered(Budget budget, const std::string& folder);

 private:
  struct Entry;
  /// Null where there is no project file in `folder`, written as for at().
  std::shared_ptr<Entry> find(const std::string& folder);

  std::map<std::string, std::shared_ptr<Entry>> entries_;  ///< by folder; bounded
  std::shared_ptr<Entry> last_;                            ///< whose rules at() gave
};

}  // namespace coder::config
