// Models that have proved themselves, by the memory they want: names for `engine pull`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coder::engine {

struct Preset {
  const char* name;
  const char* use;         ///< "ghost text", "chat", or "ghost text and chat"
  const char* machine;     ///< what it is for, in words
  const char* repository;  ///< on the model hub
  const char* file;
  int64_t bytes;         ///< of the file, about
  int64_t least_memory;  ///< bytes of GPU memory (of the host's where it has no GPU) with a usable context
};

const std::vector<Preset>& presets();

/// nullptr: there is none of this name.
const Preset* find_preset(std::string_view name);

/// The hub is $HF_ENDPOINT, as its own tools have it, or else the public one.
std::string url_of(const Preset& preset);

/// Those to take with so many bytes of GPU memory (0: none): of each use the largest that fits.
std::vector<const Preset*> suggested(int64_t gpu_memory);

}  // namespace coder::engine
