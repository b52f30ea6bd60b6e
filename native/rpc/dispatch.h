// Binds the method table (protocol.h) to a handler object and the event table
// to typed sending.
#pragma once

#include <string>
#include <utility>

#include "rpc/channel.h"
#include "rpc/protocol.h"

namespace coder::rpc {

inline WireError wire(const Error& error) { return {to_string(error.kind), error.message, error.hint}; }

/// Typed answer to one call.
template <class R>
class Reply {
 public:
  explicit Reply(ReplyOnce reply) : reply_(std::move(reply)) {}
  void ok(const R& result) { reply_(codec::encode(result)); }
  void fail(Error error) { reply_(std::move(error)); }

 private:
  ReplyOnce reply_;
};

namespace detail {

template <class P, class R, class Call>
void call_typed(const char* name, const codec::Value::Array& args, ReplyOnce reply, Call&& call) {
  static const codec::Value kNone = codec::Value(codec::Value::Map{});
  Result<P> params = codec::decode<P>(args.empty() ? kNone : args[0], name);
  if (!params) {
    reply(std::move(params.error()));
    return;
  }
  call(std::move(*params), Reply<R>(std::move(reply)));
}

}  // namespace detail

/// Calls `handlers.<method>(params, Reply<result>)`; a method of the table that `handlers` lacks does
/// not compile. Unknown methods and wrong parameters are answered with an error of kind usage.
template <class Handlers>
void dispatch(Handlers& handlers, const std::string& method, const codec::Value::Array& args,
              ReplyOnce reply) {
#define X(name, params, result, what)                                                   \
  if (method == #name) {                                                                \
    return detail::call_typed<params, result>(                                          \
        #name, args, std::move(reply),                                                  \
        [&](params p, Reply<result> r) { handlers.name(std::move(p), std::move(r)); }); \
  }
  CODER_RPC_METHODS(X)
#undef X
  reply(Error{ErrorKind::usage, "unknown method `" + method + "`",
              "the plugin and the backend may be of different versions; rebuild with: sh native/install.sh"});
}

template <class Event>
const char* event_name();
#define X(name, params, what)               \
  template <>                               \
  inline const char* event_name<params>() { \
    return #name;                           \
  }
CODER_RPC_EVENTS(X)
#undef X

/// Sends an event of the table to the editor.
template <class Event>
void emit(Channel& channel, const Event& event) {
  channel.notify(
      "nvim_exec_lua",
      {codec::Value("require('coder.backend').receive(...)"),
       codec::Value(codec::Value::Array{codec::Value(event_name<Event>()), codec::encode(event)})});
}

}  // namespace coder::rpc
