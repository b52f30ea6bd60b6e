// Where a user's files go (XDG Base Directory Specification).
#pragma once

#include <string>

namespace coder {

/// The folder that `variable` names ("XDG_STATE_HOME"), if it is an absolute path, as the specification
/// wants; else `below_home` (".local/state") in $HOME; empty without either.
std::string user_folder(const char* variable, const std::string& below_home);

/// "$XDG_STATE_HOME/coder-nvim", or under ~/.local/state; empty without a home. Not made.
std::string state_folder();

/// "$XDG_RUNTIME_DIR/coder-nvim", else "/tmp/coder-nvim-UID": made with mode 0700; empty when it belongs to
/// somebody else or cannot be made.
std::string runtime_folder();

}  // namespace coder
