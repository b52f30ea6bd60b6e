// From an engine's log to plain words: what went wrong, at which line, and what helps. The log may be of
// llama-server, vLLM or of whatever started them; it may hold anything else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coder::engine {

enum class Cause {
  gpu_memory,        ///< the GPU is too small for what was asked, found while loading
  host_memory,       ///< the same of the machine's memory
  kv_memory,         ///< vLLM: no room is left for the KV cache
  memory_in_use,     ///< out of GPU memory while answering
  gpu_fault,         ///< a CUDA call failed
  driver_old,        ///< the build needs a newer driver
  driver_half,       ///< driver and its libraries do not belong together: half updated, or a container's
  fabric_manager,    ///< NVSwitch machines
  driver_mismatch,   ///< kernel module and library differ: no reboot since the update
  no_gpu,            ///< none visible, or a build without
  no_kernel,         ///< the build lacks this GPU's architecture
  address_taken,     ///< port or socket
  model_missing,     ///< no such file
  model_broken,      ///< no GGUF file, or part of one
  model_unknown,     ///< the engine is older than the model
  v_cache,           ///< quantized V cache without flash attention
  argument_removed,  ///< an old flag
  argument_unknown,  ///< a wrong one, or one that is too new
  killed,            ///< SIGKILL from outside
  wrapper,           ///< says only that something failed above
};

struct Diagnosis {
  Cause cause = Cause::wrapper;
  int64_t line = 0;  ///< 1-based: where it shows first
  std::string text;  ///< that line: valid UTF-8, one line, at most 300 bytes
  std::string meaning;
  std::string remedy;
};

/// Reads a log piece by piece; keeps a few KiB whatever comes. Colours, carriage returns and zero bytes
/// (UTF-16) do not matter, nor does the case of letters.
class Doctor {
 public:
  void feed(std::string_view bytes);
  /// The log is over: a last line without an end counts.
  void finish();

  /// One per cause, in the order of their lines. What only follows from an earlier one is left out.
  const std::vector<Diagnosis>& diagnoses() const { return found_; }
  int64_t lines() const { return line_ - (fresh_ ? 1 : 0); }  ///< read so far

 private:
  void examine();
  void end_line();

  std::vector<Diagnosis> found_;
  std::string window_;  ///< of the current line
  int64_t line_ = 1;
  bool fresh_ = true;  ///< nothing of the current line has come
  enum class Escape { none, begun, control, title } escape_ = Escape::none;
};

}  // namespace coder::engine
