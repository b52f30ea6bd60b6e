// JSON text to Value and back, bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/value.h"

namespace coder::codec {

struct JsonLimits {
  size_t max_bytes = 16u << 20;
  size_t max_depth = 64;
};

/// Parses exactly one JSON text (white space around it allowed). Invalid UTF-8 inside strings is
/// replaced, never an error. Fails with ErrorKind::provider and the byte offset.
Result<Value> parse_json(std::string_view text, const JsonLimits& limits = {});

/// One line of JSON; invalid UTF-8 replaced by U+FFFD, NaN and infinities by null.
std::string dump_json(const Value& value);

}  // namespace coder::codec
