#include "privacy/traces.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using privacy::Traces;

BOOST_AUTO_TEST_CASE(a_private_line_is_recognised) {
  Traces traces;
  BOOST_TEST(traces.empty());
  BOOST_TEST(!traces.found_in("  return secret_formula(x);"));
  traces.add_line("  return secret_formula(x);\r");
  BOOST_TEST(!traces.empty());
  for (const char* line : {"return secret_formula(x);", "\t return secret_formula(x);  ",
                           "> return secret_formula(x);", "+  return secret_formula(x);",
                           ">> | # return secret_formula(x);", "//   return secret_formula(x);"}) {
    BOOST_TEST_CONTEXT(line) { BOOST_TEST(traces.found_in(line)); }
  }
  for (const char* line : {"return secret_formula(y);", "", " ", "x = 1; return secret_formula(x);",
                           ">>>>> return secret_formula(x);"}) {
    BOOST_TEST_CONTEXT(line) { BOOST_TEST(!traces.found_in(line)); }
  }
}

BOOST_AUTO_TEST_CASE(short_lines_leave_no_trace) {
  Traces traces;
  traces.add_line("}");
  traces.add_line("   0123456789012345678   ");  // 19 bytes
  traces.add_line("");
  BOOST_TEST(traces.empty());
  traces.add_line("01234567890123456789");
  BOOST_TEST(traces.found_in("01234567890123456789"));
  // A line that begins with what may be a mark is itself.
  traces.add_line("-- where the margin is kept");
  BOOST_TEST(traces.found_in("--- where the margin is kept"));
  BOOST_TEST(traces.found_in("-- where the margin is kept"));
}

BOOST_AUTO_TEST_CASE(a_fragment_is_found_inside_a_line) {
  Traces traces;
  traces.add_fragment("abc");
  BOOST_TEST(traces.empty());
  traces.add_fragment("  MARGIN_BP\n");
  BOOST_TEST(traces.found_in("what is margin_bp or MARGIN_BP?"));
  BOOST_TEST(!traces.found_in("what is margin_bp?"));
}

BOOST_AUTO_TEST_CASE(of_several_lines_the_long_ones_count_or_the_longest) {
  Traces traces;
  traces.add_fragment("if (x) {\n  spread = quote_margin(book, 0.25);\n} else {\n");
  BOOST_TEST(traces.found_in("let spread = quote_margin(book, 0.25);"));
  BOOST_TEST(!traces.found_in("} else {"));
  traces.add_fragment("end\nx += 1734\nend\n");
  BOOST_TEST(traces.found_in("  x += 1734  # why?"));
  BOOST_TEST(!traces.found_in("send"));
}

BOOST_AUTO_TEST_CASE(only_the_last_fragments_are_kept_but_long_lines_are) {
  Traces traces;
  traces.add_fragment("first one");
  for (int i = 0; i < 300; ++i) traces.add_fragment("fragment " + std::to_string(i) + "!");
  BOOST_TEST(!traces.found_in("the first one"));
  BOOST_TEST(!traces.found_in("fragment 43!"));
  BOOST_TEST(traces.found_in("fragment 44!"));
  BOOST_TEST(traces.found_in("fragment 299!"));
  std::string many;
  for (int i = 1000; i < 2000; ++i) many += "a line that is long enough " + std::to_string(i) + "\n";
  traces.add_fragment(many);
  BOOST_TEST(traces.found_in("a line that is long enough 1000"));
  BOOST_TEST(traces.yanked_in("  a line that is long enough 1000"));
  BOOST_TEST(!traces.yanked_in("and a line that is long enough 1000 too"));
  BOOST_TEST(traces.found_in("and a line that is long enough 1999 too"));
  // What is yanked again is new again.
  for (int i = 0; i < 255; ++i) traces.add_fragment("again " + std::to_string(i) + "!");
  BOOST_TEST(traces.found_in("and a line that is long enough 1999 too"));
  traces.add_fragment("a line that is long enough 1999");
  traces.add_fragment("one more");
  BOOST_TEST(traces.found_in("and a line that is long enough 1999 too"));
  const std::string huge(100000, 'h');
  traces.add_fragment(huge);
  BOOST_TEST(traces.found_in("x" + huge));
}

BOOST_AUTO_TEST_CASE(texts_are_searched_line_by_line) {
  Traces traces;
  BOOST_TEST(!traces.found_in_text("a\nb"));
  traces.add_line("the secret of the whole house");
  BOOST_TEST(traces.found_in_text("one\ntwo\n  the secret of the whole house\r\nfour"));
  BOOST_TEST(traces.found_in_text("the secret of the whole house"));
  BOOST_TEST(!traces.found_in_text("the secret of\nthe whole house"));
  BOOST_TEST(!traces.found_in_text(""));
}

BOOST_AUTO_TEST_CASE(past_a_million_lines_everything_counts) {
  Traces traces;
  for (size_t i = 0; i <= Traces::kMaxLines; ++i) {
    if (i == Traces::kMaxLines) BOOST_TEST(!traces.found_in("x"));
    traces.add_line("a line of some length " + std::to_string(i));
  }
  BOOST_TEST(!traces.empty());
  BOOST_TEST(traces.found_in("x"));
  BOOST_TEST(!traces.found_in("  "));
  BOOST_TEST(traces.found_in_text("\n\nx"));
}

BOOST_AUTO_TEST_CASE(of_a_diff_the_hunks_leave_traces) {
  Traces traces;
  traces.add_diff(
      "What do you say about the following change?\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n"
      " def quoted_margin(book, side):\n-    return book.margin * 0.25\n+    return book.margin * 0.5\n"
      "Is it not too much of a change?\n- or is it too little of a one?\n");
  for (const char* line : {"def quoted_margin(book, side):", "return book.margin * 0.25",
                           "+    return book.margin * 0.5", "> -    return book.margin * 0.25"}) {
    BOOST_TEST_CONTEXT(line) { BOOST_TEST(traces.found_in(line)); }
  }
  for (const char* line : {"What do you say about the following change?", "Is it not too much of a change?",
                           "- or is it too little of a one?", "diff --git a/x b/x"}) {
    BOOST_TEST_CONTEXT(line) { BOOST_TEST(!traces.found_in(line)); }
  }
  Traces quoted;
  quoted.add_diff(
      "> --- a/x\n> +++ b/x\n> @@ -1 +1 @@\n> -first_of_the_margins(book)\n> +second_of_the_margins(book)\n");
  BOOST_TEST(quoted.found_in("  second_of_the_margins(book)"));
  Traces nothing;
  nothing.add_diff("");
  nothing.add_diff("no diff at all, only this one line\n+ and this one, as long as it is\n");
  BOOST_TEST(nothing.empty());
}
