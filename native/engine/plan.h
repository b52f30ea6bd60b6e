// What llama-server is started with: computed for the model and the machine, and what is changed after a
// crash so that the next start may hold. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "engine/doctor.h"
#include "engine/gguf.h"

namespace coder::engine {

/// What there is to run on. Bytes.
struct Machine {
  int64_t memory = 0;      ///< of the host, available
  int64_t gpu_memory = 0;  ///< free on the GPUs together; 0: there is none that the engine may use
};

enum class FlashAttention { automatic, on, off };

struct Plan {
  std::vector<std::string> command;  ///< program, and what stands before our arguments
  std::string model;                 ///< file
  std::vector<std::string> extra;    ///< the user's arguments; last, so they win
  std::string socket;                ///< listens there, unless `extra` names a host
  std::string key_file;
  int64_t context = 16384;  ///< tokens, of all slots together
  int slots = 2;
  bool all_on_gpu = false;   ///< false: the engine decides how many layers
  bool small_cache = false;  ///< KV cache as q8_0 instead of f16
  bool speculation = true;
  FlashAttention flash_attention = FlashAttention::automatic;
  Millis idle{0};  ///< the engine frees the model after this time without a request; zero: never

  std::vector<std::string> arguments() const;  ///< the whole command line; no key in it
  /// "unix:///path", or "http://HOST:PORT" where the user's arguments say so.
  std::string address() const;
  bool on_own_socket() const;  ///< else the user's arguments name the address
};

/// Fills in context, slots, GPU layers and cache type, or takes from the user's arguments what they say of
/// them. `facts` may be of a file that was not understood: then the engine's own ways are relied on.
void fit(Plan& plan, const ModelFacts& facts, const Machine& machine);

/// Bytes that the model takes with this plan: weights, KV cache and what is computed with.
int64_t bytes_needed(const Plan& plan, const ModelFacts& facts);

/// What happened in earlier starts, for the next change.
struct Crashes {
  int count = 0;   ///< since it last ran for long
  int faults = 0;  ///< of the GPU
};

/// Changes `plan` after a crash for `cause` (none: unknown), or leaves it as it was where that may do. False:
/// another start would end the same way.
bool change_after(Plan& plan, std::optional<Cause> cause, const Crashes& before);

/// What is different now, in words: "a q8_0 KV cache, 1 parallel slot". Empty: nothing.
std::string differences(const Plan& before, const Plan& now);

}  // namespace coder::engine
