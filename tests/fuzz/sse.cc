// Property: the same events come out however the stream is cut, up to and including the limits.
#include "sse/sse.h"

#include "base/text.h"
#include "support/fuzz_input.h"

using namespace coder;

namespace {

struct Outcome {
  std::vector<sse::Event> events;
  bool failed = false;
};

Outcome parse(const std::vector<std::string_view>& pieces, const sse::Limits& limits) {
  sse::Parser parser(limits);
  Outcome out;
  for (const std::string_view piece : pieces) out.failed = !parser.feed(piece, out.events) || out.failed;
  parser.finish(out.events);
  return out;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const test::FuzzInput input(data, size);
  sse::Limits limits;
  if (input.choice & 0x80) limits = {16, 32};
  const Outcome whole = parse({input.bytes}, limits);
  const Outcome split = parse(input.pieces(), limits);
  test::require(whole.failed == split.failed, "failure does not depend on the cut");
  test::require(whole.events.size() == split.events.size(),
                "the number of events does not depend on the cut");
  for (size_t i = 0; i < whole.events.size(); ++i) {
    test::require(whole.events[i].name == split.events[i].name, "names do not depend on the cut");
    test::require(whole.events[i].data == split.events[i].data, "data does not depend on the cut");
    test::require(to_valid_utf8(whole.events[i].data) == whole.events[i].data, "data is valid UTF-8");
    test::require(whole.events[i].data.size() <= limits.max_event_bytes, "limits hold");
  }
  return 0;
}
