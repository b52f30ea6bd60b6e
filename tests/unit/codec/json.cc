#include "codec/json.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>

using namespace coder;
using codec::dump_json;
using codec::parse_json;
using codec::Value;

namespace {

std::string round(std::string_view text) {
  const Result<Value> value = parse_json(text);
  return value ? dump_json(*value) : "error: " + value.error().message;
}

std::string nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']');
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_parsed_is_dumped) {
  const struct {
    std::string text, out;
  } cases[] = {
      {"null", "null"},
      {" \t\r\n true \n", "true"},
      {"-0", "0"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551615", "1.8446744073709552e+19"},
      {"1.0", "1.0"},
      {"1e2", "100.0"},
      {"0.1", "0.1"},
      {"\"\"", "\"\""},
      {R"("\u00e4\ud83d\ude00\n\"\\\/")", "\"\xC3\xA4\xF0\x9F\x98\x80\\n\\\"\\\\/\""},
      {R"("\u0000")", R"("\u0000")"},
      {"[]", "[]"},
      {"{}", "{}"},
      {R"({"z":1,"a":[true,false,null,{"k":"v"}],"z":2})",
       R"({"z":1,"a":[true,false,null,{"k":"v"}],"z":2})"},
      {"\xEF\xBB\xBF{}", "{}"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) {
      BOOST_TEST(round(c.text) == c.out);
      BOOST_TEST(round(c.out) == c.out);
    }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_json_is_an_error_with_its_place) {
  const std::string bad[] = {
      "",
      " ",
      "nul",
      "tru",
      "{",
      "}",
      "[1,]",
      "{\"a\"}",
      "{\"a\":}",
      "{a:1}",
      "01",
      "1.",
      ".5",
      "+1",
      "0x1",
      "NaN",
      "1e999",
      "'x'",
      "\"x",
      "\"\n\"",
      "\"\\x\"",
      "1 2",
      "{} x",
      "// c\n1",
      "[1 2]",
      "{\"a\":1,}",
      "\xFF",
      "\"\\ud800\"",
      std::string("1\0", 2) + "2",
      "<html>",
  };
  for (const std::string& text : bad) {
    BOOST_TEST_CONTEXT(text) {
      const Result<Value> value = parse_json(text);
      BOOST_TEST_REQUIRE(!value.ok());
      BOOST_TEST((value.error().kind == ErrorKind::provider));
      BOOST_TEST(value.error().message.find("not valid JSON at byte ") == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(invalid_utf8_in_strings_is_replaced) {
  BOOST_TEST(round("\"a\xFFz\"") == "\"a\xEF\xBF\xBDz\"");
  BOOST_TEST(round("{\"k\xC3\":\"\xED\xA0\x80\"}") ==
             "{\"k\xEF\xBF\xBD\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"}");
  BOOST_TEST(dump_json(Value::Map{{"\xFF", "\xC0"}}) == "{\"\xEF\xBF\xBD\":\"\xEF\xBF\xBD\"}");
}

BOOST_AUTO_TEST_CASE(size_and_depth_are_bounded) {
  BOOST_TEST(round(nested(64)) == nested(64));
  for (const int depth : {65, 100, 1000000}) {
    const Result<Value> value = parse_json(nested(depth));
    BOOST_TEST_REQUIRE(!value.ok());
    BOOST_TEST(value.error().message == "JSON nested deeper than 64 levels");
  }
  std::string objects;
  for (int i = 0; i < 100; ++i) objects += "{\"a\":";
  BOOST_TEST(!parse_json(objects).ok());
  codec::JsonLimits limits;
  limits.max_bytes = 10;
  limits.max_depth = 1;
  BOOST_TEST(parse_json("[1,2,3,45]", limits).ok());
  BOOST_TEST(parse_json("[1,2,3,456]", limits).error().message == "JSON of 11 bytes is over the limit of 10");
  BOOST_TEST(!parse_json("[[]]", limits).ok());
}

BOOST_AUTO_TEST_CASE(numbers_json_has_not_become_null) {
  BOOST_TEST(dump_json(Value(std::numeric_limits<double>::quiet_NaN())) == "null");
  BOOST_TEST(dump_json(Value::Array{std::numeric_limits<double>::infinity()}) == "[null]");
  BOOST_TEST(dump_json(codec::Ext{1, "x"}) == "null");
}

BOOST_AUTO_TEST_CASE(cut_texts_and_garbage_do_no_harm) {
  const std::string whole =
      R"({"choices":[{"delta":{"content":"a\u00e4\"b"},"index":0}],"n":-1.5e3,"t":true})";
  for (size_t i = 0; i < whole.size(); ++i) {
    BOOST_TEST_CONTEXT(i) { BOOST_TEST(!parse_json(whole.substr(0, i)).ok()); }
  }
  BOOST_TEST(parse_json(whole).ok());
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string text = whole;
    for (int edits = 0; edits < 3; ++edits) text[random() % text.size()] = static_cast<char>(random());
    const Result<Value> value = parse_json(text);
    if (value) BOOST_TEST_REQUIRE(parse_json(dump_json(*value)).ok());
  }
}
