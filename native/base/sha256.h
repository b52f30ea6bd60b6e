// SHA-256 (FIPS 180-4): of model files, and of what was sent.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace coder {

class Sha256 {
 public:
  void update(std::string_view bytes);
  std::string hex();  ///< of all bytes so far, in lower case; ends it

 private:
  void block(const unsigned char* bytes);

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> rest_{};
  size_t rest_size_ = 0;
  uint64_t total_ = 0;
};

/// Of a file's bytes; empty when it cannot be read. Blocks for as long as that takes.
std::string sha256_of_file(const std::string& path);

}  // namespace coder
