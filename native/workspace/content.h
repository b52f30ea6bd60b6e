// Which files say nothing about a project though they lie in it.
#pragma once

#include <string_view>

namespace coder::workspace {

/// Why a file of this name is left out ("generated", "minified"), as a literal; nullptr: its name does not
/// tell.
const char* left_out_by_name(std::string_view path);

/// The same by its text: "binary" (a NUL in the first 8 KiB, as git tells), "minified" (a mean line of over
/// 300 bytes where it is no prose, or one of over 32 KiB), "generated" (a comment at its head says so).
const char* left_out_by_text(std::string_view path, std::string_view text);

}  // namespace coder::workspace
