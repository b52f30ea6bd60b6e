#include "engine/gpu.h"

#include <dlfcn.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "engine/doctor.h"

namespace coder::engine {
namespace {

// NVML's ABI as far as it is used here: stable since driver 510 (2022).
using Code = int;  // 0: success
using Device = void*;
constexpr Code kSuccess = 0;
constexpr Code kTooSmall = 7;  // the list is longer than the room for it
constexpr unsigned kMostGpus = 64;
constexpr unsigned kMostUsers = 256;
constexpr uint64_t kNotTold = UINT64_MAX;

struct Memory {
  unsigned long long total, free, used;
};
struct ProcessInfo {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpu_instance, compute_instance;
};

/// The library while it is open.
class Nvml {
 public:
  explicit Nvml(const std::string& path)
      : handle_(::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL), &::dlclose) {}
  explicit operator bool() const { return handle_ != nullptr; }

  /// Calls a function of it; nullopt when an old one lacks it.
  template <class... Types, class... Args>
  std::optional<Code> call(const char* name, Code (*)(Types...), Args... args) const {
    using Function = Code (*)(Types...);
    void* symbol = handle_ ? ::dlsym(handle_.get(), name) : nullptr;
    if (!symbol) return std::nullopt;
    return reinterpret_cast<Function>(symbol)(args...);
  }
  template <class... Types, class... Args>
  bool ok(const char* name, Code (*type)(Types...), Args... args) const {
    return call(name, type, args...) == std::optional<Code>(kSuccess);
  }
  std::string words_of(Code code) const {
    void* symbol = ::dlsym(handle_.get(), "nvmlErrorString");
    const char* words = symbol ? reinterpret_cast<const char* (*)(Code)>(symbol)(code) : nullptr;
    return words ? one_line(to_valid_utf8(words), 200) : "error " + std::to_string(code);
  }

 private:
  std::unique_ptr<void, int (*)(void*)> handle_;
};

// Types of its functions, for Nvml::call.
Code (*const kPlain)() = nullptr;
Code (*const kText)(char*, unsigned) = nullptr;
Code (*const kNumber)(int*) = nullptr;
Code (*const kCount)(unsigned*) = nullptr;
Code (*const kByIndex)(unsigned, Device*) = nullptr;
Code (*const kDeviceText)(Device, char*, unsigned) = nullptr;
Code (*const kDeviceMemory)(Device, Memory*) = nullptr;
Code (*const kDeviceSensor)(Device, int, unsigned*) = nullptr;
Code (*const kDevicePair)(Device, int*, int*) = nullptr;
Code (*const kDeviceUsers)(Device, unsigned*, ProcessInfo*) = nullptr;

/// What stands in a buffer that the library filled; it may not have ended it.
std::string text_in(const char* buffer, size_t size) {
  const std::string_view all(buffer, size);
  return one_line(to_valid_utf8(all.substr(0, all.find('\0'))), 200);
}

std::vector<GpuUser> users_of(const Nvml& nvml, Device device) {
  std::vector<ProcessInfo> infos(kMostUsers);
  unsigned count = kMostUsers;
  const auto code =
      nvml.call("nvmlDeviceGetComputeRunningProcesses_v3", kDeviceUsers, device, &count, infos.data());
  if (!code || (*code != kSuccess && *code != kTooSmall)) return {};
  std::vector<GpuUser> out;
  for (unsigned i = 0; i < std::min(count, kMostUsers) && *code == kSuccess; ++i) {
    GpuUser user{infos[i].pid, {}};
    if (infos[i].bytes != kNotTold) user.bytes = static_cast<int64_t>(infos[i].bytes);
    out.push_back(user);
  }
  return out;
}

std::optional<Gpu> read_gpu(const Nvml& nvml, unsigned index) {
  Device device = nullptr;
  if (!nvml.ok("nvmlDeviceGetHandleByIndex_v2", kByIndex, index, &device)) return std::nullopt;
  Gpu gpu;
  char name[96] = "";
  if (nvml.ok("nvmlDeviceGetName", kDeviceText, device, name, unsigned{sizeof name}))
    gpu.name = text_in(name, sizeof name);
  Memory memory{};
  if (nvml.ok("nvmlDeviceGetMemoryInfo", kDeviceMemory, device, &memory)) {
    gpu.memory_total = static_cast<int64_t>(memory.total);
    gpu.memory_free = static_cast<int64_t>(memory.free);
  }
  unsigned degrees = 0;
  if (nvml.ok("nvmlDeviceGetTemperature", kDeviceSensor, device, 0, &degrees)) gpu.temperature = degrees;
  int major = 0, minor = 0;
  if (nvml.ok("nvmlDeviceGetCudaComputeCapability", kDevicePair, device, &major, &minor))
    gpu.architecture = std::to_string(major) + "." + std::to_string(minor);
  gpu.users = users_of(nvml, device);
  return gpu;
}

std::string gigabytes(int64_t bytes) {
  const int64_t tenths = (bytes + 50'000'000) / 100'000'000;
  return tenths >= 100 ? std::to_string((tenths + 5) / 10)
                       : std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

GpuReport probe_gpus(const std::string& library) {
  GpuReport out;
  const Nvml nvml(library);
  if (!nvml) {
    out.problem = "no NVIDIA driver is installed (NVML, " + library + ", cannot be loaded)";
    return out;
  }
  const std::optional<Code> code = nvml.call("nvmlInit_v2", kPlain);
  if (code != std::optional<Code>(kSuccess)) {
    const std::string words = code ? nvml.words_of(*code) : "too old";
    out.problem = "NVML does not start: " + words;
    // It has the same words for some troubles as the engine's log.
    Doctor doctor;
    doctor.feed(words);
    doctor.finish();
    if (!doctor.diagnoses().empty()) out.remedy = doctor.diagnoses().front().remedy;
    return out;
  }
  char driver[96] = "";
  if (nvml.ok("nvmlSystemGetDriverVersion", kText, driver, unsigned{sizeof driver}))
    out.driver = text_in(driver, sizeof driver);
  int cuda = 0;
  if (nvml.ok("nvmlSystemGetCudaDriverVersion_v2", kNumber, &cuda))
    out.cuda = std::to_string(cuda / 1000) + "." + std::to_string(cuda % 1000 / 10);
  unsigned count = 0;
  if (!nvml.ok("nvmlDeviceGetCount_v2", kCount, &count)) count = 0;
  for (unsigned i = 0; i < std::min(count, kMostGpus); ++i) {
    if (std::optional<Gpu> gpu = read_gpu(nvml, i)) out.gpus.push_back(std::move(*gpu));
  }
  nvml.call("nvmlShutdown", kPlain);
  if (out.gpus.empty()) out.problem = "the NVIDIA driver sees no GPU";
  return out;
}

std::string describe(const Gpu& gpu) {
  std::string out =
      gpu.name + ", " + gigabytes(gpu.memory_free) + " of " + gigabytes(gpu.memory_total) + " GB free";
  if (gpu.temperature) out += ", " + std::to_string(*gpu.temperature) + " °C";
  return out;
}

}  // namespace coder::engine
