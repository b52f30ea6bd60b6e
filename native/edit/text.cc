#include "edit/text.h"

#include <cstring>

namespace coder::edit {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

/// How a new line ends that stands where old line `at` was, or behind the last.
std::string_view end_near(const Text& text, size_t at) {
  if (text.crlf == 0) return "\n";
  if (at < text.size() && text.ends[at] > 0) return text.ends[at] == 2 ? "\r\n" : "\n";
  if (at > 0 && at - 1 < text.size() && text.ends[at - 1] > 0) return text.ends[at - 1] == 2 ? "\r\n" : "\n";
  return text.eol();
}

bool valid_utf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* end = p + text.size();
  while (p < end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    const int more = *p >= 0xC2 && *p <= 0xDF   ? 1
                     : *p >= 0xE0 && *p <= 0xEF ? 2
                     : *p >= 0xF0 && *p <= 0xF4 ? 3
                                                : 0;
    if (more == 0 || end - p <= more) return false;
    for (int i = 1; i <= more; ++i) {
      if ((p[i] & 0xC0) != 0x80) return false;
    }
    const bool overlong = (*p == 0xE0 && p[1] < 0xA0) || (*p == 0xF0 && p[1] < 0x90);
    const bool outside = (*p == 0xED && p[1] > 0x9F) || (*p == 0xF4 && p[1] > 0x8F);
    if (overlong || outside) return false;
    p += more + 1;
  }
  return true;
}

}  // namespace

Text split_text(std::string_view text) {
  Text out;
  if (text.substr(0, kBom.size()) == kBom) {
    out.bom = true;
    text.remove_prefix(kBom.size());
  }
  while (!text.empty()) {
    const void* found = std::memchr(text.data(), '\n', text.size());
    if (!found) {
      out.lines.push_back(text);
      out.ends.push_back(0);
      break;
    }
    const auto end = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    const bool crlf = end > 0 && text[end - 1] == '\r';
    out.lines.push_back(text.substr(0, end - (crlf ? 1 : 0)));
    out.ends.push_back(crlf ? 2 : 1);
    out.crlf += crlf ? 1 : 0;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string_view without_trailing(std::string_view line) {
  const size_t last = line.find_last_not_of(" \t\r");
  return line.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string_view indent_of(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return line.substr(0, first == std::string_view::npos ? line.size() : first);
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

std::string apply_splices(std::string_view text, const Text& parsed, const std::vector<Splice>& splices) {
  std::string out;
  out.reserve(text.size() + 256);
  if (parsed.bom) out += kBom;
  const bool final_newline = parsed.size() == 0 || parsed.ends.back() > 0;
  bool wants_newline = final_newline;
  std::string_view last_end = "\n";
  const auto end_last_line = [&] {
    // An old last line without an end that is no longer the last.
    if (!out.empty() && out.back() != '\n' && out != kBom) out += last_end;
  };
  const auto keep = [&](size_t at) {
    end_last_line();
    out += parsed.lines[at];
    last_end = end_near(parsed, at);
    if (parsed.ends[at] > 0) out += last_end;
  };
  size_t at = 0;
  for (const Splice& splice : splices) {
    for (; at < splice.first; ++at) keep(at);
    for (const std::string& line : splice.lines) {
      end_last_line();
      out += line;
      last_end = end_near(parsed, splice.first);
      out += last_end;
    }
    at = splice.first + splice.count;
    if (at >= parsed.size() && splice.no_final_newline) wants_newline = false;
  }
  for (; at < parsed.size(); ++at) keep(at);
  if (wants_newline) {
    if (!out.empty() && out.back() != '\n' && out != kBom) out += last_end;
  } else if (!out.empty() && out.back() == '\n') {
    out.pop_back();
    if (!out.empty() && out.back() == '\r') out.pop_back();
  }
  return out;
}

std::string join_lines(const std::vector<std::string>& lines, std::string_view eol, bool final_newline) {
  std::string out;
  for (size_t i = 0; i < lines.size(); ++i) {
    out += lines[i];
    if (i + 1 < lines.size() || final_newline) out += eol;
  }
  return out;
}

const char* not_text(std::string_view text) {
  if (std::memchr(text.data(), 0, text.size())) return "is binary";
  return valid_utf8(text) ? nullptr : "is not valid UTF-8";
}

}  // namespace coder::edit
