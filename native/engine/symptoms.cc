#include "engine/symptoms.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace coder::engine {
namespace {

bool digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

/// "Killed", alone as a shell says it or between a process id and blanks as bash does: "run.sh: line 3: 4711
/// Killed  …".
bool says_killed(std::string_view lower) {
  const std::string_view line = trim(lower);
  if (line == "killed") return true;
  constexpr std::string_view kWord = " killed";
  for (size_t at = line.find(kWord); at != std::string_view::npos; at = line.find(kWord, at + 1)) {
    const size_t end = at + kWord.size();
    const bool whole = end == line.size() || line.substr(end, 2) == "  " || line[end] == '\t';
    if (at > 0 && digit(line[at - 1]) && whole) return true;
  }
  return false;
}

// The order counts: a line is told by the first that fits, so what says more stands further up.
const std::vector<Symptom>& table() {
  static const std::vector<Cause> kDriver = {Cause::driver_old, Cause::driver_half, Cause::fabric_manager,
                                             Cause::driver_mismatch};
  static const std::vector<Cause> kMemory = {Cause::host_memory};
  static const std::vector<Symptom> kSymptoms = {
      {Cause::driver_old, "cuda driver version is insufficient for cuda runtime version"},
      {Cause::driver_old, "nvidia driver on your system is too old"},
      {Cause::driver_half, "forward compatibility was attempted on non supported hw"},
      {Cause::fabric_manager, "system not yet initialized"},
      {Cause::driver_mismatch, "driver/library version mismatch"},
      {Cause::no_kernel, "no kernel image is available for execution on the device"},
      {Cause::no_gpu, "no cuda-capable device is detected"},
      {Cause::no_gpu, "no usable gpu found", "", kDriver},
      {Cause::no_gpu, "failed to infer device type", "", kDriver},

      {Cause::kv_memory, "no available memory for the cache blocks"},
      {Cause::kv_memory, "free memory on device", "is less than desired gpu memory utilization"},
      {Cause::kv_memory, "to serve at least one request with the model"},

      {Cause::gpu_memory, "cudamalloc failed: out of memory"},
      {Cause::host_memory, "ggml_aligned_malloc: insufficient memory"},
      {Cause::host_memory, "ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate"},
      {Cause::host_memory, "unable to allocate cpu", "buffer"},
      {Cause::host_memory, "failed to allocate cpu", "buffer"},
      {Cause::host_memory, "std::bad_alloc"},
      {Cause::gpu_memory, "unable to allocate", "buffer", kMemory},
      {Cause::gpu_memory, "failed to allocate buffer for kv cache", "", kMemory},
      {Cause::gpu_memory, "failed to fit params to free device memory", "", kMemory},
      {Cause::memory_in_use, "cuda out of memory"},
      {Cause::memory_in_use, "cuda error: out of memory", "", {Cause::gpu_memory}},

      {Cause::gpu_fault, "an illegal memory access was encountered"},
      {Cause::gpu_fault, "cuda error: "},

      {Cause::address_taken, "couldn't bind http server socket"},
      {Cause::address_taken, "address already in use"},

      {Cause::model_missing, "failed to open gguf file"},
      {Cause::model_broken, "invalid magic characters"},
      {Cause::model_broken, "failed to read magic"},
      {Cause::model_broken, "gguf", "failed to read key-value pairs"},
      {Cause::model_broken, "gguf", "failed to read tensor"},
      {Cause::model_broken, "data is not within the file bounds"},
      {Cause::model_broken, "corrupted model"},
      {Cause::model_broken, "model is corrupted or incomplete"},
      {Cause::model_unknown, "unknown model architecture"},
      {Cause::model_unknown, "model architectures", "are not supported"},

      {Cause::v_cache, "quantized v cache was requested, but this requires flash attention"},
      {Cause::v_cache, "quantized v cache requires flash_attn"},
      {Cause::v_cache, "v cache quantization requires flash_attn"},
      {Cause::argument_removed, "the argument has been removed"},
      {Cause::argument_unknown, "error: invalid argument:"},

      {Cause::killed, "sigkill"},
      {Cause::killed, "killed by signal 9"},
      {Cause::killed, "status=9/kill"},
      {Cause::killed, "exited with code 137"},
      {Cause::killed, "out of memory: killed process"},
      {Cause::killed, "oom-kill:"},

      {Cause::wrapper, "engine core initialization failed. see root cause above"},
  };
  return kSymptoms;
}

/// The text between the first `open` behind `mark` and the next `close`; empty without them.
std::string_view between(std::string_view line, std::string_view lower, std::string_view mark,
                         std::string_view open, std::string_view close) {
  const size_t at = lower.find(mark);
  if (at == std::string_view::npos) return {};
  size_t begin = lower.find(open, at + mark.size());
  if (begin == std::string_view::npos) return {};
  begin += open.size();
  const size_t end = lower.find(close, begin);
  return end == std::string_view::npos ? std::string_view{} : line.substr(begin, end - begin);
}

/// What stands behind `mark`, without blanks around it.
std::string_view behind(std::string_view line, std::string_view lower, std::string_view mark) {
  const size_t at = lower.find(mark);
  return at == std::string_view::npos ? std::string_view{} : trim(line.substr(at + mark.size()));
}

/// In backquotes for a sentence, or `otherwise`.
std::string quoted(std::string_view text, const char* otherwise) {
  if (text.empty()) return otherwise;
  return "`" + one_line(to_valid_utf8(text), 120) + "`";
}

std::string number_behind(std::string_view lower, std::string_view mark) {
  const std::string_view rest = behind(lower, lower, mark);
  const auto end = std::find_if_not(rest.begin(), rest.end(), digit);
  return std::string(rest.begin(), end);
}

Diagnosis words(std::string meaning, std::string remedy) {
  Diagnosis out;
  out.meaning = std::move(meaning);
  out.remedy = std::move(remedy);
  return out;
}

Diagnosis explain_memory(Cause cause, std::string_view lower) {
  if (cause == Cause::gpu_memory) {
    return words("GPU memory is too small for the model with this context",
                 "smaller context (--ctx-size) or fewer parallel slots (--parallel), a q8_0 KV cache "
                 "(--cache-type-k q8_0 --cache-type-v q8_0), fewer GPU layers (--n-gpu-layers), or close "
                 "other programs that use the GPU");
  }
  if (cause == Cause::host_memory) {
    return words("the machine's memory is too small for the model with this context",
                 "smaller context (--ctx-size), a smaller model or quantisation, or close other programs");
  }
  if (cause == Cause::memory_in_use) {
    return words("out of GPU memory at run time: the requests under way need more than is free",
                 "lower concurrency: fewer parallel slots (llama-server --parallel, vLLM --max-num-seqs), or "
                 "a smaller context");
  }
  const std::string most = number_behind(lower, "estimated maximum model length is");
  if (!most.empty() || lower.find("to serve at least one request") != std::string_view::npos) {
    return words("vLLM: the KV cache is too small for one request of the model's full length",
                 (most.empty() ? "the --max-model-len that vLLM prints" : "--max-model-len " + most) +
                     ", or a higher --gpu-memory-utilization");
  }
  if (lower.find("free memory on device") != std::string_view::npos) {
    return words("vLLM: the GPU is shared: less of its memory is free than vLLM is to use",
                 "lower --gpu-memory-utilization, or free the GPU of other programs");
  }
  return words("vLLM: the KV cache is too small: nothing is left beside the model's weights",
               "higher --gpu-memory-utilization, a smaller --max-model-len, or free the GPU of other "
               "programs");
}

Diagnosis explain_gpu(Cause cause) {
  switch (cause) {
    case Cause::gpu_fault:
      return words("GPU fault: a CUDA call failed, and the engine ends",
                   "restart it once; if it comes again, without flash attention (--flash-attn off) and "
                   "speculation (--spec-type none); if it still comes, suspect the hardware");
    case Cause::driver_old:
      return words("the NVIDIA driver is older than the engine's CUDA build needs",
                   "update the driver, or use an engine built for an older CUDA");
    case Cause::driver_half:
      return words("the NVIDIA driver is half updated, or the container's CUDA is newer than the driver",
                   "reboot; if that does not help, update the driver");
    case Cause::fabric_manager:
      return words("the GPUs' fabric is not up: the fabric manager is missing or does not run (error 802)",
                   "install nvidia-fabricmanager in the driver's version and start it");
    case Cause::driver_mismatch:
      return words("the NVIDIA driver was updated without a reboot: kernel module and library differ",
                   "reboot");
    case Cause::no_kernel:
      return words("this build of the engine lacks the GPU's architecture",
                   "use a build for this GPU: sh native/install.sh --engine builds for those that are here");
    default:
      return words("the engine sees no GPU, or is a build for the CPU only",
                   "check CUDA_VISIBLE_DEVICES, the container's flags (--gpus all), and that the binary is "
                   "built with CUDA");
  }
}

Diagnosis explain_start(Cause cause, std::string_view line, std::string_view lower) {
  switch (cause) {
    case Cause::address_taken:
      return words(
          "the address is taken: another server listens on that port or socket, or a stale socket "
          "file is left",
          "if it is an engine of ours, adopt it (coder-nvim engine start); else take another port, "
          "or remove (unlink) the stale socket file");
    case Cause::model_missing:
      return words("the model file " + quoted(between(line, lower, "gguf file", "'", "'"), "named") +
                       " cannot be opened: the path is wrong",
                   "fix the path ([engine] model), or download the file");
    case Cause::model_broken:
      return words("the model file is no GGUF file, or only part of one",
                   "download it again and compare its checksum; check that the path is the right one");
    case Cause::model_unknown:
      return words("the engine is too old for this model: it does not know the architecture " +
                       quoted(between(line, lower, "architecture", "'", "'"), "of it"),
                   "update the engine");
    case Cause::v_cache:
      return words("flags conflict: a quantized V cache needs flash attention",
                   "-fa on (--flash-attn on), or leave --cache-type-v at f16");
    case Cause::argument_removed: {
      const std::string_view instead = behind(line, lower, "the argument has been removed.");
      return words("an old flag: this engine no longer has " +
                       quoted(between(line, lower, "argument", "\"", "\""), "it"),
                   "rewrite it in [engine] args" +
                       (instead.empty() ? "" : ": " + one_line(to_valid_utf8(instead), 120)));
    }
    case Cause::argument_unknown:
      return words("the engine does not know the flag " +
                       quoted(behind(line, lower, "invalid argument:"), "it was given"),
                   "correct [engine] args, or update the engine");
    case Cause::killed:
      return words("the engine was killed from outside (SIGKILL): probably the host's OOM killer",
                   "a smaller model or context; dmesg tells whether it was the OOM killer");
    default:
      return words("only a wrapper: what went wrong stands further up",
                   "look upwards in the log for the root cause; if it is cut off, get the whole log");
  }
}

}  // namespace

const Symptom* symptom_in(std::string_view lower) {
  for (const Symptom& symptom : table()) {
    const std::string_view text = symptom.text;
    const size_t at = lower.find(text);
    if (at != std::string_view::npos && lower.find(symptom.then, at + text.size()) != std::string_view::npos)
      return &symptom;
  }
  static const Symptom kKilled{Cause::killed, ""};
  return says_killed(lower) ? &kKilled : nullptr;
}

Diagnosis explain(Cause cause, std::string_view line, std::string_view lower) {
  switch (cause) {
    case Cause::gpu_memory:
    case Cause::host_memory:
    case Cause::memory_in_use:
    case Cause::kv_memory:
      return explain_memory(cause, lower);
    case Cause::gpu_fault:
    case Cause::driver_old:
    case Cause::driver_half:
    case Cause::fabric_manager:
    case Cause::driver_mismatch:
    case Cause::no_kernel:
    case Cause::no_gpu:
      return explain_gpu(cause);
    default:
      return explain_start(cause, line, lower);
  }
}

}  // namespace coder::engine
