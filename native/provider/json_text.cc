#include "provider/json_text.h"

#include <cstdint>
#include <cstring>

#include "base/text.h"
#include "codec/json.h"

namespace coder::provider {
namespace {

constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x8080808080808080;

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// Bytes of `word` that are zero have their high bit set in the result; ones above such a byte may too,
/// which only sends them through the slow path.
constexpr uint64_t zero_bytes(uint64_t word) { return (word - kOnes) & ~word & kHighs; }

/// How many bytes from `at` on go into a JSON string as they are. Eight at a time: the usual test of all
/// bytes of a word at once (Hacker's Delight, 6-1).
size_t plain_run(std::string_view text, size_t at) {
  const size_t start = at;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    const uint64_t below_space = (word - kOnes * 0x20) & ~word & kHighs;
    const uint64_t special =
        below_space | (word & kHighs) | zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\'));
    if (special) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at - start;
}

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 0xF];
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  // Escapes are mostly line ends, one in some thirty bytes.
  out.reserve(out.size() + text.size() + text.size() / 16 + 2);
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t plain = plain_run(text, at);
    out.append(text, at, plain);
    at += plain;
    size_t foreign = at;
    while (foreign < text.size() && static_cast<unsigned char>(text[foreign]) >= 0x80) ++foreign;
    // Characters beyond ASCII consist of such bytes alone, so a run of them is whole.
    if (foreign > at) {
      out += to_valid_utf8(text.substr(at, foreign - at));
      at = foreign;
    } else if (at < text.size()) {
      append_escaped(out, text[at++]);
    }
  }
  out += '"';
}

void JsonObject::set(std::string_view name, std::string json) {
  for (auto& [key, value] : members_) {
    if (key != name) continue;
    value = std::move(json);
    return;
  }
  members_.emplace_back(name, std::move(json));
}

void JsonObject::set_string(std::string_view name, std::string_view text) {
  std::string json;
  append_json_string(json, text);
  set(name, std::move(json));
}

Result<void> JsonObject::merge(const std::string& json, const std::string& what) {
  if (json.empty()) return {};
  const Result<codec::Value> parsed = codec::parse_json(json);
  if (!parsed || !parsed->as_map()) return Error{ErrorKind::config, what + " must be a JSON object", ""};
  for (const auto& [name, value] : *parsed->as_map()) set(name, codec::dump_json(value));
  return {};
}

std::string JsonObject::str() const {
  size_t size = 2;
  for (const auto& [name, json] : members_) size += name.size() + json.size() + 4;
  std::string out;
  out.reserve(size);
  out += '{';
  for (const auto& [name, json] : members_) {
    if (out.size() > 1) out += ',';
    append_json_string(out, name);
    out += ':';
    out += json;
  }
  out += '}';
  return out;
}

}  // namespace coder::provider
