// Ghost text from cursor to show over real sockets: what comes late, twice, in the wrong order or not at all.
#include "completion/completer.h"

#include <boost/test/unit_test.hpp>

#include "conformance/fim_caller.h"
#include "dispatch/dispatcher.h"
#include "support/temp_folder.h"

namespace coder::completion {
namespace {

using namespace test;
using Connection = ScriptServer::Connection;

std::string props(int slots) {
  return R"({"default_generation_settings":{"n_ctx":32768},"total_slots":)" + std::to_string(slots) + "}";
}

std::string json(const std::string& body, const std::string& status = "200 OK") {
  return response(status, "application/json", body);
}

/// A llama-server without FIM tokens of its own in /tokenize, so that /infill is the way; `infill` streams
/// it.
ScriptServer::Script engine(std::function<void(Connection&)> infill, int slots = 1) {
  return [infill, slots](Connection& c) {
    for (std::string request = c.read_request(); !request.empty(); request = c.read_request()) {
      if (request.starts_with("GET /props")) {
        c.send(json(props(slots)));
      } else if (request.starts_with("POST /infill")) {
        infill(c);
      } else if (request.starts_with("POST /tokenize")) {
        c.send(json(R"({"tokens":[]})"));
      } else if (request.starts_with("POST /v1/chat/completions")) {
        c.send(chunked_head());
        c.send_chunk(event("by chat"));
        c.send_chunk("data: [DONE]\n\n");
        c.send_chunk("");
      } else {
        c.send(json(R"({"data":[]})"));
      }
    }
  };
}

int64_t number(const codec::Value& body, const char* name) {
  const codec::Value* member = body.find(name);
  const int64_t* whole = member ? member->as_int() : nullptr;
  return whole ? *whole : -1;
}

void say(Connection& c, const std::vector<std::string>& pieces) {
  c.send(chunked_head());
  for (const std::string& text : pieces) c.send_chunk(piece(text));
  c.send_chunk(kEnd);
  c.send_chunk("");
}

struct Editor {
  TempFolder runtime;
  ScopedEnv env{"XDG_RUNTIME_DIR", runtime.path()}, state{"XDG_STATE_HOME", runtime.path()};
  ScriptServer server;
  loop::Loop loop;
  std::shared_ptr<const config::Config> config;
  std::vector<std::string> notices;
  dispatch::Dispatcher dispatcher;
  workspace::Mirrors mirrors;
  std::vector<Show> shows;
  std::vector<int64_t> hides;
  std::vector<GhostState> states;
  std::unique_ptr<Completer> completer;
  int64_t tick = 1;

  explicit Editor(ScriptServer::Script script, const std::string& more = "")
      : server(std::move(script)),
        dispatcher(
            loop, [this] { return config; }, [this](const std::string& text) { notices.push_back(text); }) {
    configure(more);
    Completer::Host host;
    host.mirror = [this](int64_t buf) { return mirrors.find(buf); };
    host.verdict = [this](int64_t buf) {
      const workspace::Mirror* mirror = mirrors.find(buf);
      return mirror && !mirror->path.empty() ? config->path_rules().judge(mirror->path) : privacy::Verdict{};
    };
    host.show = [this](int64_t, const Show& show) {
      shows.push_back(show);
      loop.stop();
    };
    host.hide = [this](int64_t, int64_t at) { hides.push_back(at); };
    host.state = [this](const GhostState& state) {
      states.push_back(state);
      loop.stop();
    };
    completer = std::make_unique<Completer>(
        loop, dispatcher.completions(), [this] { return config; }, host);
  }
  void configure(const std::string& more) {
    config = std::make_shared<const config::Config>(config::parse(
        "[models.one]\nprovider = \"openai\"\nbase_url = \"" + server.url() + "/v1\"\nmodel = \"m\"\n" + more,
        "c"));
  }
  void open(int64_t buf, const std::string& path = "/nowhere/a.py") {
    mirrors.open(buf, path);
    BOOST_TEST(completer->attach(buf, path, "python").ghost);
  }
  void text(int64_t buf, std::vector<std::string> lines) {
    mirrors.apply(buf, {++tick, 0, -1, std::move(lines)});
    completer->changed(buf);
  }
  /// The last line is the cursor's.
  void type(int64_t buf, const std::string& line) {
    text(buf, {"def f():", line});
    completer->cursor(buf, tick, 1, line.size(), false);
  }
  /// Runs the loop until `done` or for two seconds.
  bool run(const std::function<bool()>& done) {
    const TimePoint end = loop.now() + 2s;
    while (!done() && loop.now() < end) {
      loop::Timer wake(loop, [this] { loop.stop(); });
      wake.start(20ms);
      loop.run();
    }
    return done();
  }
  /// Bodies of the completions asked for so far.
  std::vector<codec::Value> asked() const {
    std::vector<codec::Value> bodies;
    for (const std::string& request : server.requests()) {
      if (!request.starts_with("POST /infill")) continue;
      Result<codec::Value> body = codec::parse_json(request.substr(request.find("\r\n\r\n") + 4));
      if (body) bodies.push_back(std::move(*body));
    }
    return bodies;
  }
  bool shown(const std::string& what) {
    return run([&] { return !shows.empty() && shows.back().text == what && !shows.back().more; });
  }
};

BOOST_AUTO_TEST_CASE(a_cursor_brings_a_ghost_that_names_its_state) {
  Editor e(engine([](Connection& c) { say(c, {"turn", " 1"}); }));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.shown("turn 1"));
  for (const Show& show : e.shows) {
    BOOST_TEST(show.tick == e.tick);
    BOOST_TEST(show.line == 1U);
    BOOST_TEST(show.col == 6U);
  }
}

BOOST_AUTO_TEST_CASE(a_cursor_may_come_before_its_text) {
  Editor e(engine([](Connection& c) { say(c, {"turn 1"}); }));
  e.open(7);
  e.completer->cursor(7, e.tick + 1, 1, 6, false);
  e.text(7, {"def f():", "    re"});
  BOOST_TEST(e.shown("turn 1"));
}

BOOST_AUTO_TEST_CASE(a_cursor_of_a_text_that_has_gone_on_is_nothing) {
  Editor e(engine([](Connection& c) { say(c, {"turn 1"}); }));
  e.open(7);
  e.text(7, {"def f():", "    re"});
  const int64_t old = e.tick;
  e.text(7, {"def f():", "    ret"});
  e.completer->cursor(7, old, 1, 6, false);
  e.completer->cursor(8, old, 1, 6, false);  // a buffer nobody attached
  BOOST_TEST(!e.run([&] { return !e.shows.empty(); }));
}

BOOST_AUTO_TEST_CASE(what_diverged_is_closed_in_the_same_turn) {
  std::atomic<int> closed{0}, asked{0};
  Editor e(engine([&](Connection& c) {
    ++asked;
    c.send(chunked_head());
    c.send_chunk(piece("turn"));
    if (c.wait_closed(Millis(1500))) ++closed;
  }));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.run([&] { return !e.shows.empty(); }));
  e.type(7, "    rex");
  BOOST_TEST(e.run([&] { return closed == 1 && asked == 2; }));
  e.completer->close(7, false);
  BOOST_TEST(e.run([&] { return closed == 2; }));
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_infill_is_asked_otherwise_and_it_is_said_once) {
  Editor e(engine(
      [](Connection& c) { c.send(json(R"({"error":{"message":"no infill"}})", "501 Not Implemented")); }));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.shown("by chat"));
  e.type(7, "    rex");
  BOOST_TEST(e.run([&] { return e.shows.back().col == 7U && !e.shows.back().more; }));
  BOOST_TEST(e.notices.size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_answer_for_a_buffer_that_is_gone) {
  Editor e(engine([](Connection& c) {
    c.pause(Millis(100));
    say(c, {"turn 1"});
  }));
  e.open(7);
  e.type(7, "    re");
  e.run([&] { return e.server.requests().size() > 3; });
  e.completer->detach(7);
  e.mirrors.close(7);
  BOOST_TEST(!e.run([&] { return !e.shows.empty(); }));
  e.open(7);
  e.type(7, "    re");
  BOOST_TEST(e.shown("turn 1"));
}

BOOST_AUTO_TEST_CASE(a_configuration_that_changes_under_a_request) {
  Editor e(engine([](Connection& c) {
    c.pause(Millis(50));
    say(c, {"turn 1"});
  }));
  e.open(7);
  e.type(7, "    re");
  for (int i = 0; i < 3; ++i) {
    e.configure(i % 2 == 0 ? "[completion]\nmax_lines = 1\n" : "");
    e.dispatcher.config_changed();
    e.completer->config_changed();
    e.run([n = 0]() mutable { return ++n > 2; });
  }
  e.configure("[completion]\nenabled = false\n");
  e.completer->config_changed();
  BOOST_TEST(e.run([&] { return !e.states.empty() && e.states.back().state == "off"; }));
  e.configure("");
  e.dispatcher.config_changed();
  e.completer->config_changed();
  e.type(7, "    ret");
  BOOST_TEST(e.run([&] { return !e.shows.empty() && e.shows.back().tick == e.tick; }));
}

BOOST_AUTO_TEST_CASE(nobody_there_is_a_state_and_no_storm) {
  Editor e([](Connection& c) { c.reset_on_close(); });
  e.open(7);
  for (int i = 0; i < 30; ++i) {
    e.type(7, "    r" + std::string(static_cast<size_t>(i), 'e'));
    e.run([n = 0]() mutable { return ++n > 1; });
  }
  BOOST_REQUIRE(!e.states.empty());
  BOOST_TEST(e.states.back().state == "failed");
  BOOST_TEST(e.server.connections() < 12);
}

BOOST_AUTO_TEST_CASE(a_slow_server_keeps_no_input_waiting) {
  Editor e(engine([](Connection& c) { c.wait_closed(Millis(5000)); }));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.run([&] { return !e.states.empty() && e.states.back().state == "asking"; }));
  // Nothing is due for a while now: the loop sleeps, it does not spin.
  const std::clock_t before = std::clock();
  e.run([n = 0]() mutable { return ++n > 20; });
  BOOST_TEST(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.3);
}

BOOST_AUTO_TEST_CASE(whole_suggestions_answer_each_call_once) {
  Editor e(engine([](Connection& c) { say(c, {"turn 1"}); }));
  e.open(7);
  e.text(7, {"def f():", "    re"});
  std::vector<std::string> answers;
  const auto once = [&](int64_t at) {
    e.completer->once(7, at, 1, 6, [&](Result<Suggested> got) {
      answers.push_back(got ? "<" + got->text + ">" : got.error().message);
    });
  };
  once(e.tick);
  once(e.tick);      // the one before is answered with nothing
  once(e.tick - 1);  // a text that is no more
  BOOST_TEST(e.run([&] { return answers.size() == 3; }));
  std::sort(answers.begin(), answers.end());
  BOOST_TEST(answers == (std::vector<std::string>{"<>", "<>", "<turn 1>"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_place_that_is_known_is_not_asked_for_twice) {
  Editor e(engine([](Connection& c) { say(c, {"turn", " 1"}); }));
  e.open(7);
  e.text(7, {"def f():", "    re"});
  std::vector<std::string> answers;
  const auto once = [&](size_t col) {
    const size_t before = answers.size();
    e.completer->once(7, e.tick, 1, col, [&](Result<Suggested> got) {
      answers.push_back(got ? got->text + " by " + got->outcome.model : got.error().message);
    });
    BOOST_TEST(answers.size() == before);  // never inside the call
    BOOST_TEST(e.run([&] { return answers.size() > before; }));
  };
  once(6);
  once(6);
  e.text(7, {"def f():", "    retu"});
  once(8);
  BOOST_TEST(answers == (std::vector<std::string>{"turn 1 by one", "turn 1 by one", "rn 1 by one"}),
             boost::test_tools::per_element());
  e.completer->cursor(7, e.tick, 1, 8, false);
  BOOST_TEST(e.shown("rn 1"));
  BOOST_TEST(e.asked().size() == 1U);

  // And the other way round.
  e.type(7, "    x");
  BOOST_REQUIRE(e.shown("turn 1"));
  once(5);
  BOOST_TEST(answers.back() == "turn 1 by one");
  BOOST_TEST(e.asked().size() == 2U);

  // What the user dismissed is no answer.
  e.completer->close(7, true);
  once(5);
  BOOST_TEST(e.asked().size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_slot_with_our_cache_is_kept_across_a_failure) {
  std::atomic<bool> broken{true};
  Editor e(engine(
      [&](Connection& c) {
        if (broken.exchange(false)) return (void)c.send(json(R"({"error":{"message":"it broke"}})", "500 x"));
        say(c, {"turn 1"});
      },
      4));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.run([&] { return !e.states.empty() && e.states.back().state == "failed"; }));
  for (int i = 0; i < 40 && e.shows.empty(); ++i) {  // until the lane is tried again
    e.type(7, "    re" + std::string(static_cast<size_t>(i), 'r'));
    e.run([n = 0]() mutable { return ++n > 3; });
  }
  BOOST_REQUIRE(!e.shows.empty());
  const std::vector<codec::Value> asked = e.asked();
  BOOST_REQUIRE(asked.size() >= 2U);
  BOOST_TEST(number(asked[0], "id_slot") == 0);
  BOOST_TEST(number(asked[1], "id_slot") == 0);
}

BOOST_AUTO_TEST_CASE(in_a_pause_the_engine_reads_what_the_next_key_needs) {
  Editor e(engine([](Connection& c) { say(c, {"turn 1"}); }));
  e.open(7);
  e.type(7, "    re");
  BOOST_REQUIRE(e.shown("turn 1"));
  std::vector<std::string> lines{"def f():"};
  for (int i = 0; i < 12; ++i) lines.push_back("    value_" + std::to_string(i) + " = call()");
  lines.emplace_back("    re");
  e.text(7, lines);
  e.completer->cursor(7, e.tick, lines.size() - 1, 6, false);
  const auto reads = [&] {
    const std::vector<codec::Value> asked = e.asked();
    return std::count_if(asked.begin(), asked.end(),
                         [](const codec::Value& body) { return number(body, "n_predict") == 0; });
  };
  BOOST_TEST(reads() == 0);
  BOOST_TEST((e.run([&] { return reads() > 0; }) || e.run([&] { return reads() > 0; })));
  // Once for a pause.
  e.run([n = 0]() mutable { return ++n > 90; });
  BOOST_TEST(reads() == 1);
}

}  // namespace
}  // namespace coder::completion
