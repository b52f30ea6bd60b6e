// A block that suffices, and what a configuration says of itself, for the tests of config::parse.
#pragma once

#include <string>

#include "config/config.h"

namespace coder::config {

inline const std::string kFour = R"(provider = "openai"
base_url = "http://10.0.0.42:8000/v1"
api_key = "sk-SECRET-literal"
model = "Qwen3-Coder-32B-Instruct"
)";

/// The problems, one line for each.
inline std::string dump(const Config& config) {
  std::string out;
  for (const Problem& problem : config.problems) {
    out += (problem.severity == Severity::error ? "error " : "warning ") + problem.text() + "\n";
  }
  return out;
}

}  // namespace coder::config
