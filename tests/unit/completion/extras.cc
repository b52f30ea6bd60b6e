#include "completion/extras.h"

#include <boost/test/unit_test.hpp>

using coder::completion::Extra;
using coder::completion::Extras;

namespace {

Extra piece(const std::string& name, const std::string& text) {
  Extra extra;
  extra.name = name;
  extra.text = text;
  return extra;
}

std::string numbered(int from, int count) {
  std::string text;
  for (int i = from; i < from + count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(extras)

BOOST_AUTO_TEST_CASE(keeps_the_order_they_came_in) {
  Extras extras;
  extras.add(piece("b", "one"));
  extras.add(piece("a", "two"));
  BOOST_REQUIRE(extras.pieces().size() == 2U);
  BOOST_TEST(extras.pieces()[0].name == "b");
  BOOST_TEST(extras.pieces()[1].name == "a");
  BOOST_TEST(extras.version() == 2);
}

BOOST_AUTO_TEST_CASE(takes_nothing_twice) {
  Extras extras;
  extras.add(piece("a", numbered(0, 20)));
  extras.add(piece("a", numbered(0, 20)));
  extras.add(piece("b", "  " + numbered(1, 18)));      // indented otherwise, and a part
  extras.add(piece("c", numbered(0, 18) + "x\ny\n"));  // nine tenths
  extras.add(piece("d", "\n \n"));
  BOOST_TEST(extras.pieces().size() == 1U);
  BOOST_TEST(extras.version() == 1);
  extras.add(piece("c", numbered(0, 17) + "x\ny\nz\n"));
  extras.add(piece("e", "line 1\nline 1\nline 1\n"));  // there once, not thrice
  BOOST_TEST(extras.pieces().size() == 3U);
}

BOOST_AUTO_TEST_CASE(drops_the_older_half_when_full) {
  Extras extras(5, 1000);
  for (int i = 0; i < 5; ++i) extras.add(piece(std::to_string(i), numbered(i * 100, 3)));
  BOOST_TEST(extras.pieces().size() == 5U);
  extras.add(piece("5", numbered(500, 3)));
  BOOST_REQUIRE(extras.pieces().size() == 3U);
  BOOST_TEST(extras.pieces()[0].name == "3");
  BOOST_TEST(extras.pieces()[2].name == "5");
  BOOST_TEST(extras.version() == 6);
}

BOOST_AUTO_TEST_CASE(keeps_to_its_bytes) {
  Extras extras(100, 1000);
  for (int i = 0; i < 50; ++i) {
    extras.add(piece(std::to_string(i), numbered(i * 1000, i % 30)));
    size_t bytes = 0;
    for (const Extra& one : extras.pieces()) bytes += one.text.size();
    BOOST_TEST(bytes <= 1000U);
  }
  extras.add(piece("long", numbered(0, 1000)));
  const std::string& text = extras.pieces().back().text;
  BOOST_TEST(text.size() <= 500U);
  BOOST_TEST(text.size() > 480U);
  BOOST_TEST(text.back() == '\n');
}

BOOST_AUTO_TEST_SUITE_END()
