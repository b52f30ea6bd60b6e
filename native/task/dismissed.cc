#include "task/dismissed.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/folders.h"
#include "base/hash.h"
#include "base/sha256.h"
#include "base/text.h"

namespace coder::task {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxBytes = 4u << 20;

/// A line of the file, without its end: the hash of kind and text, and which file it is about.
std::string key_of(std::string_view file, std::string_view kind, std::string_view line) {
  Sha256 hash;
  hash.update(kind);
  hash.update("\n");
  hash.update(trim(line));
  return hash.hex() + " " + one_line(file, 4096);
}

std::string file_of(const std::string& root) {
  const std::string state = state_folder();
  return state.empty() ? "" : state + "/dismissed/" + hash_name(root);
}

Error not_written(const std::string& path) {
  return Error{ErrorKind::internal, "cannot write " + path + ": " + std::strerror(errno),
               "what is dismissed comes again in the next review"};
}

std::set<std::string> read(const std::string& path) {
  std::set<std::string> out;
  std::ifstream in(path, std::ios::binary);
  size_t bytes = 0;
  for (std::string line; std::getline(in, line) && bytes < kMaxBytes; bytes += line.size()) {
    // One that a full disk has cut is none.
    if (line.size() > 65 && line[64] == ' ') out.insert(std::move(line));
  }
  return out;
}

Result<void> write(const std::string& path, int flags, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (fd < 0) return not_written(path);
  const bool good = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const Error error = good ? Error{} : not_written(path);
  ::close(fd);
  if (!good) return error;
  return {};
}

}  // namespace

Dismissed Dismissed::load(const std::string& root) {
  Dismissed out;
  if (const std::string path = file_of(root); !path.empty()) out.keys_ = read(path);
  return out;
}

bool Dismissed::holds(std::string_view file, std::string_view kind, std::string_view line) const {
  return !keys_.empty() && keys_.count(key_of(file, kind, line)) > 0;
}

Result<void> Dismissed::add(const std::string& root, std::string_view file, std::string_view kind,
                            std::string_view line) {
  const std::string path = file_of(root);
  if (path.empty()) return Error{ErrorKind::config, "there is no home for what is dismissed", "set $HOME"};
  if (load(root).holds(file, kind, line)) return {};
  std::error_code failed;
  fs::create_directories(fs::path(path).parent_path(), failed);
  ::chmod(fs::path(path).parent_path().c_str(), 0700);
  return write(path, O_APPEND, key_of(file, kind, line) + "\n");
}

Result<size_t> Dismissed::forget(const std::string& root, std::string_view file) {
  const std::string path = file_of(root);
  if (path.empty()) return size_t{0};
  const std::set<std::string> all = read(path);
  std::string rest;
  size_t kept = 0;
  for (const std::string& key : all) {
    if (file.empty() || std::string_view(key).substr(65) == file) continue;
    rest += key + "\n";
    ++kept;
  }
  if (kept == all.size()) return size_t{0};
  const std::string next = path + "." + std::to_string(::getpid());
  if (Result<void> written = write(next, O_TRUNC, rest); !written) return std::move(written.error());
  if (std::rename(next.c_str(), path.c_str()) != 0) return not_written(path);
  return all.size() - kept;
}

}  // namespace coder::task
