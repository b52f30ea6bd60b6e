// A file of the workspace as text, for workers.
#pragma once

#include <optional>
#include <string>

namespace coder::workspace {

/// Largest file that is read for a prompt, in bytes.
inline constexpr size_t kMaxTextBytes = 4u << 20;

/// Nothing if it cannot be read, is no regular file, is larger than kMaxTextBytes or holds a NUL byte.
/// Blocks.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace coder::workspace
