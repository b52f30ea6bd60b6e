#include "workspace/content.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/text.h"

namespace coder::workspace {
namespace {

constexpr const char* kGenerated = "generated";
constexpr const char* kMinified = "minified";

constexpr size_t kBinaryHead = 8 * 1024;
constexpr size_t kMarkHead = 2 * 1024;  // where generators leave their mark
constexpr int kMarkLines = 40;
constexpr size_t kMeanLine = 300, kLongestLine = 32 * 1024;
constexpr size_t kSmall = 4 * 1024;  // a file of few lines has no meaningful mean

/// What package managers write beside their manifests.
constexpr std::string_view kLockFiles[] = {
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "composer.lock",
    "flake.lock",
    "go.sum",
    "bun.lock",
    "deno.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
    "mix.lock",
    "Podfile.lock",
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_prose(std::string_view path) {
  for (const std::string_view end : {".md", ".markdown", ".rst", ".txt", ".adoc", ".org", ".tex"}) {
    if (ends_with(path, end)) return true;
  }
  return false;
}

/// Is `line` a comment that says that its file is generated? As Go's "Code generated … DO NOT EDIT." and
/// Phabricator's "@generated" do.
bool says_generated(std::string_view line) {
  line = trim(line);
  bool comment = false;
  for (const std::string_view mark : {"#", "//", "/*", "*", "--", "<!--", ";", "%", "\"\"\""}) {
    comment = comment || line.substr(0, mark.size()) == mark;
  }
  if (!comment) return false;
  if (line.find("@generated") != std::string_view::npos) return true;
  const std::string lower = lower_ascii(line.substr(0, 512));
  return lower.find("generated") != std::string::npos && lower.find("do not edit") != std::string::npos;
}

bool has_mark(std::string_view text) {
  std::string_view head = text.substr(0, kMarkHead);
  for (int line = 0; line < kMarkLines && !head.empty(); ++line) {
    const size_t end = std::min(head.find('\n'), head.size());
    if (says_generated(head.substr(0, end))) return true;
    head.remove_prefix(std::min(end + 1, head.size()));
  }
  return false;
}

}  // namespace

const char* left_out_by_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const std::string_view lock : kLockFiles) {
    if (name == lock) return kGenerated;
  }
  for (const std::string_view end : {".min.js", ".min.css", ".js.map", ".css.map"}) {
    if (ends_with(name, end)) return kMinified;
  }
  return nullptr;
}

const char* left_out_by_text(std::string_view path, std::string_view text) {
  if (text.empty()) return nullptr;
  if (std::memchr(text.data(), 0, std::min(text.size(), kBinaryHead))) return "binary";
  size_t lines = 1, longest = 0;
  for (size_t begin = 0; begin < text.size();) {
    const void* found = std::memchr(text.data() + begin, '\n', text.size() - begin);
    const size_t end =
        found ? static_cast<size_t>(static_cast<const char*>(found) - text.data()) : text.size();
    longest = std::max(longest, end - begin);
    lines += found ? 1 : 0;
    begin = end + 1;
  }
  if (longest > kLongestLine) return kMinified;
  if (text.size() > kSmall && text.size() / lines > kMeanLine && !is_prose(path)) return kMinified;
  return has_mark(text) ? kGenerated : nullptr;
}

}  // namespace coder::workspace
