#include "provider/surrogates.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"

namespace coder::provider {
namespace {

/// The pieces as JSON strings, through the parser and the joiner.
std::string join(const std::vector<std::string>& json_strings) {
  SurrogateJoiner joiner;
  std::string out;
  for (const std::string& json : json_strings) {
    bool found = false;
    const Result<codec::Value> value = codec::parse_json(shield_surrogates(json, found));
    BOOST_REQUIRE_MESSAGE(value.ok(), json);
    out += joiner.take(*value->as_string(), found);
  }
  return out + joiner.finish();
}

BOOST_AUTO_TEST_CASE(halves_meet_across_pieces) {
  BOOST_CHECK_EQUAL(join({R"("a\ud83d")", R"("\ude00b")"}), "a😀b");
  BOOST_CHECK_EQUAL(join({R"("\uD83D")", R"("")", R"("\uDE00")"}), "😀");
  BOOST_CHECK_EQUAL(join({R"("\ud83d\ude00")"}), "😀");
  BOOST_CHECK_EQUAL(join({R"("\ud83d\ude00\ud83d")", R"("\ude01")"}), "😀😁");
}

BOOST_AUTO_TEST_CASE(halves_that_never_meet_are_replaced) {
  BOOST_CHECK_EQUAL(join({R"("a\ud83d")"}), "a\uFFFD");
  BOOST_CHECK_EQUAL(join({R"("a\ude00b")"}), "a\uFFFDb");
  BOOST_CHECK_EQUAL(join({R"("\ud83d")", R"("x")"}), "\uFFFDx");
  BOOST_CHECK_EQUAL(join({R"("\ud83d\ud83d")", R"("\ude00")"}), "\uFFFD😀");
  BOOST_CHECK_EQUAL(join({R"("\ude00\ud83d")"}), "\uFFFD\uFFFD");
}

BOOST_AUTO_TEST_CASE(only_escapes_count) {
  bool found = true;
  BOOST_CHECK_EQUAL(shield_surrogates(R"("\\ud83d")", found), R"("\\ud83d")");
  BOOST_CHECK(!found);
  BOOST_CHECK_EQUAL(shield_surrogates(R"("\\\ud83d")", found), "\"\\\\\xF3\xBD\xA0\xBD\"");
  BOOST_CHECK(found);
  for (const char* cut : {"\"\\", "\"\\u", "\"\\ud8", "\"\\ud83", "\\uzzzz", "\\ud83d\\u", "\\"}) {
    shield_surrogates(cut, found);  // must not read past the end
  }
  // Text that really is in plane 15 stays what it is.
  BOOST_CHECK_EQUAL(join({"\"\xF3\xBD\xA0\xBD\""}), "\xF3\xBD\xA0\xBD");
}

}  // namespace
}  // namespace coder::provider
