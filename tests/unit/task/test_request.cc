#include "task/test_request.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using privacy::Label;

namespace {

task::TestPlace place() {
  task::TestPlace out;
  out.source = "src/a.py";
  out.file = "tests/test_a.py";
  out.framework.name = "pytest";
  return out;
}

size_t bytes(std::string_view text) { return text.size(); }

bool holds(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_says_what_is_tested_where_and_with_what) {
  const std::string fresh = task::test_request(place(), "", "");
  BOOST_TEST(fresh.starts_with(
      "Write tests for src/a.py with pytest. They belong into a new file, tests/test_a.py"));
  BOOST_TEST(holds(fresh, "Change no other file"));
  const std::string lines = task::test_request(place(), "`src/a.py:1-2`\n```python\nx\n```", "mind zero");
  BOOST_TEST(holds(lines, "these lines of src/a.py with pytest.\n\n`src/a.py:1-2`"));
  BOOST_TEST(lines.ends_with("\n\nmind zero"));
  task::TestPlace there = place();
  there.exists = true;
  BOOST_TEST(holds(task::test_request(there, "", ""), "Change only tests/test_a.py."));
  there.inside = true;
  there.file = there.source;
  BOOST_TEST(holds(task::test_request(there, "", ""), "They stand in src/a.py itself"));
}

BOOST_AUTO_TEST_CASE(private_examples_are_for_trusted_lanes_alone) {
  const std::vector<task::Source> examples{{"t/one.py", "one\n", Label::any, "", 1, ""},
                                           {"x/two.py", "two\n", Label::local_only, "x/**", 1, ""}};
  std::vector<const task::Source*> used;
  const privacy::Part open = task::examples_part(examples, false, 1000, bytes, &used);
  BOOST_TEST((open.label == Label::any));
  BOOST_TEST(holds(open.text, "one"));
  BOOST_TEST(!holds(open.text, "two"));
  BOOST_TEST(!holds(open.text, "x/"));
  BOOST_TEST(used.size() == 1u);
  const privacy::Part all = task::examples_part(examples, true, 1000, bytes);
  BOOST_TEST((all.label == Label::local_only));
  BOOST_TEST(all.rule == "x/**");
  BOOST_TEST_REQUIRE(all.pieces.size() == 2u);
  BOOST_TEST((all.pieces[0].label == Label::any));
  BOOST_TEST((all.pieces[1].label == Label::local_only));
}

BOOST_AUTO_TEST_CASE(examples_keep_to_the_budget_by_whole_lines) {
  std::string text;
  for (int i = 10; i < 90; ++i) text += "line " + std::to_string(i) + "\n";
  const std::vector<task::Source> examples{{"t/one.py", text, Label::any, "", 3, ""}};
  for (const size_t budget : {0, 50, 150, 250, 400, 600, 1000, 5000}) {
    BOOST_TEST_CONTEXT(budget) {
      std::vector<const task::Source*> used;
      const privacy::Part part = task::examples_part(examples, true, budget, bytes, &used);
      BOOST_TEST(part.text.size() <= budget);
      BOOST_TEST(part.text.empty() == used.empty());
      BOOST_TEST(part.text.empty() == (budget < 200));
      if (part.text.empty()) continue;
      // What is written down as sent is what is sent.
      const privacy::Piece& piece = part.pieces.front();
      BOOST_TEST(piece.first == 3);
      BOOST_TEST(part.text.find(piece.text + "\n```") != std::string::npos);
      BOOST_TEST(std::count(piece.text.begin(), piece.text.end(), '\n') == piece.last - piece.first);
      BOOST_TEST(text.starts_with(piece.text + "\n"));
    }
  }
}

BOOST_AUTO_TEST_CASE(tests_inside_a_source_begin_at_their_attribute) {
  BOOST_TEST(!task::tests_begin("fn a() {}\n").has_value());
  BOOST_TEST(task::tests_begin("fn a() {}\n\n#[cfg(test)]\nmod tests {}\n").value() == 2u);
}
