#include "base/secret.h"

#include "base/text.h"

namespace coder {

CleanedKey clean_key(std::string_view raw) {
  std::string_view key = trim(raw);
  if (key.size() >= 2 && (key.front() == '"' || key.front() == '\'') && key.back() == key.front()) {
    key = trim(key.substr(1, key.size() - 2));
  }
  return {std::string(key), key.size() != raw.size()};
}

}  // namespace coder
