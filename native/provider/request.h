// The JSON body of a chat request.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "privacy/prompt.h"
#include "provider/chat.h"

namespace coder::provider {

/// Deterministic: the same prompt gives the same bytes, so that prefix caches hit. Fails when a
/// tool's parameters, the schema or `extra` are not JSON of the right type.
Result<std::string> encode_chat_body(const std::vector<privacy::Message>& messages, const ChatParams& params,
                                     bool local);

}  // namespace coder::provider
