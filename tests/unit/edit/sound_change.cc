// surely_sound() against a parse of the whole. tests/bench/edits_sound.cc does the same with many thousand
// changes.
#include "edit/sound_change.h"

#include <boost/test/unit_test.hpp>
#include <string>

#include "syntax/errors.h"

using namespace coder;
using namespace coder::edit;
using syntax::Language;

namespace {

struct Case {
  const char* name;
  Language language;
  std::string before;
  std::string what, by;  ///< the last of these in `before` becomes that
  bool sound;            ///< and it is known without a parse of the whole
};

/// Enough of it that looking around the change pays.
std::string often(const std::string& item, int times = 40) {
  std::string out;
  for (int i = 0; i < times; ++i) out += item + "\n";
  return out;
}

void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    const size_t at = one.what.empty() ? one.before.size() : one.before.rfind(one.what);
    BOOST_REQUIRE(at != std::string::npos);
    std::string after = one.before;
    after.replace(at, one.what.size(), one.by);
    BOOST_TEST_INFO(one.name);
    BOOST_TEST(surely_sound(one.language, one.before, after) == one.sound);
    const auto then = syntax::error_lines(one.language, one.before);
    const auto now = syntax::error_lines(one.language, after);
    BOOST_REQUIRE((then && now));
    BOOST_TEST_INFO(one.name);
    BOOST_TEST((!one.sound || now->size() <= then->size()));
  }
}

const std::string kPython = "def f(a):\n    \"\"\"Of a.\"\"\"\n    return [a, 'b']\n\n";
const std::string kRust = "/// Of a.\nfn f<'a>(a: &'a str) -> char {\n    '}'\n}\n";
const std::string kCpp = "int f(int a) {\n  return a;\n}\n";
const std::string kLua = "local function f(a)\n  if a then\n    return '--[[' .. a\n  end\nend\n";
const std::string kGo = "func f(a int) rune {\n\treturn '{'\n}\n";
const std::string kJs = "function f(a) {\n  return a / 2 + `${a}}` + /[/}]/.length;\n}\n";

}  // namespace

BOOST_AUTO_TEST_CASE(a_change_in_one_of_many_items) {
  check({
      {"python", Language::python, often(kPython), "'b'", "'c', 1", true},
      {"python, broken", Language::python, often(kPython), "'b'", "'c', (", false},
      {"python, a quote", Language::python, often(kPython), "\"\"\"Of", "Of", false},
      {"python, at the end", Language::python, often(kPython), "", "def g(:\n", false},
      {"rust", Language::rust, often(kRust), "'}'", "'{'", true},
      {"rust, broken", Language::rust, often(kRust), "'}'", "}", false},
      {"c++", Language::cpp, often(kCpp), "return a", "return a + 1", true},
      {"c++, broken", Language::cpp, often(kCpp), "return a;", "return a", false},
      {"lua", Language::lua, often(kLua), "'--[['", "'x'", true},
      {"lua, broken", Language::lua, often(kLua), "then", "", false},
      {"go", Language::go, often(kGo), "'{'", "'}'", true},
      {"go, broken", Language::go, often(kGo), "'{'", "{", false},
      {"go, one too many at the end", Language::go, often(kGo), "", "}\n", false},
      {"javascript", Language::javascript, often(kJs), "a / 2", "a / 3", true},
      {"javascript, broken", Language::javascript, often(kJs), "return a", "return (a", false},
      {"ruby is not known", Language::ruby, often("def f\n  1\nend\n"), "1", "2", false},
  });
}

BOOST_AUTO_TEST_CASE(what_only_the_whole_tells) {
  const std::string spaces = "namespace n {\n\n" + often(kCpp) + "}  // namespace n\n\nnamespace m {\n\n" +
                             often(kCpp) + "}  // namespace m\n";
  check({
      {"in a namespace", Language::cpp, spaces, "return a", "return 2 * a", true},
      {"one more is open, and none is left open", Language::cpp, spaces, "return a;", "namespace x {", false},
      {"a namespace ends too early", Language::cpp, spaces, "int f(int a) {\n  return a;\n}\n", "}\n", false},
      {"the end of a namespace goes", Language::cpp, spaces, "}  // namespace n\n", "", false},
      {"a class is not ended", Language::cpp, often(kCpp) + "class X {};\n\n" + often(kCpp), "class X {};",
       "class X {}", false},
      {"more behind a directive", Language::cpp, often(kCpp) + "#include \"x\"\n\n" + often(kCpp),
       "#include \"x\"", "#include \"x\"return", false},
      {"a decorator of nothing", Language::python, often(kPython) + "x = 1\n\n" + often(kPython), "x = 1\n",
       "@x\n", false},
      {"what an else belongs to goes", Language::python,
       often(kPython) + "if a:\n    b()\n\n# Or not.\nelse:\n    c()\n\n" + often(kPython),
       "if a:\n    b()\n", "b()\n", false},
      {"what a commented else belongs to goes", Language::javascript,
       often(kJs) + "if (a) {\n  b();\n}\n\n/* Or not. */ else {\n  c();\n}\n\n" + often(kJs),
       "if (a) {\n  b();\n}\n", "b();\n", false},
      {"return before more", Language::lua, often(kLua) + "x = 1\n\n" + often(kLua), "x = 1\n", "return x\n",
       false},
      {"a line for the shell, but not the first", Language::lua,
       often(kLua) + "-- Of x.\nx = 1\n\n" + often(kLua), "-- Of x.\n", "#!lua\n", false},
      {"within a string", Language::python,
       often(kPython) + "text = \"\"\"\n\n" + often("x = 1\n") + "\"\"\"\n\n" + often(kPython), "x = 1\n",
       "x = \"\"\"\n", false},
      {"within a comment", Language::rust,
       often(kRust) + "/*\n\n" + often("const A: u8 = 1;\n") + "*/\n\n" + often(kRust), "const A: u8 = 1;\n",
       "*/\n", false},
      {"within a raw string", Language::cpp,
       often(kCpp) + "auto text = R\"x(\n\n" + often("int a;\n") + ")x\";\n\n" + often(kCpp), "int a;\n",
       ")x\"\n", false},
  });
}
