#include "base/tokens.h"

#include <boost/test/unit_test.hpp>
#include <string>

BOOST_AUTO_TEST_CASE(tokens_are_bytes_by_3_6_rounded_up) {
  BOOST_TEST(coder::estimated_tokens("") == 0U);
  BOOST_TEST(coder::estimated_tokens("a") == 1U);
  BOOST_TEST(coder::estimated_tokens(std::string(36, 'a')) == 10U);
  BOOST_TEST(coder::estimated_tokens(std::string(37, 'a')) == 11U);
}
