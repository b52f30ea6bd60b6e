// Completions and probes one at a time against a server, everything they say written down.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/json.h"
#include "loop/loop.h"
#include "provider/fim.h"
#include "support/script_server.h"

namespace coder::test {

using namespace std::chrono_literals;
using provider::ChatCall;
using provider::ChatError;
using provider::FimDialect;
using provider::FimParams;
using provider::FimResult;
using provider::FimServer;
using provider::FimWish;
using provider::Trouble;

/// One event of a chat stream that brings `text`.
inline std::string event(const std::string& text) {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":" + codec::dump_json(codec::Value(text)) +
         "}}]}\n\n";
}
/// One event of llama-server's own stream.
inline std::string piece(const std::string& text) {
  return "data: {\"index\":0,\"content\":" + codec::dump_json(codec::Value(text)) +
         ",\"tokens\":[1],\"stop\":false,\"id_slot\":-1}\n\n";
}
inline const std::string kEnd =
    "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"timings\":{\"cache_n\":40,\"prompt_n\":2,"
    "\"prompt_ms\":1.5,\"predicted_n\":3,\"predicted_ms\":4.5}}\n\n";

inline privacy::Turn turn(privacy::Role role, const std::string& text, const std::string& name = "") {
  privacy::Turn out;
  out.role = role;
  out.parts.push_back({text, privacy::Label::any, "here", ""});
  out.name = name;
  return out;
}

struct FimCaller {
  loop::Loop loop;
  std::unique_ptr<http::Client> client = std::make_unique<http::Client>(loop);
  provider::Endpoint endpoint;
  FimParams params;
  FimWish wish;
  std::vector<privacy::Turn> turns = {turn(privacy::Role::prefix, "def compute_the_secret_total(a):\n"),
                                      turn(privacy::Role::suffix, "\nprint(f(1))\n"),
                                      turn(privacy::Role::middle, "  re")};
  std::unique_ptr<ChatCall> call;

  std::string log;  ///< A accepted, T text, + result, ! error
  std::string text;
  std::optional<FimResult> result;
  std::optional<FimServer> server;
  std::optional<ChatError> error;
  std::function<void(char)> on_callback = [](char) {};

  explicit FimCaller(const std::string& base) {
    endpoint.name = "box";
    endpoint.address = *privacy::parse_address(base);
    endpoint.key = Secret("sk-very-secret-key");
    endpoint.trusted = true;
    endpoint.local = true;
    wish.model = "m";
    params.dialect = FimDialect::infill;
    params.server.model = "m";
    params.server.llama_server = true;
  }
  ~FimCaller() { call.reset(); }

  privacy::Cleared cleared() const {
    privacy::Prompt prompt;
    prompt.turns = turns;
    privacy::Destination destination;
    destination.name = endpoint.name;
    destination.address = endpoint.address.unix_socket.empty() ? endpoint.address.url
                                                               : "unix://" + endpoint.address.unix_socket;
    destination.trusted = true;
    return *privacy::clear(prompt, destination);
  }

  void note(char what) {
    log += what;
    on_callback(what);
  }
  void clear() {
    log.clear();
    text.clear();
    result.reset();
    server.reset();
    error.reset();
  }
  void start() { start(cleared()); }
  void start(const privacy::Cleared& prompt) {
    clear();
    provider::FimHandlers handlers;
    handlers.on_accepted = [this] { note('A'); };
    handlers.on_text = [this](std::string_view more) {
      BOOST_CHECK(!more.empty());
      text += more;
      note('T');
    };
    handlers.on_result = [this](FimResult r) {
      result = std::move(r);
      note('+');
      loop.stop();
    };
    handlers.on_error = [this](ChatError e) { fail(std::move(e)); };
    call = start_fim(*client, loop, endpoint, prompt, params, std::move(handlers));
    BOOST_CHECK(log.empty());  // never inside the call
  }
  void fail(ChatError e) {
    error = std::move(e);
    note('!');
    loop.stop();
  }
  /// Runs the loop until the call has ended, or for `limit`.
  void run(Millis limit = 20s) {
    loop::Timer watchdog(loop, [this] { loop.stop(); });
    watchdog.start(limit);
    loop.run();
  }
  void complete() {
    start();
    run();
    BOOST_REQUIRE_MESSAGE(result || error, "no end: " << log);
  }
  void probe() {
    clear();
    provider::FimProbeHandlers handlers;
    handlers.on_result = [this](FimServer found) {
      server = std::move(found);
      note('+');
      loop.stop();
    };
    handlers.on_error = [this](ChatError e) { fail(std::move(e)); };
    call = probe_fim(*client, loop, endpoint, wish, std::move(handlers));
    BOOST_CHECK(log.empty());
    run();
    BOOST_REQUIRE_MESSAGE(server || error, "no end");
  }
  std::string dialects() const {
    std::string out;
    if (server) {
      for (const FimDialect dialect : server->dialects)
        out += std::string(out.empty() ? "" : " ") + to_string(dialect);
    }
    return out;
  }
};

struct FimServed {
  ScriptServer server;
  FimCaller caller;
  explicit FimServed(ScriptServer::Script script) : server(std::move(script)), caller(server.url() + "/v1") {}
};

/// The call ended in `trouble`, in words that hold neither key nor prompt.
inline void expect_trouble(const FimCaller& caller, Trouble trouble) {
  BOOST_REQUIRE(caller.error);
  BOOST_CHECK_EQUAL(to_string(caller.error->trouble), to_string(trouble));
  BOOST_CHECK(!caller.error->message.empty());
  const std::string words = caller.error->to_error(caller.endpoint).text();
  BOOST_CHECK(words.find("very-secret") == std::string::npos);
  BOOST_CHECK(words.find("secret_total") == std::string::npos);
}

}  // namespace coder::test
