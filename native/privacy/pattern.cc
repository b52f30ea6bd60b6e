#include "privacy/pattern.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "privacy/forms.h"

namespace coder::privacy {
namespace {

constexpr std::string_view kSpecial = "*?[\\";

/// `text` as a glob that matches it and nothing else.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

/// How much of an absolute glob is a folder's name; a backslash may stand before a character that is special
/// everywhere else.
size_t fixed_length(std::string_view glob) {
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '\\') {
      ++i;
    } else if (kSpecial.find(glob[i]) != std::string_view::npos) {
      return glob.rfind('/', i);
    }
  }
  return glob.size();
}

std::string unescaped(std::string_view glob) {
  std::string out;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '\\' && i + 1 < glob.size()) ++i;
    out += glob[i];
  }
  return out;
}

}  // namespace

std::string with_home(const std::string& pattern) {
  if (pattern != "~" && pattern.compare(0, 2, "~/") != 0) return pattern;
  const char* home = std::getenv("HOME");
  const bool known = home && home[0] == '/';
  return (known ? escaped(home) : "**") + pattern.substr(1);
}

Pattern::Pattern(std::string written) : written_(std::move(written)), glob_(with_home(written_)) {
  if (!glob_.absolute()) return;
  const std::string_view whole = glob_.pattern();
  const size_t length = fixed_length(whole);
  folder_ = unescaped(whole.substr(0, length));
  rest_ = whole.substr(length);
  while (!folder_.empty() && folder_.back() == '/') folder_.pop_back();
}

std::optional<Glob> Pattern::through_links() const {
  if (folder_.empty()) return std::nullopt;
  const std::vector<std::string> forms = path_forms(folder_);
  if (forms.back() == folder_) return std::nullopt;
  return Glob(escaped(forms.back()) + rest_);
}

std::vector<Pattern> compile(const std::vector<std::string>& patterns) {
  std::vector<Pattern> out;
  out.reserve(patterns.size());
  for (const std::string& pattern : patterns) out.emplace_back(pattern);
  return out;
}

}  // namespace coder::privacy
