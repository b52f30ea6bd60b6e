// FNV-1a, 64 bits: not for secrets, the same on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace coder {

inline uint64_t fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

/// The hash as 16 hexadecimal digits: a name that is safe in a file name.
std::string hash_name(std::string_view text);

}  // namespace coder
