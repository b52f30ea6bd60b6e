// What an engine says about itself beside the OpenAI-compatible protocol: whether it is ready and how many
// requests wait there. No text of the user's is sent.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/unique_function.h"
#include "http/http.h"
#include "provider/chat.h"

namespace coder::provider {

enum class Readiness {
  ready,
  loading,  ///< llama-server's 503 while it reads the model
  unknown,  ///< it answers, but has no GET /health (Ollama, relays)
  away,     ///< nothing answers there
};

/// GET /health. `on_done` runs once, on the loop, never inside this call; destroying the transfer cancels it.
http::Transfer ask_readiness(http::Client& client, const Endpoint& endpoint,
                             unique_function<void(Readiness)> on_done);

struct Queue {
  int running = 0;
  int waiting = 0;
};

/// From the Prometheus text of llama-server (requests_processing, requests_deferred) or vLLM
/// (num_requests_running, num_requests_waiting; the sum over its engines). nullopt: it says neither.
std::optional<Queue> parse_queue(std::string_view metrics);

/// GET /metrics, which wakes no sleeping engine. nullopt: none within `limit`, or the server has no such page
/// (then `has_page` is false).
http::Transfer ask_queue(http::Client& client, const Endpoint& endpoint, Millis limit,
                         unique_function<void(std::optional<Queue>, bool has_page)> on_done);

}  // namespace coder::provider
