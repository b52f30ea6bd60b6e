#include "workspace/mirror.h"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace coder::workspace;
using Lines = std::vector<std::string>;

namespace {
Lines lines_of(const Mirrors& mirrors) { return mirrors.find(1)->lines; }
}  // namespace

BOOST_AUTO_TEST_CASE(whole_text_then_edits) {
  Mirrors mirrors;
  mirrors.open(1, "/a");
  BOOST_TEST(!mirrors.find(1)->ready);
  BOOST_TEST((mirrors.apply(1, {2, 0, -1, {"a", "b", "c"}}) == Mirrors::Applied::ok));
  BOOST_TEST((mirrors.apply(1, {3, 1, 2, {"B", "B2"}}) == Mirrors::Applied::ok));
  BOOST_TEST(lines_of(mirrors) == (Lines{"a", "B", "B2", "c"}), boost::test_tools::per_element());
  BOOST_TEST(mirrors.find(1)->changedtick == 3);
  mirrors.apply(1, {4, 0, 4, {}});
  BOOST_TEST(lines_of(mirrors).empty());
  BOOST_TEST(mirrors.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(a_preview_is_no_edit) {
  Mirrors mirrors;
  mirrors.open(1, "");
  mirrors.apply(1, {2, 0, -1, {"keep"}});
  mirrors.apply(1, {std::nullopt, 0, 1, {"preview"}});
  BOOST_TEST(lines_of(mirrors) == (Lines{"keep"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(ranges_outside_the_buffer_are_noticed) {
  Mirrors mirrors;
  mirrors.open(1, "");
  mirrors.apply(1, {2, 0, -1, {"x"}});
  BOOST_TEST((mirrors.apply(1, {3, 0, 5, {}}) == Mirrors::Applied::out_of_step));
  BOOST_TEST((mirrors.apply(1, {3, 2, 1, {}}) == Mirrors::Applied::out_of_step));
  BOOST_TEST((mirrors.apply(1, {3, -1, 1, {}}) == Mirrors::Applied::out_of_step));
  BOOST_TEST((mirrors.apply(9, {3, 0, 5, {}}) == Mirrors::Applied::ok));  // not ours
}

BOOST_AUTO_TEST_CASE(limits_on_size_and_line_length) {
  Mirrors mirrors;
  mirrors.open(1, "");
  BOOST_TEST((mirrors.apply(1, {2, 0, -1, {std::string(kMaxLineBytes + 1, 'x'), "y"}}) ==
              Mirrors::Applied::too_large));
  BOOST_TEST(mirrors.find(1)->bytes == kMaxLineBytes + 4);
  mirrors.open(2, "");
  const Lines many(kMaxMirrorBytes / 1000 + 1, std::string(999, 'x'));
  BOOST_TEST((mirrors.apply(2, {2, 0, -1, many}) == Mirrors::Applied::too_large));
}

// Neovim's API gives NUL as such, though it keeps it as a line break inside a line.
BOOST_AUTO_TEST_CASE(nul_in_a_line_is_given_back) {
  Mirrors mirrors;
  mirrors.open(1, "");
  mirrors.apply(1, {2, 0, -1, {std::string("a\0b", 3), "c"}});
  BOOST_TEST(mirrors.find(1)->text(0, 2) == std::string("a\0b\nc\n", 6));
  BOOST_TEST(mirrors.find(1)->text(1, 9) == "c\n");
}

BOOST_AUTO_TEST_CASE(random_edits_equal_a_plain_model) {
  std::mt19937 random(7);
  Mirrors mirrors;
  mirrors.open(1, "");
  mirrors.apply(1, {1, 0, -1, {""}});
  Lines model{""};
  for (int64_t tick = 2; tick < 2000; ++tick) {
    const auto first = static_cast<int64_t>(random() % (model.size() + 1));
    const auto last =
        first + static_cast<int64_t>(random() % (model.size() + 1 - static_cast<size_t>(first)));
    Lines put(random() % 4, std::string(random() % 5, static_cast<char>('a' + random() % 26)));
    mirrors.apply(1, {tick, first, last, put});
    model.erase(model.begin() + first, model.begin() + last);
    model.insert(model.begin() + first, put.begin(), put.end());
    size_t bytes = 0;
    for (const std::string& line : model) bytes += line.size() + 1;
    BOOST_REQUIRE(lines_of(mirrors) == model);
    BOOST_REQUIRE(mirrors.bytes() == bytes);
  }
}
