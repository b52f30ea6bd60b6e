#include "routing/words.h"

#include <boost/test/unit_test.hpp>

namespace coder::routing {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_CASE(figures) {
  BOOST_TEST(grouped(0) == "0");
  BOOST_TEST(grouped(999) == "999");
  BOOST_TEST(grouped(1000) == "1,000");
  BOOST_TEST(grouped(1234567) == "1,234,567");
  BOOST_TEST(grouped(-999) == "-999");
  BOOST_TEST(grouped(-1000) == "-1,000");
  BOOST_TEST(dollars(0) == "$0.00");
  BOOST_TEST(dollars(5.126) == "$5.13");
  BOOST_TEST(dollars(0.0042) == "$0.0042");
  BOOST_TEST(one_decimal(12.54) == "12.5");
}

BOOST_AUTO_TEST_CASE(waits_are_rounded_up) {
  BOOST_TEST(wait_words(1ms) == "1 s");
  BOOST_TEST(wait_words(4000ms) == "4 s");
  BOOST_TEST(wait_words(4001ms) == "5 s");
  BOOST_TEST(wait_words(119s) == "119 s");
  BOOST_TEST(wait_words(120s) == "2 min");
  BOOST_TEST(wait_words(121s) == "3 min");
}

BOOST_AUTO_TEST_CASE(lists) {
  config::Model a, b, c;
  a.name = "a";
  b.name = "b";
  c.name = "c";
  BOOST_TEST(listed({}) == "");
  BOOST_TEST(listed({&a}) == "a");
  BOOST_TEST(listed({&a, &b}) == "a and b");
  BOOST_TEST(listed({&a, &b, &c}) == "a, b and c");
  BOOST_TEST(said("two\nlines") == "two lines");
}

}  // namespace
}  // namespace coder::routing
