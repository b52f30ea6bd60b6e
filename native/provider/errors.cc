#include "provider/errors.h"

#include <utility>

#include "base/text.h"
#include "codec/json.h"
#include "provider/page.h"

namespace coder::provider {
namespace {

constexpr size_t kMaxMessageBytes = 300;

const char* status_words(int status) {
  switch (status) {
    case 400:
      return "bad request";
    case 401:
      return "the key was refused";
    case 402:
      return "payment required";
    case 403:
      return "forbidden";
    case 404:
      return "not found";
    case 405:
      return "method not allowed";
    case 408:
      return "request timeout";
    case 413:
      return "the request is too large";
    case 422:
      return "the request was not understood";
    case 429:
      return "too many requests";
    case 500:
      return "internal server error";
    case 501:
      return "this server does not do that";
    case 502:
      return "bad gateway";
    case 503:
      return "service unavailable";
    case 504:
      return "gateway timeout";
    case 529:
      return "overloaded";
    default:
      return status >= 500 ? "server error" : "unexpected answer";
  }
}

std::string block(const Endpoint& endpoint) { return "[models." + endpoint.name + "]"; }

std::string seconds(Millis wait) {
  const auto tenths = (wait.count() + 99) / 100;
  std::string out = std::to_string(tenths / 10);
  if (tenths % 10) out += "." + std::to_string(tenths % 10);
  return out + " s";
}

std::string hint_for(const ErrorContext& context, const ChatError& error, http::Failure failure) {
  const Endpoint& endpoint = context.endpoint;
  const std::string check = "coder-nvim models " + endpoint.name;
  switch (error.trouble) {
    case Trouble::auth:
      if (endpoint.key.empty()) {
        return "No key is configured; set api_key, api_key_env or api_key_cmd in " + block(endpoint);
      }
      return "The key comes from " + (endpoint.key_source.empty() ? block(endpoint) : endpoint.key_source) +
             ". Check it with: " + check;
    case Trouble::payment:
      return "The account behind " + (endpoint.key_source.empty() ? "this key" : endpoint.key_source) +
             " has no balance or quota left: top it up or choose another model";
    case Trouble::rate_limit:
      return (error.retry_after ? "Try again in " + seconds(*error.retry_after) : "Try again in a moment") +
             " or choose another model";
    case Trouble::model_not_found:
      return "See which models the server has: " + check;
    case Trouble::not_found:
      return "Check base_url in " + block(endpoint) + "; it usually ends in /v1";
    case Trouble::context_overflow:
      return "Send less context or choose a model with a larger window";
    case Trouble::bad_request:
      if (error.status < 400) return "Set base_url in " + block(endpoint) + " to where the server really is";
      return "Check model and extra in " + block(endpoint);
    case Trouble::loading:
      return "The model is still being loaded; try again in a moment";
    case Trouble::server:
      return "Try again or choose another model";
    case Trouble::timeout:
      return "Try again, choose another model, or raise timeout_s in " + block(endpoint);
    case Trouble::truncated:
      return "Ask again; what has arrived is kept";
    case Trouble::malformed:
      return "Check that base_url in " + block(endpoint) +
             " is an OpenAI-compatible API; it usually ends in /v1";
    case Trouble::unreachable:
      break;
  }
  switch (failure) {
    case http::Failure::tls:
      return "If the certificate is signed by your own authority, set ca_file in " + block(endpoint);
    case http::Failure::resolve:
      return "Check the host name in base_url of " + block(endpoint) + " and the network";
    case http::Failure::proxy:
      return "Check the proxy: proxy in " + block(endpoint) + " or HTTPS_PROXY";
    case http::Failure::bad_url:
      return "Check base_url in " + block(endpoint);
    default:
      return endpoint.local ? "Is it running? Check base_url in " + block(endpoint)
                            : "Is it running? Check base_url in " + block(endpoint) + " and the network";
  }
}

ChatError make(const ErrorContext& context, Trouble trouble, int status, std::string_view message,
               std::optional<Millis> retry_after, http::Failure failure = http::Failure::none) {
  ChatError error;
  error.trouble = trouble;
  error.status = status;
  error.retry_after = retry_after;
  error.message = safe_words(context, message, kMaxMessageBytes);
  // Sentences are put together by Error::text, which adds the full stop.
  while (error.message.ends_with('.')) error.message.pop_back();
  error.hint = hint_for(context, error, failure);
  return error;
}

std::string words_of(const ErrorContext& context, Trouble trouble, const ServerError& error) {
  if (trouble == Trouble::model_not_found && error.message.empty()) {
    return "the server has no model \"" + context.model + "\"";
  }
  std::string words = error.message;
  if (words.empty()) words = error.code.empty() ? error.type : error.code;
  const auto says = [&](int64_t number) { return words.find(std::to_string(number)) != std::string::npos; };
  if (error.prompt_tokens && error.window_tokens &&
      !(says(*error.prompt_tokens) && says(*error.window_tokens))) {
    words += (words.empty() ? "" : " ");
    words += "(" + std::to_string(*error.prompt_tokens) + " tokens, the window holds " +
             std::to_string(*error.window_tokens) + ")";
  }
  return words;
}

std::string where(const Endpoint& endpoint) {
  return endpoint.address.unix_socket.empty() ? endpoint.address.url
                                              : "unix://" + endpoint.address.unix_socket;
}

}  // namespace

ChatError response_error(const ErrorContext& context, const http::Head& head, std::string_view body,
                         int64_t now) {
  ServerError server;
  const std::string_view text = trim(body);
  std::string words;
  if (const Result<codec::Value> json = codec::parse_json(text);
      json && (json->as_map() || json->as_array())) {
    server = error_of_body(*json);
  } else if (looks_like_page(text)) {
    words = describe_page(text);
  } else {
    server.message = text;
  }
  const Trouble trouble = classify(head.status, server);
  if (words.empty()) words = words_of(context, trouble, server);
  if (const std::string* location = head.find("location"); location && head.status < 400) {
    words = "redirected to " + *location;
  }
  if (words.empty()) words = status_words(head.status);
  std::optional<Millis> wait = read_retry_after(head, now);
  if (!wait) wait = server.retry_after;
  ChatError error = make(context, trouble, head.status, words, wait);
  if (const std::string* retry = head.find("x-should-retry")) {
    if (*retry == "true") error.should_retry = true;
    if (*retry == "false") error.should_retry = false;
  }
  error.prompt_tokens = server.prompt_tokens;
  error.window_tokens = server.window_tokens;
  return error;
}

ChatError answer_error(const ErrorContext& context, int status, const Failure& failure) {
  std::string words = words_of(context, failure.trouble, failure.error);
  if (words.empty()) words = "the server reported an error without saying which";
  ChatError error = make(context, failure.trouble, failure.error.status ? failure.error.status : status,
                         words, failure.error.retry_after);
  error.prompt_tokens = failure.error.prompt_tokens;
  error.window_tokens = failure.error.window_tokens;
  return error;
}

ChatError transfer_error(const ErrorContext& context, Trouble trouble, http::Failure failure, int status,
                         std::string_view what) {
  ChatError error =
      make(context, trouble, status, what.empty() ? "the connection failed" : what, std::nullopt, failure);
  error.hopeless = failure == http::Failure::tls || failure == http::Failure::proxy ||
                   failure == http::Failure::bad_url ||
                   (failure == http::Failure::connect && context.endpoint.local);
  return error;
}

ChatError request_error(std::string message) {
  ChatError error;
  error.trouble = Trouble::bad_request;
  error.message = std::move(message);
  return error;
}

const char* to_string(Finish finish) {
  switch (finish) {
    case Finish::stop:
      return "stop";
    case Finish::length:
      return "length";
    case Finish::tool_calls:
      return "tool_calls";
    case Finish::content_filter:
      return "content_filter";
  }
  return "stop";
}

const char* to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::auth:
      return "auth";
    case Trouble::payment:
      return "payment";
    case Trouble::rate_limit:
      return "rate_limit";
    case Trouble::model_not_found:
      return "model_not_found";
    case Trouble::not_found:
      return "not_found";
    case Trouble::context_overflow:
      return "context_overflow";
    case Trouble::bad_request:
      return "bad_request";
    case Trouble::loading:
      return "loading";
    case Trouble::server:
      return "server";
    case Trouble::unreachable:
      return "unreachable";
    case Trouble::timeout:
      return "timeout";
    case Trouble::truncated:
      return "truncated";
    case Trouble::malformed:
      return "malformed";
  }
  return "server";
}

Error ChatError::to_error(const Endpoint& endpoint) const {
  const ErrorKind kind = trouble == Trouble::auth ? ErrorKind::auth : ErrorKind::provider;
  const std::string place = where(endpoint);
  std::string text = endpoint.name + ": ";
  if (status >= 300) {
    text += std::to_string(status) + " from " + place;
  } else if (trouble == Trouble::unreachable) {
    text += "cannot reach " + place;
  } else {
    text += place;
  }
  return {kind, message.empty() ? text : text + ": " + message, hint};
}

}  // namespace coder::provider
