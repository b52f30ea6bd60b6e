// "*** Begin Patch" in a reply.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "edit/edit.h"
#include "edit/reply_hunk.h"

namespace coder::edit {

class PatchReader {
 public:
  using Emit = std::function<void(Edit)>;

  /// "*** Begin Patch", or a file's line where that is missing.
  static bool begins(std::string_view line);

  void start() { *this = PatchReader(); }
  /// False: the line is no more of it, and the patch has been finished.
  bool take(std::string_view line, uint32_t number, const Emit& emit);
  /// The reply ends here without "*** End Patch": the last edit may lack lines.
  void cut(const Emit& emit);
  const std::string& path() const { return path_; }

 private:
  void open(Action action, std::string_view path, uint32_t number);
  void close(const Emit& emit, const char* problem = nullptr);

  enum class At : unsigned char { outside, file, hunk, done };
  At at_ = At::outside;
  std::string path_;
  Edit edit_;
  HunkBody body_;
};

}  // namespace coder::edit
