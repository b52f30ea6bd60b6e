#include "task/findings.h"

#include <boost/test/unit_test.hpp>
#include <map>

#include "base/text.h"
#include "task/recipes.h"

using namespace coder;
using namespace coder::task;

namespace {

/// "file:line severity kind message|…", or "none".
std::string read(std::string_view answer) {
  const auto found = parse_findings(answer);
  if (!found) return "none";
  std::string out;
  for (const Finding& one : *found) {
    out += (out.empty() ? "" : "|") + one.file + ":" + std::to_string(one.line) + " " + one.severity + " " +
           one.kind + " " + one.message;
  }
  return out;
}

const std::string kOne =
    R"({"file": "a.py", "line": 3, "text": "x = 1", "severity": "error", "kind": "bug", "message": "wrong"})";
const std::string kTwo =
    R"({"file": "b.py", "line": 7, "severity": "info", "kind": "performance", "message": "slow"})";
const std::string kBoth = "a.py:3 error bug wrong|b.py:7 info performance slow";

std::string placed(std::vector<Finding> findings) {
  static const std::map<std::string, std::vector<std::string>> kFiles{
      {"a.py", {"import os", "", "x = 1", "  y = 2", "x = 3", "z", "z"}}};
  place(findings, [](const std::string& file) -> const std::vector<std::string>* {
    const auto found = kFiles.find(file);
    return found == kFiles.end() ? nullptr : &found->second;
  });
  std::string out;
  for (const Finding& one : findings) out += (one.placed ? std::to_string(one.line) : "-") + " ";
  return std::string(trim(out));
}

Finding at(const std::string& file, int64_t line, const std::string& text) {
  Finding out;
  out.file = file;
  out.line = line;
  out.text = text;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(findings)

BOOST_AUTO_TEST_CASE(as_it_is_asked_for_and_as_models_do) {
  const std::string list = "[" + kOne + "," + kTwo + "]";
  BOOST_TEST(read("{\"findings\": " + list + "}") == kBoth);
  BOOST_TEST(read(list) == kBoth);
  BOOST_TEST(read("Here is what I found [1]:\n```json\n{\"findings\": " + list +
                  "}\n```\nGood luck {you}!") == kBoth);
  BOOST_TEST(read("{\"issues\": [" + kOne + "," + kTwo + ",]}") == kBoth);
  BOOST_TEST(read(kOne + "\n" + kTwo) == kBoth);
  BOOST_TEST(read("{\"findings\": [" + kOne + "," + kTwo + ", {\"file\": \"c.py\", \"li") == kBoth);
  BOOST_TEST(read("{\"review\": {\"findings\": " + list + "}}") == kBoth);
  BOOST_TEST(
      read(
          R"([{"path":"a.py","start_line":"3","level":"Critical","type":"Bug risk","description":"wrong"}])") ==
      "a.py:3 error bug wrong");
}

BOOST_AUTO_TEST_CASE(nothing_found_is_an_answer_and_prose_is_none) {
  BOOST_TEST(read("{\"findings\": []}") == "");
  BOOST_TEST(read("```\n[]\n```") == "");
  BOOST_TEST(read("The code looks fine to me.") == "none");
  BOOST_TEST(read("") == "none");
  BOOST_TEST(read("{") == "none");
  BOOST_TEST(read("Note: 1 thing at 10:30, and see https://example.org:80/x") == "none");
}

BOOST_AUTO_TEST_CASE(lines_of_text_as_compilers_write_them) {
  BOOST_TEST(read("- `src/a.py:12`: SQL injection, a security hole\n\nsrc/b.c:7:3: leaks") ==
             "src/a.py:12 warning security SQL injection, a security hole|src/b.c:7 warning other leaks");
}

BOOST_AUTO_TEST_CASE(limits) {
  std::string many = "[";
  for (size_t i = 0; i < kMaxFindings + 50; ++i) many += (i ? "," : "") + kOne;
  BOOST_TEST(parse_findings(many + "]")->size() == kMaxFindings);
  const std::string deep(100'000, '[');
  BOOST_TEST(read(deep) == "none");
  const std::string message(100'000, 'x');
  BOOST_TEST(parse_findings("[{\"file\":\"a\",\"line\":1,\"message\":\"" + message + "\"}]")
                 ->front()
                 .message.size() <= 4000u);
}

BOOST_AUTO_TEST_CASE(each_is_tied_to_a_line_that_is_there) {
  BOOST_TEST(placed({at("a.py", 3, "x = 1")}) == "3");
  BOOST_TEST(placed({at("a.py", 1, "x = 1")}) == "3");     // the only one that holds it
  BOOST_TEST(placed({at("a.py", 90, "y = 2  ")}) == "4");  // blanks around it do not count
  BOOST_TEST(placed({at("a.py", 2, "z")}) == "-");         // two lines hold it, neither is named
  BOOST_TEST(placed({at("a.py", 7, "z")}) == "7");
  BOOST_TEST(placed({at("a.py", 3, "x = 4")}) == "-");  // no line does
  BOOST_TEST(placed({at("a.py", 2, "")}) == "2");
  BOOST_TEST(placed({at("a.py", 8, "")}) == "-");
  BOOST_TEST(placed({at("other/a.py", 3, "x = 1")}) == "-");  // never guessed across files
  BOOST_TEST(placed({at("a.py", 0, "  y = 2\nx = 3")}) == "4");
}

BOOST_AUTO_TEST_CASE(every_recipe_says_what_it_is_about) {
  for (const Recipe& recipe : recipes()) {
    const std::string text = request_of(recipe, {{"src/a.py", "b.py"}, "in German", ""});
    BOOST_TEST(text.ends_with("in German"));
    if (recipe.of_files) BOOST_TEST(text.find("src/a.py, b.py") != std::string::npos, recipe.name);
    BOOST_TEST(rules_of(recipe).empty() == (recipe.contract == Contract::prose));
    BOOST_TEST(find_recipe(recipe.name) == &recipe);
  }
  BOOST_TEST(find_recipe("ask") == nullptr);
}

BOOST_AUTO_TEST_CASE(lines_around_a_place) {
  const std::vector<std::string> lines = {
      "import os", "", "# what it is for", "class A:",    "    def f(x):", "        y", "", "    def g(x):",
      "        z", "", "def h():",         "    return 1"};
  const auto at = [&](int64_t line) {
    const std::optional<Lines> found = lines_around("a.py", lines, line);
    return found ? std::to_string(found->first) + "-" + std::to_string(found->last) : std::string("none");
  };
  BOOST_TEST(at(1) == "none");
  BOOST_TEST(at(3) == "3-9");
  BOOST_TEST(at(6) == "5-6");
  BOOST_TEST(at(9) == "8-9");
  BOOST_TEST(at(12) == "11-12");
  BOOST_TEST(at(99) == "none");
  BOOST_TEST(!lines_around("notes.txt", lines, 6).has_value());
  BOOST_TEST(!lines_around("a.py", {}, 1).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
