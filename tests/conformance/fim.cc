// Completions and probes over real sockets against scripted servers, with what goes wrong with them.
#include <boost/test/unit_test.hpp>

#include "conformance/fim_caller.h"

namespace coder::provider {
namespace {

using namespace test;
using Connection = ScriptServer::Connection;
using privacy::Role;

/// Streams these events, then ends the body.
ScriptServer::Script streams(std::vector<std::string> events) {
  return [events](Connection& c) {
    while (!c.read_request().empty()) {
      c.send(chunked_head());
      for (const std::string& event : events) c.send_chunk(event);
      c.send_chunk("");
    }
  };
}

/// A script by path; what no path is given for is 404.
struct Route {
  std::string start;  ///< "POST /infill "
  std::string response;
};
ScriptServer::Script routes(std::vector<Route> list) {
  return [list](Connection& c) {
    for (std::string request = c.read_request(); !request.empty(); request = c.read_request()) {
      std::string out = response("404 Not Found", "text/plain", "404 page not found");
      for (const Route& route : list) {
        if (request.starts_with(route.start)) out = route.response;
      }
      c.send(out);
    }
  };
}
std::string json(const std::string& body, const std::string& status = "200 OK") {
  return response(status, "application/json", body);
}

BOOST_AUTO_TEST_CASE(infill_streams_and_keeps_its_connection) {
  FimServed s(streams({piece("turn"), ":\n\n", piece(" a"), kEnd}));
  for (int i = 0; i < 3; ++i) {
    s.caller.complete();
    BOOST_REQUIRE(s.caller.result);
    BOOST_CHECK_EQUAL(s.caller.text, "turn a");
    BOOST_CHECK(s.caller.log.starts_with("AT") && s.caller.log.ends_with("+"));
    BOOST_CHECK(s.caller.result->finish == Finish::stop);
    BOOST_CHECK_EQUAL(s.caller.result->timings.prompt_fresh, 2);
    BOOST_CHECK_EQUAL(s.caller.result->timings.prompt_cached, 40);
    BOOST_CHECK_EQUAL(s.caller.result->timings.prompt_ms, 1.5);
    BOOST_CHECK_EQUAL(s.caller.result->timings.predicted, 3);
    BOOST_CHECK_EQUAL(s.caller.result->timings.predicted_ms, 4.5);
    BOOST_CHECK_EQUAL(s.caller.result->usage.input, 42);
  }
  BOOST_CHECK_EQUAL(s.server.connections(), 1);
  const std::string request = s.server.requests().at(0);
  BOOST_CHECK(request.starts_with("POST /infill HTTP/1.1\r\n"));
  BOOST_CHECK(request.find("Authorization: Bearer sk-very-secret-key\r\n") != std::string::npos);
  BOOST_CHECK_EQUAL(request, s.server.requests().at(2));  // the same place, the same bytes
}

BOOST_AUTO_TEST_CASE(other_answer_shapes) {
  FimServed text(
      streams({"data: {\"choices\":[{\"index\":0,\"text\":\"turn a\"}]}\n\n",
               "data: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":\"length\"}]}\n\n",
               "data: [DONE]\n\n"}));
  text.caller.params.dialect = FimDialect::suffix;
  text.caller.complete();
  BOOST_CHECK_EQUAL(text.caller.text, "turn a");
  BOOST_REQUIRE(text.caller.result);
  BOOST_CHECK(text.caller.result->finish == Finish::length);
  BOOST_CHECK_EQUAL(text.caller.result->timings.prompt_fresh, 0);
  BOOST_CHECK(text.server.requests().at(0).starts_with("POST /v1/completions HTTP/1.1\r\n"));

  FimServed whole([](Connection& c) {
    c.read_request();
    c.send(json(R"({"content":"turn a","stop":true,"stop_type":"limit"})"));
  });
  whole.caller.complete();
  BOOST_CHECK_EQUAL(whole.caller.text, "turn a");
  BOOST_REQUIRE(whole.caller.result);
  BOOST_CHECK(whole.caller.result->finish == Finish::length);
}

BOOST_AUTO_TEST_CASE(half_characters_arrive_whole) {
  FimServed s([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    const std::string bytes = piece("é😀\xE2\x82") + kEnd;
    for (const char byte : bytes) c.send_chunk(std::string(1, byte));
    c.send_chunk("");
  });
  s.caller.complete();
  BOOST_CHECK_EQUAL(s.caller.text, "é😀\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_CASE(what_the_model_repeats_is_put_right) {
  FimServed s(
      streams({"data: {\"choices\":[{\"index\":0,\"text\":\"a = '<\u2060|fim_\"}]}\n\n",
               "data: {\"choices\":[{\"index\":0,\"text\":\"middle|>'<|fim\"}]}\n\n",
               "data: {\"choices\":[{\"index\":0,\"text\":\"_pad|>more\"}]}\n\n", "data: [DONE]\n\n"}));
  s.caller.params.dialect = FimDialect::raw;
  s.caller.params.server.family = find_fim_family("qwen");
  s.caller.turns[0] = turn(Role::prefix, "b = '<|fim_middle|>'\n");
  s.caller.complete();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK_EQUAL(s.caller.text, "a = '<|fim_middle|>'");
}

BOOST_AUTO_TEST_CASE(a_chatty_answer_ends_with_its_fence) {
  std::atomic<bool> closed{false};
  FimServed s([&](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    c.send_chunk(event("Sure, here is the code:\n```python\n"));
    c.send_chunk(event("turn a\n```\n"));
    c.send_chunk(event("It returns a."));
    closed = c.wait_closed(5s);
  });
  s.caller.params.dialect = FimDialect::chat;
  s.caller.complete();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK_EQUAL(s.caller.text, "turn a");
  s.caller.run(200ms);
  BOOST_CHECK(closed);  // the engine need not go on
}

BOOST_AUTO_TEST_CASE(only_reads_the_prompt) {
  FimServed s(streams({piece("turn"), kEnd}));
  s.caller.params.max_tokens = 0;
  s.caller.complete();
  BOOST_CHECK_EQUAL(s.caller.log, "A+");
  BOOST_CHECK(s.server.requests().at(0).find("\"n_predict\":0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(faults) {
  struct Case {
    const char* name;
    std::string answer;
    Trouble trouble;
    bool wrong;
  };
  const std::string unsupported =
      R"({"error":{"code":501,"message":"Infill is not supported by this model: prefix token is missing.",)"
      R"("type":"not_supported_error"}})";
  const Case cases[] = {
      {"501", json(unsupported, "501 Not Implemented"), Trouble::server, true},
      {"404",
       json(R"({"error":{"code":404,"message":"File Not Found","type":"not_found_error"}})", "404 Not Found"),
       Trouble::not_found, true},
      {"400", json(R"({"error":{"message":"suffix is not currently supported"}})", "400 Bad Request"),
       Trouble::bad_request, true},
      {"400 with the prompt in it",
       json(R"({"error":{"message":"cannot parse def compute_the_secret_total(a): sk-very-secret-key"}})",
            "400 Bad Request"),
       Trouble::bad_request, false},
      {"503", json(R"({"error":{"message":"Loading model","code":503}})", "503 Service Unavailable"),
       Trouble::loading, false},
      {"a page", response("200 OK", "text/html", "<html><title>Hello</title></html>"), Trouble::malformed,
       true},
      {"garbage", response("200 OK", "text/event-stream", "\x01\x02 not an event\n\n"), Trouble::truncated,
       false},
      {"something else", json(R"({"tokens":[],"data":[]})"), Trouble::malformed, true},
      {"nothing", response("200 OK", "text/event-stream", ""), Trouble::truncated, false},
  };
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT(one.name) {
      FimServed s([&](Connection& c) {
        c.read_request();
        c.send(one.answer);
      });
      s.caller.complete();
      expect_trouble(s.caller, one.trouble);
      if (!s.caller.error) continue;
      BOOST_CHECK_EQUAL(wrong_dialect(*s.caller.error, FimDialect::infill), one.wrong);
    }
  }
}

BOOST_AUTO_TEST_CASE(dies_or_stalls_in_the_middle) {
  for (const bool reset : {false, true}) {
    FimServed s([reset](Connection& c) {
      c.read_request();
      c.send(chunked_head());
      c.send_chunk(piece("turn"));
      c.pause(20ms);
      if (reset) c.reset_on_close();
    });
    s.caller.complete();
    expect_trouble(s.caller, Trouble::truncated);
    BOOST_CHECK_EQUAL(s.caller.text, "turn");
    BOOST_CHECK(s.caller.error->content_seen);
  }
  FimServed queued([](Connection& c) { c.wait_closed(5s); });
  queued.caller.endpoint.header_limit = 60ms;
  queued.caller.complete();
  expect_trouble(queued.caller, Trouble::timeout);
  FimServed reading([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    c.wait_closed(5s);
  });
  reading.caller.endpoint.first_token_limit = 60ms;
  reading.caller.complete();
  expect_trouble(reading.caller, Trouble::timeout);
  BOOST_CHECK_EQUAL(reading.caller.log, "A!");
}

BOOST_AUTO_TEST_CASE(destroyed_from_any_callback) {
  for (const char at : {'A', 'T', '+', '!'}) {
    std::atomic<bool> closed{false};
    FimServed s([&](Connection& c) {
      c.read_request();
      c.send(chunked_head());
      c.send_chunk(piece("turn") + piece(" a"));
      if (at == '!') return;
      if (at == '+') c.send_chunk(kEnd);
      closed = c.wait_closed(5s);
    });
    s.caller.on_callback = [&](char what) {
      if (what != at) return;
      s.caller.call.reset();
      s.caller.loop.stop();
    };
    s.caller.start();
    s.caller.run();
    BOOST_CHECK_EQUAL(s.caller.log.back(), at);
    const std::string log = s.caller.log;
    s.caller.run(50ms);
    BOOST_CHECK_EQUAL(s.caller.log, log);
    if (at == 'A' || at == 'T') BOOST_CHECK(closed);
  }
}

BOOST_AUTO_TEST_CASE(only_where_it_was_cleared_for) {
  FimServed s(streams({kEnd}));
  FimCaller other("http://127.0.0.1:1/v1");
  s.caller.start(other.cleared());
  s.caller.run();
  expect_trouble(s.caller, Trouble::bad_request);
  s.caller.turns.push_back(turn(Role::user, "hello"));
  s.caller.complete();
  expect_trouble(s.caller, Trouble::bad_request);
  BOOST_CHECK_EQUAL(s.server.connections(), 0);
}

// --- The probe --------------------------------------------------------------

const std::string kProps =
    R"({"default_generation_settings":{"n_ctx":4096},"total_slots":2,"model_alias":"","model_path":"/m/Qwen2.5-Coder-7B.gguf"})";

BOOST_AUTO_TEST_CASE(probe_of_a_server_that_says_yes_to_all) {
  FimServed s([](Connection& c) {
    for (std::string request = c.read_request(); !request.empty(); request = c.read_request()) {
      c.send(
          request.starts_with("GET")
              ? json(R"({"status":"ok","data":[{"id":"mock"}],"default_generation_settings":{"n_ctx":32768},)"
                     R"("total_slots":4})")
              : json(R"({"tokens":[],"data":[]})"));
    }
  });
  for (const char* model : {"mock", "mo*", ""}) {
    s.caller.wish.model = model;
    s.caller.probe();
    const std::string fault = s.caller.error ? s.caller.error->message : std::string("no answer");
    BOOST_REQUIRE_MESSAGE(s.caller.server.has_value(), fault);
    BOOST_CHECK(s.caller.server->llama_server);
    BOOST_CHECK_EQUAL(s.caller.dialects(), "infill chat");
    BOOST_CHECK_EQUAL(s.caller.server->slots, 4);
    BOOST_CHECK_EQUAL(s.caller.server->context.value_or(0), 32768);
    if (*model) BOOST_CHECK_EQUAL(s.caller.server->model, "mock");
  }
  for (const std::string& request : s.server.requests()) {
    BOOST_CHECK(request.find("secret_total") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(probe_of_llama_server_without_tokens) {
  FimServed s(routes({{"GET /props ", json(kProps)},
                      {"GET /v1/models ", json(R"({"data":[{"id":"box-model","owned_by":"llamacpp"}]})")}}));
  s.caller.wish.model = "qwen*";  // matches no id, but there is only the one
  s.caller.probe();
  BOOST_REQUIRE(s.caller.server);
  BOOST_CHECK_EQUAL(s.caller.dialects(), "infill raw chat");
  BOOST_CHECK_EQUAL(s.caller.server->model, "box-model");
  BOOST_CHECK_EQUAL(s.caller.server->family->name, "qwen");
  BOOST_CHECK_EQUAL(s.caller.server->slots, 2);
}

BOOST_AUTO_TEST_CASE(probe_of_vllm) {
  FimServed s(
      routes({{"GET /v1/models ",
               json(R"({"data":[{"id":"Qwen/Qwen2.5-Coder-7B","owned_by":"vllm","max_model_len":32768}]})")},
              {"GET /props ", json(R"({"detail":"Not Found"})", "404 Not Found")}}));
  s.caller.wish.model = "*coder*";
  s.caller.probe();
  BOOST_REQUIRE(s.caller.server);
  BOOST_CHECK(!s.caller.server->llama_server);
  BOOST_CHECK_EQUAL(s.caller.dialects(), "raw chat");
  BOOST_CHECK_EQUAL(s.caller.server->model, "Qwen/Qwen2.5-Coder-7B");
  BOOST_CHECK_EQUAL(s.caller.server->context.value_or(0), 32768);
  s.caller.wish.model = "starcoder*";
  s.caller.probe();
  expect_trouble(s.caller, Trouble::model_not_found);
}

BOOST_AUTO_TEST_CASE(probe_of_ollama_and_of_strangers) {
  FimServed ollama(
      routes({{"GET /v1/models ", json(R"({"data":[{"id":"qwen2.5-coder:7b","owned_by":"library"}]})")}}));
  ollama.caller.wish.model = "qwen2.5-coder:7b";
  ollama.caller.probe();
  BOOST_CHECK_EQUAL(ollama.caller.dialects(), "suffix chat");

  // Nothing but 404s, pages, garbage: not that kind of server, and no error.
  const std::string answers[] = {response("404 Not Found", "text/html", "<h1>no</h1>"), json("[1,2"),
                                 response("200 OK", "text/html", "<html></html>"),
                                 json("{}", "501 Not Implemented"), json(R"({"error":"x"})", "500 Broken")};
  for (const std::string& answer : answers) {
    FimServed s([&](Connection& c) {
      while (!c.read_request().empty()) c.send(answer);
    });
    s.caller.probe();
    BOOST_REQUIRE_MESSAGE(s.caller.server, answer);
    BOOST_CHECK_EQUAL(s.caller.dialects(), "suffix chat");
  }
}

BOOST_AUTO_TEST_CASE(probe_errors) {
  FimServed key(
      routes({{"GET /props ", json(R"({"error":{"message":"Invalid API Key"}})", "401 Unauthorized")},
              {"GET /v1/models ", json(R"({"data":[{"id":"m","owned_by":"llamacpp"}]})")}}));
  key.caller.probe();
  expect_trouble(key.caller, Trouble::auth);
  // A gateway that answers 401 to paths it does not know has the right key all the same.
  FimServed gateway(routes({{"GET /props ", json("{}", "401 Unauthorized")},
                            {"GET /v1/models ", json(R"({"data":[{"id":"m"}]})")}}));
  gateway.caller.probe();
  BOOST_CHECK(gateway.caller.server);

  const std::string loading =
      json(R"({"error":{"message":"Loading model","type":"unavailable_error","code":503}})",
           "503 Service Unavailable");
  FimServed warming(routes({{"GET /", loading}}));
  warming.caller.probe();
  expect_trouble(warming.caller, Trouble::loading);

  FimCaller nobody("http://127.0.0.1:1/v1");
  nobody.probe();
  expect_trouble(nobody, Trouble::unreachable);
  BOOST_CHECK(nobody.error->hopeless);

  FimServed dies([](Connection& c) { c.read_request(); });
  dies.caller.probe();
  expect_trouble(dies.caller, Trouble::unreachable);

  FimServed slow([](Connection& c) { c.wait_closed(5s); });
  slow.caller.endpoint.total_limit = 60ms;
  slow.caller.probe();
  expect_trouble(slow.caller, Trouble::timeout);
}

BOOST_AUTO_TEST_CASE(probe_asks_a_cloud_nothing_but_the_list_and_that_for_a_pin) {
  FimServed s(
      routes({{"GET /v1/models ", json(R"({"data":[{"id":"codestral-2501"},{"id":"codestral-2405"}]})")}}));
  s.caller.endpoint.local = false;
  s.caller.wish.model = "codestral-latest";
  s.caller.probe();
  BOOST_REQUIRE(s.caller.server);
  BOOST_CHECK_EQUAL(s.caller.dialects(), "raw suffix chat");
  BOOST_CHECK_EQUAL(s.server.connections(), 0);
  s.caller.wish.model = "codestral*";
  s.caller.probe();
  BOOST_REQUIRE(s.caller.server);
  BOOST_CHECK_EQUAL(s.caller.server->model, "codestral-2501");
  BOOST_REQUIRE_EQUAL(s.server.requests().size(), 1u);
  BOOST_CHECK(s.server.requests()[0].starts_with("GET /v1/models "));
}

BOOST_AUTO_TEST_CASE(probe_is_cancelled) {
  FimServed s(routes({{"GET /props ", json(kProps)}}));
  s.caller.clear();
  FimProbeHandlers handlers;
  handlers.on_result = [&](const FimServer&) { s.caller.note('+'); };
  handlers.on_error = [&](const ChatError&) { s.caller.note('!'); };
  s.caller.call =
      probe_fim(*s.caller.client, s.caller.loop, s.caller.endpoint, s.caller.wish, std::move(handlers));
  s.caller.run(1ms);
  s.caller.call.reset();
  const std::string log = s.caller.log;
  s.caller.run(50ms);
  BOOST_CHECK_EQUAL(s.caller.log, log);
}

}  // namespace
}  // namespace coder::provider
