// ChatErrors in words a user can act on: what happened, where, what next. No key and no prompt text
// in them, whatever the server echoes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"
#include "privacy/prompt.h"
#include "provider/chat.h"
#include "provider/stream_decoder.h"

namespace coder::provider {

/// Error bodies are kept up to this size.
constexpr size_t kMaxErrorBodyBytes = 64u << 10;

/// What the words are about. Borrows; lives for one call.
struct ErrorContext {
  const Endpoint& endpoint;
  const std::string& model;                                 ///< may be empty
  const std::vector<privacy::Message>* messages = nullptr;  ///< what was sent, so as not to show it
};

/// A response with an error status. `now`: seconds since 1970, for Retry-After dates.
ChatError response_error(const ErrorContext& context, const http::Head& head, std::string_view body,
                         int64_t now);

/// An error inside a 200.
ChatError answer_error(const ErrorContext& context, int status, const Failure& failure);

/// The transfer failed, or our limits ended it. `what` is in plain words.
ChatError transfer_error(const ErrorContext& context, Trouble trouble, http::Failure failure, int status,
                         std::string_view what);

/// The request could not be made at all.
ChatError request_error(std::string message);

/// `text` in one line of at most `max_bytes`, the endpoint's key and header values and every longer
/// run of the sent prompt taken out.
std::string safe_words(const ErrorContext& context, std::string_view text, size_t max_bytes);

}  // namespace coder::provider
