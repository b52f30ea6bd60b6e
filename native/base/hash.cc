#include "base/hash.h"

#include <cstdio>

namespace coder {

std::string hash_name(std::string_view text) {
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(fnv1a(text)));
  return out;
}

}  // namespace coder
