#include "engine/find.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/folders.h"
#include "base/text.h"

namespace coder::engine {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFiles = 10'000;
constexpr int64_t kMiB = 1 << 20;

// All that Plan::arguments() may pass; native/engine.sh has the same list.
constexpr const char* kOptions[] = {
    "--host",         "--model",        "--ctx-size",     "--parallel",
    "--n-gpu-layers", "--flash-attn",   "--cache-type-k", "--cache-type-v",
    "--cache-reuse",  "--spec-type",    "--metrics",      "--no-ui",
    "--offline",      "--api-key-file", "--jinja",        "--sleep-idle-seconds"};

bool runnable(const std::string& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed) && ::access(path.c_str(), X_OK) == 0;
}

bool file_exists(const std::string& path) {
  std::error_code failed;
  return fs::is_regular_file(path, failed);
}

/// Names in `folder` that `wanted` takes, sorted.
template <class Wanted>
std::vector<std::string> entries(const std::string& folder, Wanted wanted) {
  std::vector<std::string> out;
  std::error_code failed;
  fs::directory_iterator at(folder, failed);
  for (size_t seen = 0; !failed && at != fs::directory_iterator() && seen < kMostFiles; ++seen) {
    std::string name = at->path().filename().string();
    if (wanted(name)) out.push_back(std::move(name));
    at.increment(failed);
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// The numbers in a folder's name, so that version 10 comes after 9.
std::vector<int64_t> numbers_in(const std::string& name) {
  std::vector<int64_t> out;
  for (size_t i = 0; i < name.size();) {
    int64_t value = 0;
    const auto [end, code] = std::from_chars(name.data() + i, name.data() + name.size(), value);
    if (code == std::errc() && name[i] != '-') {
      out.push_back(value);
      i = static_cast<size_t>(end - name.data());
    } else {
      ++i;
    }
  }
  return out;
}

std::string resolved(const std::string& path, const std::string& config_file) {
  if (path.rfind("~/", 0) == 0) {
    const char* home = std::getenv("HOME");
    return home ? home + path.substr(1) : path;
  }
  if (fs::path(path).is_absolute()) return path;
  return (fs::path(config_file).parent_path() / path).lexically_normal().string();
}

std::string listed(const std::vector<std::string>& names) {
  std::vector<std::string> some(names.begin(),
                                names.begin() + std::min<std::ptrdiff_t>(5, std::ssize(names)));
  return join(some, ", ") + (names.size() > some.size() ? ", …" : "");
}

}  // namespace

std::vector<std::vector<std::string>> server_candidates(const config::Engine& engine) {
  if (!engine.command.empty()) return {engine.command};
  std::vector<std::vector<std::string>> out;
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : split(path ? path : "", ':')) {
    const std::string program = std::string(folder) + "/llama-server";
    if (!folder.empty() && runnable(program)) {
      out.push_back({program});
      break;
    }
  }
  const std::string cache = user_folder("XDG_CACHE_HOME", ".cache") + "/coder-nvim";
  std::vector<std::string> built =
      entries(cache, [](const std::string& name) { return name.rfind("llama.cpp-", 0) == 0; });
  // Of one version the build for a GPU ("-cuda") first: where it cannot run, the next one is taken.
  std::sort(built.begin(), built.end(), [](const std::string& a, const std::string& b) {
    const auto x = numbers_in(a), y = numbers_in(b);
    return x != y ? x > y : a.size() > b.size();
  });
  for (const std::string& name : built) {
    const std::string program = cache + "/" + name + "/bin/llama-server";
    if (runnable(program)) out.push_back({program});
  }
  return out;
}

std::string missing_option(std::string_view help) {
  for (const char* option : kOptions) {
    const std::string_view name = option;
    bool found = false;
    for (size_t at = help.find(name); at != std::string_view::npos && !found; at = help.find(name, at + 1)) {
      const char before = at > 0 ? help[at - 1] : '\n';
      const char after = at + name.size() < help.size() ? help[at + name.size()] : '\n';
      found = (before == ' ' || before == ',' || before == '\n') &&
              (after == ' ' || after == ',' || after == '\n' || after == '\r');
    }
    if (!found) return option;
  }
  return "";
}

std::string models_folder() {
  const std::string data = user_folder("XDG_DATA_HOME", ".local/share");
  return data.empty() ? "" : data + "/coder-nvim/models";
}

Result<std::string> find_model(const config::Engine& engine, const std::string& config_file) {
  const std::string folder = models_folder();
  // Of a model in several files, the engine wants the first.
  const std::vector<std::string> there = entries(folder, [](const std::string& name) {
    return ends_with(name, ".gguf") &&
           (name.find("-of-") == std::string::npos || name.find("-00001-of-") != std::string::npos);
  });
  const std::string& named = engine.model;
  if (named.empty()) {
    if (there.size() == 1) return folder + "/" + there[0];
    return Error{ErrorKind::config, "no model is named for the local engine",
                 "set `model` in [engine] to a GGUF file" +
                     (there.empty() ? "" : ", or to one of those in " + folder + ": " + listed(there))};
  }
  if (named.find('/') == std::string::npos) {
    for (const std::string& name : {named, named + ".gguf"}) {
      if (file_exists(folder + "/" + name)) return folder + "/" + name;
    }
  }
  const std::string path = resolved(named, config_file);
  if (file_exists(path)) return path;
  const std::string near = nearest(named, there);
  return Error{ErrorKind::config, "the model file " + path + " does not exist",
               !near.empty()
                   ? "did you mean `" + near + "`?"
                   : "correct `model` in [engine]; names without a folder are looked for in " + folder};
}

int64_t free_gpu_memory(std::string_view devices) {
  // "  CUDA0: NVIDIA H200 (143167 MiB, 142000 MiB free)"
  int64_t total = 0;
  for (const std::string_view line : split(devices, '\n')) {
    const size_t end = line.rfind(" MiB free)");
    const size_t comma = end == std::string_view::npos ? end : line.rfind(", ", end);
    if (comma == std::string_view::npos) continue;
    const std::string_view digits = line.substr(comma + 2, end - comma - 2);
    int64_t value = 0;
    const auto [stop, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (code == std::errc() && stop == digits.data() + digits.size() && value > 0 && value < int64_t{1} << 32)
      total += value * kMiB;
  }
  return total;
}

int64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("MemAvailable:", 0) != 0) continue;
    return std::strtoll(line.c_str() + 13, nullptr, 10) * 1024;
  }
  const int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  return pages > 0 ? pages * ::sysconf(_SC_PAGE_SIZE) / 2 : 0;
}

}  // namespace coder::engine
