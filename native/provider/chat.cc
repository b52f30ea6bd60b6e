#include "provider/chat.h"

#include <utility>

#include "provider/call.h"
#include "provider/request.h"

namespace coder::provider {

std::unique_ptr<ChatCall> start_chat(http::Client& client, loop::Loop& loop, const Endpoint& endpoint,
                                     const privacy::Cleared& cleared, const ChatParams& params,
                                     ChatHandlers handlers) {
  Result<std::string> body = encode_chat_body(cleared.messages(), params, endpoint.local);
  Result<CallSpec> spec = body ? Result<CallSpec>(CallSpec{endpoint.address.url + "/chat/completions",
                                                           std::move(*body), params.model, params.stream})
                               : Result<CallSpec>(std::move(body.error()));
  CallHandlers inner;
  inner.on_accepted = std::move(handlers.on_accepted);
  inner.on_text = std::move(handlers.on_text);
  inner.on_reasoning = std::move(handlers.on_reasoning);
  inner.on_result = [on_result = std::move(handlers.on_result)](ChatResult result, FimTimings) mutable {
    if (on_result) on_result(std::move(result));
  };
  inner.on_error = std::move(handlers.on_error);
  return start_call(client, loop, endpoint, cleared, std::move(spec), std::move(inner));
}

}  // namespace coder::provider
