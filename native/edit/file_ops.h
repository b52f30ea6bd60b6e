// The few things a transaction does to files. All block; errors are of kind internal and name the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coder::edit {

/// The folder that holds `path`.
std::string folder_of(const std::string& path);

/// "what path: why", from errno.
Error disk_error(const std::string& what, const std::string& path);

/// The hash of what is at `path` (FNV-1a); nothing: there is no regular file, or none that can be read.
std::optional<uint64_t> hash_at(const std::string& path);

/// Writes a new file; one that exists is an error. It is not yet on the disk: see sync_files.
Result<void> write_new(const std::string& path, std::string_view text, std::optional<uint32_t> mode);
/// Waits until the files, which nobody has open, are on the disk; they are written out side by side.
Result<void> sync_files(const std::vector<std::string>& paths);
/// Waits until everything on the file systems of these folders is on the disk: for many files at once faster
/// than one after the other.
Result<void> sync_whole(const std::vector<std::string>& folders);
/// Waits until what was renamed, made and removed in the folder is on the disk.
Result<void> sync_folder(const std::string& folder);

/// Both must exist; afterwards each is under the other's name, and at no moment is either name missing.
/// False: the file system cannot do that.
Result<bool> exchange(const std::string& a, const std::string& b);
/// Renames, unless something has the new name already: then an error.
Result<void> rename_new(const std::string& from, const std::string& to);
/// Renames over what has the new name.
Result<void> rename_over(const std::string& from, const std::string& to);
/// What is not there is removed already.
Result<void> remove_file(const std::string& path);

/// A lock among processes; the kernel lets go of it however a process ends.
class FileLock {
 public:
  FileLock() = default;
  ~FileLock();
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  /// Tries for `wait_ms` milliseconds; not held when another process has it all the time.
  static Result<FileLock> take(const std::string& path, int wait_ms);
  bool held() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace coder::edit
