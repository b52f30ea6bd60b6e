// Where in a completion the new text begins: models repeat what stands before the cursor.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace coder::completion {

/// Offset in `text` of what is to be shown, given all text before the cursor; none: not clear yet, or there
/// is nothing but white space. `open`: more text may come. Once it is some offset it stays that offset.
///  - A repeat of the cursor's line from its start is skipped.
///  - On a line that is blank so far: blank lines are skipped, and so is indentation that is there already.
///  - One of two blanks is skipped, which models write because their words begin with one.
std::optional<size_t> find_start(std::string_view text, std::string_view before, bool open);

}  // namespace coder::completion
