// A fresh folder that git commands run in, with nothing of the user's configuration.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>

#include "support/temp_folder.h"

namespace coder::test {

/// Runs "git ARGUMENTS" (as a shell reads them) in `folder`; throws when it fails.
inline void run_git(const std::string& folder, const std::string& arguments) {
  const std::string command =
      "cd '" + folder +
      "' && env -u GIT_DIR -u GIT_INDEX_FILE -u GIT_WORK_TREE GIT_CONFIG_GLOBAL=/dev/null "
      "GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a "
      "GIT_COMMITTER_EMAIL=a@b git -c protocol.file.allow=always -c init.defaultBranch=main " +
      arguments + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("git " + arguments);
}

class GitFolder : public TempFolder {
 public:
  GitFolder() { git("init"); }
  void git(const std::string& arguments) const { run_git(path(), arguments); }
  void commit(const std::string& subject) const {
    git("add -A");
    git("commit --allow-empty -m '" + subject + "'");
  }
};

}  // namespace coder::test
