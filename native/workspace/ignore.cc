#include "workspace/ignore.h"

#include <algorithm>

#include "base/text.h"

namespace coder::workspace {
namespace {

/// Without the white space at its end that no backslash protects.
std::string_view without_end(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) {
    if (line.size() > 1 && line[line.size() - 2] == '\\') break;
    line.remove_suffix(1);
  }
  return line;
}

}  // namespace

Ignore Ignore::below(std::string_view folder, std::string_view text) const {
  auto made = std::make_shared<Rules>();
  made->above = rules_;
  made->folder = folder;
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  for (std::string_view line : split(text, '\n')) {
    line = without_end(line);
    if (line.empty() || line.front() == '#') continue;
    const bool negated = line.front() == '!';
    if (negated) line.remove_prefix(1);
    bool folders_only = false;
    while (!line.empty() && line.back() == '/') {
      folders_only = true;
      line.remove_suffix(1);
    }
    Part part = line.find('/') == std::string_view::npos ? Part::name : Part::whole;
    if (line.substr(0, 3) == "**/" && line.find('/', 3) == std::string_view::npos) {
      part = Part::name;
      line.remove_prefix(3);
    }
    if (line == "/**") {
      part = Part::name;
      line.remove_prefix(1);
    } else if (line.size() > 3 && line.substr(line.size() - 3) == "/**") {
      part = Part::below;
      // "x/**" begins at the folder of its file: the slash that says so goes with the stars.
      made->rules.push_back(
          {privacy::Glob("/" + std::string(line.substr(0, line.size() - 3))), part, negated, folders_only});
      continue;
    }
    if (!line.empty()) made->rules.push_back({privacy::Glob(line), part, negated, folders_only});
  }
  Ignore out;
  out.rules_ = made->rules.empty() ? rules_ : std::shared_ptr<const Rules>(std::move(made));
  return out;
}

bool Ignore::Rule::matches(std::string_view path) const {
  const size_t slash = path.rfind('/');
  const std::string_view above = slash == std::string_view::npos ? "" : path.substr(0, slash);
  switch (part) {
    case Part::name:
      return glob.matches(slash == std::string_view::npos ? path : path.substr(slash + 1));
    case Part::whole:
      return glob.matches(path) && (above.empty() || !glob.matches(above));
    case Part::below:
      return !above.empty() && glob.matches(above);
  }
  return false;
}

bool Ignore::ignores(std::string_view path, bool is_folder) const {
  for (const Rules* level = rules_.get(); level; level = level->above.get()) {
    std::string_view below = path;
    if (!level->folder.empty()) below.remove_prefix(std::min(level->folder.size() + 1, below.size()));
    for (size_t i = level->rules.size(); i-- > 0;) {
      const Rule& rule = level->rules[i];
      if ((!rule.folders_only || is_folder) && rule.matches(below)) return !rule.negated;
    }
  }
  return false;
}

}  // namespace coder::workspace
