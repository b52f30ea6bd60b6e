// What needs the machine: the file itself, its mode, the environment.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "config/config.h"

namespace coder::config {
namespace {

constexpr size_t kMaxFileBytes = 1u << 20;

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

/// Reads to the end, or just past the limit. False with errno set.
bool read_all(int fd, std::string& out) {
  char piece[64 * 1024];
  while (out.size() <= kMaxFileBytes) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n == 0) return true;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    out.append(piece, static_cast<size_t>(n));
  }
  return true;
}

Config broken(const std::string& file, std::string message) {
  Config config;
  config.file = file;
  config.problems.push_back({Severity::error, file, 0, std::move(message)});
  return config;
}

/// A path as a shell takes it.
std::string shell_word(const std::string& path) {
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::strchr("/._-+", c);
  });
  if (plain && !path.empty()) return path;
  std::string out = "'";
  for (char c : path) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Line of the first key written into the file itself; 0 when there is none.
int literal_key_line(const Config& config) {
  for (const Model& model : config.models) {
    if (!model.key.literal.empty()) return model.key.line;
  }
  return 0;
}

}  // namespace

Config load(const std::string& file, bool must_exist) {
  // Non-blocking: the path may name a pipe.
  const Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat info {};
  if (opened.fd < 0) {
    const int why = errno;
    const bool missing = why == ENOENT || why == ENOTDIR;
    const bool dangling = missing && ::lstat(file.c_str(), &info) == 0;
    if (missing && !must_exist && !dangling) {
      Config empty;
      empty.file = file;
      return empty;
    }
    if (dangling) return broken(file, "is a link to a file that does not exist");
    return broken(file, missing ? "no such file" : std::string("cannot be read: ") + std::strerror(why));
  }
  if (::fstat(opened.fd, &info) != 0)
    return broken(file, std::string("cannot be read: ") + std::strerror(errno));
  if (S_ISDIR(info.st_mode)) return broken(file, "is a folder, not a file");
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode)) return broken(file, "is not a regular file");
  std::string text;
  if (!read_all(opened.fd, text)) return broken(file, std::string("cannot be read: ") + std::strerror(errno));
  if (text.size() > kMaxFileBytes) return broken(file, "is larger than 1 MiB");

  Config config = parse(text, file);
  const int key_line = literal_key_line(config);
  if (key_line > 0 && S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
    config.problems.push_back(
        {Severity::warning, file, key_line,
         "holds a key, and others on this machine may read the file; run: chmod 600 " + shell_word(file)});
  }
  return config;
}

std::vector<Problem> check_environment(const Config& config) {
  std::vector<Problem> problems;
  for (const Model& model : config.models) {
    const auto warn = [&](std::string message) {
      problems.push_back(
          {Severity::warning, config.file, model.line, "[models." + model.name + "]: " + message});
    };
    if (!model.key.env.empty()) {
      const char* value = std::getenv(model.key.env.c_str());
      if (!value || !*value)
        warn("$" + model.key.env + " (`api_key_env`) is " + (value ? "empty" : "not set"));
    }
    if (!model.ca_file.empty() && ::access(model.ca_file.c_str(), R_OK) != 0) {
      warn("`ca_file` " + one_line(model.ca_file, 200) + " cannot be read: " + std::strerror(errno));
    }
  }
  return problems;
}

}  // namespace coder::config
