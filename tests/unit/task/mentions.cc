#include "task/mentions.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using task::Mention;
using Kind = task::Mention::Kind;

namespace {

std::string words_of(std::string_view text) {
  std::string out;
  for (const Mention& mention : task::mentions_in(text)) out += to_string(mention) + " ";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(words_are_found_where_they_stand_alone) {
  BOOST_TEST(words_of("#buffer and #repo") == "#buffer #repo ");
  BOOST_TEST(words_of("is #file:src/a.py (and #file:b.rs) like #symbol:Parser?") ==
             "#file:src/a.py #file:b.rs #symbol:Parser ");
  BOOST_TEST(words_of("#file:a.py, #file:a.py.") == "#file:a.py ");
  BOOST_TEST(words_of("#file:\"my notes.md\" #diff\n#diagnostics #selection") ==
             "#file:\"my notes.md\" #diff #diagnostics #selection ");
}

BOOST_AUTO_TEST_CASE(other_uses_of_the_sign_are_left_alone) {
  BOOST_TEST(words_of("issue #12, C#buffer, x#repo, #buffers, #diff-stat, #file: , #file:\"open") == "");
  BOOST_TEST(words_of("`#buffer` is a word; ## repo; #include <repo>") == "");
  BOOST_TEST(words_of("```c\n#repo\n```\n#diff") == "#diff ");
  BOOST_TEST(words_of("````\n```\n#repo\n````\n#diff") == "#diff ");
  BOOST_TEST(words_of("```\n#repo") == "");
}
