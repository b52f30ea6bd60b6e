// Copies of Neovim's buffers, kept current by its nvim_buf_lines_event notifications.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace coder::workspace {

/// One nvim_buf_lines_event: lines [first, last) were replaced; last -1 is the whole buffer.
struct LinesEvent {
  std::optional<int64_t> changedtick;  ///< nullopt: an inccommand preview, which is no edit
  int64_t first = 0;
  int64_t last = 0;
  std::vector<std::string> lines;
};

struct Mirror {
  std::string path;  ///< absolute; empty for an unnamed buffer
  std::vector<std::string> lines;
  int64_t changedtick = 0;
  size_t bytes = 0;
  bool ready = false;  ///< the first event has come

  /// Lines first to last, 0-based, end exclusive, each with its line end.
  std::string text(size_t first, size_t last) const;
};

/// Size above which a buffer is not mirrored, in bytes, and the longest line.
inline constexpr size_t kMaxMirrorBytes = 16u << 20;
inline constexpr size_t kMaxLineBytes = 1u << 20;

class Mirrors {
 public:
  /// A buffer is about to be attached, or was renamed.
  void open(int64_t buf, const std::string& path);
  void close(int64_t buf) { mirrors_.erase(buf); }

  /// Applies an event. out_of_step: the range lies outside the mirror, attach anew; too_large: detach, of the
  /// mirror only `bytes` is right then.
  enum class Applied { ok, out_of_step, too_large };
  Applied apply(int64_t buf, LinesEvent event);

  /// The tick went on without a change of the text.
  void set_tick(int64_t buf, int64_t changedtick);

  const Mirror* find(int64_t buf) const;
  /// The buffer of this path, if one is mirrored.
  std::optional<int64_t> at(const std::string& path) const;
  size_t count() const { return mirrors_.size(); }
  size_t bytes() const;

 private:
  std::map<int64_t, Mirror> mirrors_;
};

}  // namespace coder::workspace
