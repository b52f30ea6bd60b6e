#include "provider/stream_decoder.h"

#include <initializer_list>
#include <utility>

#include "base/text.h"
#include "codec/json.h"
#include "provider/usage.h"

namespace coder::provider {
namespace {

using codec::Value;

Failure our_failure(Trouble trouble, std::string message) {
  Failure failure;
  failure.trouble = trouble;
  failure.error.message = std::move(message);
  failure.ours = true;
  return failure;
}

Failure server_failure(ServerError error) {
  Failure failure;
  failure.trouble = classify(200, error);
  failure.error = std::move(error);
  return failure;
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (text == name) return true;
  }
  return false;
}

std::string_view text_of(const Value& object, const char* name) {
  const Value* member = object.find(name);
  const std::string* text = member ? member->as_string() : nullptr;
  return text ? std::string_view(*text) : std::string_view();
}

Result<Value> parse(std::string_view json, bool& shielded) {
  shielded = false;
  if (json.find("\\u") == std::string_view::npos) return codec::parse_json(json);
  const std::string safe = shield_surrogates(json, shielded);
  return codec::parse_json(safe);
}

/// The reasoning of a delta, under the first of its names that says something; servers that send
/// two send the same text twice.
std::string reasoning_of(const Value& message) {
  for (const char* name : {"reasoning_content", "reasoning"}) {
    const std::string_view text = text_of(message, name);
    if (!text.empty()) return std::string(text);
  }
  std::string out;
  const Value* details = message.find("reasoning_details");
  if (!details || !details->as_array()) return out;
  for (const Value& item : *details->as_array()) {
    const std::string_view text = text_of(item, "text");
    out += text.empty() ? text_of(item, "summary") : text;
  }
  return out;
}

}  // namespace

void StreamDecoder::take(const sse::Event& event, std::vector<Piece>& out) { take_data(event, false, out); }

void StreamDecoder::take_unfinished(const sse::Event& event, std::vector<Piece>& out) {
  take_data(event, true, out);
}

void StreamDecoder::take_data(const sse::Event& event, bool unfinished, std::vector<Piece>& out) {
  if (failure_ || saw_done_) return;
  const std::string_view data = trim(event.data);
  if (data.empty() || is_any(event.name, {"ping", "keepalive", "keep-alive", "heartbeat"})) return;
  if (data.starts_with("[DONE]")) {
    saw_done_ = true;
    return;
  }
  bool shielded = false;
  Result<Value> root = parse(data, shielded);
  if (event.name == "error") {
    failure_ = server_failure(root ? error_of_body(*root) : read_error(Value(data)));
    return;
  }
  if (!root) {
    // Events with a name of their own may be anything; unnamed ones must be the protocol.
    const bool foreign = !event.name.empty() && event.name != "message";
    if (unfinished || foreign) return;
    failure_ = our_failure(Trouble::malformed, "an event of the stream is not JSON");
    return;
  }
  take_object(*root, shielded, false, out);
}

void StreamDecoder::take_body(std::string_view json, bool whole, std::vector<Piece>& out) {
  if (failure_) return;
  const std::string_view text = trim(json);
  bool shielded = false;
  Result<Value> root = parse(text, shielded);
  if (text.empty() || (!root && !whole)) {
    failure_ =
        our_failure(Trouble::truncated, text.empty() ? "the server closed the connection without an answer"
                                                     : "the connection broke in the middle of the answer");
  } else if (!root) {
    failure_ = our_failure(Trouble::malformed, "the answer is " + root.error().message);
  } else {
    take_object(*root, shielded, true, out);
  }
}

void StreamDecoder::fail(Failure failure) {
  if (!failure_ && !saw_done_) failure_ = std::move(failure);
}

void StreamDecoder::take_object(const Value& root, bool shielded, bool body, std::vector<Piece>& out) {
  if (std::optional<ServerError> error = find_error(root)) {
    failure_ = server_failure(std::move(*error));
  }
  if (model_.empty()) model_ = text_of(root, "model");
  const Value* usage = root.find("usage");
  const Value* timings = root.find("timings");
  const Usage reported = read_usage(usage, timings);
  if (reported.source != UsageSource::none) usage_ = reported;
  if (timings && timings->as_map()) timings_ = read_timings(*timings);
  if (failure_) return;

  const Value* choices = root.find("choices");
  const Value::Array* array = choices ? choices->as_array() : nullptr;
  if (array) {
    for (const Value& choice : *array) take_choice(choice, shielded, out);
  }
  const Value* stop = array ? nullptr : root.find("stop");
  const bool* stopped = stop ? stop->as_bool() : nullptr;
  if (stopped) take_completion(root, *stopped, shielded, out);
  if (!body || failure_) return;
  if (!stopped && (!array || array->empty())) {
    failure_ = our_failure(Trouble::malformed, "the answer has no \"choices\"");
  } else if (!saw_finish()) {
    finish_ = Finish::stop;  // whole JSON is a whole answer
  }
}

/// llama-server's own form. Its last event has the reason under "stop_type" ("limit" is any limit: tokens,
/// time, indentation) and nothing follows it.
void StreamDecoder::take_completion(const Value& root, bool stopped, bool shielded, std::vector<Piece>& out) {
  emit(false, text_of(root, "content"), shielded, out);
  if (!stopped) return;
  take_finish_reason(text_of(root, "stop_type") == "limit" ? "length" : "stop");
  saw_done_ = true;
}

void StreamDecoder::take_choice(const Value& choice, bool shielded, std::vector<Piece>& out) {
  const Value* index = choice.find("index");
  if (index && index->number_or(0) != 0) return;  // one answer was asked for
  if (const Value* error = choice.find("error"); error && error->as_map()) {
    failure_ = server_failure(read_error(*error));
    return;
  }
  for (const char* name : {"delta", "message"}) {
    const Value* message = choice.find(name);
    if (!message || !message->as_map()) continue;
    take_message(*message, shielded, out);
    break;
  }
  emit(false, text_of(choice, "text"), shielded, out);
  const std::string_view reason = text_of(choice, "finish_reason");
  if (!reason.empty()) take_finish_reason(std::string(reason));
}

void StreamDecoder::take_message(const Value& message, bool shielded, std::vector<Piece>& out) {
  emit(true, reasoning_of(message), shielded, out);
  const Value* content = message.find("content");
  if (content && content->as_array()) {
    // Parts: plain strings, {"type": "text"}, and Mistral's {"type": "thinking", "thinking": [text parts]}.
    for (const Value& part : *content->as_array()) {
      if (part.as_string()) emit(false, *part.as_string(), shielded, out);
      emit(false, text_of(part, "text"), shielded, out);
      const Value* thinking = part.find("thinking");
      if (!thinking || !thinking->as_array()) continue;
      for (const Value& thought : *thinking->as_array()) emit(true, text_of(thought, "text"), shielded, out);
    }
  }
  emit(false, text_of(message, "content"), shielded, out);
  emit(false, text_of(message, "refusal"), shielded, out);
  const Value* calls = message.find("tool_calls");
  if (!calls || !calls->as_array()) return;
  for (const Value& item : *calls->as_array()) {
    if (!calls_.take(item, shielded)) {
      failure_ = our_failure(Trouble::malformed, "the answer has too many tool calls");
      return;
    }
  }
  content_count_ += calls->as_array()->size();
}

void StreamDecoder::take_finish_reason(const std::string& reason) {
  if (saw_finish()) return;  // some servers repeat it
  const std::string name = lower_ascii(reason);
  if (is_any(name, {"stop", "eos", "eos_token", "end_turn", "stop_sequence"})) {
    finish_ = Finish::stop;
  } else if (is_any(name, {"length", "max_tokens", "model_length"})) {
    finish_ = Finish::length;
  } else if (is_any(name, {"tool_calls", "tool_use"})) {
    finish_ = Finish::tool_calls;
  } else if (is_any(name, {"content_filter", "safety"})) {
    finish_ = Finish::content_filter;
  } else {
    bad_finish_ = our_failure(Trouble::server, "the model stopped with \"" + reason + "\"");
    bad_finish_->error.code = reason;
  }
}

void StreamDecoder::emit(bool reasoning, std::string_view text, bool shielded, std::vector<Piece>& out) {
  if (text.empty()) return;
  ++content_count_;
  std::string ready = (reasoning ? reasoning_ : text_).take(text, shielded);
  if (!ready.empty()) out.push_back({reasoning, std::move(ready)});
}

StreamDecoder::Outcome StreamDecoder::finish(std::vector<Piece>& out) {
  if (std::string rest = reasoning_.finish(); !rest.empty()) out.push_back({true, std::move(rest)});
  if (std::string rest = text_.finish(); !rest.empty()) out.push_back({false, std::move(rest)});
  if (failure_) return *failure_;
  if (bad_finish_) return *bad_finish_;
  std::vector<privacy::ToolCall> calls = calls_.finish();
  if (!finish_) {
    // [DONE] alone ends a stream but vouches for nothing: there must be an answer, and a whole one.
    bool whole = saw_done_ && saw_content();
    for (const privacy::ToolCall& call : calls) {
      whole = whole && (call.arguments.empty() || codec::parse_json(call.arguments).ok());
    }
    if (!whole) {
      return our_failure(Trouble::truncated, saw_content() ? "the stream ended in the middle of the answer"
                                                           : "the stream ended without an answer");
    }
    finish_ = Finish::stop;
  }
  ChatResult result;
  result.finish = *finish_;
  // Some servers say "stop" though they call, some the other way round.
  if (!calls.empty() && result.finish == Finish::stop) result.finish = Finish::tool_calls;
  if (calls.empty() && result.finish == Finish::tool_calls) result.finish = Finish::stop;
  result.usage = usage_;
  result.tool_calls = std::move(calls);
  result.model = model_;
  return result;
}

}  // namespace coder::provider
