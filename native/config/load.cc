// What needs the machine: the file itself, its mode, the environment.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/folders.h"
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

/// The lane of [engine], where the section is there and no block of that name: it listens on a socket of the
/// user's own and wants a key from a file. Where its arguments name another address, a block has to say it.
std::optional<Model> engine_lane(const Config& config) {
  const auto addresses = [](const std::string& word) {
    return word.rfind("--host", 0) == 0 || word.rfind("--port", 0) == 0;
  };
  const std::vector<std::string>& args = config.engine.args;
  if (!config.engine.written || config.find("engine") || std::any_of(args.begin(), args.end(), addresses))
    return std::nullopt;
  const std::string folder = runtime_folder() + "/engine";
  Model model;
  model.name = model.model = "engine";
  model.base_url = "unix://" + folder + "/engine.sock";
  Result<privacy::Address> address = privacy::parse_address(model.base_url);
  if (!address) return std::nullopt;
  model.address = std::move(*address);
  model.lane = privacy::Lane::local;
  model.trusted = true;
  model.key.command = {"cat", folder + "/key"};
  model.key.where = "the engine's own file";
  model.line = config.engine.line;
  return model;
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
  if (std::optional<Model> engine = engine_lane(config)) config.models.push_back(std::move(*engine));
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
