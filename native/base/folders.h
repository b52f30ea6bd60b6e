// Where a user's files go (XDG Base Directory Specification).
#pragma once

#include <string>

namespace coder {

/// The folder that `variable` names ("XDG_STATE_HOME"), if it is an absolute path, as the specification
/// wants; else `below_home` (".local/state") in $HOME; empty without either.
std::string user_folder(const char* variable, const std::string& below_home);

}  // namespace coder
