// One POST with a streamed (or whole) answer, whatever the dialect: http bytes → AnswerReader →
// handlers, with attempt.h deciding what each event and each deadline leads to.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http/http.h"
#include "provider/chat.h"
#include "provider/fim.h"

namespace coder::provider {

/// What is asked, and where.
struct CallSpec {
  std::string url;
  std::string body;   ///< JSON
  std::string model;  ///< for messages; may be empty
  bool stream = true;
};

struct CallHandlers {
  unique_function<void()> on_accepted;  ///< response head 2xx came
  unique_function<void(std::string_view)> on_text;
  unique_function<void(std::string_view)> on_reasoning;
  unique_function<void(ChatResult, FimTimings)> on_result;  ///< exactly one of on_result, on_error, last
  unique_function<void(ChatError)> on_error;
};

/// Starts it. `cleared` must be for this endpoint's address and be what the body was made of: the
/// address is checked, and what a server says back is searched for its text. A prompt for another
/// destination and an error in `spec` end in on_error, and nothing is sent. Callbacks run on the loop,
/// never inside this call; the call may be destroyed in any of them.
std::unique_ptr<ChatCall> start_call(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                     const privacy::Cleared& cleared, Result<CallSpec> spec,
                                     CallHandlers handlers);

}  // namespace coder::provider
