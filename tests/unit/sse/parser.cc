#include <boost/test/unit_test.hpp>

#include "sse/sse.h"
#include "support/splits.h"

namespace coder::sse {
namespace {

/// "name|data" per event, and "!" when a limit was passed.
std::vector<std::string> parse(const test::Pieces& pieces, const Limits& limits = {}) {
  Parser parser(limits);
  std::vector<Event> events;
  bool failed = false;
  for (std::string_view piece : pieces) failed = !parser.feed(piece, events) || failed;
  parser.finish(events);
  std::vector<std::string> out;
  for (const Event& event : events) out.push_back(event.name + "|" + event.data);
  if (failed) out.push_back("!");
  return out;
}

void expect(std::string_view stream, const std::vector<std::string>& expected, const Limits& limits = {}) {
  test::for_each_split(stream, 64, [&](const test::Pieces& pieces) {
    const std::vector<std::string> got = parse(pieces, limits);
    BOOST_CHECK_EQUAL_COLLECTIONS(got.begin(), got.end(), expected.begin(), expected.end());
    return got == expected;
  });
}

using namespace std::literals;

BOOST_AUTO_TEST_CASE(line_ends) {
  expect("data: a\n\ndata: b\n\n", {"|a", "|b"});
  expect("data: a\r\rdata: b\r\r", {"|a", "|b"});
  expect("data: a\r\n\r\ndata: b\r\n\r\n", {"|a", "|b"});
  expect("data: a\r\n\ndata: b\n\r\n", {"|a", "|b"});
  // One line end, not two: the event goes on.
  expect("data: a\r\ndata: b\r\n\r\n", {"|a\nb"});
  expect("event: x\r\ndata: a\rdata: b\ndata: c\r\n\r\n", {"x|a\nb\nc"});
  expect("data: a\n\rdata: b\r\n\r", {"|a", "|b"});
  expect("\n\r\n\rdata: a\n\n\n\n", {"|a"});
}

BOOST_AUTO_TEST_CASE(byte_order_mark_at_the_start_only) {
  expect(
      "\xEF\xBB\xBF"
      "data: a\n\n",
      {"|a"});
  expect("\xEF\xBB\xBF\ndata: a\n\n", {"|a"});
  expect(
      "\n\xEF\xBB\xBF"
      "data: a\n\ndata: b\n\n",
      {"|b"});
  expect(
      "data: \xEF\xBB\xBF"
      "a\n\n",
      {"|\xEF\xBB\xBF"
       "a"});
  expect("\xEF\xBB", {});
}

BOOST_AUTO_TEST_CASE(fields) {
  expect("data:a\n\n", {"|a"});
  expect("data:  a \n\n", {"| a "});
  expect("data: a\ndata:b\ndata\ndata:\ndata: c\n\n", {"|a\nb\n\n\nc"});
  expect("data\n\n", {"|"});
  expect("data:\n\n", {"|"});
  expect("event: ping\ndata: a\n\ndata: b\n\n", {"ping|a", "|b"});
  expect("event: x\nevent: y\ndata: a\n\n", {"y|a"});
  expect("event: lost\n\ndata: a\n\n", {"|a"});
  expect("id: 7\nretry: 10\nDATA: no\ndatax: no\nnonsense\n{\"a\":1}\ndata: a\n\n", {"|a"});
  expect("data: a:b: c\n\n", {"|a:b: c"});
  expect("data: a\0b\n\n"sv, {"|a\0b"s});
}

BOOST_AUTO_TEST_CASE(comments_are_ignored) {
  expect(":\n\n: keep-alive\n\n: OPENROUTER PROCESSING\n\ndata: a\n: between\ndata: b\n\n", {"|a\nb"});
  expect(":data: a\n\n", {});
}

BOOST_AUTO_TEST_CASE(invalid_utf8_is_replaced_line_by_line) {
  expect("data: \xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\n\n", {"|ä€😀"});
  expect("data: a\xFF\x62\xE2\x82\n\n", {"|a\uFFFD"
                                         "b\uFFFD"});
  // Halves in two data lines stay halves: they are joined with a line feed between them.
  expect("data: \xC3\ndata: \xA4\n\n", {"|\uFFFD\n\uFFFD"});
  expect("event: \xFF\ndata: a\n\n", {"\uFFFD|a"});
}

BOOST_AUTO_TEST_CASE(end_of_stream_yields_the_unfinished_event) {
  expect("data: a\n\ndata: b", {"|a", "|b"});
  expect("data: a\n", {"|a"});
  expect("data: a\r", {"|a"});
  expect("event: x\ndata: a\ndat", {"x|a"});
  expect("event: x\n", {});
  expect("", {});
}

BOOST_AUTO_TEST_CASE(limits_cut_the_stream_at_the_same_place) {
  const Limits small{10, 12};
  expect("data: 1234\n\ndata: b\n\n", {"|1234", "|b"}, small);
  expect("data: a\n\ndata: 12345\n\ndata: c\n\n", {"|a", "!"}, small);
  expect("data: a\n\n:comment too long\ndata: c\n\n", {"|a", "!"}, small);
  expect("data: 1234\ndata: 1234\ndata: 1\n\n", {"|1234\n1234\n1"}, small);
  expect("data: a\n\ndata: 1234\ndata: 1234\ndata: 12\n\n", {"|a", "|1234\n1234\n12"}, small);
  expect("data: a\n\ndata: 1234\ndata: 1234\ndata: 123\n\ndata: c\n\n", {"|a", "!"}, small);
  // Replacement characters count as the three bytes they are.
  expect("data: \xFF\xFF\xFF\xFF\n\n", {"|\uFFFD\uFFFD\uFFFD\uFFFD"}, small);
  expect("data: \xFF\xFF\xFF\xFF\ndata: \xFF\n\n", {"!"}, small);
}

BOOST_AUTO_TEST_CASE(after_an_error_nothing_comes_out) {
  Parser parser(Limits{8, 8});
  std::vector<Event> events;
  BOOST_CHECK(!parser.feed("data: 123456789", events));
  BOOST_CHECK(parser.feed("\n\ndata: a\n\n", events));
  parser.finish(events);
  BOOST_CHECK(events.empty());
}

BOOST_AUTO_TEST_CASE(a_line_of_one_mebibyte) {
  const std::string text(1 << 20, 'x');
  const std::string stream = "data: " + text + "\n\n";
  Parser parser;
  std::vector<Event> events;
  for (size_t at = 0; at < stream.size(); at += 16384) {
    BOOST_REQUIRE(parser.feed(std::string_view(stream).substr(at, 16384), events));
  }
  BOOST_REQUIRE_EQUAL(events.size(), 1);
  BOOST_CHECK(events[0].data == text);
}

}  // namespace
}  // namespace coder::sse
