// The OpenAI-compatible chat protocol: one request, streamed or not, against one
// endpoint. It takes text only as privacy::Cleared. Retries live in dispatch.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/unique_function.h"
#include "http/http.h"
#include "privacy/address.h"
#include "privacy/prompt.h"

namespace coder::provider {

/// How to reach a server; no text of the user's in it.
struct Endpoint {
  std::string name;  ///< the configuration block's NAME
  privacy::Address address;
  bool trusted = false;
  bool local = false;      ///< local lane: short connect limit, proxy variables ignored when trusted
  Secret key;              ///< may be empty
  std::string key_source;  ///< "$RELAY_KEY", "config.toml:7", "command pass show x"; for messages
  std::vector<http::Header> headers;
  std::string ca_file;
  std::string proxy;
  Millis total_limit{600000};
  std::optional<Millis>
      header_limit;  ///< connected to response head, when streaming; none: 120 s local, 60 s cloud
  std::optional<Millis> first_token_limit;  ///< headers to first content; none: content idle limit
};

struct ToolSpec {
  std::string name;
  std::string description;
  std::string parameters_json;  ///< JSON schema object
};

struct ChatParams {
  std::string model;  ///< the server's id
  bool stream = true;
  std::optional<int64_t> max_tokens;
  std::optional<double> temperature;
  std::vector<ToolSpec> tools;
  std::string tool_choice;  ///< "", "auto", "none", "required" or a tool's name
  bool json_mode = false;   ///< response_format json_object
  std::string json_schema;  ///< response_format json_schema, JSON text; wins over json_mode
  std::string extra_json;   ///< JSON object merged over the body's top level
};

/// Where a usage figure comes from.
enum class UsageSource { none, estimated, reported };

struct Usage {
  int64_t input = 0;           ///< all prompt tokens, cached ones included
  int64_t cached_input = 0;    ///< part of input
  int64_t cache_write = 0;     ///< part of input, none of it cached: put into the server's cache
  int64_t output = 0;          ///< reasoning included
  int64_t reasoning = 0;       ///< part of output
  std::optional<double> cost;  ///< USD, when the server says it
  UsageSource source = UsageSource::none;
  std::string raw_json;  ///< as the server sent it

  /// The figures of another call for the same request; source and raw_json stay.
  void add(const Usage& other);
};

enum class Finish { stop, length, tool_calls, content_filter };
const char* to_string(Finish finish);

struct ChatResult {
  Finish finish = Finish::stop;
  Usage usage;
  std::vector<privacy::ToolCall> tool_calls;
  std::string model;  ///< as the server named it; may be empty
};

/// One normal form for everything that can go wrong with a model call.
enum class Trouble {
  auth,              ///< 401, 403
  payment,           ///< 402, 429 that means money
  rate_limit,        ///< 429
  model_not_found,   ///< 404 with a model error
  not_found,         ///< 404 otherwise: wrong base_url
  context_overflow,  ///< the prompt is larger than the window
  bad_request,       ///< other 4xx, 3xx
  loading,           ///< local 503 "Loading model"
  server,            ///< 5xx, finish_reason error, error inside the stream
  unreachable,       ///< name, connect, TLS, proxy
  timeout,
  truncated,  ///< the stream ended with neither finish_reason nor [DONE], or broke
  malformed,  ///< not the protocol: HTML, no JSON, limits passed
};
const char* to_string(Trouble trouble);

struct ChatError {
  Trouble trouble = Trouble::server;
  int status = 0;                     ///< HTTP status, 0 when none came
  std::string message;                ///< the server's or ours, one line, no key, no prompt text
  std::string hint;                   ///< what to do next
  std::optional<Millis> retry_after;  ///< asked for by the server; always positive
  std::optional<bool> should_retry;   ///< x-should-retry
  bool hopeless = false;              ///< would fail again at once: TLS, proxy, nothing listens locally
  bool content_seen = false;          ///< any text, reasoning or tool call arrived before
  Usage usage;                        ///< what is known of it
  /// With a context overflow, where the server says them: what the prompt came to, what the window holds.
  std::optional<int64_t> prompt_tokens, window_tokens;

  /// Kind auth for Trouble::auth, provider for all else; the message names the endpoint.
  Error to_error(const Endpoint& endpoint) const;
};

struct ChatHandlers {
  unique_function<void()> on_accepted;  ///< response head 200 came: the queue is behind us
  unique_function<void(std::string_view)> on_text;
  unique_function<void(std::string_view)> on_reasoning;
  unique_function<void(ChatResult)> on_result;  ///< exactly one of on_result, on_error, last
  unique_function<void(ChatError)> on_error;
};

/// A running call; destroying it closes the connection, no callback after that.
class ChatCall {
 public:
  virtual ~ChatCall() = default;
};

/// Starts one POST to {address.url}/chat/completions. `cleared` must be for this endpoint's address
/// (checked: otherwise on_error). Callbacks run on the loop, never inside this call.
std::unique_ptr<ChatCall> start_chat(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                     const privacy::Cleared& cleared, const ChatParams& params,
                                     ChatHandlers handlers);

struct ModelList {
  std::vector<std::string> ids;
  /// Context window by id where the server says it (vLLM max_model_len, llama-server meta.n_ctx_train …).
  std::map<std::string, int64_t> context;
};

struct ModelsHandlers {
  unique_function<void(ModelList)> on_result;
  unique_function<void(ChatError)> on_error;
};

/// GET {address.url}/models.
std::unique_ptr<ChatCall> list_models(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                      ModelsHandlers handlers);

/// An id for the pin `wanted` ("deepseek*" or exact) among live `ids`: the exact one, else the first
/// in natural order (newest last, so the last match) for a pin with "*"; empty when none matches.
std::string resolve_pin(const std::string& wanted, const std::vector<std::string>& ids);

}  // namespace coder::provider
