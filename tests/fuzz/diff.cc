// diff_paths on anything: bounded, no name twice, no /dev/null, and a header added behind is found.
#include <cstdint>
#include <string>
#include <unordered_set>

#include "privacy/diff.h"
#include "privacy/traces.h"
#include "support/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::privacy::diff_paths;
  using coder::privacy::kMaxDiffPaths;
  using coder::test::require;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> paths = diff_paths(text);
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < paths.size(); ++i) {
    require(seen.insert(paths[i]).second, "no path comes twice");
    require(paths[i].size() <= 4096, "paths are bounded");
    require(paths[i] != "/dev/null", "/dev/null is no file of a diff");
    require(!paths[i].empty() || (i + 1 == paths.size() && i > 0), "only the last entry may be empty");
  }
  require(paths.size() <= kMaxDiffPaths + 1, "there are at most so many");
  const bool full = !paths.empty() && paths.back().empty();

  const std::vector<std::string> more = diff_paths(text + "\n> --- a/new name\n> +++ b/new name\n");
  std::unordered_set<std::string> found(more.begin(), more.end());
  const bool more_full = more.empty() || more.back().empty();
  require(more_full || found.count("new name") == 1, "a header is found behind anything");
  for (const std::string& path : paths) {
    require(full || more_full || found.count(path) == 1, "what comes behind hides nothing");
  }

  coder::privacy::Traces traces;
  traces.add_fragment(text);
  traces.add_line(text);
  require(traces.empty() || traces.found_in_text(text) || text.find('\n') != std::string::npos,
          "a line is found in itself");
  traces.add_line("a line that is long enough");
  require(traces.found_in_text(text + "\n> a line that is long enough"), "a line is found behind anything");
  return 0;
}
