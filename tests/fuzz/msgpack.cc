// Property: the same values come out however the bytes are cut, and what was packed unpacks to the same.
#include "codec/msgpack.h"

#include "support/fuzz_input.h"

using namespace coder;

namespace {

/// All whole values, packed again; "!" at the end when the stream broke.
std::string read(const std::vector<std::string_view>& pieces, const codec::MsgpackLimits& limits) {
  codec::MsgpackUnpacker unpacker(limits);
  std::string out;
  for (const std::string_view piece : pieces) {
    unpacker.feed(piece);
    for (;;) {
      const Result<std::optional<codec::Value>> value = unpacker.next();
      if (!value) return out + "!";
      if (!*value) break;
      codec::pack_msgpack(**value, out);
    }
  }
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::FuzzInput input(data, size);
  codec::MsgpackLimits limits;
  if (input.choice & 0x80) limits = {64u << 20, 16, 8, 4};
  const std::string whole = read({input.bytes}, limits);
  test::require(whole == read(input.pieces(), limits), "values do not depend on the cut");
  const std::string packed = whole.substr(0, whole.size() - (whole.ends_with('!') ? 1 : 0));
  test::require(read({packed}, {}) == packed, "packed values unpack to the same");
  return 0;
}
