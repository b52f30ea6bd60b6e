// One small request whose whole answer is wanted at once: model lists and what probes ask.
#pragma once

#include <string>

#include "http/http.h"
#include "provider/chat.h"

namespace coder::provider {

struct Fetch {
  std::string method = "GET";
  std::string url;
  std::string body;     ///< JSON; empty: none
  Millis total{10000};  ///< less where the endpoint's own limit is less
  size_t max_bytes = 8u << 20;
};

struct Fetched {
  http::Head head;
  std::string body;
  http::Done done;

  bool answered() const { return head.status > 0; }
  /// A 2xx that arrived whole.
  bool ok() const { return head.status >= 200 && head.status < 300 && done.failure == http::Failure::none; }
};

/// `on_done` runs exactly once, on the loop, never inside this call; destroying the transfer cancels it.
http::Transfer start_fetch(http::Client& client, const Endpoint& endpoint, const Fetch& fetch,
                           unique_function<void(Fetched)> on_done);

/// The error of an answer that is not ok().
ChatError fetch_error(const Endpoint& endpoint, const Fetched& fetched);

}  // namespace coder::provider
