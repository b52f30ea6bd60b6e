// Any pattern against any path ("pattern\npath"): ends soon, and a folder that
// matches covers what is below it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "privacy/paths.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::privacy::glob_match;
  const std::string text(reinterpret_cast<const char*>(data), size < 4096 ? size : 4096);
  const size_t cut = text.find('\n');
  if (cut == std::string::npos) return 0;
  const std::string pattern = text.substr(0, cut), path = text.substr(cut + 1);
  const bool matched = glob_match(pattern, path);
  if (matched && !glob_match(pattern, path + "/below/x")) std::abort();
  // Both letter cases of a path are judged alike.
  std::string upper = path;
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  if (glob_match(pattern, upper) != matched) std::abort();
  // A pattern that begins anywhere matches wherever the path hangs.
  if (matched && glob_match("**/" + pattern, path) && !glob_match("**/" + pattern, "top/" + path))
    std::abort();
  return 0;
}
