// How long a response asks the client to wait.
#include <charconv>
#include <cmath>
#include <ctime>

#include "base/text.h"
#include "provider/server_error.h"

namespace coder::provider {
namespace {

/// Longer waits are told as this one: the caller fails over anyway, and sums stay far from overflow.
constexpr double kLongestMs = 1000.0 * 86400 * 365 * 100;

std::optional<Millis> positive(double ms) {
  if (!std::isfinite(ms) || ms <= 0) return std::nullopt;
  // A wait below the clock's tick is still a wait.
  return Millis(static_cast<int64_t>(std::ceil(std::min(ms, kLongestMs))));
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = parsed.ptr == text.data() + text.size();
  if (parsed.ec == std::errc::result_out_of_range && whole) {
    return text.find('-') == std::string_view::npos ? std::optional(kLongestMs) : std::nullopt;
  }
  return parsed.ec == std::errc() && whole ? std::optional(value) : std::nullopt;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT", the one form RFC 9110 lets a server send.
std::optional<int64_t> http_date(std::string_view text) {
  std::tm time{};
  const std::string copy(text);
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &time);
  if (!end || *end != '\0') return std::nullopt;
  return static_cast<int64_t>(timegm(&time));
}

}  // namespace

std::optional<Millis> read_retry_after(const http::Head& head, int64_t now) {
  if (const std::string* text = head.find("retry-after-ms")) {
    if (const std::optional<double> ms = number(trim(*text))) {
      if (const std::optional<Millis> wait = positive(*ms)) return wait;
    }
  }
  const std::string* text = head.find("retry-after");
  if (!text) return std::nullopt;
  const std::string_view value = trim(*text);
  if (const std::optional<double> seconds = number(value)) return positive(*seconds * 1000);
  if (const std::optional<int64_t> date = http_date(value)) {
    return positive(static_cast<double>(*date - now) * 1000);
  }
  return std::nullopt;
}

}  // namespace coder::provider
