// Any bytes as stored facts: decoded or refused, and what is decoded is whole.
#include "workspace/facts.h"

#include "support/fuzz_input.h"
#include "workspace/index.h"

using coder::test::require;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coder::workspace;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  coder::Result<Facts> facts = decode_facts(bytes);
  if (!facts) return 0;
  const std::string again = encode(*facts);
  const coder::Result<Facts> back = decode_facts(again);
  require(back.ok(), "what was decoded can be stored again");
  Index index;
  index.put("a", *facts);
  require(index.size() == 1, "an Index takes it");
  index.put("a", make_facts(coder::syntax::Language::none, bytes));
  require(index.remove("a"), "and lets go of it");
  require(index.totals().words == 0 && index.totals().symbols == 0, "wholly");
  return 0;
}
