#include "task/line_pattern.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using task::LinePattern;

namespace {

bool found(const std::string& pattern, const std::string& line,
           LinePattern::Options options = {true, false, false}) {
  const Result<LinePattern> compiled = LinePattern::compile(pattern, options);
  BOOST_REQUIRE_MESSAGE(compiled.ok(), pattern);
  return compiled->found_in(line);
}

std::string problem(const std::string& pattern) {
  const Result<LinePattern> compiled = LinePattern::compile(pattern, {true, false, false});
  return compiled ? "" : compiled.error().message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(regular_expressions_match_as_usual) {
  struct Case {
    const char* pattern;
    const char* line;
    bool found;
  };
  const Case cases[] = {
      {"abc", "xxabcxx", true},
      {"abc", "ab c", false},
      {"^abc", "abcd", true},
      {"^abc", " abc", false},
      {"abc$", "xabc", true},
      {"abc$", "abcx", false},
      {"^$", "", true},
      {"^$", "x", false},
      {"a.c", "abc", true},
      {"a.c", "ac", false},
      {"ab*c", "ac", true},
      {"ab*c", "abbbc", true},
      {"ab+c", "ac", false},
      {"ab+c", "abbc", true},
      {"ab?c", "abbc", false},
      {"ab?c", "abc", true},
      {"a{2,3}b", "ab", false},
      {"a{2,3}b", "aab", true},
      {"^a{2,3}b", "aaaab", false},
      {"^a{2}$", "aa", true},
      {"^a{2,}$", "aaaaa", true},
      {"a{x}", "a{x}", true},
      {"foo|bar", "a bar", true},
      {"foo|bar", "baz", false},
      {"(foo|ba(r|z))+!", "foobaz!", true},
      {"(?:ab)+c", "ababc", true},
      {"[a-c]+9", "cab9", true},
      {"[^a-c]9", "c9", false},
      {"[]x]", "]", true},
      {"[a-]", "-", true},
      {"\\d+\\.\\d", "v 1.2", true},
      {"\\d+\\.\\d", "v 1x2", false},
      {"\\bnet\\b", "a net b", true},
      {"\\bnet\\b", "planet", false},
      {"\\w+\\s=", "total =", true},
      {"\\S\\s\\S", "ab", false},
      {"a.*?b", "axxb", true},
      {"\\(\\)", "f()", true},
      {"(a|b|)c", "c", true},
      {"\\$", "cost $5", true},
      {"(^a|b$)", "xxb", true},
      {"[\\d.]+x", "1.5x", true},
      {"\\w", "ü", true},
      {".*", "", true},
  };
  for (const Case& one : cases) {
    BOOST_TEST(found(one.pattern, one.line) == one.found, one.pattern << " in " << one.line);
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_pattern_is_said) {
  BOOST_TEST(problem("(a") == "the pattern has a ( without its )");
  BOOST_TEST(problem("a)") == "the pattern has a ) without its (");
  BOOST_TEST(problem("[a") == "the pattern has a [ without its ]");
  BOOST_TEST(problem("*a") == "the pattern has nothing before *");
  BOOST_TEST(problem("a\\") == "the pattern ends with a backslash");
  BOOST_TEST(problem("(a)\\1") == "the pattern has a back reference, which is not known here");
  BOOST_TEST(problem("(?=a)") == "the pattern has a group that begins with (?, which is not known here");
  BOOST_TEST(problem("[z-a]") == "the pattern has a range in [ ] that goes backwards");
  BOOST_TEST(problem("a{300}") == "the pattern repeats more than 200 times");
  BOOST_TEST(problem("a{3,2}") == "the pattern has a {n,m} with m below n");
  BOOST_TEST(problem("") == "the pattern is empty");
  BOOST_TEST(problem("a\nb") == "the pattern has a line end; lines are searched one by one");
  BOOST_TEST(problem(std::string(1001, 'a')) == "the pattern is longer than 1,000 bytes");
  BOOST_TEST(problem("((((a{99}){99}){99}){99}){99}") == "the pattern is too large");
  std::string deep;
  for (int i = 0; i < 400; ++i) deep += '(';
  BOOST_TEST(problem(deep) == "the pattern is nested too deep");
}

BOOST_AUTO_TEST_CASE(no_pattern_takes_exponential_time) {
  // With backtracking each of these would take longer than anybody waits.
  const std::string line(3000, 'a');
  BOOST_TEST(!found("(a*)*b", line));
  BOOST_TEST(!found("(a|a)*b", line));
  BOOST_TEST(!found("(a?){200}a{200}b", line));
  BOOST_TEST(!found(std::string(900, '(').substr(0, 0) + "a****************b", line));
}

BOOST_AUTO_TEST_CASE(plain_text_is_taken_as_it_is) {
  BOOST_TEST(found("a.c(", "xa.c(", {}));
  BOOST_TEST(!found("a.c", "abc", {}));
  BOOST_TEST(found("NET", "net", {false, true, false}));
  BOOST_TEST(found("N[E]T", "net", {true, true, false}));
  BOOST_TEST(!found("net", "planet net_", {false, false, true}));
  BOOST_TEST(found("net", "planet net()", {false, false, true}));
}
