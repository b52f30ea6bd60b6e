#include "http/http.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "support/script_server.h"

using namespace coder;
using http::Failure;
using test::ScriptServer;
using Connection = ScriptServer::Connection;

namespace {

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
constexpr const char* kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Got {
  int heads = 0, dones = 0;
  http::Head head;
  std::string body;
  http::Done done;
};

/// A loop with a client; get() runs one transfer to its end.
struct Fixture {
  loop::Loop loop;
  http::Client client{loop};

  http::Handlers handlers(Got& got, unique_function<void()> after = nullptr) {
    auto then = std::make_shared<unique_function<void()>>(std::move(after));
    return {[&got](const http::Head& head) {
              ++got.heads;
              got.head = head;
            },
            [&got](std::string_view bytes) { got.body += bytes; },
            [this, &got, then](http::Done done) {
              ++got.dones;
              got.done = std::move(done);
              if (*then) (*then)();
              loop.stop();
            }};
  }

  Got get(http::Request request) {
    Got got;
    http::Transfer transfer = client.start(std::move(request), handlers(got));
    BOOST_TEST(got.dones == 0);  // never inside the call that starts the work
    loop.run();
    return got;
  }

  static http::Request to(const std::string& url) {
    http::Request request;
    request.url = url;
    request.ignore_proxy_environment = true;
    return request;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(a_plain_answer, Fixture) {
  ScriptServer server([](Connection& c) {
    while (!c.read_request().empty()) c.send(kOk);
  });
  http::Request request = to(server.url() + "/x");
  request.method = "POST";
  request.body = "{\"a\":1}";
  request.bearer = Secret("sk-1");
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  const Got got = get(std::move(request));
  BOOST_TEST(got.heads == 1);
  BOOST_TEST(got.head.status == 200);
  BOOST_TEST(*got.head.find("content-type") == "text/plain");
  BOOST_TEST(got.body == "hello");
  BOOST_TEST((got.done.failure == Failure::none));
  BOOST_TEST(got.done.status == 200);
  const std::string sent = server.requests().at(0);
  BOOST_TEST(sent.find("POST /x HTTP/1.1\r\n") == 0u);
  BOOST_TEST(sent.find("Authorization: Bearer sk-1\r\n") != std::string::npos);
  BOOST_TEST(sent.find("X-Empty:") != std::string::npos);
  BOOST_TEST(sent.find("Expect:") == std::string::npos);
  BOOST_TEST(sent.find("\r\n\r\n{\"a\":1}") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(connections_are_kept, Fixture) {
  ScriptServer server([](Connection& c) {
    while (!c.read_request().empty()) c.send(kOk);
  });
  for (int i = 0; i < 3; ++i) BOOST_TEST(get(to(server.url())).body == "hello");
  BOOST_TEST(server.connections() == 1);
}

BOOST_FIXTURE_TEST_CASE(data_arrives_as_it_is_sent, Fixture) {
  ScriptServer server([](Connection& c) {
    c.read_request();
    c.send(kChunked);
    c.send_chunk("first");
    c.wait_closed(ScriptServer::Ms(5000));
  });
  Got got;
  http::Transfer transfer;
  http::Handlers h = handlers(got);
  h.on_data = [&](std::string_view bytes) {
    got.body += bytes;
    transfer = {};  // cancelled inside its own callback
    loop.stop();
  };
  transfer = client.start(to(server.url()), std::move(h));
  loop.run();
  BOOST_TEST(got.body == "first");
  BOOST_TEST(got.dones == 0);
}

BOOST_FIXTURE_TEST_CASE(cancelling_closes_the_connection_at_once, Fixture) {
  std::atomic<bool> closed{false};
  ScriptServer server([&](Connection& c) {
    c.read_request();
    c.send(kChunked);
    c.send_chunk("x");
    closed = c.wait_closed(ScriptServer::Ms(3000));
  });
  Got got;
  {
    http::Handlers h = handlers(got);
    h.on_data = [&](std::string_view) { loop.stop(); };
    http::Transfer transfer = client.start(to(server.url()), std::move(h));
    loop.run();
  }
  for (int i = 0; i < 100 && !closed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  BOOST_TEST(closed);
  BOOST_TEST(got.dones == 0);
}

BOOST_FIXTURE_TEST_CASE(a_new_transfer_may_start_where_another_ends, Fixture) {
  ScriptServer server([](Connection& c) {
    while (!c.read_request().empty()) c.send(kOk);
  });
  Got first, second;
  http::Transfer next;
  http::Handlers h = handlers(first);
  h.on_done = [&](http::Done) {
    ++first.dones;
    next = client.start(to(server.url()), handlers(second));
  };
  http::Transfer transfer = client.start(to(server.url()), std::move(h));
  loop.run();
  BOOST_TEST(first.dones == 1);
  BOOST_TEST(second.body == "hello");
}

BOOST_FIXTURE_TEST_CASE(redirects_are_not_followed_and_interim_heads_are_skipped, Fixture) {
  ScriptServer server([](Connection& c) {
    c.read_request();
    c.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    c.send("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    c.wait_closed(ScriptServer::Ms(3000));
  });
  const Got got = get(to(server.url()));
  BOOST_TEST(got.heads == 1);
  BOOST_TEST(got.head.status == 307);
  BOOST_TEST(got.head.find("link") == nullptr);
  BOOST_TEST((got.done.failure == Failure::none));
}

BOOST_FIXTURE_TEST_CASE(unix_sockets, Fixture) {
  const std::string path = "/tmp/coder-http-" + std::to_string(::getpid()) + ".sock";
  {
    ScriptServer server(
        [](Connection& c) {
          c.read_request();
          c.send(kOk);
        },
        path);
    http::Request request = to("http://localhost/v1/models");
    request.unix_socket = path;
    BOOST_TEST(get(std::move(request)).body == "hello");
  }
  http::Request gone = to("http://localhost/");
  ::unlink(path.c_str());
  gone.unix_socket = path;
  BOOST_TEST((get(std::move(gone)).done.failure == Failure::connect));
}

BOOST_FIXTURE_TEST_CASE(every_limit_has_its_own_failure, Fixture) {
  ScriptServer silent([](Connection& c) {
    c.read_request();
    c.wait_closed(ScriptServer::Ms(5000));
  });
  http::Request request = to(silent.url());
  request.limits.headers = Millis(60);
  Got got = get(std::move(request));
  BOOST_TEST((got.done.failure == Failure::header_timeout));
  BOOST_TEST(got.done.sent);
  BOOST_TEST(got.heads == 0);

  request = to(silent.url());
  request.limits.total = Millis(60);
  BOOST_TEST((get(std::move(request)).done.failure == Failure::total_timeout));

  ScriptServer stalls([](Connection& c) {
    c.read_request();
    c.send(kChunked);
    c.send_chunk("x");
    c.wait_closed(ScriptServer::Ms(5000));
  });
  request = to(stalls.url());
  request.limits.byte_idle = Millis(60);
  got = get(std::move(request));
  BOOST_TEST((got.done.failure == Failure::idle_timeout));
  BOOST_TEST(got.body == "x");

  ScriptServer endless([](Connection& c) {
    c.read_request();
    c.send(kChunked);
    while (c.send_chunk(std::string(4096, 'x'))) {
    }
  });
  request = to(endless.url());
  request.limits.max_body_bytes = 100000;
  got = get(std::move(request));
  BOOST_TEST((got.done.failure == Failure::too_large));
  BOOST_TEST(got.body.size() <= 100000u);
}

BOOST_FIXTURE_TEST_CASE(broken_answers_are_told_apart, Fixture) {
  ScriptServer cut([](Connection& c) {
    c.read_request();
    c.send(kChunked);
    c.send_chunk("half");
    c.reset_on_close();
  });
  Got got = get(to(cut.url()));
  BOOST_TEST((got.done.failure == Failure::closed));
  BOOST_TEST(got.dones == 1);

  ScriptServer mute([](Connection& c) { c.read_request(); });
  BOOST_TEST((get(to(mute.url())).done.failure == Failure::closed));

  ScriptServer noise([](Connection& c) {
    c.read_request();
    c.send("this is not HTTP\r\n\r\n");
  });
  got = get(to(noise.url()));
  BOOST_TEST((got.done.failure != Failure::none));
  BOOST_TEST(!got.done.detail.empty());

  BOOST_TEST((get(to("ftp://127.0.0.1/")).done.failure == Failure::bad_url));
  BOOST_TEST((get(to("http://name.invalid/")).done.failure == Failure::resolve));
  BOOST_TEST((get(to("http://127.0.0.1:1/")).done.failure == Failure::connect));
}

BOOST_AUTO_TEST_CASE(a_client_may_go_before_its_transfers) {
  loop::Loop loop;
  ScriptServer server([](Connection& c) {
    c.read_request();
    c.wait_closed(ScriptServer::Ms(3000));
  });
  http::Transfer transfer;
  bool called = false;
  {
    http::Client client(loop);
    http::Handlers handlers;
    handlers.on_done = [&](const http::Done&) { called = true; };
    transfer = client.start(Fixture::to(server.url()), std::move(handlers));
    loop::Timer timer(loop, [&] { loop.stop(); });
    timer.start(Millis(30));
    loop.run();
  }
  transfer = {};
  BOOST_TEST(!called);
}
