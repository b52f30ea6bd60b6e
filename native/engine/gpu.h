// The NVIDIA GPUs of this machine, by NVML, which is loaded when it is asked and needed for nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coder::engine {

struct GpuUser {
  int64_t pid = 0;
  std::optional<int64_t> bytes;  ///< not told inside containers
};

struct Gpu {
  std::string name;
  std::string architecture;  ///< compute capability, "9.0"; may be empty
  int64_t memory_total = 0;  ///< bytes
  int64_t memory_free = 0;
  std::optional<int64_t> temperature;  ///< degrees Celsius
  std::vector<GpuUser> users;
};

struct GpuReport {
  std::string problem;  ///< why nothing is known; empty: what follows holds
  std::string remedy;
  std::string driver;  ///< version
  std::string cuda;    ///< the newest that the driver can run, "13.0"
  std::vector<Gpu> gpus;
};

/// Blocks, for some hundred milliseconds where the driver sleeps; keeps nothing loaded.
GpuReport probe_gpus(const std::string& library = "libnvidia-ml.so.1");

/// "NVIDIA H200, 141 of 143 GB free, 32 °C"
std::string describe(const Gpu& gpu);

}  // namespace coder::engine
