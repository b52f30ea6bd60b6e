#include "provider/request.h"

#include <boost/test/unit_test.hpp>

namespace coder::provider {
namespace {

using privacy::Message;
using privacy::Role;

std::string encode(const std::vector<Message>& messages, const ChatParams& params, bool local = false) {
  Result<std::string> body = encode_chat_body(messages, params, local);
  return body ? *body : "error: " + body.error().message;
}

ChatParams plain() {
  ChatParams params;
  params.model = "m";
  params.stream = false;
  return params;
}

const std::vector<Message> kHello = {{Role::system, "be brief", {}, ""},
                                     {Role::user, "hi \"you\"\n", {}, ""}};

BOOST_AUTO_TEST_CASE(messages) {
  BOOST_CHECK_EQUAL(encode(kHello, plain()),
                    R"({"model":"m","messages":[{"role":"system","content":"be brief"},)"
                    R"({"role":"user","content":"hi \"you\"\n"}],"stream":false})");
}

BOOST_AUTO_TEST_CASE(streams_ask_for_usage_and_local_ones_for_pings) {
  ChatParams params = plain();
  params.stream = true;
  BOOST_CHECK_EQUAL(encode({}, params),
                    R"({"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true}})");
  BOOST_CHECK_EQUAL(
      encode({}, params, true),
      R"({"model":"m","messages":[],"stream":true,"stream_options":{"include_usage":true},"sse_ping_interval":5})");
}

BOOST_AUTO_TEST_CASE(tool_calls_go_back_as_they_came) {
  const std::vector<Message> turns = {
      {Role::assistant,
       "",
       {{"a", "read", R"({"p":1})", R"({"google":{"thought_signature":"c2ln"}})"}, {"b", "ls", "", "{"}},
       ""},
      {Role::tool, "text", {}, "a"}};
  BOOST_CHECK_EQUAL(encode(turns, plain()),
                    R"({"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[)"
                    R"({"id":"a","type":"function","function":{"name":"read","arguments":"{\"p\":1}"},)"
                    R"("extra_content":{"google":{"thought_signature":"c2ln"}}},)"
                    R"({"id":"b","type":"function","function":{"name":"ls","arguments":"{}"}}]},)"
                    R"({"role":"tool","content":"text","tool_call_id":"a"}],"stream":false})");
}

BOOST_AUTO_TEST_CASE(tools_and_choice) {
  ChatParams params = plain();
  params.tools = {{"read", "reads", R"({"type":"object"})"}, {"now", "time", ""}};
  params.tool_choice = "read";
  BOOST_CHECK_EQUAL(
      encode({}, params),
      R"({"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"read","description":"reads",)"
      R"("parameters":{"type":"object"}}},{"type":"function","function":{"name":"now","description":"time"}}],)"
      R"("tool_choice":{"type":"function","function":{"name":"read"}},"stream":false})");
  for (const char* word : {"auto", "none", "required"}) {
    params.tool_choice = word;
    BOOST_CHECK(encode({}, params).find("\"tool_choice\":\"" + std::string(word) + "\"") !=
                std::string::npos);
  }
  // A choice without tools would be refused by the server.
  params.tools.clear();
  BOOST_CHECK(encode({}, params).find("tool_choice") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(response_format) {
  ChatParams params = plain();
  params.json_mode = true;
  BOOST_CHECK(encode({}, params).find(R"("response_format":{"type":"json_object"})") != std::string::npos);
  params.json_schema = R"({"type":"object"})";
  BOOST_CHECK(
      encode({}, params)
          .find(
              R"("response_format":{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}})") !=
      std::string::npos);
  params.json_schema = R"({"name":"n","schema":{"type":"object"},"strict":true})";
  BOOST_CHECK(
      encode({}, params).find(R"("json_schema":{"name":"n","schema":{"type":"object"},"strict":true})") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(limits_and_extra) {
  ChatParams params = plain();
  params.max_tokens = 64;
  params.temperature = 0.25;
  params.extra_json = R"({"temperature":1,"reasoning_effort":"low","seed":7})";
  BOOST_CHECK_EQUAL(
      encode({}, params),
      R"({"model":"m","messages":[],"max_tokens":64,"temperature":1,"stream":false,"reasoning_effort":"low","seed":7})");
  params.extra_json = R"({"max_completion_tokens":9})";
  BOOST_CHECK_EQUAL(
      encode({}, params),
      R"({"model":"m","messages":[],"temperature":0.25,"stream":false,"max_completion_tokens":9})");
}

BOOST_AUTO_TEST_CASE(bad_parts_are_named) {
  ChatParams params = plain();
  params.extra_json = "[]";
  BOOST_CHECK_EQUAL(encode({}, params), "error: extra must be a JSON object");
  params = plain();
  params.tools = {{"read", "", "{"}};
  BOOST_CHECK_EQUAL(encode({}, params), "error: the parameters of tool read must be a JSON object");
  params = plain();
  params.json_schema = "7";
  BOOST_CHECK_EQUAL(encode({}, params), "error: the answer's schema must be a JSON object");
}

BOOST_AUTO_TEST_CASE(the_same_prompt_gives_the_same_bytes) {
  ChatParams params = plain();
  params.tools = {{"b", "", R"({"z":1,"a":2})"}};
  BOOST_CHECK_EQUAL(encode(kHello, params), encode(kHello, params));
  // The prompt comes before everything that may change between requests.
  params.max_tokens = 5;
  params.temperature = 0.1;
  const std::string body = encode(kHello, params);
  BOOST_CHECK_LT(body.find("messages"), body.find("max_tokens"));
}

}  // namespace
}  // namespace coder::provider
