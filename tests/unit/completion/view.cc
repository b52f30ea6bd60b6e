#include "completion/view.h"

#include <boost/test/unit_test.hpp>

using coder::completion::kViewBytes;
using coder::completion::make_view;
using coder::completion::View;

BOOST_AUTO_TEST_SUITE(view)

BOOST_AUTO_TEST_CASE(splits_at_the_cursor) {
  const View view = make_view({"a", "bcd", "e"}, 1, 2, 7);
  BOOST_TEST(view.before == "a\nbc");
  BOOST_TEST(view.after == "d\ne");
  BOOST_TEST(view.changedtick == 7);
}

BOOST_AUTO_TEST_CASE(clamps_what_lies_outside) {
  BOOST_TEST(make_view({}, 3, 9, 0).before == "");
  const View view = make_view({"ab"}, 3, 9, 0);
  BOOST_TEST(view.before == "ab");
  BOOST_TEST(view.after == "");
  BOOST_TEST(view.line == 0U);
  BOOST_TEST(view.col == 2U);
}

BOOST_AUTO_TEST_CASE(never_cuts_a_code_point) {
  const View inside = make_view({"a\u00e9b"}, 0, 2, 0);  // in the middle of the é
  BOOST_TEST(inside.before == "a");
  BOOST_TEST(inside.col == 1U);
  std::string many;
  for (size_t i = 0; i < kViewBytes; ++i) many += "\u00e9";
  const View view = make_view({"x" + many, many}, 0, 1 + many.size() / 2, 0);
  BOOST_TEST(view.before.size() <= kViewBytes);
  BOOST_TEST(view.before.substr(0, 2) == "\u00e9");
  BOOST_TEST(view.after.size() <= kViewBytes);
  BOOST_TEST(view.after.substr(view.after.size() - 2) == "\u00e9");
}

BOOST_AUTO_TEST_CASE(takes_lines_until_there_is_enough) {
  const std::vector<std::string> lines(10000, "0123456789");
  const View view = make_view(lines, 5000, 3, 0);
  BOOST_TEST(view.before.size() == kViewBytes);
  BOOST_TEST(view.after.size() == kViewBytes);
  BOOST_TEST(view.after.substr(0, 8) == "3456789\n");
}

BOOST_AUTO_TEST_SUITE_END()
