// One chat call at a time against a scripted server, everything it says written down.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codec/json.h"
#include "loop/loop.h"
#include "provider/chat.h"
#include "support/script_server.h"

namespace coder::test {

using namespace std::chrono_literals;
using provider::ChatCall;
using provider::ChatError;
using provider::ChatHandlers;
using provider::ChatParams;
using provider::ChatResult;
using provider::Endpoint;
using provider::Trouble;

/// One event of a stream that brings `text`.
inline std::string event(const std::string& text) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + codec::dump_json(codec::Value(text)) +
         "}}]}\n\n";
}
inline const std::string kStop =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
inline const std::string kUsage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n";
inline const std::string kDone = "data: [DONE]\n\n";

struct Caller {
  loop::Loop loop;
  std::unique_ptr<http::Client> client = std::make_unique<http::Client>(loop);
  Endpoint endpoint;
  ChatParams params;
  std::unique_ptr<ChatCall> call;

  std::string log;  ///< A accepted, T text, R reasoning, + result, ! error
  std::string text, reasoning;
  std::optional<ChatResult> result;
  std::optional<ChatError> error;
  TimePoint started;
  std::function<void(char)> on_callback = [](char) {};

  explicit Caller(const std::string& base) {
    endpoint.name = "relay";
    endpoint.address = *privacy::parse_address(base);
    endpoint.key = Secret("sk-very-secret-key");
    endpoint.key_source = "$RELAY_KEY";
    endpoint.trusted = true;
    endpoint.local = true;
    params.model = "m";
  }
  ~Caller() { call.reset(); }

  void note(char what) {
    log += what;
    on_callback(what);
  }
  void start(const privacy::Cleared& cleared) {
    ChatHandlers handlers;
    handlers.on_accepted = [this] { note('A'); };
    handlers.on_text = [this](std::string_view piece) {
      text += piece;
      note('T');
    };
    handlers.on_reasoning = [this](std::string_view piece) {
      reasoning += piece;
      note('R');
    };
    handlers.on_result = [this](ChatResult r) {
      result = std::move(r);
      note('+');
      loop.stop();
    };
    handlers.on_error = [this](ChatError e) {
      error = std::move(e);
      note('!');
      loop.stop();
    };
    log.clear();
    text.clear();
    result.reset();
    error.reset();
    started = Clock::now();
    call = start_chat(*client, loop, endpoint, cleared, params, std::move(handlers));
    BOOST_CHECK(log.empty());  // never inside the call
  }
  void start() { start(cleared_for(endpoint.address.url)); }
  /// Runs the loop until the call has ended, or for `limit`.
  void run(Millis limit = 10s) {
    loop::Timer watchdog(loop, [this] { loop.stop(); });
    watchdog.start(limit);
    loop.run();
  }
  void ask() {
    start();
    run();
    BOOST_REQUIRE_MESSAGE(result || error, "no end: " << log);
  }
  double ms() const { return millis_between(started, Clock::now()); }

  static privacy::Cleared cleared_for(const std::string& address,
                                      privacy::Label label = privacy::Label::any) {
    privacy::Prompt prompt;
    prompt.turns.push_back(
        {privacy::Role::user, {{"say hello", label, "prompt"}}, {}, "", privacy::Label::any});
    privacy::Destination destination;
    destination.name = "relay";
    destination.address = address;
    destination.trusted = true;
    return *privacy::clear(prompt, destination);
  }
};

struct Served {
  ScriptServer server;
  Caller caller;
  explicit Served(ScriptServer::Script script) : server(std::move(script)), caller(server.url() + "/v1") {}
};

/// The call ended in `trouble`, in words that help and hold no key.
inline void expect_trouble(const Caller& caller, Trouble trouble) {
  BOOST_REQUIRE(caller.error);
  BOOST_CHECK_EQUAL(to_string(caller.error->trouble), to_string(trouble));
  BOOST_CHECK(!caller.error->message.empty());
  BOOST_CHECK(!caller.error->hint.empty());
  BOOST_CHECK(caller.error->to_error(caller.endpoint).text().find("very-secret") == std::string::npos);
}

}  // namespace coder::test
