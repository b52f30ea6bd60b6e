#include "rpc/channel.h"

#include <boost/test/unit_test.hpp>

#include "rpc/dispatch.h"

using namespace coder;
using codec::Value;
using rpc::Channel;
using rpc::ReplyOnce;

namespace {

std::string packed(const Value& value) {
  std::string out;
  codec::pack_msgpack(value, out);
  return out;
}

/// A channel with its output decoded again.
struct Wire {
  explicit Wire(codec::MsgpackLimits limits = {})
      : channel([this](std::string bytes) { unpacker.feed(bytes); },
                {[this](std::string method, Value::Array args, ReplyOnce reply) {
                   methods.push_back(method);
                   if (on_request) on_request(std::move(args), std::move(reply));
                 },
                 [this](std::string method, Value::Array) { notifications.push_back(std::move(method)); },
                 [this](Error why) { broken.push_back(why.message); }},
                limits) {}

  /// The next message sent, or null.
  Value sent() {
    Result<std::optional<Value>> next = unpacker.next();
    return next && *next ? **next : Value();
  }

  codec::MsgpackUnpacker unpacker;
  std::vector<std::string> methods, notifications, broken;
  unique_function<void(Value::Array, ReplyOnce)> on_request;
  Channel channel;
};

Value request(int64_t id, const char* method, Value::Array args) {
  return Value(Value::Array{Value(0), Value(id), Value(method), Value(std::move(args))});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_is_answered_once_with_its_id) {
  Wire wire;
  wire.on_request = [](Value::Array args, ReplyOnce reply) {
    reply(Value(*args[0].as_int() + 1));
    reply(Value("again"));  // ignored
  };
  wire.channel.feed(packed(request(7, "next", {Value(41)})));
  const Value response = wire.sent();
  const Value::Array& parts = *response.as_array();
  BOOST_TEST(*parts[0].as_int() == 1);
  BOOST_TEST(*parts[1].as_int() == 7);
  BOOST_TEST(parts[2].is_null());
  BOOST_TEST(*parts[3].as_int() == 42);
  BOOST_TEST(wire.sent().is_null());
}

BOOST_AUTO_TEST_CASE(a_dropped_reply_answers_with_an_error) {
  Wire wire;
  wire.on_request = [](Value::Array, ReplyOnce) {};
  wire.channel.feed(packed(request(1, "x", {})));
  BOOST_TEST(wire.sent().as_array()->at(2).as_string()->find("internal: ") == 0u);
}

BOOST_AUTO_TEST_CASE(a_reply_may_outlive_the_channel) {
  std::unique_ptr<ReplyOnce> kept;
  {
    Wire wire;
    wire.on_request = [&](Value::Array, ReplyOnce reply) {
      kept = std::make_unique<ReplyOnce>(std::move(reply));
    };
    wire.channel.feed(packed(request(1, "x", {})));
  }
  (*kept)(Value(1));
}

BOOST_AUTO_TEST_CASE(messages_arrive_whole_however_they_are_cut) {
  const std::string bytes = packed(request(1, "a", {})) +
                            packed(Value(Value::Array{Value(2), Value("note"), Value(Value::Array{})})) +
                            packed(request(2, "b", {Value("text")}));
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Wire wire;
    wire.channel.feed(std::string_view(bytes).substr(0, cut));
    wire.channel.feed(std::string_view(bytes).substr(cut));
    BOOST_TEST(wire.methods == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
    BOOST_TEST(wire.notifications.size() == 1u);
    BOOST_TEST(wire.broken.empty());
  }
}

BOOST_AUTO_TEST_CASE(answers_find_their_request_and_neovims_errors_become_words) {
  Wire wire;
  std::string first, second;
  wire.channel.request("one", {}, [&](Result<Value> r) { first = r ? *r->as_string() : r.error().message; });
  wire.channel.request("two", {}, [&](Result<Value> r) { second = r ? *r->as_string() : r.error().message; });
  const Value error(Value::Array{Value(0), Value("Invalid buffer id: 9")});
  wire.channel.feed(packed(Value(Value::Array{Value(1), Value(2), error, Value()})));
  wire.channel.feed(packed(Value(Value::Array{Value(1), Value(1), Value(), Value("yes")})));
  wire.channel.feed(packed(Value(Value::Array{Value(1), Value(99), Value(), Value("nobody asked")})));
  BOOST_TEST(first == "yes");
  BOOST_TEST(second == "Neovim: Invalid buffer id: 9");
  BOOST_TEST(wire.broken.empty());
}

BOOST_AUTO_TEST_CASE(open_requests_fail_when_the_channel_closes_and_are_forgotten_when_it_goes) {
  int failed = 0, called = 0;
  {
    Wire wire;
    wire.channel.request("never", {}, [&](Result<Value> r) { failed += !r; });
    wire.channel.close();
    wire.channel.request("late", {}, [&](Result<Value> r) { failed += !r; });
  }
  {
    Wire wire;
    wire.channel.request("never", {}, [&](Result<Value>) { ++called; });
  }
  BOOST_TEST(failed == 2);
  BOOST_TEST(called == 0);
}

BOOST_AUTO_TEST_CASE(malformed_messages_are_answered_or_dropped) {
  Wire wire;
  wire.channel.feed(packed(Value("not a message")));
  wire.channel.feed(packed(Value(Value::Array{})));
  wire.channel.feed(packed(Value(Value::Array{Value(5), Value(1)})));
  wire.channel.feed(packed(Value(Value::Array{Value(2), Value(1), Value(2)})));
  BOOST_TEST(wire.sent().is_null());
  wire.channel.feed(packed(Value(Value::Array{Value(0), Value(3), Value(4), Value(5)})));
  BOOST_TEST(wire.sent().as_array()->at(2).as_string()->find("usage: malformed request") == 0u);
  BOOST_TEST(wire.methods.empty());
  wire.channel.feed(packed(request(4, "still there", {})));
  BOOST_TEST(wire.methods.size() == 1u);
}

BOOST_AUTO_TEST_CASE(garbage_breaks_the_channel_once) {
  Wire wire;
  wire.channel.feed("\xc1\xc1\xc1");
  wire.channel.feed(packed(request(1, "late", {})));
  BOOST_TEST(wire.broken.size() == 1u);
  BOOST_TEST(wire.methods.empty());
}

BOOST_AUTO_TEST_CASE(limits_hold_before_memory_is_taken) {
  codec::MsgpackLimits limits;
  limits.max_message_bytes = 1000;
  limits.max_depth = 4;
  for (const std::string& bytes : {std::string("\xdd\xff\xff\xff\xff", 5), std::string(20, '\x91'),
                                   "\xdb" + std::string(4, '\x01') + std::string(2000, 'x')}) {
    Wire wire(limits);
    wire.channel.feed(bytes);
    BOOST_TEST(wire.broken.size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(buffer_handles_come_as_numbers_or_extensions) {
  BOOST_TEST(rpc::handle_of(Value(3)) == 3);
  BOOST_TEST(rpc::handle_of(Value(codec::Ext{0, "\x05"})) == 5);
  BOOST_TEST(rpc::handle_of(Value(codec::Ext{0, std::string("\xcd\x01\x00", 3)})) == 256);
  BOOST_TEST(rpc::handle_of(Value("x")) == -1);
  BOOST_TEST(rpc::handle_of(Value(codec::Ext{0, ""})) == -1);
}

namespace {

/// Answers `stop`, ignores the rest of the table.
/// All methods of the table: buf_attach and stop answer, the others do not.
struct Unanswered {
#define X(name, params, result, what) \
  void name(rpc::params, rpc::Reply<rpc::result>) {}
  CODER_RPC_METHODS(X)
#undef X
};
struct Handlers : Unanswered {
  void buf_attach(rpc::BufAttachParams, rpc::Reply<rpc::BufAttachResult> reply) { reply.ok({}); }
  void stop(rpc::StopParams params, rpc::Reply<rpc::StopResult> reply) { reply.ok({params.id.value_or(-1)}); }
};

Result<Value> call(const std::string& method, const Value::Array& args) {
  Handlers handlers;
  Result<Value> got = Error{ErrorKind::internal, "no answer", ""};
  rpc::dispatch(handlers, method, args, ReplyOnce([&](Result<Value> r) { got = std::move(r); }));
  return got;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_table_decodes_parameters_with_their_path) {
  BOOST_TEST(*call("stop", {Value(Value::Map{{"id", Value(3)}})})->find("stopped")->as_int() == 3);
  BOOST_TEST(*call("stop", {})->find("stopped")->as_int() == -1);
  BOOST_TEST(*call("stop", {Value(Value::Array{})})->find("stopped")->as_int() == -1);
  BOOST_TEST(call("stop", {Value(Value::Map{{"id", Value("x")}})}).error().message ==
             "stop.id: expected integer, got string");
  BOOST_TEST(call("buf_attach", {Value(Value::Map{{"buf", Value(1)}})}).error().message ==
             "buf_attach.path: missing");
  BOOST_TEST(call("stop", {Value(3)}).error().message == "stop: expected object, got integer");
  BOOST_TEST(call("nope", {}).error().message == "unknown method `nope`");
}
