// The match ladder on anything: what is found lies in the file, in order, and applying it keeps the rest. The
// input is a file and a reply's body, parted by a NUL.
#include <set>
#include <string>
#include <vector>

#include "edit/hunks.h"
#include "edit/match.h"
#include "support/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coder::edit;
  using coder::test::require;
  if (size > 8192) return 0;
  const std::string all(reinterpret_cast<const char*>(data), size);
  const size_t one = all.find('\0'), two = all.find('\0', one == std::string::npos ? one : one + 1);
  if (two == std::string::npos) return 0;
  const std::string file = all.substr(0, one);
  Edit edit;
  for (const std::string_view line : split_text(std::string_view(all).substr(one + 1, two - one - 1)).lines)
    edit.search.emplace_back(line);
  for (const std::string_view line : split_text(std::string_view(all).substr(two + 1)).lines)
    edit.replace.emplace_back(line);
  if (edit.search.empty()) return 0;
  const Text text = split_text(file);
  const Match match = Matcher(text).match(edit);
  if (match.kind == Match::Kind::refused) {
    require(!match.reason.empty(), "a refusal says why");
    return 0;
  }
  require(match.first <= match.last && match.last <= text.size(), "it lies in the file");
  size_t at = match.first;
  for (const Splice& splice : match.splices) {
    require(splice.first >= at && splice.first + splice.count <= match.last,
            "splices are in order and within it");
    at = splice.first + splice.count;
  }
  const std::string made = apply_splices(file, text, match.splices);
  const std::vector<Hunk> hunks = hunks_of("x", file, made);
  std::set<std::string> taken;
  for (const Hunk& hunk : hunks) taken.insert(hunk.id);
  require(with_hunks(file, hunks, taken) == made, "all hunks make the new text");
  require(with_hunks(file, hunks, {}) == file, "no hunks make the old text");
  return 0;
}
