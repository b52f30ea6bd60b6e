#include "provider/json_text.h"

#include "base/text.h"
#include "codec/json.h"

namespace coder::provider {
namespace {

enum class Byte : unsigned char { plain, escaped, foreign };

Byte kind_of(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) return Byte::foreign;
  return byte < 0x20 || c == '"' || c == '\\' ? Byte::escaped : Byte::plain;
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

/// Copies runs of bytes that need no care; `text` is valid UTF-8.
void append_valid(std::string& out, std::string_view text) {
  size_t copied = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (kind_of(text[i]) != Byte::escaped) continue;
    out.append(text, copied, i - copied);
    append_escaped(out, text[i]);
    copied = i + 1;
  }
  out.append(text, copied, std::string_view::npos);
}

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (kind_of(c) == Byte::foreign) return false;
  }
  return true;
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  // Escapes are mostly line ends, one in some thirty bytes.
  out.reserve(out.size() + text.size() + text.size() / 16 + 2);
  out += '"';
  if (is_ascii(text)) {
    append_valid(out, text);
  } else {
    append_valid(out, to_valid_utf8(text));
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
