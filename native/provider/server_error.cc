#include "provider/server_error.h"

#include <charconv>
#include <cmath>
#include <initializer_list>

#include "base/text.h"
#include "codec/json.h"

namespace coder::provider {
namespace {

using codec::Value;

bool is_error_status(double status) { return status >= 300 && status <= 599; }

std::string text_member(const Value& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const Value* member = object.find(name);
    const std::string* text = member ? member->as_string() : nullptr;
    if (text && !text->empty()) return *text;
  }
  return {};
}

std::optional<int64_t> token_member(const Value& object, const char* name) {
  const Value* member = object.find(name);
  const int64_t* number = member ? member->as_int() : nullptr;
  return number && *number > 0 ? std::optional(*number) : std::nullopt;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> needles) {
  for (const std::string_view needle : needles) {
    if (text.find(needle) != std::string_view::npos) return true;
  }
  return false;
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (text == name) return true;
  }
  return false;
}

/// Google's details: [{"@type": "…RetryInfo", "retryDelay": "34s"}].
std::optional<Millis> retry_info(const Value& error) {
  const Value* details = error.find("details");
  if (!details || !details->as_array()) return std::nullopt;
  for (const Value& item : *details->as_array()) {
    const std::string delay = text_member(item, {"retryDelay"});
    double seconds = 0;
    const auto parsed = std::from_chars(delay.data(), delay.data() + delay.size(), seconds);
    if (parsed.ec == std::errc() && seconds > 0 && seconds < 1e9) {
      return Millis(static_cast<int64_t>(seconds * 1000));
    }
  }
  return std::nullopt;
}

/// null, false and "" mean that there is no error.
bool says_something(const Value* error) {
  if (!error || error->is_null()) return false;
  if (const bool* flag = error->as_bool()) return *flag;
  if (const std::string* text = error->as_string()) return !text->empty();
  return true;
}

bool means_money(const ServerError& error, std::string_view message) {
  const auto code = [&](std::string_view text) {
    return is_any(text, {"insufficient_quota", "credit_balance_exhausted", "billing_hard_limit_reached",
                         "billing_not_active", "exceeded_current_quota_error", "insufficient_balance",
                         "insufficient_funds", "insufficient_credits", "payment_required"});
  };
  return code(error.code) || code(error.type) ||
         has_any(message,
                 {"insufficient balance", "credit balance", "insufficient credits", "insufficient funds"});
}

bool means_context_overflow(const ServerError& error, std::string_view message) {
  const auto code = [&](std::string_view text) {
    return is_any(text, {"exceed_context_size_error", "context_length_exceeded", "string_above_max_length",
                         "model_max_prompt_tokens_exceeded"});
  };
  return code(error.code) || code(error.type) ||
         has_any(message,
                 {"maximum context length", "context length exceeded", "exceeds the available context",
                  "context window", "prompt is too long", "input is too long", "too many tokens",
                  "exceed context limit", "maximum prompt length", "exceeds the maximum number of tokens"});
}

/// The number that follows `words` in `message`.
std::optional<int64_t> number_after(std::string_view message, std::string_view words) {
  const size_t at = message.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  int64_t number = 0;
  const char* begin = message.data() + at + words.size();
  const auto parsed = std::from_chars(begin, message.data() + message.size(), number);
  if (parsed.ec != std::errc() || number <= 0) return std::nullopt;
  return number;
}

/// As OpenAI and vLLM word it: "maximum context length is 8192 tokens. However, your messages resulted in
/// 9000 tokens", "you requested 9000 tokens (8000 in the messages, 1000 in the completion)".
void read_sizes(const std::string& message, ServerError& out) {
  if (!out.window_tokens) out.window_tokens = number_after(message, "maximum context length is ");
  for (const char* words : {"resulted in ", "your prompt contains at least ", "your prompt contains ",
                            "tokens (", "you requested "}) {
    if (!out.prompt_tokens) out.prompt_tokens = number_after(message, words);
  }
}

bool means_no_model(const ServerError& error, std::string_view message) {
  if (is_any(error.code, {"model_not_found", "invalid_model", "unknown_model"}) ||
      is_any(error.type, {"model_not_found", "model_not_found_error"})) {
    return true;
  }
  return has_any(message, {"no endpoints found for", "not a valid model"}) ||
         (has_any(message, {"model"}) &&
          has_any(message, {"not found", "not exist", "unknown model", "no such model", "invalid model"}));
}

}  // namespace

ServerError read_error(const Value& value) {
  ServerError out;
  if (const std::string* text = value.as_string()) {
    out.message = *text;
    return out;
  }
  if (const Value::Array* array = value.as_array()) {
    return array->empty() ? out : read_error(array->front());
  }
  if (!value.as_map()) return out;
  // {"error": {"error": …}} and {"detail": [{"msg": …}]} occur; depth is bounded by the JSON parser.
  if (const Value* inner = value.find("error"); inner && (inner->as_map() || inner->as_array())) {
    return read_error(*inner);
  }
  out.message = text_member(value, {"message", "msg", "detail", "error", "error_description", "title"});
  out.type = text_member(value, {"type", "status"});
  for (const char* name : {"code", "status", "status_code"}) {
    const Value* member = value.find(name);
    if (!member) continue;
    if (is_error_status(member->number_or(0))) out.status = static_cast<int>(member->number_or(0));
    const std::string* text = member->as_string();
    if (!text || name != std::string_view("code")) continue;
    int number = 0;
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), number);
    const bool numeric = parsed.ec == std::errc() && parsed.ptr == text->data() + text->size();
    if (numeric && is_error_status(number)) {
      out.status = number;
    } else {
      out.code = *text;
    }
  }
  out.retry_after = retry_info(value);
  out.prompt_tokens = token_member(value, "n_prompt_tokens");
  out.window_tokens = token_member(value, "n_ctx");
  read_sizes(out.message, out);
  // OpenRouter hides the upstream's words here behind "Provider returned error".
  if (const Value* metadata = value.find("metadata")) {
    const std::string raw = text_member(*metadata, {"raw"});
    if (!raw.empty()) out.message += (out.message.empty() ? "" : ": ") + raw;
  }
  return out;
}

std::optional<ServerError> find_error(const Value& root) {
  if (const Value::Array* array = root.as_array()) {
    return array->size() == 1 ? find_error(array->front()) : std::nullopt;
  }
  if (const Value* error = root.find("error"); says_something(error)) {
    ServerError out = read_error(*error);
    // Ollama's string form may have its code beside it.
    if (error->as_string()) {
      const std::string type = text_member(root, {"type"});
      if (!type.empty()) out.type = type;
    }
    return out;
  }
  if (text_member(root, {"object"}) == "error") return read_error(root);
  for (const char* name : {"errors", "detail"}) {
    const Value* value = root.find(name);
    if (says_something(value) && !root.find("choices") && !root.find("data")) return read_error(*value);
  }
  return std::nullopt;
}

ServerError error_of_body(const Value& root) {
  if (std::optional<ServerError> found = find_error(root)) return std::move(*found);
  return read_error(root);
}

Trouble classify(int http_status, const ServerError& error) {
  const int status = error.status ? error.status : http_status;
  const std::string message = lower_ascii(error.message);
  const auto named = [&](std::initializer_list<std::string_view> names) {
    return is_any(error.code, names) || is_any(error.type, names);
  };

  if (status == 401 || status == 403) return Trouble::auth;
  if (status == 402 || means_money(error, message)) return Trouble::payment;
  if (status == 429) return Trouble::rate_limit;
  if (status == 503 && has_any(message, {"loading model"})) return Trouble::loading;
  // At run time a full cache is the server's trouble: the same prompt may fit a moment later.
  if (status < 500 && means_context_overflow(error, message)) return Trouble::context_overflow;
  if (status == 413 && !named({"rate_limit_exceeded"})) return Trouble::context_overflow;
  if ((status == 400 || status == 404 || status == 422 || status < 300) && means_no_model(error, message)) {
    return Trouble::model_not_found;
  }
  if (status == 404) return Trouble::not_found;
  if (status == 408) return Trouble::timeout;
  if (status == 409 || status >= 500) return Trouble::server;  // 409: a lock at the server, worth a retry
  if (status >= 300) return Trouble::bad_request;

  // An error inside a 200 that names no status: its type has to do.
  if (named({"invalid_api_key", "authentication_error", "permission_error", "UNAUTHENTICATED",
             "PERMISSION_DENIED"})) {
    return Trouble::auth;
  }
  if (named({"rate_limit_error", "rate_limit_exceeded", "too_many_requests", "RESOURCE_EXHAUSTED"})) {
    return Trouble::rate_limit;
  }
  if (named({"invalid_request_error", "BadRequestError", "INVALID_ARGUMENT"})) return Trouble::bad_request;
  if (named({"timeout", "timeout_error", "DEADLINE_EXCEEDED"})) return Trouble::timeout;
  return Trouble::server;
}

}  // namespace coder::provider
