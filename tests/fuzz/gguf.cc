// Heads of model files of any bytes: no crash, no endless reading, and sizes that can be computed with.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "engine/plan.h"
#include "support/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coder::engine;
  const int fd = ::memfd_create("gguf", MFD_CLOEXEC);
  coder::test::require(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size), "a file in memory");
  const coder::Result<ModelFacts> facts = read_gguf("/proc/self/fd/" + std::to_string(fd));
  ::close(fd);
  if (!facts) return 0;
  for (const int64_t memory : {int64_t{0}, int64_t{1} << 33, int64_t{1} << 40}) {
    Plan plan;
    fit(plan, *facts, {memory, memory});
    coder::test::require(plan.context > 0 && plan.slots > 0, "there is always a plan");
    coder::test::require(bytes_needed(plan, *facts) >= 0, "sizes do not overflow");
  }
  return 0;
}
