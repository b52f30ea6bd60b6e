#include "engine/engine_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>

#include "base/text.h"

namespace coder::engine {

EngineLog::EngineLog(std::string path, int64_t max_bytes) : path_(std::move(path)), max_bytes_(max_bytes) {
  open();
}

EngineLog::~EngineLog() {
  if (fd_ >= 0) ::close(fd_);
}

void EngineLog::open() {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  struct stat info {};
  size_ = fd_ >= 0 && ::fstat(fd_, &info) == 0 ? info.st_size : 0;
}

void EngineLog::write(std::string_view bytes) {
  if (fd_ < 0 || bytes.empty()) return;
  if (size_ >= max_bytes_) {
    // At the end of a line, if one comes before long, so that each file can be read by itself.
    const size_t end = at_line_start_ ? 0 : bytes.find('\n') + 1;
    if (at_line_start_ || end > 0 || size_ >= max_bytes_ + max_bytes_ / 4) {
      [[maybe_unused]] const ssize_t n = ::write(fd_, bytes.data(), end);
      bytes.remove_prefix(end);
      ::close(fd_);
      std::rename(path_.c_str(), (path_ + ".1").c_str());
      open();
    }
  }
  if (fd_ < 0 || bytes.empty()) return;
  if (const ssize_t n = ::write(fd_, bytes.data(), bytes.size()); n > 0) size_ += n;
  at_line_start_ = bytes.back() == '\n';
}

void EngineLog::note(std::string_view line) {
  char stamp[32] = "";
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &local);
  write((at_line_start_ ? "" : "\n") + std::string(stamp) + " coder-nvim: " + one_line(line, 1000) + "\n");
}

}  // namespace coder::engine
