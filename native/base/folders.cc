#include "base/folders.h"

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

}  // namespace coder
