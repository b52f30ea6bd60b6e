// What becomes of a question when lanes fail, are slow, busy or cold, over real connections.
#include <atomic>
#include <boost/test/unit_test.hpp>

#include "support/asker.h"

using namespace coder;
using namespace coder::test;
using privacy::Label;

namespace {

/// An address nothing listens at.
std::string nobody() {
  const ScriptServer gone([](ScriptServer::Connection&) {});
  return gone.url();
}

bool holds(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

bool any_holds(const std::vector<std::string>& texts, const std::string& what) {
  for (const std::string& text : texts) {
    if (holds(text, what)) return true;
  }
  return false;
}

ScriptServer::Script always(const std::string& text) {
  return chat_script([text](const std::string&) { return answer(text); });
}

const std::string kLoading =
    response("503 Service Unavailable", "application/json",
             R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})");

dispatch::Request large(Asker& asker) {
  dispatch::Request request = asker.request("all of it");
  request.route.repo_scope = true;  // local first
  return request;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_local_engine_that_is_away_is_left_at_once_and_told_once) {
  ScriptServer cloud(always("from the cloud"));
  Asker asker(block("box", nobody(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer first = asker.ask(large(asker));
  BOOST_TEST(!first.error.has_value());
  BOOST_TEST(first.text == "from the cloud");
  BOOST_TEST((first.chosen == std::vector<std::string>{"box", "relay"}));
  BOOST_TEST(first.outcome.posts == 2);
  BOOST_TEST(first.outcome.model == "relay");
  BOOST_REQUIRE(asker.notices.size() == 1u);
  BOOST_TEST(holds(asker.notices[0], "leaving box for relay"));

  const Answer second = asker.ask(large(asker));
  BOOST_TEST((second.chosen == std::vector<std::string>{"relay"}));  // the circuit is open: not even tried
  BOOST_TEST(second.outcome.posts == 1);
  BOOST_TEST(any_holds(second.outcome.reasons, "box"));
  BOOST_TEST(asker.notices.size() == 1u);
}

BOOST_AUTO_TEST_CASE(private_text_is_refused_when_its_lane_is_away) {
  ScriptServer cloud(always("never"));
  Asker asker(block("box", nobody(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer got = asker.ask("secret", Label::local_only);
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST((got.error->kind == ErrorKind::policy));
  BOOST_TEST(holds(got.error->message, "src/secret.py"));
  BOOST_TEST(holds(got.error->message, "box"));
  BOOST_TEST(holds(got.error->hint, "box"));
  BOOST_TEST(cloud.connections() == 0);

  // Without another lane that privacy took away it is the lane's own failure.
  Asker alone(block("box", nobody(), "local"));
  const Answer own = alone.ask("secret", Label::local_only);
  BOOST_REQUIRE(own.error.has_value());
  BOOST_TEST((own.error->kind == ErrorKind::provider));
}

BOOST_AUTO_TEST_CASE(an_engine_that_loads_is_not_down_the_cloud_answers_meanwhile_then_it_is_back) {
  std::atomic<bool> loaded{false};
  ScriptServer engine([&](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      if (!loaded) {
        connection.send(kLoading);
      } else {
        connection.send(holds(request, "GET /health") ? response("200 OK", "application/json", "{}")
                                                      : answer("from the box"));
      }
    }
  });
  ScriptServer cloud(always("from the cloud"));
  Asker asker(block("box", engine.url(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer meanwhile = asker.ask(large(asker));
  BOOST_TEST(meanwhile.text == "from the cloud");
  BOOST_TEST(any_holds(meanwhile.instead, "Loading model"));
  const Answer still = asker.ask(large(asker));
  BOOST_TEST((still.chosen == std::vector<std::string>{"relay"}));
  BOOST_TEST(any_holds(still.outcome.reasons, "loading"));

  // Private text waits for it.
  loop::Timer later(asker.loop, [&] { loaded = true; });
  later.start(Millis(300));
  const Answer waited = asker.ask("secret", Label::local_only);
  BOOST_TEST(waited.text == "from the box");
  BOOST_TEST(any_holds(waited.phases, "warming: box is loading the model"));

  const Answer back = asker.ask(large(asker));
  BOOST_TEST((back.chosen == std::vector<std::string>{"box"}));
  BOOST_TEST(any_holds(asker.notices, "back on box"));
  for (const std::string& request : cloud.requests()) BOOST_TEST(!holds(request, "secret"));
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_after_text_is_not_continued_elsewhere) {
  ScriptServer engine([](ScriptServer::Connection& connection) {
    connection.read_request();
    connection.send(chunked_head());
    connection.send_chunk(event("half an ans"));
    connection.pause(ScriptServer::Ms(100));
    connection.reset_on_close();
  });
  ScriptServer cloud(always("never"));
  Asker asker(block("box", engine.url(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer got = asker.ask(large(asker));
  BOOST_TEST(got.text == "half an ans");
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST((got.error->kind == ErrorKind::provider));
  BOOST_TEST(count_posts(cloud) == 0);
}

BOOST_AUTO_TEST_CASE(a_stream_that_breaks_before_text_is) {
  ScriptServer engine([](ScriptServer::Connection& connection) {
    if (holds(connection.read_request(), "GET ")) return;
    connection.send(chunked_head());
    connection.reset_on_close();
  });
  ScriptServer cloud(always("whole"));
  Asker asker(block("box", engine.url(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer got = asker.ask(large(asker));
  BOOST_TEST(got.text == "whole");
  BOOST_TEST(got.outcome.posts == 2);
}

BOOST_AUTO_TEST_CASE(a_long_pause_asked_for_means_the_other_lane_and_no_further_try) {
  ScriptServer limited(chat_script([](const std::string&) {
    return response("429 Too Many Requests", "application/json", R"({"error":{"message":"slow down"}})",
                    "Retry-After: 60\r\n");
  }));
  ScriptServer other(always("other"));
  Asker asker(block("one", limited.url(), "cloud") + block("two", other.url(), "cloud"));
  BOOST_TEST(asker.ask("hi").text == "other");
  BOOST_TEST(count_posts(limited) == 1);
  const Answer second = asker.ask("hi");
  BOOST_TEST(second.text == "other");
  BOOST_TEST(count_posts(limited) == 1);
  BOOST_TEST(any_holds(second.outcome.reasons, "60 s"));
}

BOOST_AUTO_TEST_CASE(three_posts_at_most_over_all_lanes) {
  const auto broken = chat_script([](const std::string&) {
    return response("500 Internal Server Error", "application/json", R"({"error":{"message":"oops"}})");
  });
  ScriptServer one(broken), two(broken), three(broken);
  Asker asker(block("one", one.url(), "cloud") + block("two", two.url(), "cloud") +
              block("three", three.url(), "cloud"));
  const Answer got = asker.ask("hi");
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST((got.error->kind == ErrorKind::provider));
  BOOST_TEST(count_posts(one) == 2);  // one more try where it answers, the last POST for the next
  BOOST_TEST(count_posts(two) == 1);
  BOOST_TEST(count_posts(three) == 0);
}

BOOST_AUTO_TEST_CASE(a_mode_keeps_to_its_lane) {
  ScriptServer cloud(always("never"));
  Asker asker(block("box", nobody(), "local") + block("relay", cloud.url(), "cloud"));
  dispatch::Request request = asker.request("hi");
  request.route.mode = config::Mode::local;
  const Answer got = asker.ask(std::move(request));
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST((got.error->kind == ErrorKind::provider));
  BOOST_TEST(cloud.connections() == 0);
}

BOOST_AUTO_TEST_CASE(a_refused_key_shuts_the_lane_until_the_configuration_changes) {
  ScriptServer refusing(chat_script([](const std::string&) {
    return response("401 Unauthorized", "application/json", R"({"error":{"message":"bad key"}})");
  }));
  ScriptServer other(always("other"));
  const std::string toml =
      block("one", refusing.url(), "cloud", "api_key = \"sk-old\"") + block("two", other.url(), "cloud");
  Asker asker(toml);
  BOOST_TEST(asker.ask("hi").text == "other");
  BOOST_TEST(asker.ask("hi").text == "other");
  BOOST_TEST(count_posts(refusing) == 1);
  BOOST_TEST(holds(asker.dispatcher->lane_state(asker.config->models[0]), "401"));
  asker.set(toml);
  BOOST_TEST(asker.ask("hi").text == "other");
  BOOST_TEST(count_posts(refusing) == 2);
  for (const std::string& notice : asker.notices) BOOST_TEST(!holds(notice, "sk-old"));

  // Alone it is asked all the same: the key may have been mended where it comes from.
  Asker alone(block("one", refusing.url(), "cloud", "api_key = \"sk-old\""));
  for (int i = 0; i < 2; ++i) {
    const Answer got = alone.ask("hi");
    BOOST_REQUIRE(got.error.has_value());
    BOOST_TEST((got.error->kind == ErrorKind::auth));
  }
}

BOOST_AUTO_TEST_CASE(a_model_that_is_not_there_is_told_with_the_nearest) {
  ScriptServer server([](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.send(
          holds(request, "GET /v1/models")
              ? response("200 OK", "application/json", R"({"data":[{"id":"m-onw"},{"id":"gpt-4.1"}]})")
              : response(
                    "404 Not Found", "application/json",
                    R"({"error":{"message":"The model `m-one` does not exist","code":"model_not_found"}})"));
    }
  });
  Asker asker(block("one", server.url(), "cloud"));
  const Answer got = asker.ask("hi");
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST(holds(got.error->hint, "did you mean `m-onw`?"));
}

BOOST_AUTO_TEST_CASE(a_pin_is_resolved_once_and_kept) {
  std::atomic<int> lists{0};
  ScriptServer server([&](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      if (holds(request, "GET /v1/models")) {
        ++lists;
        connection.send(response("200 OK", "application/json",
                                 R"({"data":[{"id":"deep-2"},{"id":"deep-10","context_length":4096}]})"));
      } else {
        connection.send(answer(holds(request, "\"deep-10\"") ? "newest" : "wrong"));
      }
    }
  });
  Asker asker("[models.pin]\nprovider = \"openai\"\nbase_url = \"" + server.url() +
              "/v1\"\nmodel = \"deep*\"\nlane = \"cloud\"\n");
  BOOST_TEST(asker.ask("hi").text == "newest");
  const Answer second = asker.ask("hi");
  BOOST_TEST(second.text == "newest");
  BOOST_TEST(second.outcome.model_id == "deep-10");
  BOOST_TEST(lists == 1);
}

BOOST_AUTO_TEST_CASE(a_busy_engine_lets_others_take_what_may_go) {
  std::atomic<int> waiting{3};
  ScriptServer engine([&](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.send(holds(request, "GET /metrics")
                          ? response("200 OK", "text/plain",
                                     "llamacpp:requests_deferred " + std::to_string(waiting.load()) + "\n")
                          : answer("from the box"));
    }
  });
  ScriptServer cloud(always("from the cloud"));
  Asker asker(block("box", engine.url(), "local") + block("relay", cloud.url(), "cloud"));
  const Answer spilled = asker.ask(large(asker));
  BOOST_TEST(spilled.text == "from the cloud");
  BOOST_TEST(any_holds(spilled.outcome.reasons, "3"));
  BOOST_TEST(asker.ask("secret", Label::local_only).text == "from the box");
  waiting = 0;
  loop::Timer later(asker.loop, [&] { asker.loop.stop(); });
  later.start(Millis(1100));  // what is known of a queue is a second old at most
  asker.loop.run();
  BOOST_TEST(asker.ask(large(asker)).text == "from the box");
}

BOOST_AUTO_TEST_CASE(a_prompt_larger_than_the_window_is_cut_by_the_servers_count_and_asked_once_more) {
  const std::string too_large = response(
      "400 Bad Request", "application/json",
      R"({"error":{"code":400,"type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096,"message":
          "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it"}})");
  ScriptServer engine(chat_script(
      [&](const std::string& request) { return request.size() > 6000 ? too_large : answer("fits"); }));
  Asker asker(block("box", engine.url(), "local"));
  // A quarter of the window, by what is known of it and of the model's tokens.
  const auto request = [&] {
    dispatch::Request out = asker.request("");
    out.assemble = [&](const config::Model& model) {
      const auto tokens = static_cast<double>(model.context.value_or(32768)) / 4;
      const auto bytes = static_cast<size_t>(tokens * asker.dispatcher->bytes_per_token(model.name));
      privacy::Prompt prompt;
      prompt.turns.push_back({});
      prompt.turns.back().parts.push_back({std::string(bytes, 'x'), Label::any, ""});
      return prompt;
    };
    return out;
  };
  const Answer first = asker.ask(request());
  BOOST_TEST(first.text == "fits");
  BOOST_TEST(first.outcome.posts == 2);
  BOOST_TEST(any_holds(first.instead, "asked again with less context"));
  const Answer second = asker.ask(request());  // what the server said is known now
  BOOST_TEST(second.outcome.posts == 1);

  // What cannot be made smaller is not sent again.
  const Answer third = asker.ask(std::string(20000, 'x'));
  BOOST_REQUIRE(third.error.has_value());
  BOOST_TEST(third.outcome.posts == 1);
}

BOOST_AUTO_TEST_CASE(a_slow_lane_is_left_and_returned_to) {
  std::atomic<int> delay{250};
  ScriptServer engine([&](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      if (holds(request, "GET ")) {
        connection.send(response("404 Not Found", "text/plain", "no"));
        continue;
      }
      connection.pause(ScriptServer::Ms(delay.load()));
      connection.send(answer("from the box"));
    }
  });
  ScriptServer cloud(always("from the cloud"));
  Asker asker("[router]\nslo_ttft_ms = 100\n" + block("box", engine.url(), "local") +
              block("relay", cloud.url(), "cloud"));
  for (int i = 0; i < 3; ++i) BOOST_TEST(asker.ask(large(asker)).text == "from the box");
  const Answer left = asker.ask(large(asker));
  BOOST_TEST(left.text == "from the cloud");
  BOOST_TEST(any_holds(asker.notices, "leaving box for relay"));
}

BOOST_AUTO_TEST_CASE(a_shadow_is_asked_beside_and_never_with_private_text) {
  ScriptServer engine(always("same\n"));
  ScriptServer cloud(always("same\n"));
  Asker asker("[router]\nshadow = \"relay\"\n" + block("box", engine.url(), "local") +
              block("relay", cloud.url(), "cloud"));
  BOOST_TEST(asker.ask(large(asker)).text == "same\n");
  loop::Timer later(asker.loop, [&] { asker.loop.stop(); });
  later.start(Millis(200));
  asker.loop.run();
  BOOST_TEST(count_posts(cloud) == 1);
  BOOST_TEST(asker.ask("secret", Label::local_only).text == "same\n");
  later.start(Millis(200));
  asker.loop.run();
  BOOST_TEST(count_posts(cloud) == 1);
}

BOOST_AUTO_TEST_CASE(a_spent_budget_leaves_the_local_lane) {
  ScriptServer engine(always("from the box"));
  ScriptServer cloud(always("from the cloud"));
  const std::string price = "price = { input = 1000000.0, output = 1000000.0 }";
  Asker asker("[budget]\ndaily_usd = 5.0\n" + block("box", engine.url(), "local") +
              block("relay", cloud.url(), "cloud", price));
  BOOST_TEST(asker.ask("hi").text == "from the cloud");  // 7 + 2 tokens at 1 USD each
  const Answer then = asker.ask("hi");
  BOOST_TEST(then.text == "from the box");
  BOOST_TEST(any_holds(then.outcome.reasons, "spent today"));
  dispatch::Request request = asker.request("hi");
  request.route.mode = config::Mode::cloud;
  const Answer refused = asker.ask(std::move(request));
  BOOST_REQUIRE(refused.error.has_value());
  BOOST_TEST((refused.error->kind == ErrorKind::policy));
}

BOOST_AUTO_TEST_CASE(cancelling_at_any_moment_leaves_nothing_behind) {
  ScriptServer engine([](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      connection.pause(ScriptServer::Ms(20));
      if (!connection.send(holds(request, "GET ") ? kLoading : answer("text"))) return;
    }
  });
  Asker asker("[router]\nshadow = true\n" + block("box", engine.url(), "local") +
              block("relay", engine.url(), "cloud"));
  for (int wait = 0; wait < 60; wait += 3) {
    std::unique_ptr<dispatch::Question> question = asker.dispatcher->ask(large(asker), {});
    loop::Timer cut(asker.loop, [&] {
      question.reset();
      asker.loop.stop();
    });
    cut.start(Millis(wait));
    asker.loop.run();
  }
  asker.dispatcher.reset();
}
