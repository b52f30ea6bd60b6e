// What fuzz targets share: cutting an input into a stream and the way it arrives.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace coder::test {

/// The first byte chooses how the rest is handled, the rest is the stream.
struct FuzzInput {
  uint8_t choice = 0;
  std::string_view bytes;

  FuzzInput(const uint8_t* data, size_t size) {
    if (size == 0) return;
    choice = data[0];
    bytes = {reinterpret_cast<const char*>(data) + 1, size - 1};
  }

  /// The stream in pieces of 1 to 8 bytes; which, follows from `choice`.
  std::vector<std::string_view> pieces() const {
    std::vector<std::string_view> out;
    uint32_t state = choice * 2654435761u + 1;
    for (size_t at = 0; at < bytes.size();) {
      state = state * 1664525u + 1013904223u;
      const size_t length = choice % 2 ? 1 : 1 + (state >> 29);
      out.push_back(bytes.substr(at, length));
      at += length;
    }
    return out;
  }
};

/// A property does not hold: end in a way that every fuzzer and test runner notices.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s\n", what);
  std::abort();
}

}  // namespace coder::test
