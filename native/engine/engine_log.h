// The engine's log: one file and the one before it, together at most about 8 MiB.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace coder::engine {

class EngineLog {
 public:
  /// Appends to `path`. Where it cannot be opened, nothing is kept.
  explicit EngineLog(std::string path, int64_t max_bytes = 4 << 20);
  ~EngineLog();
  EngineLog(const EngineLog&) = delete;

  void write(std::string_view bytes);  ///< what the engine said, as it came
  void note(std::string_view line);    ///< what the keeper did

 private:
  void open();

  std::string path_;
  int64_t max_bytes_;
  int fd_ = -1;
  int64_t size_ = 0;
  bool at_line_start_ = true;
};

}  // namespace coder::engine
