#include "privacy/glob.h"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <random>

#include "privacy/paths.h"

using coder::privacy::glob_match;

namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool matches;
};

const Case kCases[] = {
    // without a slash: any component
    {"*.py", "a.py", true},
    {"*.py", "x/y/a.py", true},
    {"*.py", "a.pyc", false},
    {"*.py", ".py", true},
    {"*.py", "a.py/inner.txt", true},
    {"client-x", "client-x", true},
    {"client-x", "client-x/a/b.c", true},
    {"client-x", "sub/client-x/b.c", true},
    {"client-x", "client-xy/b.c", false},
    {"client-x", "my-client-x/b.c", false},
    {"client-x/", "sub/client-x/b.c", true},
    // with a slash: from the root
    {"client-x/**", "client-x/a.py", true},
    {"client-x/**", "client-x/a/b/c.py", true},
    {"client-x/**", "client-x", true},
    {"client-x/**", "sub/client-x/a.py", false},
    {"client-x/**", "client-xy/a.py", false},
    {"client-x/**/", "client-x/a", true},
    {"client-x/*", "client-x/a/b", true},  // matches the folder client-x/a
    {"./client-x/**", "client-x/a.py", true},
    {"/client-x/**", "client-x/a.py", true},
    {"a/b", "a/b", true},
    {"a/b", "a/b/c", true},
    {"a/b", "x/a/b", false},
    {"a/b", "a/bc", false},
    {"a/*.c", "a/x.c", true},
    {"a/*.c", "a/b/x.c", false},
    {"a/*/c", "a/b/c", true},
    {"a/*/c", "a/b/b/c", false},
    {"a*/c", "abc/c", true},
    {"a*c", "ab/c", false},
    // ** is any number of components
    {"**/x", "x", true},
    {"**/x", "a/x", true},
    {"**/x", "a/b/x", true},
    {"**/x", "a/bx", false},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"a/**/b", "ab", false},
    {"a/**/b/**/c", "a/1/b/2/3/c", true},
    {"a/**/b/**/c", "a/1/2/3/c", false},
    {"a**b", "a/x/b", true},
    {"**", "anything/at/all", true},
    {"**/", "anything/at/all", true},
    {"/**", "anything", true},
    {"/", "anything", true},
    {".", "anything", true},
    {"*", "anything/at/all", true},
    {"**/*", "x", true},
    {"", "x", false},
    {"", "", false},
    // one character
    {"?.c", "a.c", true},
    {"?.c", "ab.c", false},
    {"?.c", "\xC3\xA9.c", true},
    {"?.c", "\xF0\x9F\x98\x80.c", true},
    {"a?b", "a/b", false},
    // classes
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[!a-c]x", "bx", false},
    {"[^a-c]x", "bx", false},
    {"[]x]y", "]y", true},
    {"[]x]y", "xy", true},
    {"[a-]y", "-y", true},
    {"a[/]b", "a/b", false},
    {"a[!x]b", "a/b", false},
    {"[\\]]y", "]y", true},
    {"[ab", "[ab", true},
    {"[ab", "a", false},
    {"[z-a]", "m", false},
    {"[!\xC3\xA4]x", "\xC3\xB6x", true},
    // escapes
    {"\\*", "*", true},
    {"\\*", "x", false},
    {"\\?x", "ax", false},
    {"a\\", "a\\", true},
    // case is ignored
    {"Client-X/**", "client-x/A.py", true},
    {"client-x/**", "CLIENT-X/a", true},
    {"[A-C]", "b", true},
    {"[!A-C]", "b", false},
    {"*.PEM", "x.pem", true},
    // "**" after a name reaches deeper, too
    {"src/secret**", "src/secrets/a", true},
    {"*secret*", "my-secret-file.txt", true},
};

double milliseconds(const std::string& pattern, const std::string& path, bool& matched) {
  const auto start = std::chrono::steady_clock::now();
  matched = glob_match(pattern, path);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

std::string repeated(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

/// The obvious recursive matcher, for patterns of literals, "?", "*" and "**/", anchored at the root.
bool slow_match(std::string_view pattern, std::string_view path) {
  if (pattern.empty()) return path.empty() || path[0] == '/';
  if (pattern.substr(0, 3) == "**/") {
    if (slow_match(pattern.substr(3), path)) return true;
    const size_t slash = path.find('/');
    return slash != std::string_view::npos && slow_match(pattern, path.substr(slash + 1));
  }
  if (pattern[0] == '*') {
    if (slow_match(pattern.substr(1), path)) return true;
    return !path.empty() && path[0] != '/' && slow_match(pattern, path.substr(1));
  }
  if (path.empty()) return false;
  const bool one = pattern[0] == '?' ? path[0] != '/' : pattern[0] == path[0];
  return one && slow_match(pattern.substr(1), path.substr(1));
}

}  // namespace

BOOST_AUTO_TEST_CASE(glob_patterns_mean_what_the_header_says) {
  for (const Case& c : kCases) {
    BOOST_TEST_CONTEXT("pattern " << c.pattern << " path " << c.path) {
      BOOST_TEST(glob_match(c.pattern, c.path) == c.matches);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_pattern_makes_matching_slow) {
  const struct {
    std::string pattern, path;
  } cases[] = {
      {repeated("*a", 400), repeated("a", 4000) + "b"},
      {repeated("**a", 300), repeated("a", 4000) + "b"},
      {repeated("**/", 300) + "x", repeated("a/", 2000) + "b"},
      {"r/" + repeated("**/*/", 200) + "x", "r/" + repeated("a/", 2000) + "b"},
      {repeated("*", 1000) + "b", repeated("a", 4000)},
      {repeated("?*", 500) + "z", repeated("a", 4000)},
      {repeated("[!b]*", 200) + "z", repeated("a", 4000)},
      {repeated("[", 1000), repeated("[", 4000)},
  };
  for (const auto& c : cases) {
    bool matched = true;
    const double took = milliseconds(c.pattern, c.path, matched);
    BOOST_TEST_CONTEXT(c.pattern.substr(0, 20)) {
      BOOST_TEST(!matched);
      BOOST_TEST(took < 3000);  // exponential would be for ever; sanitizers are slow
    }
  }
}

BOOST_AUTO_TEST_CASE(random_patterns_agree_with_the_obvious_matcher) {
  std::mt19937 random(7);
  const std::string alphabet[] = {"a", "b", "/", "*", "?", "**/"};
  int matched = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string pattern = "a/", path = "a/";  // holds a slash: anchored
    const int length = static_cast<int>(random() % 7);
    for (int i = 0; i < length; ++i) {
      const std::string& next = alphabet[random() % 6];
      const bool fresh = pattern.back() == '/';
      if (next == "/" && fresh) continue;
      if (next == "**/" && !fresh) continue;
      if (next == "*" && pattern.back() == '*') continue;
      pattern += next;
    }
    for (int i = 0; i < 6; ++i) {
      const char c = "ab/"[random() % 3];
      if (c == '/' && path.back() == '/') continue;
      path += c;
    }
    if (path.back() == '/') path += 'a';
    // What ends in a slash or "**" is about folders and has its own cases above.
    if (pattern.back() == '/') pattern += 'b';
    const bool expected = slow_match(pattern, path);
    matched += expected;
    BOOST_TEST_CONTEXT("pattern " << pattern << " path " << path) {
      BOOST_TEST_REQUIRE(glob_match(pattern, path) == expected);
    }
  }
  BOOST_TEST(matched > 500);
}
