#include "completion/clean.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using coder::completion::clean;
using coder::completion::Cleaned;
using coder::completion::CleanInput;

namespace {

struct Case {
  const char* what;
  std::string before, after, raw, shown;
};

// Each complete, and byte by byte: never shorter than before, and never anything else.
void check(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    BOOST_TEST_CONTEXT(one.what) {
      CleanInput input{one.before, one.after, one.raw, true};
      BOOST_TEST(clean(input).text == one.shown);
      input.complete = false;
      std::string last;
      for (size_t size = 0; size <= one.raw.size(); ++size) {
        input.raw = std::string_view(one.raw).substr(0, size);
        const std::string now = clean(input).text;
        BOOST_TEST(now.substr(0, last.size()) == last);
        BOOST_TEST(one.shown.substr(0, now.size()) == now);
        last = now;
      }
    }
  }
}

Cleaned growing(const std::string& before, const std::string& after, const std::string& raw) {
  return clean({before, after, raw});
}

const std::string kBlock = "def f():\n    ";

}  // namespace

BOOST_AUTO_TEST_SUITE(cleaning)

BOOST_AUTO_TEST_CASE(ends_where_the_text_goes_on) {
  check({
      {"a line between others", kBlock, "\n    return y\n", "x = 1\n    return y\n", "x = 1"},
      {"the end of a line", "x = ", "\ny = 2\nz\n", "1\ny = 2\nz\n", "1"},
      {"blank lines between", kBlock, "\n\n\n    return y\n", "x = 1\n\n    return y\n", "x = 1"},
      {"the next line in another indentation", kBlock, "\n    return self.y\n", "x = 1\nreturn self.y\n",
       "x = 1"},
      {"nothing but the next line", kBlock, "\n    return self.y\n", "return self.y", ""},
      {"the cursor's line made the same as the next", "import o", "\nimport os.path\n", "s.path", ""},
      {"lines two and three below", kBlock, "\n    a()\n    first_call(1)\n    second_call(2)\n",
       "x = 1\n    first_call(1)\n    second_call(2)\n", "x = 1"},
      {"lines two and three below, at once", kBlock, "\n    a()\n    first_call(1)\n    second_call(2)\n",
       "first_call(1)\n    second_call(2)\n", ""},
      {"line two below by chance", kBlock, "\n    a()\n    first_call(1)\n    second_call(2)\n",
       "first_call(1)\n    x = 1\n", "first_call(1)\n    x = 1"},
      {"a short line by chance", "switch (x) {\n  case 1:\n    ", "\n    break;\n  case 3:\n",
       "a();\n    break;\n  case 2:\n    b();\n    break;\n  case 3:",
       "a();\n    break;\n  case 2:\n    b();"},
  });
}

BOOST_AUTO_TEST_CASE(a_short_beginning_with_its_indentation_is_a_repeat) {
  check({
      {"the whole line again", "def f():\n    re", "\n", "    return 1", "turn 1"},
      {"without the indentation it may be more of the word", "def f():\n    re", "\n", "return 1",
       "return 1"},
  });
}

BOOST_AUTO_TEST_CASE(closes_what_is_open_and_no_more) {
  check({
      {"one closer to the right", "foo(", ")\n", "x)", "x"},
      {"and text goes on behind it", "foo(", ")\n", "x)\ny = 2\n", "x"},
      {"two closers", "foo(bar(", "))\n", "x))", "x"},
      {"two open, one closed", "foo(bar(", ")\n", "x))", "x)"},
      {"none closed", "foo(bar(", "\n", "x))", "x))"},
      {"its own call", "foo(", ")\n", "bar(x))\n", "bar(x)"},
      {"its own call and no more", "foo(", ")\n", "bar(x)", "bar(x)"},
      {"quote, bracket, semicolon", "f(\"abc", "\");\n", "def\");\n", "def"},
      {"a closer in a string", "f(", ");\n", "\":)\", x);", "\":)\", x"},
      {"an apostrophe", "say(", ")\n", "don't)", "don't"},
      {"a blank before the closer", "f(", " )\n", "x )", "x"},
      {"a semicolon", "x = ", ";\n", "5;\ny = 6;\n", "5"},
      {"a comma in a list", "[1, ", ", 3]\n", "2, 3]", "2"},
      {"braces around several lines", "if (x) {", "}\n", "\n  a();\n  b();\n}", "\n  a();\n  b();\n"},
      {"a brace that is there", "int f() {\n  ", "\n}\n", "return 1;\n}\n\nint g() {\n", "return 1;"},
      {"a brace that is further down", "int f() {\n  ", "\n  b();\n}\n", "a();\n}\n", "a();"},
      {"a brace with more behind it", "f(function () {\n  ", "\n});\n", "a();\n}\n", "a();"},
      {"a brace of its own", "int f() {\n  ", "\n}\n", "if (x) {\n    y();\n  }\n  z();\n}\n",
       "if (x) {\n    y();\n  }\n  z();"},
      {"a brace that is missing", "int f() {\n  ", "", "return 1;\n}\n", "return 1;\n}"},
      {"an end that is there", "function f()\n  ", "\nend\n", "local x\n  if x then\n    y()\n  end\nend\n",
       "local x\n  if x then\n    y()\n  end"},
      {"else is no end", "if (a) {\n  ", "\n}\n", "b();\n} else {\n  c();\n}\n", "b();\n} else {\n  c();"},
  });
}

BOOST_AUTO_TEST_CASE(fills_the_middle_of_a_line) {
  check({
      {"into the text to the right", "f(", "b) + c\n", "a, b) + c\nx\n", "a, "},
      {"no further than the line", "return a", " + b\n", " * 2\n    x\n", " * 2"},
      {"blanks before the text to the right", "x = ", " + total\n", "y + total + 3\n", "y"},
      {"one more word of it than asked", "x = ", "value_of(y)\n", "int(1) + value_of(y)\n", "int(1) + "},
      {"letters in common by chance", "x = ", "end)\n", "the", "the"},
      {"a new line: nothing", "x = ", "y + 1\n", "\nz = 2", ""},
      {"a whole line before the text", "    ", "return x\n", "y = 1\n    return x\n", ""},
      {"a word before the text", "    ", "return_value(x)\n", "await return_value(x)\n", "await "},
  });
}

BOOST_AUTO_TEST_CASE(leaves_out_what_stands_before) {
  check({
      {"the line again", "    return fo", "\n", "    return foo(x)", "o(x)"},
      {"the line again without indentation", "    return fo", "\n", "return foo(x)", "o(x)"},
      {"a word that begins like it", "    return ", "\n", "returned", "returned"},
      {"signs are no repeat", "x = ((", "\n", "((a)", "((a)"},
      {"one of two blanks", "x = ", "\n", " 5", "5"},
      {"two blanks before a comment", "x = 1 ", "\n", " # one", " # one"},
      {"the first blank", "x =", "\n", " 5", " 5"},
      {"a line break on a blank line", "a = 1\n", "\n", "\n\nb = 2", "b = 2"},
      {"a line break at a line's end", "if x:", "\n", "\n    y()", "\n    y()"},
  });
}

BOOST_AUTO_TEST_CASE(indents_the_first_line) {
  check({
      {"at the margin", "def f():\n", "\n", "    return 1", "    return 1"},
      {"halfway", "def f():\n  ", "\n", "  return 1", "  return 1"},
      {"there already", "def f():\n    ", "\n", "return 1", "return 1"},
      {"again", "def f():\n    ", "\n", "    return 1", "return 1"},
      {"again with tabs", "f() {\n\t", "\n", "\treturn 1", "return 1"},
      {"blanks for tabs", "f() {\n\ta();\n\t", "\n", "    b();", "b();"},
      {"deeper because a block begins", "def f():\n    if x:\n    ", "\n", "    y()", "    y()"},
      {"aligned arguments", "    foo(a,\n    ", "\n", "    b)", "    b)"},
      {"from the margin after a line break", "def f():\n    ", "\n", "\n    return 1", "return 1"},
      {"less after a line break", "def f():\n    a()\n    ", "", "\n\ndef g():", "\ndef g():"},
  });
}

BOOST_AUTO_TEST_CASE(ends_with_the_block) {
  check({
      {"the next function", kBlock, "\n\ndef h():\n    pass\n", "return 1\n\ndef g():\n    pass\n",
       "return 1"},
      {"at the head of a block", "def f():", "\n\ndef h():\n", "\n    return 1\n\ndef g():\n",
       "\n    return 1"},
      {"nothing follows", kBlock, "", "return 1\n\ndef g():\n    pass\n", "return 1\n\ndef g():\n    pass"},
      {"at the margin all along", "x = 1\n", "\ny = 2\n", "a = 1\n\nb = 2\n", "a = 1\n\nb = 2"},
      {"a method", "class A:\n    def f(self):\n        ", "\n\n    def h(self):\n",
       "return 1\n\n    def g(self):\n", "return 1"},
      {"an inner block, and on", "def f():\n    if x:\n        ", "\n    return y\n",
       "a()\n    b()\n    return y\n", "a()\n    b()"},
      {"the preprocessor", "int f() {\n  ", "\n}\n", "a();\n#ifdef B\n  b();\n#endif\n}\n",
       "a();\n#ifdef B\n  b();\n#endif"},
  });
}

BOOST_AUTO_TEST_CASE(ends_what_has_no_end) {
  check({
      {"a line for the third time", "", "\n", "a()\na()\na()\na()\n", "a()\na()"},
      {"a run of lines for the third time", "", "\n", "a()\nb()\n\na()\nb()\na()\nb()\nc()\n",
       "a()\nb()\n\na()\nb()"},
      {"nearly a third time", "", "\n", "a()\nb()\na()\nb()\na()\nc()", "a()\nb()\na()\nb()\na()\nc()"},
  });
  std::string phrase;
  for (int i = 0; i < 1000; ++i) phrase += "no end of it, ";
  const Cleaned cleaned = growing("", "\n", phrase);
  BOOST_TEST(cleaned.stop);
  BOOST_TEST(cleaned.text.size() <= 160U);
  const std::string rule(78, '-');
  check({{"a ruler", "// ", "\n", rule, rule}});
}

BOOST_AUTO_TEST_CASE(knows_what_is_no_text) {
  for (const char* end : {"<|endoftext|>", "<EOT>", "<|fim_pad|>", "<|file_sep|>", "</s>", "[SUFFIX]",
                          "<\xEF\xBD\x9C"
                          "fim\xE2\x96\x81hole\xEF\xBD\x9C>",
                          "\xEF\xBF\xBD", "\xE2\x80\xAE", "\xFF", "\n```\n"}) {
    check({{end, "x = ", "\n", std::string("1") + end + "more", "1"}});
    BOOST_TEST(growing("x = ", "\n", std::string("1") + end + "more").stop);
  }
  check({
      {"a NUL", "", "\n", std::string("a\0b", 3), "a"},
      {"CRLF", "", "\n", "a\r\nb\r\n", "a\nb"},
      {"control characters", "", "\n",
       "a\x1B\x07"
       "b\x7F"
       "c\xC2\x85"
       "d",
       "abcd"},
      {"half a character", "", "\n", "a\xC3", "a"},
      {"a fenced answer", "x = ", "\n", "```python\n1\n```\nThis sets x.", "1"},
      {"a fence in Markdown", "```sh\nls\n```\n", "\n", "text\n```sh\npwd\n```", "text\n```sh\npwd\n```"},
      {"a token the file holds", "end = '<EOT>'\nx = ", "\n", "'<EOT>'", "'<EOT>'"},
      {"an HTML tag", "<s>old", "\n", "er</s> new", "er</s> new"},
      {"less than", "if (a ", "\n", "< b || c |> d", "< b || c |> d"},
      {"white space", "", "\n", " \n\t\n  ", ""},
      {"a combining character", "", "\n", "e\xCC\x81t\xC3\xA9", "e\xCC\x81t\xC3\xA9"},
      {"wide characters", "x = \"", "\"\n", "\xE4\xBD\xA0\xE5\xA5\xBD\"", "\xE4\xBD\xA0\xE5\xA5\xBD"},
      {"trailing blanks", "", "\n", "a  \n\n  \n", "a"},
  });
}

BOOST_AUTO_TEST_CASE(shows_the_first_token) {
  BOOST_TEST(growing(kBlock, "\n    return y\n", "x").text == "x");
  BOOST_TEST(growing("x = ", "\ny = 2\n", "1").text == "1");
  BOOST_TEST(growing("foo(", ")\n", "a").text == "a");
  BOOST_TEST(growing("if x:", "\n", "\n    y").text == "\n    y");
  // What may become the next line waits until it is something else.
  BOOST_TEST(growing(kBlock, "\n    return y\n", "ret").text == "");
  BOOST_TEST(growing(kBlock, "\n    return y\n", "retry").text == "retry");
}

BOOST_AUTO_TEST_CASE(says_early_that_it_is_over) {
  BOOST_TEST(growing("foo(", ")\n", "x)").stop);
  BOOST_TEST(growing("return a", " + b\n", " * 2\n").stop);
  BOOST_TEST(growing(kBlock, "\n    return self.y\n", "x = 1\n    return self.y\n").stop);
  BOOST_TEST(!growing(kBlock, "\n    return self.y\n", "x = 1\n    return self").stop);
  BOOST_TEST(growing(kBlock, "\n\ndef h():\n", "x = 1\n\ndef g():\n").stop);
  BOOST_TEST(growing("", "\n", "a()\na()\na()\n").stop);
  BOOST_TEST(!growing("", "\n", "a()\n").stop);
}

BOOST_AUTO_TEST_CASE(keeps_to_its_limits) {
  BOOST_TEST(clean({"", "\n", "a\nb\nc\n", false, false, 2}).text == "a\nb");
  BOOST_TEST(clean({"", "\n", "a\nb\n", false, false, 2}).stop);
  BOOST_TEST(clean({"", "\n", "a\nb\nc", true, false, 0}).text == "a\nb\nc");
  BOOST_TEST(clean({"", "\n", "a\nb\nc", true, true, 0}).text == "a\nb");
  BOOST_TEST(clean({"", "\n", "a\nb\n", true, true, 0}).text == "a\nb");
  BOOST_TEST(clean({"", "\n", "abc", true, true, 0}).text == "abc");
  BOOST_TEST(clean({"if x:", "\n", "\n    ret", true, true, 0}).text == "\n    ret");
}

// What was typed of the text is taken off its start, and nothing else changes.
BOOST_AUTO_TEST_CASE(goes_on_as_it_is_typed) {
  const std::string raw = "foo(foo(x))\n    y = 1\n    z = 2\n";
  const std::string all = clean({kBlock, "\n    return y\n", raw}).text;
  BOOST_TEST(all == "foo(foo(x))\n    y = 1\n    z = 2");
  for (size_t typed = 0; typed <= all.size(); ++typed) {
    const std::string before = kBlock + raw.substr(0, typed);
    CleanInput input{before, "\n    return y\n", raw};
    input.typed = typed;
    const std::string rest = clean(input).text;
    BOOST_TEST(rest == (all.find_first_not_of(" \n", typed) == std::string::npos ? "" : all.substr(typed)));
  }
  // An autopair plugin closed the bracket that was typed.
  CleanInput input{"x = foo(", ")\n", "foo(a)\n"};
  input.typed = 4;
  BOOST_TEST(clean(input).text == "a");
}

BOOST_AUTO_TEST_CASE(says_where_the_text_begins) {
  const auto from = [](const char* before, const char* raw) { return clean({before, "\n", raw, true}).from; };
  BOOST_TEST(from("x = ", "1") == 0U);
  BOOST_TEST(from("x = ", " 1") == 1U);
  BOOST_TEST(from("    return fo", "return foo") == 9U);
  BOOST_TEST(from("a\n", "\r\n\r\nb") == 4U);
  BOOST_TEST(from("x = ", "```\n1\n```") == 4U);
}

BOOST_AUTO_TEST_SUITE_END()
