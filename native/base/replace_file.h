#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace coder {

/// Puts `text` in place of what the file held, mode 0600: whoever reads it sees all of the one or all of the
/// other. Its folder has to be there. Not synced: after a power cut the file may be empty, so this is for
/// what can be made anew. Blocks.
Result<void> replace_file(const std::string& path, std::string_view text);

}  // namespace coder
