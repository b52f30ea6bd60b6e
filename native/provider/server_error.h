// What servers say when something is wrong: one normal form for the many shapes of error JSON, and
// what each means.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/value.h"
#include "provider/chat.h"

namespace coder::provider {

struct ServerError {
  std::string message;                   ///< as sent: may be long, echo a key or the prompt
  std::string type;                      ///< "type" or Google's "status"
  std::string code;                      ///< a symbolic code; numeric ones go to `status`
  int status = 0;                        ///< HTTP status named inside the error, 0 when there is none
  std::optional<Millis> retry_after;     ///< Google's RetryInfo
  std::optional<int64_t> prompt_tokens;  ///< with a context overflow, where the server says it
  std::optional<int64_t> window_tokens;
};

/// The error in a JSON answer: {"error": string | object}, [{"error": …}], {"object": "error", …},
/// {"detail": …}, {"errors": […]}. nullopt when `root` holds none ("error": null is none).
std::optional<ServerError> find_error(const codec::Value& root);

/// {"message": …} alone is an error only where the status says so.
ServerError error_of_body(const codec::Value& root);

/// Reads an error's own value, whatever its type.
ServerError read_error(const codec::Value& value);

/// What it means. `http_status` counts unless the error names its own.
Trouble classify(int http_status, const ServerError& error);

/// The wait a response asks for: retry-after-ms, retry-after in seconds or as an HTTP date compared
/// with `now` (seconds since 1970). Non-positive and non-finite ones are none; huge ones stay huge.
std::optional<Millis> read_retry_after(const http::Head& head, int64_t now);

}  // namespace coder::provider
