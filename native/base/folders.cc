#include "base/folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace coder {
namespace {

std::string folder_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value == '/' ? value : "";
}

}  // namespace

std::string user_folder(const char* variable, const std::string& below_home) {
  if (std::string named = folder_in(variable); !named.empty()) return named;
  const std::string home = folder_in("HOME");
  return home.empty() ? "" : home + "/" + below_home;
}

std::string state_folder() {
  const std::string folder = user_folder("XDG_STATE_HOME", ".local/state");
  return folder.empty() ? "" : folder + "/coder-nvim";
}

std::string runtime_folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const std::string folder = runtime && *runtime == '/' ? std::string(runtime) + "/coder-nvim"
                                                        : "/tmp/coder-nvim-" + std::to_string(::getuid());
  ::mkdir(folder.c_str(), 0700);
  struct stat info {};
  // In /tmp anybody could have made it: only one of our own that nobody else may enter counts.
  const bool ours = ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) &&
                    info.st_uid == ::getuid() && (info.st_mode & 077) == 0;
  return ours ? folder : "";
}

}  // namespace coder
