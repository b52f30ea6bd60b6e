// Flags for models and machines.
#include "engine/plan.h"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "base/text.h"
#include "engine/find.h"

namespace coder::engine {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

/// A model of 30 GB whose cache takes 96 KiB a token.
ModelFacts large() {
  ModelFacts facts;
  facts.file_bytes = 30 * kGiB;
  facts.context = 262144;
  facts.layers = 48;
  facts.cache_row = 1024;
  return facts;
}

Plan fitted(const ModelFacts& facts, const Machine& machine) {
  Plan plan;
  plan.command = {"llama-server"};
  plan.model = "m.gguf";
  plan.socket = "/run/x.sock";
  plan.key_file = "/run/key";
  fit(plan, facts, machine);
  return plan;
}

std::string words(const Plan& plan) { return join(plan.arguments(), " ") + " "; }

bool has(const Plan& plan, const std::string& text) {
  return words(plan).find(" " + text + " ") != std::string::npos;
}

BOOST_AUTO_TEST_CASE(a_large_gpu_takes_all) {
  const Plan plan = fitted(large(), {64 * kGiB, 140 * kGiB});
  BOOST_TEST(has(plan, "--n-gpu-layers all"));
  BOOST_TEST(has(plan, "--parallel 4"));
  BOOST_TEST(has(plan, "--ctx-size 131072"));
  BOOST_TEST(!has(plan, "--cache-type-k q8_0"));
  for (const char* flag : {"--host /run/x.sock", "--model m.gguf", "--api-key-file /run/key", "--metrics",
                           "--no-ui", "--offline", "--spec-type ngram-simple", "--cache-reuse 256"})
    BOOST_TEST(has(plan, flag), words(plan));
}

BOOST_AUTO_TEST_CASE(with_less_memory_first_context_then_cache_then_slots_then_layers) {
  // 30 GB of weights, 1 GB left for others.
  const Plan some = fitted(large(), {0, 38 * kGiB});
  BOOST_TEST(has(some, "--ctx-size 65536"));
  BOOST_TEST(!some.small_cache);
  const Plan less = fitted(large(), {0, 35 * kGiB});
  BOOST_TEST((less.small_cache && less.all_on_gpu));
  BOOST_TEST(has(less, "--flash-attn on"));
  BOOST_TEST(has(less, "--cache-type-v q8_0"));
  BOOST_TEST(less.slots == 4);
  const Plan few = fitted(large(), {0, 32 * kGiB});
  BOOST_TEST((few.all_on_gpu && few.slots < 4));
  const Plan none = fitted(large(), {0, 24 * kGiB});
  BOOST_TEST(!none.all_on_gpu);
  BOOST_TEST(!has(none, "--n-gpu-layers all"));
  for (int64_t memory = 2; memory < 200; ++memory) {
    const Plan plan = fitted(large(), {0, memory * kGiB});
    if (plan.all_on_gpu) BOOST_TEST(bytes_needed(plan, large()) <= (memory - 1) * kGiB);
    BOOST_TEST(plan.context >= 2048 * plan.slots);
  }
}

BOOST_AUTO_TEST_CASE(without_a_gpu) {
  const Plan plan = fitted(large(), {64 * kGiB, 0});
  BOOST_TEST(has(plan, "--ctx-size 16384"));
  BOOST_TEST(has(plan, "--parallel 2"));
  BOOST_TEST(!has(plan, "--n-gpu-layers all"));
  const Plan tight = fitted(large(), {2 * kGiB, 0});
  BOOST_TEST(has(tight, "--ctx-size 4096"));
  ModelFacts small;
  small.context = 512;
  BOOST_TEST(has(fitted(small, {64 * kGiB, 0}), "--ctx-size 1024"));
  BOOST_TEST(has(fitted({}, {0, 0}), "--ctx-size 16384"));  // nothing is known of the file
}

BOOST_AUTO_TEST_CASE(the_users_arguments_come_last_and_may_name_the_address) {
  Plan plan = fitted({}, {});
  BOOST_TEST(plan.address() == "unix:///run/x.sock");
  BOOST_TEST(!has(plan, "--sleep-idle-seconds 900"));
  plan.idle = Millis(900'000);
  BOOST_TEST(has(plan, "--sleep-idle-seconds 900"));
  plan.extra = {"--port", "9000"};
  BOOST_TEST(plan.address() == "http://127.0.0.1:9000");
  BOOST_TEST(!has(plan, "--host /run/x.sock"));
  plan.extra = {"--host", "0.0.0.0", "--threads", "4"};
  BOOST_TEST(plan.address() == "http://127.0.0.1:8080");
  BOOST_TEST(plan.arguments().back() == "4");
  plan.extra = {"--host", "::1", "--port", "1", "--port", "2"};
  BOOST_TEST(plan.address() == "http://[::1]:2");
  plan.extra = {"--host", "/tmp/a.sock"};
  BOOST_TEST(plan.address() == "unix:///tmp/a.sock");
  plan.extra = {"-c", "5000", "--parallel", "1"};
  fit(plan, {}, {});
  BOOST_TEST((plan.context == 5000 && plan.slots == 1));
  plan.extra = {"-c", "0", "--parallel", "-1"};  // the engine's own ways of choosing
  fit(plan, {}, {});
  BOOST_TEST((plan.context == 16384 && plan.slots == 2));
  plan.extra = {"--host"};
  BOOST_TEST(plan.on_own_socket());
}

BOOST_AUTO_TEST_CASE(devices_and_options_of_a_server) {
  BOOST_TEST(free_gpu_memory("Available devices:\n  (none)\n") == 0);
  BOOST_TEST(free_gpu_memory("Available devices:\n  CUDA0: NVIDIA H200 (143167 MiB, 142000 MiB free)\n"
                             "  Vulkan1: x, y (8 MiB, 7 MiB free)\n") == int64_t{142007} << 20);
  BOOST_TEST(free_gpu_memory("a (1 MiB, -5 MiB free)\nb (, x MiB free)\n MiB free)\n") == 0);
  const std::string all =
      "-h, --help, --usage\n--host HOST\n-m,    --model FNAME\n--ctx-size N\n-np, --parallel N\n"
      "-ngl,  --gpu-layers, --n-gpu-layers N\n-fa, --flash-attn [on]\n--cache-type-k T\n--cache-type-v T\n"
      "--cache-reuse N\n--spec-type none\n--metrics\n--ui, --no-ui\n--offline\n--api-key-file F\n--jinja, "
      "--no-jinja\n--sleep-idle-seconds S\n";
  BOOST_TEST(missing_option(all) == "");
  BOOST_TEST(missing_option("") == "--host");
  // native/engine.sh asks for the same.
  std::ifstream script(CODER_SOURCE "/native/engine.sh");
  const std::string text{std::istreambuf_iterator<char>(script), {}};
  const size_t list = text.find("engine_options='") + 16;
  BOOST_TEST(missing_option(" " + text.substr(list, text.find('\'', list) - list) + " ") == "");
  std::string without = all;
  without.replace(without.find("--metrics"), 9, "--metricsX");
  BOOST_TEST(missing_option(without) == "--metrics");
}

}  // namespace
}  // namespace coder::engine
