// Which files a diff is about, so that its text gets their labels.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coder::privacy {

/// Every path named in the headers of unified or combined diffs anywhere in `text`, old and new names both,
/// without the a/ b/ i/ w/ c/ o/ prefixes where they are prefixes and also as written, unquoted, without
/// /dev/null and duplicates: "diff --git", "diff --cc", "--- ", "+++ ", "rename|copy from|to ", "Index: ",
/// "Binary files … differ", and the same lines behind up to three columns of a quotation ("> ", "| ").
/// Empty for a text that holds no diff. At most 4,096 paths; one more entry, empty, says there were more.
std::vector<std::string> diff_paths(std::string_view text);

}  // namespace coder::privacy
