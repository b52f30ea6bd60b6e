// What every request to an endpoint has in common.
#pragma once

#include <string>

#include "http/http.h"
#include "provider/chat.h"

namespace coder::provider {

/// Address, headers, key, certificates, proxy rules and the connect limit; no time limits otherwise.
http::Request request_to(const Endpoint& endpoint, std::string method, std::string url);

/// Where paths beside the OpenAI-compatible ones start: the base URL without a "/v1" at its end.
std::string origin_of(const Endpoint& endpoint);

}  // namespace coder::provider
