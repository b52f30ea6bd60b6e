#include "engine/presets.h"

#include <cstdlib>
#include <cstring>

namespace coder::engine {
namespace {

constexpr int64_t kGB = 1'000'000'000;

}  // namespace

// For ghost text base models that were taught to fill in the middle, in the files that llama.cpp names as its
// own presets (--fim-qwen-…-default, --gpt-oss-20b-default); for chat those that were taught to follow
// instructions.
const std::vector<Preset>& presets() {
  static const std::vector<Preset> kPresets{
      {"cpu-fim", "ghost text", "no GPU", "ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF",
       "qwen2.5-coder-1.5b-q8_0.gguf", 1'650'000'000, 0},
      {"cpu-chat", "chat", "no GPU", "Qwen/Qwen2.5-Coder-3B-Instruct-GGUF",
       "qwen2.5-coder-3b-instruct-q4_k_m.gguf", 2'100'000'000, 0},
      {"small-fim", "ghost text", "a GPU of 6 GB", "ggml-org/Qwen2.5-Coder-3B-Q8_0-GGUF",
       "qwen2.5-coder-3b-q8_0.gguf", 3'300'000'000, 5 * kGB},
      {"small-chat", "chat", "a GPU of 8 GB", "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF",
       "qwen2.5-coder-7b-instruct-q4_k_m.gguf", 4'700'000'000, 7 * kGB},
      {"medium-fim", "ghost text", "a GPU of 12 GB", "ggml-org/Qwen2.5-Coder-7B-Q8_0-GGUF",
       "qwen2.5-coder-7b-q8_0.gguf", 8'100'000'000, 11 * kGB},
      {"medium-chat", "chat", "a GPU of 16 GB", "ggml-org/gpt-oss-20b-GGUF", "gpt-oss-20b-mxfp4.gguf",
       12'100'000'000, 15 * kGB},
      {"large", "ghost text and chat", "a GPU of 40 GB", "ggml-org/Qwen3-Coder-30B-A3B-Instruct-Q8_0-GGUF",
       "qwen3-coder-30b-a3b-instruct-q8_0.gguf", 32'500'000'000, 38 * kGB}};
  return kPresets;
}

const Preset* find_preset(std::string_view name) {
  for (const Preset& preset : presets()) {
    if (name == preset.name) return &preset;
  }
  return nullptr;
}

std::string url_of(const Preset& preset) {
  const char* set = std::getenv("HF_ENDPOINT");
  std::string hub = set && *set ? set : "https://huggingface.co";
  while (hub.ends_with('/')) hub.pop_back();
  return hub + "/" + preset.repository + "/resolve/main/" + preset.file;
}

std::vector<const Preset*> suggested(int64_t gpu_memory) {
  const Preset *fim = nullptr, *chat = nullptr;
  for (const Preset& preset : presets()) {
    if (preset.least_memory > gpu_memory) continue;
    if (std::strstr(preset.use, "ghost")) fim = &preset;
    if (std::strstr(preset.use, "chat")) chat = &preset;
  }
  if (fim == chat) return {fim};
  return {fim, chat};
}

}  // namespace coder::engine
