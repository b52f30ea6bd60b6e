#include "completion/clean.h"

#include <boost/test/unit_test.hpp>

using coder::completion::clean;
using coder::completion::Cleaned;

namespace {

struct Case {
  const char* what;
  std::string before, after, raw, shown;
};

std::string shown(const std::string& before, const std::string& after, const std::string& raw,
                  bool complete) {
  return clean({before, after, raw, complete}).text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cleaning)

BOOST_AUTO_TEST_CASE(cases) {
  const std::vector<Case> cases = {
      {"a fresh line between others", "def f():\n    ", "\n    return y\n", "x = 1\n    return y\n", "x = 1"},
      {"the end of a line", "x = ", "\ny = 2\n", "1\ny = 2\n", "1"},
      {"one closer to the right", "foo(", ")\n", "x)", "x"},
      {"two closers", "foo(bar(", "))\n", "x))", "x"},
      {"two open, one closed", "foo(bar(", ")\n", "x))", "x)"},
      {"its own call", "foo(", ")\n", "bar(x))\n", "bar(x)"},
      {"quote, bracket, semicolon", "f(\"abc", "\");\n", "def\");\n", "def"},
      {"into the text to the right", "f(", "b) + c\n", "a, b) + c\n", "a, "},
  };
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT(one.what) { BOOST_TEST(shown(one.before, one.after, one.raw, true) == one.shown); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
