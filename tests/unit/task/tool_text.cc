#include "task/tool_text.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"
#include "task/tools.h"

using namespace coder;
using task::ToolBlocks;

namespace {

struct Read {
  std::string text;
  std::vector<privacy::ToolCall> calls;
};

/// Fed in pieces that end at these places.
Read feed(const std::string& answer, const std::vector<size_t>& cuts) {
  ToolBlocks blocks;
  Read out;
  size_t at = 0;
  for (const size_t cut : cuts) {
    out.text += blocks.take(std::string_view(answer).substr(at, cut - at));
    at = cut;
  }
  out.text += blocks.take(std::string_view(answer).substr(at));
  out.text += blocks.finish();
  out.calls = blocks.calls();
  return out;
}

const std::string kCall = "{\"name\": \"read_file\", \"arguments\": {\"path\": \"a.py\"}}";

}  // namespace

BOOST_AUTO_TEST_CASE(blocks_are_read_and_what_follows_them_is_not_shown) {
  struct Case {
    std::string answer, text;
    std::vector<std::string> names;
  };
  const Case cases[] = {
      {"Hello.\n\nWorld.\n", "Hello.\n\nWorld.\n", {}},
      {"", "", {}},
      {"I look.\n\n```tool\n" + kCall + "\n```\n", "I look.", {"read_file"}},
      {"I look.\n```tool\n" + kCall + "\n```\nResult: 3\n\nSo it is 3.", "I look.", {"read_file"}},
      {"```tool\n" + kCall + "\n```\n\n```tool\n" + kCall + "\n```", "", {"read_file", "read_file"}},
      {"```tool_call  \r\n" + kCall + "\r\n```\r\n", "", {"read_file"}},
      {"````tool\n" + kCall + "\n````", "", {"read_file"}},
      {"```tool\n" + kCall, "", {"read_file"}},  // cut off, and whole all the same
      {"```tool\n{\"name\": \"read_", "", {""}},
      {"```tool\nnonsense\n```", "", {""}},
      {"x\n<tool_call>\n" + kCall + "\n</tool_call>\n", "x", {"read_file"}},
      {"<tool_call>" + kCall + "</tool_call>", "", {"read_file"}},
      {"<tool_call>" + kCall + "\n</tool_call><tool_call>", "", {"read_file"}},
      {"```tools\nx\n```\n", "```tools\nx\n```\n", {}},
      {"```py\nprint(1)\n```\ndone", "```py\nprint(1)\n```\ndone", {}},
      {"see ```tool here", "see ```tool here", {}},
      {"a < b\n<tool\n", "a < b\n<tool\n", {}},
      {"     spaces\n\n \n  x", "     spaces\n\n \n  x", {}},
      {"a\n\n\n```", "a\n\n\n```", {}},
      {"ends with blanks\n\n  \n", "ends with blanks\n\n  \n", {}},
  };
  for (const Case& one : cases) {
    const auto check = [&](const Read& got, const std::string& how) {
      BOOST_TEST(got.text == one.text, how << " of " << one.answer << ": " << got.text);
      BOOST_REQUIRE_MESSAGE(got.calls.size() == one.names.size(), how << " of " << one.answer);
      for (size_t i = 0; i < one.names.size(); ++i) BOOST_TEST(got.calls[i].name == one.names[i]);
    };
    check(feed(one.answer, {}), "whole");
    std::vector<size_t> bytes;
    for (size_t i = 1; i < one.answer.size(); ++i) bytes.push_back(i);
    check(feed(one.answer, bytes), "by bytes");
    for (const size_t cut : bytes) check(feed(one.answer, {cut}), "cut at " + std::to_string(cut));
  }
}

BOOST_AUTO_TEST_CASE(a_call_comes_back_from_its_own_block) {
  const privacy::ToolCall call{"", "search", R"({"pattern":"a \"b\" ```"})", ""};
  const Read got = feed(task::tool_block(call), {});
  BOOST_REQUIRE(got.calls.size() == 1u);
  BOOST_TEST(got.calls[0].name == "search");
  BOOST_TEST(codec::dump_json(*codec::parse_json(got.calls[0].arguments)) == call.arguments);
  const Read string = feed("```tool\n{\"name\": \"x\", \"arguments\": \"{\\\"a\\\": 1}\"}\n```", {});
  BOOST_TEST(string.calls.at(0).arguments == "{\"a\": 1}");
}

BOOST_AUTO_TEST_CASE(blocks_are_bounded_in_number_and_size) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += "```tool\n" + kCall + "\n```\n";
  BOOST_TEST(feed(many, {}).calls.size() == ToolBlocks::kMaxCalls);
  const Read large = feed("```tool\n" + std::string(100, '{') + std::string(1u << 20, 'x') + "\n```\n", {});
  BOOST_REQUIRE(large.calls.size() == 1u);
  BOOST_TEST(large.calls[0].name.empty());
  BOOST_TEST(large.calls[0].arguments.size() <= 2000u);
}

BOOST_AUTO_TEST_CASE(a_result_cannot_close_its_fence) {
  const std::string text = task::tool_answer({"", "read_file", "{}", ""}, "a\n~~~\nb\n~~~~\n");
  BOOST_TEST(text == "Result of read_file {}:\n~~~~~\na\n~~~\nb\n~~~~\n~~~~~\n\n");
}

BOOST_AUTO_TEST_CASE(the_rules_name_every_tool_only_where_they_must) {
  for (const provider::ToolSpec& spec : task::tool_specs()) {
    BOOST_TEST(task::tool_rules(true).find("- " + spec.name + ": ") != std::string::npos);
    BOOST_TEST(task::tool_rules(false).find("- " + spec.name + ": ") == std::string::npos);
  }
}
