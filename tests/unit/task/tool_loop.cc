#include "task/tool_loop.h"

#include <boost/test/unit_test.hpp>

#include "support/asker.h"

using namespace coder;

namespace {

/// A streamed answer that calls list_files.
std::string call(int number) {
  const std::string body =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c" +
      std::to_string(number) +
      "\",\"function\":{\"name\":\"list_files\",\"arguments\":\"{\\\"glob\\\": \\\"*." +
      std::to_string(number) +
      "\\\"}\"}}]},\"finish_reason\":null}]}\n\ndata: "
      "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":"
      "\"tool_calls\"}]}\n\n" +
      test::kUsage + test::kDone;
  return test::response("200 OK", "text/event-stream", body);
}

struct Run {
  test::TempFolder project;
  test::ScriptServer server;
  test::Asker asker;
  std::unique_ptr<workspace::Indexer> indexer;
  std::vector<std::string> shown;
  std::string text;
  std::optional<Error> error;
  std::optional<dispatch::Outcome> outcome;
  std::unique_ptr<dispatch::Question> question;

  explicit Run(std::function<std::string(const std::string&)> reply)
      : server(test::chat_script(std::move(reply))), asker(test::block("own", server.url(), "local")) {
    project.file("a.py", "x = 1\n");
  }
  ~Run() {
    question.reset();
    indexer.reset();
  }

  void ask(std::function<void()> on_tool = {}, config::Tools limits = {}) {
    task::ToolPlace place;
    place.root = project.path();
    place.indexer = [this] {
      if (!indexer) {
        workspace::Indexer::Options options;
        options.root = project.path();
        options.watch = false;
        indexer = std::make_unique<workspace::Indexer>(
            asker.loop, options, [] {}, [](const std::string&) {});
      }
      return indexer.get();
    };
    place.judge = [](const std::string&) { return privacy::Verdict(); };
    place.judge_diff = [](const std::string&) { return privacy::Verdict(); };
    dispatch::Handlers handlers;
    handlers.on_text = [this](std::string_view piece) { text += piece; };
    handlers.on_done = [this](Result<void> result, dispatch::Outcome done) {
      if (!result) error = std::move(result.error());
      outcome = std::move(done);
      asker.loop.stop();
    };
    question =
        task::ask_with_tools({asker.loop, *asker.dispatcher, std::move(place), limits}, asker.request("why?"),
                             std::move(handlers), [this, on_tool](const task::ToolShown& one) {
                               shown.push_back(one.line());
                               if (on_tool) on_tool();
                             });
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(rounds_end_with_an_answer_and_their_figures_are_summed) {
  int posts = 0;
  Run run([&](const std::string&) { return ++posts < 3 ? call(posts) : test::answer("done"); });
  run.ask();
  run.asker.loop.run();
  BOOST_TEST(!run.error);
  BOOST_TEST(run.text == "done");
  BOOST_TEST(run.shown.size() == 2u);
  BOOST_REQUIRE(run.outcome.has_value());
  BOOST_TEST(run.outcome->posts == 3);
  BOOST_TEST((run.outcome->finish == provider::Finish::stop));
  BOOST_TEST(run.outcome->tool_calls.empty());
}

BOOST_AUTO_TEST_CASE(destroyed_while_it_tells_of_a_call_it_says_nothing_more) {
  int posts = 0;
  Run run([&](const std::string&) { return call(++posts); });
  loop::Timer stop(run.asker.loop, [&] { run.asker.loop.stop(); });
  run.ask([&] {
    run.question.reset();
    stop.start(Millis(50));
  });
  run.asker.loop.run();
  BOOST_TEST(run.shown.size() == 1u);
  BOOST_TEST(!run.outcome.has_value());
  BOOST_TEST(test::count_posts(run.server) == 1);
}

BOOST_AUTO_TEST_CASE(without_time_or_room_the_last_round_may_call_nothing) {
  int posts = 0;
  std::string last;
  config::Tools limits;
  limits.max_time = Millis(0);
  Run run([&](const std::string& request) {
    last = request;
    return ++posts < 2 ? call(posts) : test::answer("short");
  });
  run.ask({}, limits);
  run.asker.loop.run();
  BOOST_TEST(run.text == "short");
  BOOST_TEST(run.shown.at(0) == "list_files *.1 → refused: the time for calls is over");
  BOOST_TEST(last.find("\"tool_choice\":\"none\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_failure_in_a_later_round_ends_it_with_the_figures_so_far) {
  int posts = 0;
  Run run([&](const std::string&) {
    return ++posts == 1 ? call(1)
                        : test::response("400 Bad Request", "application/json", R"({"error":"broken"})");
  });
  run.ask();
  run.asker.loop.run();
  BOOST_REQUIRE(run.error.has_value());
  BOOST_TEST(run.shown.size() == 1u);
  BOOST_TEST(run.outcome->posts >= 2);
}

BOOST_AUTO_TEST_CASE(a_server_that_refuses_tools_is_remembered_until_the_configuration_changes) {
  std::vector<bool> with_tools;
  Run run([&](const std::string& request) {
    const bool tools = request.find("\"tools\":") != std::string::npos;
    with_tools.push_back(tools);
    return tools ? test::response("500 Internal Server Error", "application/json",
                                  R"({"error":{"code":500,"message":"tools param requires --jinja flag"}})")
                 : test::answer("in words");
  });
  for (int i = 0; i < 2; ++i) {
    run.ask();
    run.asker.loop.run();
    BOOST_TEST(!run.error);
  }
  BOOST_TEST((with_tools == std::vector<bool>{true, false, false}));
  run.asker.dispatcher->config_changed();
  run.ask();
  run.asker.loop.run();
  BOOST_TEST((with_tools == std::vector<bool>{true, false, false, true, false}));
}
