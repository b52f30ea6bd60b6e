// The doctor on any log: the same whole and in pieces, bounded, one diagnosis per cause, lines in order.
#include <cstdint>
#include <set>
#include <string>

#include "engine/doctor.h"
#include "support/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using coder::engine::Doctor;
  using coder::test::require;
  const std::string text(reinterpret_cast<const char*>(data), size);
  Doctor whole, pieces;
  whole.feed(text);
  whole.finish();
  for (size_t at = 0; at < size; at += 3) pieces.feed(std::string_view(text).substr(at, 3));
  pieces.finish();
  require(whole.lines() == pieces.lines(), "lines do not depend on pieces");
  require(whole.diagnoses().size() == pieces.diagnoses().size(), "nor do diagnoses");
  std::set<int> causes;
  int64_t line = 1;
  for (const auto& one : whole.diagnoses()) {
    require(causes.insert(static_cast<int>(one.cause)).second, "one per cause");
    require(one.line >= line && one.line <= whole.lines(), "lines are in order");
    line = one.line;
    require(one.text.size() <= 310 && one.meaning.size() <= 600 && one.remedy.size() <= 600,
            "all is bounded");
    require(!one.meaning.empty() && !one.remedy.empty(), "all is told");
  }
  // What follows anything is found, unless it is known already.
  Doctor more;
  more.feed(text + "\ninvalid magic characters\n");
  bool found = false;
  for (const auto& one : more.diagnoses()) found = found || one.cause == coder::engine::Cause::model_broken;
  require(found, "a line behind anything is read");
  return 0;
}
