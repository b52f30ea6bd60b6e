#include "task/describe.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using privacy::Label;
using privacy::Role;

BOOST_AUTO_TEST_CASE(a_question_takes_the_label_of_its_tool_calls) {
  std::vector<privacy::Turn> turns(2);
  turns[0].parts.push_back({"where is it?", Label::any, "prompt"});
  turns[1].role = Role::assistant;
  turns[1].tool_calls.push_back({"c1", "grep", "{\"pattern\":\"secret\"}", ""});
  routing::Request request;
  task::describe(turns, {}, request);
  BOOST_TEST((request.label == Label::any));
  turns[1].call_label = Label::local_only;
  task::describe(turns, {}, request);
  BOOST_TEST((request.label == Label::local_only));
  BOOST_TEST(request.label_origin == "a tool call");
  // Without calls their label means nothing.
  turns[1].tool_calls.clear();
  request = {};
  task::describe(turns, {}, request);
  BOOST_TEST((request.label == Label::any));
}
