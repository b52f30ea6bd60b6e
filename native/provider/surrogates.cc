#include "provider/surrogates.h"

#include <optional>
#include <utility>

namespace coder::provider {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char32_t kPlane15 = 0xF0000;
constexpr size_t kEscapeLength = 6;  // \uXXXX

bool is_high(char32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low(char32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

/// The unit of the escape \uXXXX at `at`, if one is there.
std::optional<char32_t> unit_at(std::string_view json, size_t at) {
  if (json.size() < at + kEscapeLength || json[at] != '\\' || json[at + 1] != 'u') return std::nullopt;
  char32_t unit = 0;
  for (const char c : json.substr(at + 2, 4)) {
    const char32_t digit = c >= '0' && c <= '9'   ? static_cast<char32_t>(c - '0')
                           : c >= 'a' && c <= 'f' ? static_cast<char32_t>(c - 'a' + 10)
                           : c >= 'A' && c <= 'F' ? static_cast<char32_t>(c - 'A' + 10)
                                                  : 16;
    if (digit == 16) return std::nullopt;
    unit = unit * 16 + digit;
  }
  return unit;
}

void append_supplementary(std::string& out, char32_t c) {
  out += static_cast<char>(0xF0 | (c >> 18));
  out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
  out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  out += static_cast<char>(0x80 | (c & 0x3F));
}

/// The half that a stand-in at `at` (four bytes) means, if one is there.
std::optional<char32_t> stand_in_at(std::string_view text, size_t at) {
  if (text.size() < at + 4 || text[at] != '\xF3') return std::nullopt;
  char32_t c = 3;
  for (size_t i = 1; i < 4; ++i) c = (c << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3F);
  const char32_t half = c - kPlane15;
  return is_high(half) || is_low(half) ? std::optional(half) : std::nullopt;
}

}  // namespace

std::string shield_surrogates(std::string_view json, bool& found) {
  found = false;
  std::string out;
  size_t copied = 0;
  for (size_t at = json.find('\\'); at < json.size(); at = json.find('\\', at)) {
    const std::optional<char32_t> unit = unit_at(json, at);
    if (!unit || !(is_high(*unit) || is_low(*unit))) {
      at += unit ? kEscapeLength : 2;  // past the escaped character, which may be a backslash
      continue;
    }
    if (is_high(*unit) && is_low(unit_at(json, at + kEscapeLength).value_or(0))) {
      at += 2 * kEscapeLength;
      continue;
    }
    found = true;
    out.append(json.substr(copied, at - copied));
    append_supplementary(out, kPlane15 + *unit);
    at += kEscapeLength;
    copied = at;
  }
  out.append(json.substr(copied));
  return out;
}

std::string SurrogateJoiner::take(std::string_view piece, bool shielded) {
  std::string out;
  for (size_t at = 0; at < piece.size();) {
    const std::optional<char32_t> half = shielded ? stand_in_at(piece, at) : std::nullopt;
    if (!half) {
      if (std::exchange(waiting_, 0)) out += kReplacement;
      // Up to the next byte that could begin a stand-in.
      const size_t next = shielded ? piece.find('\xF3', at + 1) : std::string_view::npos;
      const size_t length = std::min(next, piece.size()) - at;
      out.append(piece.substr(at, length));
      at += length;
      continue;
    }
    at += 4;
    if (is_high(*half)) {
      if (std::exchange(waiting_, *half)) out += kReplacement;
    } else if (waiting_) {
      append_supplementary(out, 0x10000 + ((std::exchange(waiting_, 0) - 0xD800) << 10) + (*half - 0xDC00));
    } else {
      out += kReplacement;
    }
  }
  return out;
}

std::string SurrogateJoiner::finish() {
  return std::exchange(waiting_, 0) ? std::string(kReplacement) : std::string();
}

}  // namespace coder::provider
