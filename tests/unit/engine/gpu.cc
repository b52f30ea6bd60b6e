// The probe for GPUs against a library made for the test.
#include "engine/gpu.h"

#include <boost/test/unit_test.hpp>

#include "support/temp_folder.h"

namespace coder::engine {
namespace {

GpuReport probe(const char* as) {
  const test::ScopedEnv env("FAKE_NVML", as);
  return probe_gpus(CODER_FAKE_NVML);
}

BOOST_AUTO_TEST_CASE(two_gpus) {
  const GpuReport report = probe("");
  BOOST_TEST(report.problem == "");
  BOOST_TEST(report.driver == "570.86.10");
  BOOST_TEST(report.cuda == "12.8");
  BOOST_REQUIRE(report.gpus.size() == 2u);
  const Gpu& gpu = report.gpus[1];
  BOOST_TEST(describe(gpu) == "NVIDIA Fake 24GB, 9.5 of 24 GB free, 41 °C");
  BOOST_TEST(gpu.architecture == "8.9");
  BOOST_REQUIRE(gpu.users.size() == 2u);
  BOOST_TEST(gpu.users[0].pid == 4711);
  BOOST_TEST(*gpu.users[0].bytes == 14'000'000'000);
  BOOST_TEST(!gpu.users[1].bytes);
}

BOOST_AUTO_TEST_CASE(absent_broken_or_odd) {
  const GpuReport absent = probe_gpus("libno-such-library.so.1");
  BOOST_TEST(absent.problem.find("no NVIDIA driver is installed") == 0u);
  BOOST_TEST(absent.gpus.empty());
  const GpuReport mismatch = probe("mismatch");
  BOOST_TEST(mismatch.problem == "NVML does not start: Driver/library version mismatch");
  BOOST_TEST(mismatch.remedy == "reboot");
  BOOST_TEST(probe("none").problem == "the NVIDIA driver sees no GPU");
  BOOST_TEST(probe("many").gpus.size() == 2u);
  const GpuReport odd = probe("odd");
  BOOST_REQUIRE(odd.gpus.size() == 2u);
  BOOST_TEST(odd.gpus[0].name.size() < 300u);
  BOOST_TEST(odd.gpus[0].users.empty());
  // A library that is none of NVML.
  BOOST_TEST(probe_gpus("libc.so.6").problem == "NVML does not start: too old");
}

}  // namespace
}  // namespace coder::engine
