#include "task/tool_history.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using config::ToolForm;
using privacy::Label;
using privacy::Role;
using task::ToolHistory;

namespace {

privacy::Prompt question() {
  privacy::Turn turn;
  turn.parts.push_back({"why?", Label::any, "prompt"});
  return {{turn}};
}

ToolHistory::Answered answered(const std::string& id, const std::string& text, Label label = Label::any) {
  task::ToolResult result;
  result.text = text;
  result.label = label;
  result.rule = label == Label::any ? "" : "client/**";
  return {{id, "read_file", "{\"path\": \"" + id + "\"}", ""}, result};
}

std::string all_of(const privacy::Prompt& prompt) {
  std::string out;
  for (const privacy::Turn& turn : prompt.turns) {
    out += std::string(to_string(turn.role)) + ":";
    for (const privacy::Part& part : turn.parts) out += part.text;
    for (const privacy::ToolCall& call : turn.tool_calls) out += "[" + call.name + " " + call.id + "]";
    out += "\n";
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rounds_stand_as_calls_or_in_words) {
  ToolHistory history;
  history.add("I look.", Label::any).answered = {answered("a", "AAA"), answered("b", "BBB")};
  const privacy::Prompt calls = history.with(question(), ToolForm::calls, 1000, false);
  BOOST_REQUIRE(calls.turns.size() == 5u);
  BOOST_TEST((calls.turns[0].role == Role::system && calls.turns[1].role == Role::user));
  BOOST_TEST((calls.turns[2].role == Role::assistant && calls.turns[2].tool_calls.size() == 2));
  BOOST_TEST((calls.turns[3].role == Role::tool && calls.turns[3].tool_call_id == "a"));
  BOOST_TEST(calls.turns[4].parts[0].text == "BBB");

  const privacy::Prompt words = history.with(question(), ToolForm::text, 1000, false);
  BOOST_REQUIRE(words.turns.size() == 4u);
  BOOST_TEST(words.turns[2].tool_calls.empty());
  BOOST_TEST(words.turns[2].parts[0].text.find("I look.\n\n```tool\n{\"name\": \"read_file\"") == 0u);
  BOOST_TEST((words.turns[3].role == Role::user && words.turns[3].parts.size() == 2));
}

BOOST_AUTO_TEST_CASE(a_model_that_takes_no_tools_is_told_of_none) {
  BOOST_TEST(all_of(ToolHistory().with(question(), ToolForm::none, 1000, false)) == "user:why?\n");
}

BOOST_AUTO_TEST_CASE(private_results_keep_an_untrusted_lane_out) {
  const privacy::Destination cloud{"cloud", "https://api.example.com/v1", false};
  const privacy::Destination own{"own", "http://127.0.0.1:1/v1", true};
  ToolHistory history;
  history.add("", Label::any).answered = {answered("a", "open")};
  BOOST_TEST(privacy::clear(history.with(question(), ToolForm::calls, 1000, false), cloud).ok());
  history.add("", Label::any).answered = {answered("b", "secret", Label::local_only)};
  for (const ToolForm form : {ToolForm::calls, ToolForm::text, ToolForm::none}) {
    BOOST_TEST(!privacy::clear(history.with(question(), form, 1000, false), cloud).ok());
    BOOST_TEST(privacy::clear(history.with(question(), form, 1000, false), own).ok());
  }
  BOOST_TEST((history.label() == Label::local_only));
  BOOST_TEST(history.origin() == "what read_file gave (rule client/**)");
  // What it said and called after that may repeat it: private too, also when the result itself has no room.
  history.add("the secret is", Label::local_only).answered = {answered("c", std::string(2000, 'x'))};
  BOOST_TEST(!privacy::clear(history.with(question(), ToolForm::calls, 10, false), cloud).ok());
}

BOOST_AUTO_TEST_CASE(the_oldest_results_go_where_there_is_no_room) {
  ToolHistory history;
  history.add("", Label::any).answered = {answered("a", std::string(600, 'A'))};
  history.add("", Label::any).answered = {answered("b", std::string(300, 'B')),
                                          answered("c", std::string(300, 'C'))};
  BOOST_TEST(history.bytes() == 1200u);
  const std::string kept = all_of(history.with(question(), ToolForm::calls, 700, true));
  BOOST_TEST(kept.find("AAA") == std::string::npos);
  BOOST_TEST(kept.find("BBB") != std::string::npos);
  BOOST_TEST(kept.find("CCC") != std::string::npos);
  BOOST_TEST(kept.find("left out here to make room") != std::string::npos);
  BOOST_TEST(kept.rfind("That was the last call") > kept.rfind("CCC"));
}

BOOST_AUTO_TEST_CASE(the_same_call_is_known_again_however_it_is_written) {
  ToolHistory history;
  BOOST_TEST(!history.repeated({"1", "search", "{\"pattern\": \"a\"}", ""}));
  BOOST_TEST(history.repeated({"2", "search", "{ \"pattern\":\"a\" }", ""}));
  BOOST_TEST(!history.repeated({"3", "search", "{\"pattern\": \"b\"}", ""}));
  BOOST_TEST(!history.repeated({"4", "symbol", "{\"pattern\": \"a\"}", ""}));
}

BOOST_AUTO_TEST_CASE(what_goes_back_is_a_call_that_servers_take) {
  ToolHistory history;
  history.add("", Label::any).answered = {answered("a", "x")};
  history.last().answered[0].call.name = "rm -rf /";
  history.last().answered[0].call.arguments = "{\"path\": ";
  const privacy::Prompt prompt = history.with(question(), ToolForm::calls, 1000, false);
  BOOST_TEST(prompt.turns[2].tool_calls[0].name == "unknown");
  BOOST_TEST(prompt.turns[2].tool_calls[0].arguments == "{}");
}
