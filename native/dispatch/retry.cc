#include "dispatch/retry.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace coder::dispatch {

using provider::Trouble;

namespace {

bool worth_retrying(const provider::ChatError& error) {
  if (error.hopeless) return false;
  if (error.should_retry) return *error.should_retry;
  switch (error.trouble) {
    case Trouble::rate_limit:
    case Trouble::loading:
    case Trouble::server:
    case Trouble::timeout:
    case Trouble::truncated:
      return true;
    case Trouble::unreachable:
      return error.status == 0;
    case Trouble::bad_request:
      return error.status == 408 || error.status == 409;
    case Trouble::auth:
    case Trouble::payment:
    case Trouble::model_not_found:
    case Trouble::not_found:
    case Trouble::context_overflow:
    case Trouble::malformed:
      return false;
  }
  return false;
}

}  // namespace

std::optional<Millis> retry_wait(const provider::ChatError& error, int posts, double jitter) {
  if (error.content_seen || posts >= kMaxPosts || !worth_retrying(error)) return std::nullopt;
  if (error.retry_after) {
    if (*error.retry_after > kLongestRetryWait) return std::nullopt;
    return *error.retry_after;
  }
  const double seconds = std::min(0.5 * std::pow(2.0, posts - 1), 8.0) * (1 - 0.25 * jitter);
  return Millis(static_cast<int64_t>(seconds * 1000));
}

bool server_fault(const provider::ChatError& error) {
  switch (error.trouble) {
    case Trouble::rate_limit:
    case Trouble::server:
    case Trouble::unreachable:
    case Trouble::timeout:
    case Trouble::truncated:
    case Trouble::malformed:
      return true;
    case Trouble::bad_request:
      return error.status == 408;
    case Trouble::auth:
    case Trouble::payment:
    case Trouble::model_not_found:
    case Trouble::not_found:
    case Trouble::context_overflow:
    case Trouble::loading:
      return false;
  }
  return false;
}

bool refuses_calls(const provider::ChatError& error) {
  switch (error.trouble) {
    case Trouble::bad_request:
    case Trouble::not_found:
    case Trouble::model_not_found:
    case Trouble::server:
      break;
    default:
      return false;
  }
  if (error.content_seen || error.status < 400) return false;
  // "tools param requires --jinja flag", "does not support Function Calling", "messages with role 'tool' …",
  // "Missing `reasoning_content` field": the last from servers that want thoughts back with calls.
  const std::string said = lower_ascii(error.message);
  for (const char* const word :
       {"tool", "function call", "function_call", "functions", "reasoning_content"}) {
    if (said.find(word) != std::string::npos) return true;
  }
  return false;
}

bool worth_failover(const provider::ChatError& error, int posts) {
  if (error.content_seen || posts >= kMaxPosts) return false;
  return error.trouble != Trouble::bad_request || error.status == 408 || error.status == 409;
}

bool retry_before_failover(const provider::ChatError& error, int posts) {
  if (posts >= kMaxPosts - 1) return false;
  const bool answers = error.trouble == Trouble::server || error.trouble == Trouble::rate_limit ||
                       (error.trouble == Trouble::bad_request && error.status > 0);
  return answers && retry_wait(error, posts, 0).has_value();
}

}  // namespace coder::dispatch
