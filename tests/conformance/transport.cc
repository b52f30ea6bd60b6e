// Chat calls over real sockets: what no decoder can show. Rows 18, 22, 23 and 26 of the stream cases,
// time limits, refused connections, cancelling, and connections that are kept.
#include <unistd.h>
#include <boost/test/unit_test.hpp>

#include "support/chat_caller.h"

namespace coder::provider {
namespace {

using namespace test;
using Connection = ScriptServer::Connection;

/// CRC-32 as gzip wants it.
uint32_t crc32(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

/// gzip with one stored block (at most 65535 bytes).
std::string gzip(std::string_view bytes) {
  const auto le = [](uint32_t value, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  const auto size = static_cast<uint32_t>(bytes.size());
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff\x01", 11);
  out += le(size, 2) + le(~size, 2) + std::string(bytes) + le(crc32(bytes), 4) + le(size, 4);
  return out;
}

BOOST_AUTO_TEST_CASE(streams) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    for (const std::string& part : {std::string(":\n\n"), event("Hel"), event("lo"), kStop, kUsage, kDone}) {
      c.send_chunk(part);
      c.pause(5ms);
    }
    c.send_chunk("");
  });
  s.caller.ask();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK_EQUAL(s.caller.log, "ATT+");
  BOOST_CHECK_EQUAL(s.caller.text, "Hello");
  BOOST_CHECK_EQUAL(s.caller.result->usage.input, 7);
  const std::string request = s.server.requests().at(0);
  BOOST_CHECK(request.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
  BOOST_CHECK(request.find("Authorization: Bearer sk-very-secret-key\r\n") != std::string::npos);
  BOOST_CHECK(request.find("Content-Type: application/json\r\n") != std::string::npos);
  BOOST_CHECK(request.find("\"content\":\"say hello\"") != std::string::npos);
  BOOST_CHECK(request.find("\"sse_ping_interval\":5") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_connection_is_kept) {
  Served s([](Connection& c) {
    while (!c.read_request().empty()) {
      c.send(chunked_head());
      c.send_chunk(event("Hello") + kStop + kDone);
      c.pause(20ms);  // the end of the body comes a little after [DONE]
      c.send_chunk("");
    }
  });
  for (int i = 0; i < 3; ++i) {
    s.caller.ask();
    BOOST_CHECK_EQUAL(s.caller.text, "Hello");
  }
  BOOST_CHECK_EQUAL(s.server.connections(), 1);
}

BOOST_AUTO_TEST_CASE(a_body_that_never_ends_after_done) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    c.send_chunk(event("Hello") + kStop + kDone);
    c.wait_closed(5s);
  });
  s.caller.ask();
  BOOST_CHECK_EQUAL(s.caller.log, "AT+");
  BOOST_CHECK_LT(s.caller.ms(), 1000);
}

BOOST_AUTO_TEST_CASE(row_18_json_and_html) {
  Served json([](Connection& c) {
    c.read_request();
    c.send(response("200 OK", "application/json",
                    R"({"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]})"));
  });
  json.caller.ask();
  BOOST_CHECK_EQUAL(json.caller.log, "AT+");
  BOOST_CHECK_EQUAL(json.caller.text, "Hello");

  Served html([](Connection& c) {
    c.read_request();
    c.send(
        response("502 Bad Gateway", "text/html", "<html><head><title>502 Bad Gateway</title></head></html>"));
  });
  html.caller.ask();
  expect_trouble(html.caller, Trouble::server);
  BOOST_CHECK_EQUAL(html.caller.log, "!");
  BOOST_CHECK_EQUAL(html.caller.error->status, 502);
  BOOST_CHECK_EQUAL(html.caller.error->message, "an HTML page (\"502 Bad Gateway\")");
}

BOOST_AUTO_TEST_CASE(without_a_stream) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(chunked_head("200 OK", "application/json"));
    for (int i = 0; i < 3; ++i) c.send_chunk("\n");
    c.send_chunk(R"({"choices":[{"message":{"content":"Hel)");
    c.pause(10ms);
    c.send_chunk(R"(lo"},"finish_reason":"length"}],"usage":{"prompt_tokens":7}})");
    c.send_chunk("");
  });
  s.caller.params.stream = false;
  s.caller.ask();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK_EQUAL(s.caller.text, "Hello");
  BOOST_CHECK(s.caller.result->finish == Finish::length);
}

BOOST_AUTO_TEST_CASE(refusals) {
  Served key([](Connection& c) {
    c.read_request();
    c.send(response("401 Unauthorized", "application/json",
                    R"({"error":{"message":"no such key: sk-very-secret-key"}})"));
  });
  key.caller.ask();
  expect_trouble(key.caller, Trouble::auth);
  BOOST_CHECK_EQUAL(
      key.caller.error->to_error(key.caller.endpoint).text(),
      "relay: 401 from " + key.server.url() +
          "/v1: no such key: [key]. The key comes from $RELAY_KEY. Check it with: coder-nvim models relay");

  Served busy([](Connection& c) {
    c.read_request();
    c.send(response("429 Too Many Requests", "application/json", R"({"error":"slow down"})",
                    "Retry-After: 2\r\nX-Should-Retry: true\r\n"));
  });
  busy.caller.ask();
  expect_trouble(busy.caller, Trouble::rate_limit);
  BOOST_CHECK(busy.caller.error->retry_after == Millis(2000));
  BOOST_CHECK(busy.caller.error->should_retry == true);

  Served moved([](Connection& c) {
    c.read_request();
    c.send(response("302 Found", "text/plain", "", "Location: http://127.0.0.1:1/elsewhere\r\n"));
  });
  moved.caller.ask();
  expect_trouble(moved.caller, Trouble::bad_request);
  BOOST_CHECK_EQUAL(moved.caller.error->message, "redirected to http://127.0.0.1:1/elsewhere");
  BOOST_CHECK_EQUAL(moved.server.connections(), 1);

  // The body breaks off: status and headers still say enough.
  Served cut([](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 1\r\n\r\n{\"error\":");
  });
  cut.caller.ask();
  expect_trouble(cut.caller, Trouble::server);
  BOOST_CHECK(cut.caller.error->retry_after == Millis(1000));
}

BOOST_AUTO_TEST_CASE(row_10_dies_in_the_middle) {
  for (const bool reset : {false, true}) {
    Served s([reset](Connection& c) {
      c.read_request();
      c.send(chunked_head());
      c.send_chunk(event("Hello") + kUsage);
      c.pause(30ms);
      if (reset) c.reset_on_close();
    });
    s.caller.ask();
    expect_trouble(s.caller, Trouble::truncated);
    BOOST_CHECK_EQUAL(s.caller.log, "AT!");
    BOOST_CHECK_EQUAL(s.caller.text, "Hello");
    BOOST_CHECK(s.caller.error->content_seen);
    BOOST_CHECK_EQUAL(s.caller.error->usage.input, 7);
  }
}

BOOST_AUTO_TEST_CASE(row_23_dies_before_an_answer) {
  Served s([](Connection& c) { c.read_request(); });
  s.caller.ask();
  expect_trouble(s.caller, Trouble::unreachable);
  BOOST_CHECK(!s.caller.error->content_seen);
}

BOOST_AUTO_TEST_CASE(never_answers) {
  Served queue([](Connection& c) { c.wait_closed(5s); });
  queue.caller.endpoint.header_limit = 100ms;
  queue.caller.ask();
  expect_trouble(queue.caller, Trouble::timeout);
  BOOST_CHECK_EQUAL(queue.caller.log, "!");
  BOOST_CHECK_LT(queue.caller.ms(), 1000);

  Served prefill([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    while (c.send_chunk(":\n\n")) c.pause(10ms);
  });
  prefill.caller.endpoint.first_token_limit = 100ms;
  prefill.caller.ask();
  expect_trouble(prefill.caller, Trouble::timeout);
  BOOST_CHECK_EQUAL(prefill.caller.log, "A!");
  BOOST_CHECK_EQUAL(prefill.caller.error->message, "no first token within 100 ms");

  Served endless([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    while (c.send_chunk(event("x"))) c.pause(5ms);
  });
  endless.caller.endpoint.total_limit = 150ms;
  endless.caller.ask();
  expect_trouble(endless.caller, Trouble::timeout);
  BOOST_CHECK(endless.caller.error->content_seen);
  BOOST_CHECK_EQUAL(endless.caller.error->message, "not done within 150 ms");
}

BOOST_AUTO_TEST_CASE(connection_refused) {
  std::string url;
  {
    const ScriptServer gone([](Connection&) {});
    url = gone.url();
  }
  Caller caller(url + "/v1");
  caller.ask();
  expect_trouble(caller, Trouble::unreachable);
  BOOST_CHECK(caller.error->hint.starts_with("Is it running?"));
  BOOST_CHECK(
      caller.error->to_error(caller.endpoint).text().starts_with("relay: cannot reach " + url + "/v1: "));
  BOOST_CHECK_LT(caller.ms(), 250);
}

BOOST_AUTO_TEST_CASE(row_26_cancel_closes_the_connection) {
  struct Case {
    const char* what;
    std::string sends;
    char cancel_at;  ///< in this callback, or 0: from outside after a while
  };
  const Case cases[] = {
      {"while queued", "", 0},
      {"while prefilling", chunked_head() + "3\r\n:\n\n\r\n", 0},
      {"in the middle of a chunk", chunked_head() + "1000\r\n" + event("Hello") + "data: {\"cho", 0},
      {"inside on_accepted", chunked_head() + "1000\r\n" + event("Hello"), 'A'},
      {"inside on_text", chunked_head() + "1000\r\n" + event("Hello") + event("again"), 'T'},
  };
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT(one.what) {
      std::atomic<bool> closed{false};
      std::atomic<int64_t> closed_at{0};
      const auto now = [] { return Clock::now().time_since_epoch().count(); };
      int64_t cancelled_at = 0;
      {
        Served s([&](Connection& c) {
          c.read_request();
          c.send(one.sends);
          closed = c.wait_closed(5s);
          closed_at = now();
        });
        const auto cancel = [&] {
          s.caller.call.reset();
          cancelled_at = now();
        };
        s.caller.on_callback = [&](char what) {
          if (what == one.cancel_at) cancel();
        };
        s.caller.start();
        s.caller.run(100ms);
        if (!one.cancel_at) cancel();
        const std::string before = s.caller.log;
        s.caller.run(100ms);
        BOOST_CHECK_EQUAL(s.caller.log, before);  // nothing after the end
        BOOST_CHECK(s.caller.log.find_first_of("+!") == std::string::npos);
        if (one.cancel_at) BOOST_CHECK_EQUAL(s.caller.log, one.cancel_at == 'A' ? "A" : "AT");
        for (int i = 0; i < 100 && !closed; ++i) std::this_thread::sleep_for(1ms);
        BOOST_CHECK(closed);
      }
      BOOST_REQUIRE(cancelled_at != 0);
      const auto took = std::chrono::duration_cast<Millis>(Clock::duration(closed_at - cancelled_at));
      BOOST_CHECK_LT(took.count(), 50);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_owner_may_leave_in_the_last_callback) {
  for (const char at : {'+', '!'}) {
    Served s([at](Connection& c) {
      c.read_request();
      c.send(at == '+' ? response("200 OK", "text/event-stream", event("x") + kStop + kDone)
                       : response("500 No", "text/plain", "broken"));
    });
    s.caller.on_callback = [&](char what) {
      if (what == at) s.caller.call.reset();
    };
    s.caller.ask();
    s.caller.run(20ms);
    BOOST_CHECK_EQUAL(s.caller.log.back(), at);
  }
}

BOOST_AUTO_TEST_CASE(row_26_a_line_of_one_mebibyte) {
  const std::string big(1 << 20, 'x');
  Served s([&big](Connection& c) {
    c.read_request();
    c.send(response("200 OK", "text/event-stream", event(big) + kStop + kDone));
  });
  s.caller.ask();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK(s.caller.text == big);
}

BOOST_AUTO_TEST_CASE(a_line_without_end) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(chunked_head());
    const std::string part(1 << 20, 'x');
    c.send_chunk("data: ");
    while (c.send_chunk(part)) {
    }
  });
  s.caller.ask();
  expect_trouble(s.caller, Trouble::malformed);
}

BOOST_AUTO_TEST_CASE(row_22_gzip) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(response("200 OK", "text/event-stream", gzip(event("Hello") + kStop + kDone),
                    "Content-Encoding: gzip\r\n"));
  });
  s.caller.ask();
  BOOST_REQUIRE(s.caller.result);
  BOOST_CHECK_EQUAL(s.caller.text, "Hello");
  BOOST_CHECK(s.server.requests().at(0).find("Accept-Encoding: identity\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(unix_socket) {
  const std::string path = "/tmp/coder-test-" + std::to_string(::getpid()) + ".sock";
  {
    const ScriptServer server(
        [](Connection& c) {
          c.read_request();
          c.send(response("200 OK", "text/event-stream", event("Hello") + kStop + kDone));
        },
        path);
    Caller caller("unix://" + path);
    caller.start(Caller::cleared_for("unix://" + path));
    caller.run();
    BOOST_CHECK_EQUAL(caller.text, "Hello");
  }
  ::unlink(path.c_str());
}

BOOST_AUTO_TEST_CASE(a_prompt_goes_nowhere_but_where_it_was_cleared_for) {
  Served s([](Connection& c) { c.read_request(); });
  s.caller.start(Caller::cleared_for("http://127.0.0.1:1/v1"));
  s.caller.run();
  BOOST_REQUIRE(s.caller.error);
  BOOST_CHECK_EQUAL(s.caller.error->message,
                    "the prompt was cleared for another destination; nothing was sent");

  // The endpoint lost its trust between clearing and sending.
  s.caller.endpoint.trusted = false;
  s.caller.start(Caller::cleared_for(s.caller.endpoint.address.url, privacy::Label::local_only));
  s.caller.run();
  BOOST_REQUIRE(s.caller.error);
  BOOST_CHECK_EQUAL(s.server.connections(), 0);

  // Cancelled before it could be said.
  s.caller.start(Caller::cleared_for("http://127.0.0.1:1/v1"));
  s.caller.call.reset();
  s.caller.run(20ms);
  BOOST_CHECK_EQUAL(s.caller.log, "");
}

BOOST_AUTO_TEST_CASE(models) {
  Served s([](Connection& c) {
    c.read_request();
    c.send(
        response("200 OK", "application/json", R"({"data":[{"id":"a"},{"id":"b","max_model_len":4096}]})"));
  });
  std::string got;
  const auto list = [&] {
    ModelsHandlers handlers;
    handlers.on_result = [&](const ModelList& models) {
      for (const std::string& id : models.ids) got += id;
      s.caller.loop.stop();
    };
    handlers.on_error = [&](const ChatError& error) {
      got = to_string(error.trouble);
      s.caller.loop.stop();
    };
    return list_models(*s.caller.client, s.caller.loop, s.caller.endpoint, std::move(handlers));
  };
  auto call = list();
  s.caller.run();
  BOOST_CHECK_EQUAL(got, "ab");
  BOOST_CHECK(s.server.requests().at(0).starts_with("GET /v1/models HTTP/1.1\r\n"));
  s.caller.endpoint.address.url += "x:";
  got.clear();
  call = list();
  call.reset();  // cancelled: silence
  s.caller.run(50ms);
  BOOST_CHECK_EQUAL(got, "");
}

}  // namespace
}  // namespace coder::provider
