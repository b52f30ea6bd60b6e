#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>

#include "base/text.h"

namespace coder::log {
namespace {

constexpr long kMaxFileBytes = 2 * 1024 * 1024;
constexpr size_t kMaxLineBytes = 4096;

struct State {
  Level level = Level::warn;
  int file = -1;
  long written = 0;
  std::string path;
};

State& state() {
  static State instance;
  return instance;
}

int open_for_append(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/// Writes to `file` from now on; -1 is stderr.
void use(int file) {
  State& s = state();
  if (s.file >= 0) ::close(s.file);
  s.file = file;
  struct stat info {};
  s.written = file >= 0 && ::fstat(file, &info) == 0 ? info.st_size : 0;
}

}  // namespace

void set_level(Level level) { state().level = level; }

bool open_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  const int file = open_for_append(path);
  if (file < 0) return false;
  state().path = path;
  use(file);
  return true;
}

void write(Level level, std::string_view message) {
  State& s = state();
  if (level < s.level) return;
  static constexpr const char* kNames[] = {"debug", "info", "warn", "error"};
  char stamp[32] = "";
  std::string line;
  if (s.file >= 0) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    std::strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S ", &local);
    line = stamp + std::to_string(::getpid()) + " ";
  }
  line += std::string(kNames[static_cast<int>(level)]) + ": " + one_line(message, kMaxLineBytes) + "\n";
  const int target = s.file >= 0 ? s.file : STDERR_FILENO;
  const ssize_t n = ::write(target, line.data(), line.size());
  if (s.file >= 0 && n > 0 && (s.written += n) > kMaxFileBytes) {
    std::rename(s.path.c_str(), (s.path + ".1").c_str());
    use(open_for_append(s.path));
  }
}

}  // namespace coder::log
