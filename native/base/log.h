// The log: one line per event to stderr (command line) or to a bounded file
// (serve). Never give it prompt text or a key.
#pragma once

#include <string>
#include <string_view>

namespace coder::log {

enum class Level { debug, info, warn, error };

/// Lines below `level` are dropped. Default: warn to stderr.
void set_level(Level level);

/// Writes to `path` (created with mode 0600, its folder 0700) instead of stderr. The file is
/// rotated to `path`.1 once it passes 2 MiB, so at most about 4 MiB are kept.
/// False when it cannot be opened; then what was in use stays so.
bool open_file(const std::string& path);

void write(Level level, std::string_view message);

inline void debug(std::string_view message) { write(Level::debug, message); }
inline void info(std::string_view message) { write(Level::info, message); }
inline void warn(std::string_view message) { write(Level::warn, message); }
inline void error(std::string_view message) { write(Level::error, message); }

}  // namespace coder::log
