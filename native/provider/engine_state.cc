#include "provider/engine_state.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "provider/endpoint_request.h"
#include "provider/fetch.h"

namespace coder::provider {
namespace {

constexpr Millis kReadinessLimit{2000};
constexpr size_t kMaxPageBytes = 1u << 20;
constexpr double kMostRequests = 1e6;

struct Metric {
  std::string_view name;
  int Queue::*member;
};

constexpr Metric kMetrics[] = {
    {"llamacpp:requests_processing", &Queue::running},
    {"llamacpp:requests_deferred", &Queue::waiting},
    {"vllm:num_requests_running", &Queue::running},
    {"vllm:num_requests_waiting", &Queue::waiting},
};

/// The value of `NAME[{labels}] VALUE [time]`; nullopt when the line is of another metric.
std::optional<int> value_in(std::string_view line, std::string_view name) {
  if (line.substr(0, name.size()) != name) return std::nullopt;
  line.remove_prefix(name.size());
  if (!line.empty() && line.front() == '{') {
    const size_t close = line.rfind('}');
    if (close == std::string_view::npos) return std::nullopt;
    line.remove_prefix(close + 1);
  }
  if (line.empty() || line.front() != ' ') return std::nullopt;
  const std::string text(line.substr(1, 64));
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || !std::isfinite(value) || value < 0 || value > kMostRequests) return std::nullopt;
  return static_cast<int>(value);
}

}  // namespace

http::Transfer ask_readiness(http::Client& client, const Endpoint& endpoint,
                             unique_function<void(Readiness)> on_done) {
  Fetch fetch;
  fetch.url = origin_of(endpoint) + "/health";
  fetch.total = kReadinessLimit;
  fetch.max_bytes = kMaxPageBytes;
  return start_fetch(client, endpoint, fetch, [on_done = std::move(on_done)](const Fetched& fetched) mutable {
    if (!fetched.answered()) return on_done(Readiness::away);
    if (fetched.head.status == 503) return on_done(Readiness::loading);
    on_done(fetched.ok() ? Readiness::ready : Readiness::unknown);
  });
}

std::optional<Queue> parse_queue(std::string_view metrics) {
  Queue queue;
  bool found = false;
  while (!metrics.empty()) {
    const size_t end = std::min(metrics.find('\n'), metrics.size());
    const std::string_view line = metrics.substr(0, end);
    metrics.remove_prefix(std::min(end + 1, metrics.size()));
    for (const Metric& metric : kMetrics) {
      const std::optional<int> value = value_in(line, metric.name);
      if (!value) continue;
      queue.*metric.member += *value;
      found = true;
    }
  }
  return found ? std::optional<Queue>(queue) : std::nullopt;
}

http::Transfer ask_queue(http::Client& client, const Endpoint& endpoint, Millis limit,
                         unique_function<void(std::optional<Queue>, bool)> on_done) {
  Fetch fetch;
  fetch.url = origin_of(endpoint) + "/metrics";
  fetch.total = limit;
  fetch.max_bytes = kMaxPageBytes;
  return start_fetch(client, endpoint, fetch, [on_done = std::move(on_done)](const Fetched& fetched) mutable {
    const std::optional<Queue> queue = fetched.ok() ? parse_queue(fetched.body) : std::nullopt;
    // A page that did not come in time may come the next time.
    on_done(queue, queue || !fetched.answered() || fetched.head.status >= 502);
  });
}

}  // namespace coder::provider
