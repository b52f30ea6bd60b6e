// Property: what parses can be written, is valid UTF-8 then, and parses to the same again.
#include "codec/json.h"

#include "base/text.h"
#include "support/fuzz_input.h"

using namespace coder;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Result<codec::Value> value = codec::parse_json(text);
  if (!value) return 0;
  const std::string written = codec::dump_json(*value);
  test::require(to_valid_utf8(written) == written, "written JSON is valid UTF-8");
  const Result<codec::Value> again = codec::parse_json(written);
  test::require(again.ok(), "written JSON parses");
  test::require(codec::dump_json(*again) == written, "writing is stable");
  return 0;
}
