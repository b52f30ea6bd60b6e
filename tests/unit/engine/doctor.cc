// Logs of real servers and the texts of the table, to what the doctor says of them.
#include "engine/doctor.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

namespace coder::engine {
namespace {

std::vector<Diagnosis> read(std::string_view log) {
  Doctor doctor;
  doctor.feed(log);
  doctor.finish();
  return doctor.diagnoses();
}

/// "line cause" of each.
std::string found(const std::vector<Diagnosis>& diagnoses) {
  std::string out;
  for (const Diagnosis& one : diagnoses)
    out += std::to_string(one.line) + ":" + std::to_string(static_cast<int>(one.cause)) + " ";
  return out;
}
std::string is(Cause cause, int line = 1) {
  return std::to_string(line) + ":" + std::to_string(static_cast<int>(cause)) + " ";
}

struct Row {
  Cause cause;
  const char* log;
  const char* meaning;  ///< a word that the meaning has
  const char* remedy;   ///< and the remedy
};

// Texts as the programs print them.
const Row kRows[] = {
    {Cause::gpu_memory,
     "0.03.1 E ggml_backend_cuda_buffer_type_alloc_buffer: allocating 17066.67 MiB on device 0: cudaMalloc "
     "failed: out of memory",
     "memory", "--ctx-size"},
    {Cause::gpu_memory, "llama_model_load: error loading model: unable to allocate CUDA0 buffer", "GPU",
     "q8_0"},
    {Cause::gpu_memory, "llama_kv_cache: failed to allocate buffer for kv cache", "memory", "--parallel"},
    {Cause::gpu_memory, "common_fit_params: failed to fit params to free device memory: n_gpu_layers is set",
     "memory", "--n-gpu-layers"},
    {Cause::host_memory, "llama_model_load: error loading model: unable to allocate CPU buffer", "machine",
     "smaller"},
    {Cause::kv_memory, "ValueError: No available memory for the cache blocks. Try increasing it.", "KV",
     "utilization"},
    {Cause::kv_memory,
     "ValueError: Free memory on device (30.2/79.1 GiB) on startup is less than desired GPU memory "
     "utilization (0.9, 71.2 GiB).",
     "shared", "--gpu-memory-utilization"},
    {Cause::kv_memory,
     "ValueError: To serve at least one request with the models's max seq len (32768), (8.00 GiB KV cache is "
     "needed). Based on the available memory, the estimated maximum model length is 13104. Try",
     "KV", "--max-model-len 13104"},
    {Cause::memory_in_use, "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
     "run time", "concurrency"},
    {Cause::gpu_fault, "CUDA error: an illegal memory access was encountered", "fault", "flash attention"},
    {Cause::gpu_fault, "E ggml_cuda_compute_forward: CUDA error: unspecified launch failure", "fault",
     "restart"},
    {Cause::driver_old,
     "ggml_cuda_init: failed to initialize CUDA: CUDA driver version is insufficient for CUDA runtime "
     "version",
     "older", "update the driver"},
    {Cause::driver_old, "RuntimeError: The NVIDIA driver on your system is too old (found version 12020).",
     "driver", "update the driver"},
    {Cause::driver_half, "CUDA error 804: forward compatibility was attempted on non supported HW",
     "half updated", "reboot"},
    {Cause::fabric_manager, "CUDA initialization: Error 802: system not yet initialized", "fabric",
     "nvidia-fabricmanager"},
    {Cause::driver_mismatch, "Failed to initialize NVML: Driver/library version mismatch", "reboot",
     "reboot"},
    {Cause::no_gpu, "ggml_cuda_init: failed to initialize CUDA: no CUDA-capable device is detected", "no GPU",
     "CUDA_VISIBLE_DEVICES"},
    {Cause::no_gpu, "warning: no usable GPU found, --gpu-layers option will be ignored", "CPU", "built with"},
    {Cause::no_gpu, "RuntimeError: Failed to infer device type", "no GPU", "container"},
    {Cause::no_kernel, "CUDA error: no kernel image is available for execution on the device", "architecture",
     "build"},
    {Cause::address_taken,
     "0.00.1 E srv start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080", "taken",
     "adopt"},
    {Cause::address_taken, "OSError: [Errno 98] Address already in use", "stale socket", "unlink"},
    {Cause::model_missing,
     "E gguf_init_from_file: failed to open GGUF file 'm.gguf' (No such file or directory)", "`m.gguf`",
     "path"},
    {Cause::model_broken, "gguf_init_from_reader: invalid magic characters: 'm?o\\', expected 'GGUF'", "GGUF",
     "checksum"},
    {Cause::model_broken, "gguf_init_from_reader: failed to read key-value pairs", "part", "download"},
    {Cause::model_broken, "llama_model_load: tensor 'blk.3' data is not within the file bounds", "part",
     "again"},
    {Cause::model_broken, "error: corrupted model", "part", "checksum"},
    {Cause::model_unknown, "error loading model: unknown model architecture: 'qwen9'", "`qwen9`", "update"},
    {Cause::model_unknown, "ValueError: Model architectures ['Qwen9ForCausalLM'] are not supported for now.",
     "`Qwen9ForCausalLM`", "update the engine"},
    {Cause::v_cache, "quantized V cache was requested, but this requires Flash Attention", "conflict",
     "-fa on"},
    {Cause::v_cache, "llama_init_from_model: quantized V cache requires flash_attn to be enabled", "conflict",
     "-fa on"},
    {Cause::wrapper, "RuntimeError: Engine core initialization failed. See root cause above. Failed: {}",
     "wrapper", "look upwards"},
    {Cause::argument_removed,
     "error while handling argument \"--draft\": the argument has been removed. use --spec-draft-n-max",
     "`--draft`", "use --spec-draft-n-max"},
    {Cause::argument_unknown, "error: invalid argument: --nosuch", "`--nosuch`", "correct"},
    {Cause::killed, "coder-nvim: the engine was ended by SIGKILL", "OOM killer", "dmesg"},
    {Cause::killed, "run.sh: line 3: 16803 Killed                  llama-server --host x", "killed",
     "smaller"},
    {Cause::killed, "Killed", "killed", "smaller"},
    {Cause::killed, "systemd[1]: llama.service: Main process exited, code=killed, status=9/KILL", "killed",
     "dmesg"},
    {Cause::killed, "Out of memory: Killed process 4711 (llama-server) total-vm:1kB", "OOM", "dmesg"},
};

BOOST_AUTO_TEST_CASE(every_row_alone_and_amid_other_lines) {
  for (const Row& row : kRows) {
    const std::vector<Diagnosis> alone = read(row.log);
    BOOST_TEST_CONTEXT(row.log) {
      BOOST_TEST(found(alone) == is(row.cause));
      if (alone.size() != 1) continue;
      BOOST_TEST(alone[0].meaning.find(row.meaning) != std::string::npos, alone[0].meaning);
      BOOST_TEST(alone[0].remedy.find(row.remedy) != std::string::npos, alone[0].remedy);
      const std::string log = "0.00.1 I srv llama_server: initializing ...\n\n" + std::string(row.log) +
                              "\r\nmore\n" + row.log + "\n";
      BOOST_TEST(found(read(log)) == is(row.cause, 3));
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_colours_cases_and_odd_bytes_do_not_matter) {
  for (const Row& row : kRows) {
    const std::string text = row.log;
    std::string coloured, wide, upper;
    for (size_t i = 0; i < text.size(); ++i) {
      if (i == text.size() / 2) coloured += "\x1b[1;31m";
      coloured += text[i];
      wide += text[i];
      wide += '\0';
      upper += static_cast<char>(std::toupper(static_cast<unsigned char>(text[i])));
    }
    const std::string log = "\xff\xfe\x80 \xc3\n\x1b]0;title\a" + coloured + "\x1b[0m\n";
    Doctor doctor;
    for (const char c : log) doctor.feed({&c, 1});
    doctor.finish();
    BOOST_TEST_CONTEXT(row.log) {
      BOOST_TEST(found(doctor.diagnoses()) == is(row.cause, 2));
      BOOST_TEST(found(read(wide)) == is(row.cause));
      BOOST_TEST(found(read(upper)) == is(row.cause));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_follows_from_an_earlier_line_is_left_out) {
  // llama-server with a full GPU says it four times.
  BOOST_TEST(found(read("allocating 9 MiB on device 0: cudaMalloc failed: out of memory\n"
                        "alloc_tensor_range: failed to allocate CUDA0 buffer of size 9\n"
                        "llama_model_load: error loading model: unable to allocate CUDA0 buffer\n"
                        "llama_kv_cache: failed to allocate buffer for kv cache\n")) ==
             is(Cause::gpu_memory));
  BOOST_TEST(found(read("ggml_aligned_malloc: insufficient memory (attempted to allocate 9 MB)\n"
                        "failed to allocate buffer for kv cache\n")) == is(Cause::host_memory));
  BOOST_TEST(found(read("CUDA driver version is insufficient for CUDA runtime version\n"
                        "warning: no usable GPU found\n")) == is(Cause::driver_old));
  BOOST_TEST(
      found(read("x\nCUDA out of memory\nEngine core initialization failed. See root cause above\n")) ==
      is(Cause::memory_in_use, 2));
  // Two causes are two diagnoses, in the order of their lines.
  BOOST_TEST(found(read("address already in use\ninvalid magic characters\naddress already in use\n")) ==
             is(Cause::address_taken, 1) + is(Cause::model_broken, 2));
}

BOOST_AUTO_TEST_CASE(a_healthy_log_has_nothing) {
  const char* log =
      "0.00.0 I srv  llama_server: initializing ...\n"
      "0.00.0 W srv  llama_server: security: no API key is set and CORS allows all origins\n"
      "0.03.1 W load: control-looking token: 128247 '</s>' was not control-type; this is probably a bug\n"
      "0.01.2 E common_fit_params: encountered an error while trying to fit params to free device memory: x\n"
      "0.03.8 I srv  llama_server: model loaded\n"
      "12 killed processes were counted, overkilled 3 killedness\n";
  BOOST_TEST(found(read(log)) == "");
  Doctor doctor;
  doctor.finish();
  BOOST_TEST(doctor.lines() == 0);
  doctor.feed("a\nb\n\nc");
  BOOST_TEST(doctor.lines() == 4);
  doctor.finish();
  BOOST_TEST(doctor.lines() == 4);
}

BOOST_AUTO_TEST_CASE(a_line_of_any_length_is_one_line) {
  // The text stands over the edge of what is looked at in one go, wherever that is.
  for (const size_t before : {100, 7000, 8170, 8192, 16300, 100000}) {
    const std::string log = "first\n" + std::string(before, 'x') + " invalid magic characters " +
                            std::string(50000, 'y') + "\nno usable GPU found";
    BOOST_TEST(found(read(log)) == is(Cause::model_broken, 2) + is(Cause::no_gpu, 3));
  }
  const std::vector<Diagnosis> one =
      read("unknown model architecture: '" + std::string(100000, '\xfe') + "'");
  BOOST_REQUIRE(one.size() == 1u);
  BOOST_TEST(one[0].text.size() <= 300u);
  BOOST_TEST(one[0].meaning.size() < 500u);
}

BOOST_AUTO_TEST_CASE(random_bytes_between_known_texts) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string log;
    std::set<int> causes;
    for (int i = 0; i < 20; ++i) {
      if (random() % 3 == 0) {
        const Row& row = kRows[random() % std::size(kRows)];
        log += '\n' + std::string(row.log) + '\n';
        causes.insert(static_cast<int>(row.cause));
      } else {
        for (size_t n = random() % 200; n > 0; --n) log += static_cast<char>(random());
        log += "\n";
      }
    }
    int64_t last = 0;
    std::set<int> told;
    for (const Diagnosis& one : read(log)) {
      BOOST_TEST(one.line >= last);
      last = one.line;
      BOOST_TEST(told.insert(static_cast<int>(one.cause)).second);
      BOOST_TEST(causes.count(static_cast<int>(one.cause)) == 1u);
    }
    BOOST_TEST((causes.empty() || !told.empty()));
  }
}

}  // namespace
}  // namespace coder::engine
