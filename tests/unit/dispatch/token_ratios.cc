#include "dispatch/token_ratios.h"

#include <boost/test/unit_test.hpp>

using coder::dispatch::TokenRatios;

BOOST_AUTO_TEST_CASE(a_ratio_is_learned_from_reports) {
  TokenRatios ratios;
  BOOST_TEST(ratios.count("box", std::string(36, 'x')) == 10U);
  BOOST_TEST(ratios.count("box", std::string(37, 'x')) == 11U);
  BOOST_TEST(ratios.count("box", "") == 0U);
  ratios.learn("box", 10000, 5000);
  BOOST_TEST(ratios.bytes_per_token("box") == 2.0);
  BOOST_TEST(ratios.bytes_per_token("other") == coder::kBytesPerToken);
  for (int i = 0; i < 40; ++i) ratios.learn("box", 9000, 3000);
  BOOST_TEST(ratios.bytes_per_token("box") == 3.0, boost::test_tools::tolerance(1e-4));
  // Never below what the ratio says.
  BOOST_TEST(ratios.count("box", std::string(300, 'x')) >= 100U);
  BOOST_TEST(ratios.count("box", std::string(300, 'x')) <= 101U);
}

BOOST_AUTO_TEST_CASE(reports_that_cannot_be_are_ignored) {
  TokenRatios ratios;
  ratios.learn("box", 100, 50);   // mostly the template
  ratios.learn("box", 10000, 0);  // no report
  ratios.learn("box", 10000, -3);
  ratios.learn("box", 10000, 100);  // counts something else
  ratios.learn("box", 10000, 900000);
  BOOST_TEST(ratios.bytes_per_token("box") == coder::kBytesPerToken);
}
