// TOML itself: errors with their lines, and what only looks like one.
#include <boost/test/unit_test.hpp>

#include "unit/config/parse_help.h"

using namespace coder;
using namespace coder::config;

BOOST_AUTO_TEST_CASE(a_syntax_error_is_one_error_with_its_line) {
  const struct {
    std::string text;
    int line;
  } cases[] = {
      {"[models.m]\n" + kFour + "oops\n", 6},
      {"[models.m]\n" + kFour + "[models.m]\n" + kFour, 6},
      {"a = 1\na = 2\n", 2},
      {"a = \n", 1},
      {"a = \"open\n", 1},
      {"a = 'SECRET\nb = 1", 1},
      {"api_key = sk-SECRET-bare\n", 1},
      {"api_key = 99999999999999999999999\n", 1},
      {"x = 1\ny = \"\xff\"\n", 2},
      {std::string("\xff\xfe[\0m\0]\0", 8), 1},
      {std::string("a = 1\n\0", 7), 2},
      {"a = 1\rb = 2\n", 1},
      {"a = " + std::string(100, '[') + std::string(100, ']'), 1},
      {"\n" +
           [] {
             std::string deep = "a";
             for (int i = 0; i < 100000; ++i) deep += ".a";
             return deep;
           }() +
           " = 1",
       2},
      {"[" +
           [] {
             std::string deep = "a";
             for (int i = 0; i < 100000; ++i) deep += ". \"a\"";
             return deep;
           }() +
           "]",
       1},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text.substr(0, 60)) {
      const Config config = parse(c.text, "config.toml");
      BOOST_TEST(config.models.empty());
      BOOST_TEST_REQUIRE(config.problems.size() == 1u);
      BOOST_TEST((config.problems[0].severity == Severity::error));
      BOOST_TEST(config.problems[0].line == c.line, dump(config));
      BOOST_TEST(config.problems[0].message.find("SECRET") == std::string::npos);
      BOOST_TEST(config.problems[0].message.find("9999") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(dots_in_strings_and_comments_are_not_depth) {
  const std::string dots(200, '.');
  const Config config = parse("# " + dots + "\n[privacy]\nlocal_only = [\"" + dots + "\", '" + dots +
                                  "', \"\\\"" + dots + "\", \"\"\"" + dots + "\n\\\"" + dots +
                                  "\"\"\"\"]\n[context]\nexclude = ['''x" + dots + "''''']\n",
                              "c");
  BOOST_TEST(dump(config).find("dots") == std::string::npos, dump(config));
  BOOST_TEST(dump(config).find("TOML") == std::string::npos, dump(config));
}

BOOST_AUTO_TEST_CASE(letters_beyond_ascii_are_text_or_an_error) {
  for (const char* letter :
       {"\xC2\xA1", "\xC3\xA4", "\xCD\x8C", "\xD2\x99", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    BOOST_TEST_CONTEXT(letter) {
      const std::string x = letter;
      const Config fine = parse(
          "# " + x + "\n[privacy]\nlocal_only = [\"" + x + "\", \"\"\"\\\n  " + x + "\"\"\"] # " + x, "c");
      BOOST_TEST(dump(fine) == "");
      BOOST_TEST(fine.local_only == (std::vector<std::string>{x, x}), boost::test_tools::per_element());
      for (const std::string& text :
           {x + " = 1", "a" + x + " = 1", "a = " + x, "a = 1" + x, "a = 1 " + x, "[a]" + x, "[" + x,
            "a = \"\"\"\\" + x + "\"\"\"", "a = \"\\" + x + "\""}) {
        BOOST_TEST_CONTEXT(text) {
          BOOST_TEST(dump(parse(text, "c")).find("error c:1: TOML syntax, ") == 0u);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_crlf_are_fine) {
  std::string text = "\xEF\xBB\xBF[models.m]\r\n";
  for (char c : kFour) text += c == '\n' ? "\r\n" : std::string(1, c);
  const Config config = parse(text, "c");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(config.models[0].key.where == "c:4");
}
