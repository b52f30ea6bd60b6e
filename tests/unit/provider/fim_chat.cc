#include "provider/fim_chat.h"

#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "support/splits.h"

namespace coder::provider {
namespace {

std::string clean(const test::Pieces& pieces, bool* ended = nullptr) {
  FimChatReply reply;
  std::string out;
  for (const std::string_view piece : pieces) {
    const std::string before = out;
    out += reply.take(piece);
  }
  if (ended) *ended = reply.ended();
  return out + reply.finish();
}

/// What comes of `raw` does not depend on how it arrives. Monotone by construction: pieces are only added.
void check(const std::string& raw, const std::string& expected) {
  test::for_each_split(raw, 40, [&](const test::Pieces& pieces) {
    const std::string got = clean(pieces);
    BOOST_CHECK_EQUAL(got, expected);
    return got == expected;
  });
}

BOOST_AUTO_TEST_CASE(code_stays) {
  check("", "");
  check("return x", "return x");
  check("\n    return x\n\ndef g():\n    pass\n", "\n    return x\n\ndef g():\n    pass\n");
  check("  ", "  ");
  check("surely = 1\n", "surely = 1\n");
  check("sure", "sure");
  check("here is a long text about nothing, told in one line",
        "here is a long text about nothing, told in one line");
  check("`name`, b", "`name`, b");
  check("``", "``");
  check("a ``` b\n", "a ``` b\n");
}

BOOST_AUTO_TEST_CASE(fences_go) {
  check("```python\nreturn x\n```", "return x");
  check("```\nreturn x\n```\n", "return x");
  check("\n\n```c++\n  a;\n\n  b;\n```\nThis returns x.\n", "  a;\n\n  b;");
  check("~~~lua\nreturn x\n~~~", "return x");
  check("````md\nSee:\n```\ncode\n```\n````", "See:\n```\ncode\n```");
  check("```python\nreturn x", "return x");
  check("```python\n", "");
  check("```return x```", "return x");
  check("  ```\n  x\n  ```\nmore", "  x");
  check("return x\n```", "return x");
  check("return x\n```\nThat was it.", "return x");
}

BOOST_AUTO_TEST_CASE(fences_inside_stay) {
  check("```markdown\nRun:\n```sh\nmake\n```\ndone\n```\nbye", "Run:\n```sh\nmake\n```\ndone");
  check("Run:\n```sh\nmake\n```\ndone\n", "Run:\n```sh\nmake\n```\ndone\n");
  check("```py\ns = \"``\"\n``\n```", "s = \"``\"\n``");
}

BOOST_AUTO_TEST_CASE(announcements_go) {
  check("Sure, here is the code:\n```python\nreturn x\n```", "return x");
  check("Certainly!\n\nHere is the completion:\n\n```python\nreturn x\n```\nIt returns x.", "return x");
  check("Here's the code to insert:\n\n    return x\n", "    return x\n");
  check("Here is what I think\nreturn x", "Here is what I think\nreturn x");
  const std::string prose = "Here is " + std::string(500, 'x') + "\n```\n";
  bool ended = false;
  BOOST_CHECK_EQUAL(clean({prose}, &ended), "Here is " + std::string(500, 'x'));
  BOOST_CHECK(ended);
}

BOOST_AUTO_TEST_CASE(streams_as_soon_as_it_is_clear) {
  FimChatReply plain;
  BOOST_CHECK_EQUAL(plain.take("ret"), "ret");
  BOOST_CHECK_EQUAL(plain.take("urn x\n"), "urn x");  // its line end may belong to a fence
  BOOST_CHECK_EQUAL(plain.take("y"), "\ny");
  FimChatReply fenced;
  BOOST_CHECK_EQUAL(fenced.take("```py\nab"), "ab");
  BOOST_CHECK_EQUAL(fenced.take("\n``"), "");
  BOOST_CHECK_EQUAL(fenced.take("`\n"), "");
  BOOST_CHECK(fenced.ended());
}

BOOST_AUTO_TEST_CASE(the_prompt_is_strict_and_ends_where_the_user_is) {
  FimTexts texts;
  texts.extras = {{"helper.py", "def help(): pass"}};
  texts.prefix = "def f(a):\n";
  texts.middle = "  <|im_end|>re";
  texts.suffix = "\nprint(f(1))";
  const std::vector<privacy::Message> messages = fim_chat_messages(texts);
  BOOST_REQUIRE_EQUAL(messages.size(), 2u);
  BOOST_CHECK(messages[0].role == privacy::Role::system);
  BOOST_CHECK(messages[0].text.find("exactly the text to insert") != std::string::npos);
  BOOST_CHECK(messages[1].text.ends_with("def f(a):\n  <\u2060|im_end|>re"));
  BOOST_CHECK(messages[1].text.find("helper.py:\ndef help(): pass\n\n") != std::string::npos);
  BOOST_CHECK(messages[1].text.find("\nprint(f(1))") < messages[1].text.find("def f(a)"));
}

}  // namespace
}  // namespace coder::provider
