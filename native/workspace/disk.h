// The files below one root, read and looked at without leaving it. Every call blocks: on workers only.
#pragma once

#include <cstdint>
#include <string>

namespace coder::workspace {

/// Larger files are left out. Handwritten sources stay under 1 MiB (of the 2,800 sources of polars the
/// largest has 250 KiB); what is larger is data, and one of it would cost as much as a hundred others.
inline constexpr int64_t kMaxFileBytes = 1 << 20;

/// What tells a file's versions apart without reading it.
struct Stat {
  int64_t size = -1;
  int64_t mtime_ns = 0;  ///< since 1970
  uint64_t inode = 0;
  bool operator==(const Stat&) const = default;
};

/// A later change of the file may leave its Stat as it is when it was looked at, at `looked_ns`, within 2 s
/// of its mtime: the rule of git's "racily clean" entries, with the resolution of the coarsest file systems
/// (FAT) and room for clocks that differ (NFS).
bool may_be_racy(const Stat& stat, int64_t looked_ns);
/// The clock that mtimes are of.
int64_t now_ns();

/// Tells a file from one that came under its name after it went: its number alone does not, file systems give
/// it to the next file at once.
struct Identity {
  uint64_t inode = 0;
  int64_t born_ns = 0;  ///< since 1970; where the file system does not keep it, of the last change
  bool operator==(const Identity&) const = default;
};

enum class FileKind : uint8_t { missing, file, folder, link, other };

/// A folder, opened: paths are relative to it. Holds a descriptor; short-lived, because a folder may be
/// replaced by another of its name.
class Disk {
 public:
  explicit Disk(const std::string& root);
  ~Disk();
  Disk(const Disk&) = delete;

  /// The last component is not followed if it is a link.
  FileKind look(const std::string& path, Stat& stat) const;
  /// The same; empty if there is nothing.
  Identity identity(const std::string& path) const;

  struct Text {
    FileKind kind = FileKind::missing;
    Stat stat;
    std::string text;
    std::string problem;  ///< why there is no text though something is there
  };
  /// The whole text, at most kMaxFileBytes. Goes through no link, in no part of the path. A file that changes
  /// meanwhile is read again, three times at most; then its Stat is empty, so that it equals no other.
  Text read(const std::string& path) const;

 private:
  int open(const std::string& path) const;
  int root_;
};

}  // namespace coder::workspace
