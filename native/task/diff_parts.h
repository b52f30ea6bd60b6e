// A diff as prompts hold it: whole where it fits, else in parts.
#pragma once

#include <string>
#include <vector>

#include "task/changes.h"

namespace coder::task {

/// The files' diffs, as many to a part as fit into `max_bytes` (at least 1,000). What is binary or generated
/// is one line. A file that does not fit is cut between its hunks, a hunk between its lines; each piece
/// begins with the file's header, so that it can be read alone. No file: no part.
std::vector<std::string> diff_parts(const std::vector<FileDiff>& files, size_t max_bytes);

/// The same of texts that are no diffs.
std::vector<std::string> text_parts(const std::vector<std::string>& texts, size_t max_bytes);

}  // namespace coder::task
