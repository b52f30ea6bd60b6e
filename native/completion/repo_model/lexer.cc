#include "completion/repo_model/lexer.h"

namespace coder::completion {
inline namespace repo_model {

bool is_like_a_key(std::string_view word) {
  // Names of this length have parts: underscores, or capitals that start one. Keys and checksums mix digits
  // in.
  size_t digits = 0;
  for (const char c : word) {
    if (c == '_') return false;
    digits += c >= '0' && c <= '9' ? 1 : 0;
  }
  return digits >= 4;
}

}  // namespace repo_model
}  // namespace coder::completion
