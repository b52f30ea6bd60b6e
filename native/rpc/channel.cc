#include "rpc/channel.h"

#include "base/log.h"
#include "base/text.h"

namespace coder::rpc {

using codec::Value;

namespace {

enum MessageType : int64_t { kRequest = 0, kResponse = 1, kNotification = 2 };

/// What goes into a response's error field: Neovim shows strings best.
Value to_wire(const Error& error) { return std::string(to_string(error.kind)) + ": " + error.text(); }

/// A peer's error field in words: Neovim sends [type, message].
std::string words_of(const Value& error) {
  if (const std::string* text = error.as_string()) return *text;
  if (const Value::Array* pair = error.as_array(); pair && pair->size() == 2 && (*pair)[1].as_string()) {
    return *(*pair)[1].as_string();
  }
  return std::string("an error of type ") + error.type_name();
}

}  // namespace

ReplyOnce::~ReplyOnce() {
  if (send_) send_(Error{ErrorKind::internal, "the backend gave no answer to this call", ""});
}

void ReplyOnce::operator()(Result<Value> result) {
  if (!send_) {
    log::error("rpc: a call was answered twice; the second answer is dropped");
    return;
  }
  auto send = std::move(send_);
  send_ = nullptr;
  send(std::move(result));
}

Channel::Channel(unique_function<void(std::string)> sink, Handlers handlers, codec::MsgpackLimits limits)
    : sink_(std::move(sink)),
      handlers_(std::move(handlers)),
      unpacker_(limits),
      self_(std::make_shared<Channel*>(this)) {}

Channel::~Channel() {
  *self_ = nullptr;
  broken_ = true;
  waiting_.clear();  // here, while what they own may still call notify() in vain
}

void Channel::close() {
  broken_ = true;
  std::map<int64_t, Answer> waiting;
  waiting.swap(waiting_);
  for (auto& [id, answer] : waiting)
    answer(Error{ErrorKind::internal, "the channel to Neovim is closed", ""});
}

void Channel::feed(std::string_view bytes) {
  if (broken_) return;
  unpacker_.feed(bytes);
  const std::shared_ptr<Channel*> self = self_;  // a handler may destroy us
  while (*self && !broken_) {
    Result<std::optional<Value>> next = unpacker_.next();
    if (!next) return broken(std::move(next.error()));
    if (!*next) return;
    take(std::move(**next));
  }
}

void Channel::broken(Error why) {
  broken_ = true;
  log::error("rpc: " + why.text());
  if (handlers_.on_broken) handlers_.on_broken(std::move(why));
}

void Channel::take(Value message) {
  Value::Array* parts = message.as_array();
  const int64_t* type = parts && !parts->empty() ? (*parts)[0].as_int() : nullptr;
  if (!type) return log::warn("rpc: dropped a message that is no RPC message");

  if (*type == kRequest && parts->size() >= 2 && (*parts)[1].as_int()) {
    const int64_t id = *(*parts)[1].as_int();
    ReplyOnce reply([self = self_, id](Result<Value> result) {
      if (!*self) return;
      Value::Array response{Value(int64_t{kResponse}), Value(id)};
      response.push_back(result ? Value() : to_wire(result.error()));
      response.push_back(result ? std::move(*result) : Value());
      (*self)->send(Value(std::move(response)));
    });
    std::string* method = parts->size() == 4 ? (*parts)[2].as_string() : nullptr;
    Value::Array* args = parts->size() == 4 ? (*parts)[3].as_array() : nullptr;
    if (!method || !args) {
      reply(Error{ErrorKind::usage, "malformed request: expected [0, id, method, arguments]", ""});
      return;
    }
    handlers_.on_request(std::move(*method), std::move(*args), std::move(reply));
  } else if (*type == kResponse && parts->size() == 4 && (*parts)[1].as_int()) {
    const auto found = waiting_.find(*(*parts)[1].as_int());
    if (found == waiting_.end()) return log::warn("rpc: dropped a response to no request of ours");
    Answer answer = std::move(found->second);
    waiting_.erase(found);
    if ((*parts)[2].is_null()) {
      answer(std::move((*parts)[3]));
    } else {
      answer(Error{ErrorKind::internal, "Neovim: " + one_line(words_of((*parts)[2]), 300), ""});
    }
  } else if (*type == kNotification && parts->size() == 3 && (*parts)[1].as_string() &&
             (*parts)[2].as_array()) {
    handlers_.on_notification(std::move(*(*parts)[1].as_string()), std::move(*(*parts)[2].as_array()));
  } else {
    log::warn("rpc: dropped a malformed message of type " + std::to_string(*type));
  }
}

void Channel::send(const Value& message) {
  std::string bytes;
  codec::pack_msgpack(message, bytes);
  sink_(std::move(bytes));
}

void Channel::request(std::string_view method, Value::Array args, Answer answer) {
  if (broken_) return answer(Error{ErrorKind::internal, "the channel to Neovim is closed", ""});
  const int64_t id = next_id_++;
  waiting_.emplace(id, std::move(answer));
  send(Value(Value::Array{Value(int64_t{kRequest}), Value(id), Value(method), Value(std::move(args))}));
}

void Channel::notify(std::string_view method, Value::Array args) {
  if (broken_) return;
  send(Value(Value::Array{Value(int64_t{kNotification}), Value(method), Value(std::move(args))}));
}

int64_t handle_of(const Value& value) {
  if (const int64_t* plain = value.as_int()) return *plain;
  const codec::Ext* ext = value.as_ext();
  if (!ext || ext->bytes.empty()) return -1;
  codec::MsgpackUnpacker unpacker;
  unpacker.feed(ext->bytes);
  Result<std::optional<Value>> inner = unpacker.next();
  return inner && *inner && (*inner)->as_int() ? *(*inner)->as_int() : -1;
}

}  // namespace coder::rpc
