// Which files a diff is about, so that its text gets their labels.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coder::privacy {

/// Most paths that diff_paths tells.
inline constexpr size_t kMaxDiffPaths = 4096;

/// Every path named in the headers of diffs (unified, combined, context) anywhere in `text`, old and new
/// names both, without the a/ b/ i/ w/ c/ o/ prefixes where they are prefixes and also as written, unquoted,
/// without /dev/null and duplicates: "diff --git", "diff --cc", "diff -ru", "--- ", "+++ ", "*** ",
/// "rename|copy from|to ", "Index: ", "Binary files … differ", coloured or not, and the same lines indented
/// or behind up to 16 columns of a quotation, of `git log --graph` or of another diff ("> ", "| ", "+"). Two
/// names that differ at their heads alone ("old/x", "new/x") give their common tail, too.
///
/// Errs on the safe side, but not on words: "diff --git" and "diff --cc" always count, "---" with "+++" on
/// the next line too, and so do "rename from" with "rename to". Where there are any of these, or a hunk ("@@
/// -"), such a line alone counts if it names one word ("--- a" in a hunk, a removed "-- a"), while "---
/// sorted by x.key" is a comment.
///
/// Empty for a text that holds no diff. At most kMaxDiffPaths of at most 4,096 bytes each; one more entry,
/// empty, says there were more. Takes time proportional to the text.
std::vector<std::string> diff_paths(std::string_view text);

}  // namespace coder::privacy
