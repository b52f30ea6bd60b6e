#include "context/signatures.h"

#include <boost/test/unit_test.hpp>
#include <map>

#include "syntax/language.h"

using namespace coder;

namespace {

struct Project {
  workspace::Corpus corpus;
  std::map<std::string, std::string> texts;

  void add(const std::string& path, const std::string& text) {
    texts[path] = text;
    corpus.index.put(path, workspace::make_facts(syntax::language_of(path), text));
  }
  std::string near(const std::string& path, const std::string& around, size_t bytes = 2000) {
    std::string out;
    const auto read = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = texts.find(name);
      return found == texts.end() ? std::nullopt : std::optional<std::string>(found->second);
    };
    for (const context::FileSignatures& one : context::signatures_near(corpus, path, around, bytes, read))
      out += "[" + one.path + "]\n" + one.text;
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_the_code_uses_is_shown_by_its_signature) {
  Project project;
  project.add("price.py", "RATE = 2\n\n\ndef total_price(items, tax):\n    return sum(items) * tax\n");
  project.add("cart.py", "class Cart:\n    def checkout(self, when):\n        return 1\n");
  project.add("main.py", "def own_function():\n    pass\n");
  const std::string got =
      project.near("main.py", "cart.checkout(now)\ntotal_price(x)\nown_function()\nunknown_thing()\n");
  BOOST_TEST(
      got ==
      "[cart.py]\nclass Cart:\n    def checkout(self, when):\n[price.py]\ndef total_price(items, tax):\n");
}

BOOST_AUTO_TEST_CASE(names_that_many_files_define_say_nothing) {
  Project project;
  for (const char* name : {"a", "b", "c", "d", "e"})
    project.add(std::string(name) + ".py", "def run_it(x):\n    return x\n");
  BOOST_TEST(project.near("main.py", "run_it(1)") == "");
  project.corpus.index.remove("e.py");
  BOOST_TEST(project.near("main.py", "run_it(1)") != "");
}

BOOST_AUTO_TEST_CASE(a_limit_holds_and_stale_text_is_left_out) {
  Project project;
  project.add("a.py", "def first_one(alpha, beta):\n    pass\n");
  project.add("b.py", "def second_one(alpha, beta):\n    pass\n");
  BOOST_TEST(project.near("m.py", "first_one() second_one()", 30) == "[a.py]\ndef first_one(alpha, beta):\n");
  project.texts["a.py"] = "# changed\n" + project.texts["a.py"];
  BOOST_TEST(project.near("m.py", "first_one() second_one()") == "[b.py]\ndef second_one(alpha, beta):\n");
  project.texts.erase("b.py");
  BOOST_TEST(project.near("m.py", "first_one() second_one()") == "");
  BOOST_TEST(project.near("m.py", "") == "");
}
