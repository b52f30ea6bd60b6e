// msgpack-RPC with Neovim (https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md), both ways.
// Knows messages, not methods; bytes come in through feed() and go out through a sink, so it is
// tested without a loop. One thread.
//
// A message of the wrong shape that still names a request id is answered with an
// error; bytes that are no msgpack, or pass a limit, end the channel, since
// there is no way to find the next message.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_function.h"
#include "codec/msgpack.h"

namespace coder::rpc {

class Channel;

/// The answer to one incoming call: given exactly once. Dropped without an answer it answers with an
/// internal error, so that no caller waits for ever. A second answer is ignored and logged.
class ReplyOnce {
 public:
  ReplyOnce() = default;
  ReplyOnce(ReplyOnce&& other) noexcept : send_(std::move(other.send_)) { other.send_ = nullptr; }
  ReplyOnce& operator=(ReplyOnce&&) = delete;
  ~ReplyOnce();

  explicit ReplyOnce(unique_function<void(Result<codec::Value>)> send) : send_(std::move(send)) {}
  void operator()(Result<codec::Value> result);

 private:
  unique_function<void(Result<codec::Value>)> send_;
};

class Channel {
 public:
  struct Handlers {
    /// A request (reply goes back as the response) or a notification (call id missing: `reply` goes nowhere).
    unique_function<void(std::string method, codec::Value::Array args, ReplyOnce reply)> on_request;
    unique_function<void(std::string method, codec::Value::Array args)> on_notification;
    unique_function<void(Error why)> on_broken;  ///< once; nothing is read after it
  };
  using Answer = unique_function<void(Result<codec::Value>)>;

  /// `sink` takes encoded bytes; it is called inside request(), notify() and replies.
  Channel(unique_function<void(std::string)> sink, Handlers handlers, codec::MsgpackLimits limits = {});
  ~Channel();

  void feed(std::string_view bytes);

  /// Calls a method of the peer. `answer` is called once: with the result, the peer's error, or an error
  /// when the channel is closed; not at all when it is destroyed.
  void request(std::string_view method, codec::Value::Array args, Answer answer);
  void notify(std::string_view method, codec::Value::Array args);

  /// No more answers will come: every open request fails.
  void close();

 private:
  void take(codec::Value message);
  void broken(Error why);
  void send(const codec::Value& message);

  unique_function<void(std::string)> sink_;
  Handlers handlers_;
  codec::MsgpackUnpacker unpacker_;
  std::map<int64_t, Answer> waiting_;
  int64_t next_id_ = 1;
  bool broken_ = false;
  std::shared_ptr<Channel*> self_;  ///< lets replies outlive the channel
};

/// A buffer, window or tab page handle in a message: a plain integer or Neovim's extension. -1 when it is
/// neither.
int64_t handle_of(const codec::Value& value);

}  // namespace coder::rpc
