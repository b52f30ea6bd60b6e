// The request of a completion: where it goes and its bytes, per dialect.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "privacy/prompt.h"
#include "provider/chat.h"
#include "provider/fim.h"

namespace coder::provider {

struct FimRequest {
  std::string url;
  std::string body;     ///< deterministic: the same prompt and parameters give the same bytes
  bool mended = false;  ///< the prompt was neutralised: joiners come out of the answer
};

/// Fails when the messages are no completion's, the dialect lacks what it needs (ids, a family), or
/// `extra_json` is no object.
Result<FimRequest> encode_fim(const std::vector<privacy::Message>& messages, const FimParams& params,
                              const Endpoint& endpoint);

}  // namespace coder::provider
