// Every stream a client must survive, as folders in tests/data/streams: `body` holds the bytes,
// `expect.json` what must come of them. Each body is fed whole, byte by byte, cut at every point, and
// short ones at every pair of points: the result may not depend on it.
//
// expect.json, besides "why": "content_type" (default text/event-stream), "broken" (the connection broke at
// the end), "response_status" and "headers" of an error response; all other members are the result, and
// what is not there must not come out.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codec/json.h"
#include "provider/answer_reader.h"
#include "provider/errors.h"
#include "support/splits.h"

namespace coder::provider {
namespace {

using codec::Value;

constexpr size_t kPairsUpTo = 120;
/// Sun, 06 Nov 1994 08:49:37 GMT: "now" for Retry-After dates.
constexpr int64_t kNow = 784111777;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  BOOST_REQUIRE_MESSAGE(in.good(), path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string text_member(const Value& object, const char* name, const std::string& fallback) {
  const Value* member = object.find(name);
  return member && member->as_string() ? *member->as_string() : fallback;
}

const Endpoint& endpoint() {
  static const Endpoint instance = [] {
    Endpoint e;
    e.name = "test";
    e.address = {"http", "127.0.0.1", "", "http://127.0.0.1:1/v1"};
    return e;
  }();
  return instance;
}

void describe_usage(const Usage& usage, Value::Map& out) {
  if (usage.source == UsageSource::none) return;
  Value::Map map;
  for (const auto& [name, count] : {std::pair{"input", usage.input},
                                    {"cached_input", usage.cached_input},
                                    {"output", usage.output},
                                    {"reasoning", usage.reasoning}}) {
    if (count) map.emplace_back(name, count);
  }
  if (usage.cost) map.emplace_back("cost", *usage.cost);
  out.emplace_back("usage", std::move(map));
}

void describe_error(const ChatError& error, Value::Map& out) {
  out.emplace_back("trouble", to_string(error.trouble));
  if (error.status != 200) out.emplace_back("status", error.status);
  out.emplace_back("message", error.message);
  if (error.retry_after) out.emplace_back("retry_after_ms", int64_t{error.retry_after->count()});
  if (error.should_retry) out.emplace_back("should_retry", *error.should_retry);
  BOOST_CHECK(!error.hint.empty());
}

Value read_answer(const test::Pieces& bytes, const std::string& content_type, bool broken) {
  AnswerReader reader(content_type);
  std::vector<Piece> pieces;
  for (std::string_view piece : bytes) reader.feed(piece, pieces);
  StreamDecoder::Outcome outcome = reader.finish(!broken, pieces);
  std::string text, reasoning;
  for (const Piece& piece : pieces) {
    BOOST_REQUIRE(!piece.text.empty());
    (piece.reasoning ? reasoning : text) += piece.text;
  }
  Value::Map out;
  if (!text.empty()) out.emplace_back("text", text);
  if (!reasoning.empty()) out.emplace_back("reasoning", reasoning);
  if (const auto* failure = std::get_if<Failure>(&outcome)) {
    describe_error(answer_error({endpoint(), "m", nullptr}, 200, *failure), out);
    if (reader.decoder().saw_content()) out.emplace_back("content_seen", true);
    describe_usage(reader.decoder().usage(), out);
    return out;
  }
  const auto& result = std::get<ChatResult>(outcome);
  out.emplace_back("finish", to_string(result.finish));
  if (!result.model.empty()) out.emplace_back("model", result.model);
  Value::Array calls;
  for (const privacy::ToolCall& call : result.tool_calls) {
    Value::Map one{{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}};
    if (!call.extra_json.empty()) one.emplace_back("extra_content", *codec::parse_json(call.extra_json));
    calls.push_back(std::move(one));
  }
  if (!calls.empty()) out.emplace_back("tool_calls", std::move(calls));
  describe_usage(result.usage, out);
  return out;
}

/// Members in alphabetical order, so that files may list them in any.
std::string canonical(Value value) {
  if (Value::Map* map = value.as_map()) {
    std::stable_sort(map->begin(), map->end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  return codec::dump_json(value);
}

void run_case(const std::filesystem::path& folder) {
  const std::string body = read_file(folder / "body");
  Result<Value> expect = codec::parse_json(read_file(folder / "expect.json"));
  BOOST_REQUIRE_MESSAGE(expect.ok(), folder);
  const Value* broken = expect->find("broken");
  const Value* status = expect->find("response_status");
  const Value* headers = expect->find("headers");
  const std::string content_type = text_member(*expect, "content_type", "text/event-stream");

  Value::Map wanted;
  for (const auto& [key, value] : *expect->as_map()) {
    const bool input = key == "why" || key == "content_type" || key == "headers" || key == "broken" ||
                       key == "response_status";
    if (!input) wanted.emplace_back(key, value);
  }
  const std::string expected = canonical(wanted);

  if (status) {
    http::Head head;
    head.status = static_cast<int>(status->number_or(0));
    head.headers.emplace_back("content-type", content_type);
    if (headers) {
      for (const auto& [name, value] : *headers->as_map())
        head.headers.emplace_back(name, *value.as_string());
    }
    Value::Map out;
    describe_error(response_error({endpoint(), "m", nullptr}, head, body, kNow), out);
    BOOST_CHECK_EQUAL(canonical(out), expected);
    return;
  }
  test::for_each_split(body, kPairsUpTo, [&](const test::Pieces& pieces) {
    const std::string got = canonical(read_answer(pieces, content_type, broken && *broken->as_bool()));
    const bool same = got == expected;
    if (!same) {
      BOOST_ERROR(got << "\nexpected\n"
                      << expected << "\nin " << pieces.size() << " pieces, the first of " << pieces[0].size()
                      << " bytes");
    }
    return same;
  });
}

BOOST_AUTO_TEST_CASE(recorded_streams) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CODER_TEST_DATA "/streams")) {
    BOOST_TEST_CONTEXT(entry.path().filename()) { run_case(entry.path()); }
    ++count;
  }
  BOOST_CHECK_GE(count, 100u);
}

}  // namespace
}  // namespace coder::provider
