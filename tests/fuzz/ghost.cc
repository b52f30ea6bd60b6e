// Whatever an editor, a user and a model do: the invariants of ghost text hold. Each byte is a choice of the
// simulation that the property test drives at random.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "unit/completion/session_simulation.cc"  // NOLINT: shared with the unit test, which is no library

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  size_t at = 0;
  coder::completion::Simulation simulation(
      [&](size_t n) { return at < size ? static_cast<size_t>(data[at++]) * n / 256 : 0; });
  bool fine = true;
  while (fine && at < size && simulation.steps() < 4000) fine = simulation.run();
  if (fine && simulation.finish()) return 0;
  std::fprintf(stderr, "%s\n", simulation.trouble().c_str());
  std::abort();
}
