// What needs the machine: the file itself, its mode, the environment.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "config/config.h"
#include "config/file.h"

namespace coder::config {
namespace {

constexpr size_t kMaxFileBytes = 1u << 20;

Config broken(const std::string& file, std::string message) {
  Config config;
  config.file = file;
  config.problems.push_back({Severity::error, file, 0, std::move(message)});
  config.make_rules(config.problems[0].text());  // whatever it says is private is not known
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
  FileText read = read_text(file, kMaxFileBytes);
  if (read.missing && !must_exist) {
    Config empty;
    empty.file = file;
    empty.make_rules("");
    return empty;
  }
  if (read.missing) return broken(file, "no such file");
  if (!read.problem.empty()) return broken(file, std::move(read.problem));

  Config config = parse(read.text, file);
  const int key_line = literal_key_line(config);
  if (key_line > 0 && S_ISREG(read.info.st_mode) && (read.info.st_mode & 077) != 0) {
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
