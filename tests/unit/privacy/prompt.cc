#include "privacy/prompt.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <type_traits>

using namespace coder;
using namespace coder::privacy;

// Nothing but clear() makes a Cleared: there is no default, no aggregate, no conversion.
static_assert(!std::is_default_constructible_v<Cleared>);
static_assert(!std::is_aggregate_v<Cleared>);
static_assert(!std::is_constructible_v<Cleared, std::vector<Message>>);
static_assert(!std::is_constructible_v<Cleared, std::vector<Message>, Destination>);
static_assert(!std::is_constructible_v<Cleared, std::vector<Message>, Destination, Label>);
static_assert(!std::is_constructible_v<Cleared, Prompt>);
static_assert(!std::is_constructible_v<Cleared, Prompt, Destination>);
static_assert(!std::is_convertible_v<Prompt, Cleared>);
// Nor can one be pointed elsewhere afterwards.
static_assert(std::is_const_v<std::remove_reference_t<decltype(std::declval<Cleared&>().destination())>>);
static_assert(std::is_const_v<std::remove_reference_t<decltype(std::declval<Cleared&>().messages())>>);

namespace {

Turn user(std::vector<Part> parts) {
  Turn turn;
  turn.parts = std::move(parts);
  return turn;
}

Destination destination(const std::string& address, bool trusted, bool unwritten) {
  Destination d;
  d.name = "lane-a";
  d.address = address;
  d.trusted = trusted;
  d.trust_unwritten = unwritten;
  return d;
}

}  // namespace

BOOST_AUTO_TEST_CASE(labels_join) {
  BOOST_TEST((join(Label::any, Label::any) == Label::any));
  BOOST_TEST((join(Label::any, Label::local_only) == Label::local_only));
  BOOST_TEST((join(Label::local_only, Label::any) == Label::local_only));
  BOOST_TEST((join(Label::local_only, Label::local_only) == Label::local_only));
  BOOST_TEST((Prompt{}.label() == Label::any));
  BOOST_TEST(Prompt{}.private_origin() == "");
}

BOOST_AUTO_TEST_CASE(clear_keeps_what_the_turns_say) {
  Prompt prompt;
  Turn system;
  system.role = Role::system;
  system.parts = {{"be ", Label::any, "ours"}, {"kind", Label::any, "ours"}};
  Turn calls;
  calls.role = Role::assistant;
  calls.tool_calls = {{"id1", "read", "{}", ""}};
  Turn tool;
  tool.role = Role::tool;
  tool.tool_call_id = "id1";
  tool.parts = {{"text", Label::any, "a.py"}};
  prompt.turns = {system, user({{"hi", Label::any, "prompt"}}), calls, tool};
  const Result<Cleared> cleared = clear(prompt, destination("https://cloud.example/v1", false, true));
  BOOST_TEST_REQUIRE(cleared.ok());
  const std::vector<Message>& messages = cleared->messages();
  BOOST_TEST_REQUIRE(messages.size() == 4u);
  BOOST_TEST((messages[0].role == Role::system));
  BOOST_TEST(messages[0].text == "be kind");
  BOOST_TEST(messages[1].text == "hi");
  BOOST_TEST(messages[2].tool_calls.size() == 1u);
  BOOST_TEST(messages[2].tool_calls[0].name == "read");
  BOOST_TEST(messages[3].tool_call_id == "id1");
  BOOST_TEST(cleared->destination().address == "https://cloud.example/v1");
  BOOST_TEST((cleared->label() == Label::any));
}

BOOST_AUTO_TEST_CASE(a_refusal_says_what_why_and_what_to_do) {
  Prompt prompt;
  prompt.turns = {user({{"question", Label::any, "prompt"},
                        {"SECRET TEXT", Label::local_only, "client-x/a.py", "client-x/**"},
                        {"more", Label::local_only, "client-x/b.py", "client-x/**"}})};
  const struct {
    const char* address;
    bool unwritten;
    const char* advice;
  } cases[] = {
      {"http://10.0.0.42:8000/v1", true, "write lane = \"local\" in [models.lane-a]"},
      {"http://10.0.0.42:8000/v1", false, "ask a trusted model instead"},  // lane = "cloud" is written out
      {"https://cloud.example/v1", true, "ask a trusted model instead"},
      {"nonsense", true, "ask a trusted model instead"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.address << " unwritten " << c.unwritten) {
      const Result<Cleared> refused = clear(prompt, destination(c.address, false, c.unwritten));
      BOOST_TEST_REQUIRE(!refused.ok());
      BOOST_TEST((refused.error().kind == ErrorKind::policy));
      BOOST_TEST(refused.error().message ==
                 "client-x/a.py is local_only (rule client-x/**) and lane lane-a at " +
                     std::string(c.address) + " is not trusted");
      BOOST_TEST(refused.error().hint.find(c.advice) == 0u);
      BOOST_TEST(refused.error().hint.find("--mode local") != std::string::npos);
      BOOST_TEST(refused.error().text().find("SECRET") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(private_tool_calls_count_and_have_a_name) {
  Prompt prompt;
  Turn turn;
  turn.role = Role::assistant;
  turn.tool_calls = {{"1", "grep", "{\"q\":\"SECRET\"}", ""}};
  turn.call_label = Label::local_only;
  prompt.turns = {turn};
  BOOST_TEST((prompt.label() == Label::local_only));
  BOOST_TEST(prompt.private_origin() == "a tool call");
  const Result<Cleared> refused = clear(prompt, destination("https://cloud.example/v1", false, true));
  BOOST_TEST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().message.find("a tool call is local_only and lane") == 0u);
  BOOST_TEST(clear(prompt, destination("http://localhost/v1", true, true)).ok());
}

BOOST_AUTO_TEST_CASE(no_random_prompt_takes_private_text_to_an_untrusted_lane) {
  std::mt19937 random(42);
  const auto chance = [&](unsigned of) { return random() % of == 0; };
  int refused = 0, sent = 0, trusted_private = 0;
  for (int round = 0; round < 20000; ++round) {
    Prompt prompt;
    bool holds_private = false;
    const int turns = static_cast<int>(random() % 5);
    for (int t = 0; t < turns; ++t) {
      Turn turn;
      turn.role = static_cast<Role>(random() % 4);
      const int parts = static_cast<int>(random() % 4);
      for (int p = 0; p < parts; ++p) {
        const bool hidden = chance(12);
        holds_private = holds_private || hidden;
        turn.parts.push_back({hidden ? "PRIVATE" : "public", hidden ? Label::local_only : Label::any,
                              chance(2) ? "" : "file.c", chance(2) ? "" : "rule"});
      }
      if (chance(3)) {
        const bool hidden = chance(8);
        holds_private = holds_private || hidden;
        turn.tool_calls.push_back({"id", "tool", hidden ? "\"PRIVATE\"" : "{}", ""});
        turn.call_label = hidden ? Label::local_only : Label::any;
      }
      prompt.turns.push_back(std::move(turn));
    }
    const Destination to =
        destination(chance(2) ? "http://10.0.0.1/v1" : "https://x/v1", chance(3), chance(2));
    const Result<Cleared> result = clear(prompt, to);
    BOOST_TEST_REQUIRE(result.ok() == (!holds_private || to.trusted));
    if (!result) {
      ++refused;
      BOOST_TEST_REQUIRE(!result.error().hint.empty());
      continue;
    }
    BOOST_TEST_REQUIRE(result->destination().trusted == to.trusted);
    BOOST_TEST_REQUIRE((result->label() == Label::local_only) == holds_private);
    trusted_private += holds_private;
    ++sent;
    if (to.trusted) continue;
    for (const Message& message : result->messages()) {
      BOOST_TEST_REQUIRE(message.text.find("PRIVATE") == std::string::npos);
      for (const ToolCall& call : message.tool_calls) {
        BOOST_TEST_REQUIRE(call.arguments.find("PRIVATE") == std::string::npos);
      }
    }
  }
  // The three outcomes all happened, often.
  BOOST_TEST(refused > 1000);
  BOOST_TEST(sent > 1000);
  BOOST_TEST(trusted_private > 1000);
}
