/* A stand-in for NVIDIA's libnvidia-ml.so.1: two GPUs, or what FAKE_NVML asks for. */
#include <stdlib.h>
#include <string.h>

typedef struct { unsigned long long total, free, used; } memory;
typedef struct { unsigned pid; unsigned long long bytes; unsigned gpu, compute; } process;

static int is(const char* what) {
  const char* asked = getenv("FAKE_NVML");
  return asked && strcmp(asked, what) == 0;
}

int nvmlInit_v2(void) { return is("mismatch") ? 18 : 0; }
int nvmlShutdown(void) { return 0; }
const char* nvmlErrorString(int code) { return code == 18 ? "Driver/library version mismatch" : "Unknown Error"; }
int nvmlSystemGetDriverVersion(char* out, unsigned size) { strncpy(out, "570.86.10", size); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int* out) { *out = 12080; return 0; }
int nvmlDeviceGetCount_v2(unsigned* out) { *out = is("none") ? 0 : is("many") ? 100000 : 2; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** out) {
  static int devices[2];
  if (index > 1) return 2;
  *out = &devices[index];
  return 0;
}
int nvmlDeviceGetName(void* device, char* out, unsigned size) {
  (void)device;
  if (is("odd")) memset(out, 0xff, size); /* no end, no UTF-8 */
  else strncpy(out, "NVIDIA Fake 24GB", size);
  return 0;
}
int nvmlDeviceGetMemoryInfo(void* device, memory* out) {
  (void)device;
  out->total = 24000000000ull;
  out->free = 9500000000ull;
  out->used = out->total - out->free;
  return 0;
}
int nvmlDeviceGetTemperature(void* device, int sensor, unsigned* out) { (void)device; *out = 41; return sensor; }
int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  (void)device;
  *major = 8;
  *minor = 9;
  return 0;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void* device, unsigned* count, process* out) {
  (void)device;
  if (is("odd")) { *count = 100000; return 7; }
  out[0].pid = 4711;
  out[0].bytes = 14000000000ull;
  out[1].pid = 12;
  out[1].bytes = ~0ull;
  *count = 2;
  return 0;
}
