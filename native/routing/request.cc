#include "base/text.h"
#include "routing/route.h"

namespace coder::routing {

std::string marker_in(std::string_view text, const std::vector<std::string>& markers) {
  const std::string_view body = trim(text);
  for (const std::string& marker : markers) {
    if (marker.empty()) continue;
    const bool at_the_beginning = marker.front() == '[' && marker.back() == ']';
    if (at_the_beginning ? body.substr(0, marker.size()) == marker
                         : text.find(marker) != std::string_view::npos) {
      return marker;
    }
  }
  return "";
}

int64_t count_chars(std::string_view text) {
  // Counted in bytes, a block at a time, which compilers turn into vector instructions: 60 KB in 2 µs,
  // not 26.
  constexpr size_t kBlock = 240;
  int64_t count = 0;
  for (size_t at = 0; at < text.size(); at += kBlock) {
    unsigned char begun = 0;
    for (const char c : text.substr(at, kBlock)) begun += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    count += begun;
  }
  return count;
}

std::optional<config::Mode> mode_of(std::string_view word) {
  if (word == "auto") return config::Mode::automatic;
  if (word == "local") return config::Mode::local;
  if (word == "cloud") return config::Mode::cloud;
  return std::nullopt;
}

}  // namespace coder::routing
