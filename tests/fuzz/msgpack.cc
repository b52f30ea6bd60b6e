// Property: the same values come out however the bytes are cut, and what was packed unpacks to the same.
#include "codec/msgpack.h"

#include "support/fuzz_input.h"

using namespace coder;

namespace {

struct Outcome {
  std::string packed;  ///< all whole values, packed again
  bool broken = false;
  bool operator==(const Outcome&) const = default;
};

Outcome read(const std::vector<std::string_view>& pieces, const codec::MsgpackLimits& limits) {
  codec::MsgpackUnpacker unpacker(limits);
  Outcome out;
  for (const std::string_view piece : pieces) {
    unpacker.feed(piece);
    for (;;) {
      const Result<std::optional<codec::Value>> value = unpacker.next();
      out.broken = !value.ok();
      if (out.broken) return out;
      if (!*value) break;
      codec::pack_msgpack(**value, out.packed);
    }
  }
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::FuzzInput input(data, size);
  codec::MsgpackLimits limits;
  if (input.choice & 0x80) limits = {64u << 20, 16, 8, 4};
  const Outcome whole = read({input.bytes}, limits);
  test::require(whole == read(input.pieces(), limits), "values do not depend on the cut");
  test::require(read({whole.packed}, {}) == Outcome{whole.packed, false}, "packed values unpack to the same");
  return 0;
}
