#include "base/text.h"

#include <boost/test/unit_test.hpp>

using namespace coder;

BOOST_AUTO_TEST_CASE(trimming_takes_ascii_white_space_only) {
  BOOST_TEST(trim(" \t\r\n\v\fa b\n ") == "a b");
  BOOST_TEST(trim("") == "");
  BOOST_TEST(trim(" \n") == "");
  BOOST_TEST(trim("\xC2\xA0x") == "\xC2\xA0x");
}

BOOST_AUTO_TEST_CASE(case_is_ascii_case) {
  BOOST_TEST(lower_ascii("AZ[az\xC3\x84") == "az[az\xC3\x84");
  BOOST_TEST(starts_with_ignoring_case("Content-Type: x", "content-type:"));
  BOOST_TEST(!starts_with_ignoring_case("Cont", "content"));
  BOOST_TEST(starts_with_ignoring_case("x", ""));
}

BOOST_AUTO_TEST_CASE(n_separators_give_n_plus_one_pieces) {
  BOOST_TEST(split("", ',').size() == 1u);
  BOOST_TEST(split(",", ',').size() == 2u);
  const std::vector<std::string_view> pieces = split("a,,b", ',');
  BOOST_TEST_REQUIRE(pieces.size() == 3u);
  BOOST_TEST(pieces[0] == "a");
  BOOST_TEST(pieces[1] == "");
  BOOST_TEST(pieces[2] == "b");
  BOOST_TEST(join({}, ",") == "");
  BOOST_TEST(join({"a"}, ",") == "a");
  BOOST_TEST(join({"a", "", "b"}, ", ") == "a, , b");
}

namespace {

struct Utf8 {
  std::string_view text;
  const char* mended;
  size_t points;
};

#define BAD "\xEF\xBF\xBD"

/// The examples of the Unicode standard, chapter 3.9, and the edges of table 3-7.
const Utf8 kUtf8[] = {
    {"", "", 0},
    {"abc", "abc", 3},
    {{"a\0b", 3}, "a", 3},
    {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", 3},
    {"\x80", BAD, 1},
    {"\xC3", BAD, 1},
    {"\xC3x", BAD "x", 2},
    {"\xC0\xAF", BAD BAD, 2},
    {"\xE0\x80\xBF", BAD BAD BAD, 3},
    {"\xE0\xA0\x80", "\xE0\xA0\x80", 1},
    {"\xED\xA0\x80", BAD BAD BAD, 3},  // surrogate
    {"\xED\x9F\xBF", "\xED\x9F\xBF", 1},
    {"\xF0\x80\x80\x41", BAD BAD BAD "A", 4},
    {"\xF0\x90\x80\x80", "\xF0\x90\x80\x80", 1},
    {"\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF", 1},
    {"\xF4\x90\x80\x80", BAD BAD BAD BAD, 4},
    {"\xF5x", BAD "x", 2},
    {"\xFF\xFE", BAD BAD, 2},
    {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", BAD BAD BAD BAD "A", 5},
    {"\xF0\x9F\x98", BAD, 1},
};

}  // namespace

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced_by_maximal_parts) {
  for (const Utf8& c : kUtf8) {
    BOOST_TEST_CONTEXT(c.mended) {
      const std::string mended = to_valid_utf8(c.text);
      BOOST_TEST(mended.substr(0, mended.find('\0')) == c.mended);
      BOOST_TEST(count_code_points(c.text) == c.points);
      BOOST_TEST(count_code_points(mended) == c.points);
      BOOST_TEST(to_valid_utf8(mended) == mended);
    }
  }
}

BOOST_AUTO_TEST_CASE(clipping_cuts_no_code_point) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";  // at 0, 1, 3, 6, 10
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (size_t i = 0; i < std::size(expected); ++i) {
    BOOST_TEST_CONTEXT(i) { BOOST_TEST(clip_utf8(text, i).size() == expected[i]); }
  }
  // Bytes that begin nothing are no reason to lose the rest.
  BOOST_TEST(clip_utf8(std::string(100, '\x80'), 50).size() >= 47u);
  BOOST_TEST(clip_utf8("abc" + std::string(100, '\xBF'), 50).size() >= 47u);
}

BOOST_AUTO_TEST_CASE(distances) {
  BOOST_TEST(edit_distance("", "") == 0u);
  BOOST_TEST(edit_distance("abc", "") == 3u);
  BOOST_TEST(edit_distance("", "ab") == 2u);
  BOOST_TEST(edit_distance("kitten", "sitting") == 3u);
  BOOST_TEST(edit_distance("modle", "model") == 2u);
}

BOOST_AUTO_TEST_CASE(the_nearest_name_is_one_that_could_be_meant) {
  const std::vector<std::string> names = {"model", "temperature", "base_url"};
  BOOST_TEST(nearest("modle", names) == "model");
  BOOST_TEST(nearest("MODEL", names) == "model");
  BOOST_TEST(nearest("temprature", names) == "temperature");
  BOOST_TEST(nearest("baseurl", names) == "base_url");
  BOOST_TEST(nearest("xylophone", names) == "");
  BOOST_TEST(nearest("", {}) == "");
}

BOOST_AUTO_TEST_CASE(one_line_is_one_line) {
  BOOST_TEST(one_line("a\nb\tc\x01\x7F"
                      "d",
                      100) == "a b c  d");
  BOOST_TEST(one_line("abcdef", 3) == "abc…");
  BOOST_TEST(one_line("abc", 3) == "abc");
  BOOST_TEST(one_line("a\xFFz", 100) == "a" BAD "z");
  BOOST_TEST(one_line("a\xC3\xA4", 2) == "a…");
}
