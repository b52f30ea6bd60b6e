// From a path in a reply to a file that may be edited.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace coder::edit {

struct Location {
  std::string shown;  ///< relative to the root, lexical: as it is told
  std::string real;   ///< absolute, links resolved: the file that is written
};

/// Larger files are not edited, in bytes: as large as a mirrored buffer may be.
inline constexpr size_t kMaxEditBytes = 16u << 20;

/// Below `root` (absolute), by its lexical and by its resolved form, in no .git folder, no link to nothing.
/// Errors (kind edits) say what is wrong with `written`. The file need not exist. Blocks.
Result<Location> locate(const std::string& root, const std::string& written);

/// What a version of a file is told by.
struct Version {
  uint64_t hash = 0;
  uint64_t size = 0;
  uint32_t mode = 0;  ///< permission bits
  bool operator==(const Version&) const = default;
};
Version version_of(const std::string& text, uint32_t mode);

struct DiskFile {
  std::string text;
  Version version;
};

/// The file at a resolved path; nothing: there is none. Errors (kind edits): it is no regular file, too
/// large, or cannot be read; or, `to_edit`, it is read-only or its folder is. Goes through no link at its
/// end. Blocks.
Result<std::optional<DiskFile>> read_disk(const std::string& real, bool to_edit);

/// A file could be made there: the nearest folder above that exists is one, and may be written to.
Result<void> may_create(const std::string& real);

}  // namespace coder::edit
