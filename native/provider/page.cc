#include "provider/page.h"

#include <utility>

#include "base/text.h"

namespace coder::provider {
namespace {

constexpr size_t kMaxTitleBytes = 80;

/// The text of the first element `name`, tags inside it removed, white space merged.
std::string element_text(std::string_view page, std::string_view lower_page, std::string_view name) {
  const std::string open = "<" + std::string(name);
  size_t start = lower_page.find(open);
  if (start == std::string_view::npos) return {};
  start = page.find('>', start);
  if (start == std::string_view::npos) return {};
  const size_t end = lower_page.find("</" + std::string(name), start);
  if (end == std::string_view::npos) return {};
  std::string out;
  bool in_tag = false, blank = false;
  for (const char c : page.substr(start + 1, end - start - 1)) {
    if (c == '<' || c == '>') {
      in_tag = c == '<';
      blank = true;
    } else if (in_tag || trim(std::string_view(&c, 1)).empty()) {
      blank = true;
    } else {
      if (std::exchange(blank, false) && !out.empty()) out += ' ';
      out += c;
    }
  }
  return out;
}

}  // namespace

bool looks_like_page(std::string_view body) { return trim(body).starts_with('<'); }

std::string describe_page(std::string_view body) {
  const std::string lower = lower_ascii(body);
  for (const char* name : {"title", "h1"}) {
    const std::string text = element_text(body, lower, name);
    if (!text.empty()) return "an HTML page (\"" + one_line(text, kMaxTitleBytes) + "\")";
  }
  return "an HTML page";
}

}  // namespace coder::provider
