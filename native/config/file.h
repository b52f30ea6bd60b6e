// Reading a small file that a user wrote, whatever its name leads to.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <string>

namespace coder::config {

struct FileText {
  bool missing = false;  ///< there is no such name; one that is a link to nothing is a problem instead
  std::string problem;   ///< "cannot be read: Permission denied"; empty when `text` is the whole file
  std::string text;
  struct stat info = {};  ///< of what was read
};

/// Reads a regular file (or a character device, as /dev/null is). Never waits for a pipe. `max_bytes` must be
/// a multiple of 1 KiB.
FileText read_text(const std::string& file, size_t max_bytes);

}  // namespace coder::config
