// What a GGUF file says about the model in it, from its head alone.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace coder::engine {

/// Zero where the file does not say.
struct ModelFacts {
  std::string architecture;
  std::string name;
  int64_t file_bytes = 0;
  int64_t context = 0;  ///< tokens that it was trained for
  int64_t layers = 0;
  int64_t cache_row = 0;  ///< values of keys and values together that one token takes in one layer
};

/// Reads the head of `path`. Fails (kind config) when there is no such file, when it is no GGUF file, or when
/// the file ends before what its head names.
Result<ModelFacts> read_gguf(const std::string& path);

}  // namespace coder::engine
