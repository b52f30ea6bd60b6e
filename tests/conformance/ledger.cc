// What a Dispatcher writes down: one row for each POST, whatever became of it, and what went out with it.
#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "ledger/reports.h"
#include "support/asker.h"
#include "support/script_server.h"

using namespace coder;
using namespace coder::test;

namespace {

const std::string kPrice = "price = { input = 100.0, output = 1000.0 }";

std::vector<ledger::Attempt> rows(Asker& asker) {
  asker.dispatcher->ledger().settle([&] { asker.loop.stop(); });
  asker.loop.run();
  ledger::LedgerStore store(asker.dispatcher->ledger().file());
  std::vector<ledger::Attempt> out;
  BOOST_REQUIRE(ledger::each_attempt(store, 0, [&](const ledger::Attempt& one) { out.push_back(one); }).ok());
  return out;
}

std::vector<ledger::SentRow> sent(Asker& asker) {
  rows(asker);
  ledger::LedgerStore store(asker.dispatcher->ledger().file());
  std::vector<ledger::SentRow> out;
  BOOST_REQUIRE(ledger::each_sent(store, 0, [&](const ledger::SentRow& one) { out.push_back(one); }).ok());
  return out;
}

ScriptServer::Script always(const std::string& text) {
  return chat_script([text](const std::string&) { return answer(text); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_answer_is_a_row) {
  ScriptServer server(always("hello"));
  Asker asker(block("relay", server.url(), "cloud", kPrice));
  dispatch::Request request = asker.request("hi");
  request.folder = asker.folder.path();
  request.route.task = "review";
  const Answer got = asker.ask(std::move(request));
  const std::vector<ledger::Attempt> all = rows(asker);
  BOOST_REQUIRE(all.size() == 1u);
  const ledger::Attempt& row = all[0];
  BOOST_TEST(row.about.model == "relay");
  BOOST_TEST(row.about.model_id == "m-relay");
  BOOST_TEST(row.about.lane == "cloud");
  BOOST_TEST(row.about.task == "review");
  BOOST_TEST(row.about.project == asker.folder.path());
  BOOST_TEST(row.about.address == server.url() + "/v1");
  BOOST_CHECK(row.ending == ledger::Ending::answered && row.source == ledger::Source::reported);
  BOOST_TEST(row.tokens.input() == got.outcome.usage.input);
  BOOST_TEST(row.tokens.output == got.outcome.usage.output);
  BOOST_TEST(ledger::usd_of(row.cost.value()) == got.outcome.usd.value());
  BOOST_TEST(row.cost.value() > 0);
  BOOST_TEST(row.price == "100/100/100/1000");
  BOOST_TEST(row.queue_ms.has_value());
  BOOST_TEST(row.ttft_ms.has_value());
  BOOST_TEST(row.reasons.find("mode auto") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_post_of_a_question_is_a_row_of_its_own) {
  int posts = 0;
  ScriptServer server(chat_script([&](const std::string&) {
    return ++posts == 1
               ? response("503 Service Unavailable", "application/json", R"({"error":{"message":"busy"}})")
               : answer("hello");
  }));
  Asker asker(block("relay", server.url(), "cloud", kPrice));
  BOOST_TEST(asker.ask("hi").text == "hello");
  const std::vector<ledger::Attempt> all = rows(asker);
  BOOST_REQUIRE(all.size() == 2u);
  BOOST_CHECK(all[0].ending == ledger::Ending::failed && all[0].source == ledger::Source::none);
  BOOST_TEST(all[0].cost.value() == 0);
  BOOST_TEST(all[0].reasons.find("503") != std::string::npos);
  BOOST_CHECK(all[1].ending == ledger::Ending::answered);
  BOOST_TEST(sent(asker).size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_is_estimated_from_what_came) {
  ScriptServer server([](ScriptServer::Connection& connection) {
    connection.read_request();
    connection.send(chunked_head());
    const std::string body = event(std::string(36, 'x'));
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    connection.send(size + body + "\r\n");
    connection.pause(ScriptServer::Ms(2000));
  });
  Asker asker(block("relay", server.url(), "cloud", kPrice));
  std::unique_ptr<dispatch::Question> question;
  dispatch::Handlers handlers;
  handlers.on_text = [&](std::string_view) { asker.loop.stop(); };
  question = asker.dispatcher->ask(asker.request(std::string(72, 'y')), std::move(handlers));
  asker.loop.run();
  const dispatch::Outcome outcome = question->outcome();
  question.reset();
  const std::vector<ledger::Attempt> all = rows(asker);
  BOOST_REQUIRE(all.size() == 1u);
  BOOST_CHECK(all[0].ending == ledger::Ending::cancelled && all[0].source == ledger::Source::estimated);
  BOOST_TEST(all[0].tokens.fresh == 20);
  BOOST_TEST(all[0].tokens.output >= 10);
  BOOST_TEST(ledger::usd_of(all[0].cost.value()) == outcome.usd.value());
}

BOOST_AUTO_TEST_CASE(what_went_where_with_its_label) {
  ScriptServer down(
      chat_script([](const std::string&) { return response("500 Oops", "application/json", "{}"); }));
  ScriptServer engine(always("from the box"));
  Asker asker("mode = \"auto\"\n" + block("one", down.url(), "local") + block("two", engine.url(), "local"));
  dispatch::Request request = asker.request("abc", privacy::Label::local_only);
  request.assemble = [](const config::Model&) {
    privacy::Turn turn;
    turn.parts.push_back({"quoted abc",
                          privacy::Label::local_only,
                          "src/secret.py",
                          "src/**",
                          {{"src/secret.py", 4, 6, privacy::Label::local_only, "abc"}}});
    turn.parts.push_back({"why?", privacy::Label::any, "prompt"});
    return privacy::Prompt{{turn}};
  };
  BOOST_TEST(asker.ask(std::move(request)).text == "from the box");
  const std::vector<ledger::SentRow> all = sent(asker);
  BOOST_REQUIRE(all.size() >= 2u);
  BOOST_TEST(all.front().address == down.url() + "/v1");
  BOOST_TEST(all.back().address == engine.url() + "/v1");
  for (const ledger::SentRow& one : all) {
    BOOST_CHECK(one.label == privacy::Label::local_only);
    BOOST_REQUIRE(one.chunks.size() == 2u);
    BOOST_TEST(one.chunks[0].file == "src/secret.py");
    BOOST_TEST(one.chunks[0].first == 4);
    BOOST_TEST(one.chunks[0].last == 6);
    BOOST_TEST(one.chunks[0].hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(one.chunks[1].file == "prompt");
    BOOST_CHECK(one.chunks[1].label == privacy::Label::any);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_no_row) {
  ScriptServer server(always("hello"));
  Asker asker(block("relay", server.url(), "cloud"));
  BOOST_TEST(asker.ask("secret", privacy::Label::local_only).error.has_value());
  BOOST_TEST(rows(asker).empty());
  BOOST_TEST(sent(asker).empty());
}

BOOST_AUTO_TEST_CASE(a_budget_is_shared_and_may_be_passed_on_purpose) {
  ScriptServer server(always("hello"));
  const std::string toml = "[budget]\ndaily_usd = 0.001\n" + block("relay", server.url(), "cloud", kPrice);
  Asker asker(toml);
  BOOST_TEST(asker.ask("hi").text == "hello");
  rows(asker);
  // Another process.
  asker.dispatcher.reset();
  asker.dispatcher = std::make_unique<dispatch::Dispatcher>(asker.loop, [&] { return asker.config; });
  const Answer refused = asker.ask("hi");
  BOOST_REQUIRE(refused.error.has_value());
  BOOST_CHECK(refused.error->kind == ErrorKind::policy);
  BOOST_TEST(refused.error->hint.find("--over-budget") != std::string::npos);
  dispatch::Request request = asker.request("hi");
  request.route.over_budget = true;
  BOOST_TEST(asker.ask(std::move(request)).text == "hello");
  BOOST_TEST(asker.ask("hi").error.has_value());
}

BOOST_AUTO_TEST_CASE(a_budget_of_one_model_leaves_the_others) {
  ScriptServer one(always("one")), two(always("two"));
  Asker asker("[budget.models.one]\nmonthly_usd = 0.001\n" + block("one", one.url(), "cloud", kPrice) +
              block("two", two.url(), "cloud", kPrice));
  BOOST_TEST(asker.ask("hi").text == "one");
  const Answer then = asker.ask("hi");
  BOOST_TEST(then.text == "two");
  BOOST_TEST(join(then.outcome.reasons, "; ").find("spent this month by one") != std::string::npos);
}
