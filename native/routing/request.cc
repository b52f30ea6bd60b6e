#include <algorithm>

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
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::optional<config::Mode> mode_of(std::string_view word) {
  if (word == "auto") return config::Mode::automatic;
  if (word == "local") return config::Mode::local;
  if (word == "cloud") return config::Mode::cloud;
  return std::nullopt;
}

}  // namespace coder::routing
