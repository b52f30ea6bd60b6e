#include "provider/usage.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"

namespace coder::provider {
namespace {

Usage read(const std::string& body) {
  const Result<codec::Value> root = codec::parse_json(body);
  BOOST_REQUIRE_MESSAGE(root.ok(), body);
  return read_usage(root->find("usage"), root->find("timings"));
}

void expect(const std::string& body, int64_t input, int64_t cached, int64_t output, int64_t reasoning) {
  BOOST_TEST_CONTEXT(body) {
    const Usage usage = read(body);
    BOOST_CHECK_EQUAL(usage.input, input);
    BOOST_CHECK_EQUAL(usage.cached_input, cached);
    BOOST_CHECK_EQUAL(usage.output, output);
    BOOST_CHECK_EQUAL(usage.reasoning, reasoning);
    BOOST_CHECK(usage.source == UsageSource::reported);
    BOOST_CHECK(!usage.raw_json.empty());
  }
}

BOOST_AUTO_TEST_CASE(dialects) {
  // OpenAI: cached is part of prompt, reasoning part of completion.
  expect(R"({"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
      "prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":30}}})",
         100, 64, 50, 30);
  expect(R"({"usage":{"input_tokens":100,"output_tokens":50,"input_tokens_details":{"cached_tokens":64},
      "output_tokens_details":{"reasoning_tokens":30}}})",
         100, 64, 50, 30);
  // DeepSeek.
  expect(R"({"usage":{"prompt_tokens":100,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,
      "completion_tokens":5}})",
         100, 64, 5, 0);
  expect(R"({"usage":{"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36,"completion_tokens":5}})",
         100, 64, 5, 0);
  // Anthropic: fresh, read and written are disjoint.
  expect(R"({"usage":{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":7,
      "output_tokens":5}})",
         117, 100, 5, 0);
  // A gateway's mixture: prompt_tokens has them all already.
  expect(R"({"usage":{"prompt_tokens":117,"cache_read_input_tokens":100,"completion_tokens":5}})", 117, 100,
         5, 0);
  // Reasoning beside the output: the total, or a part larger than the whole, says so.
  expect(R"({"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,
      "completion_tokens_details":{"reasoning_tokens":20}}})",
         10, 0, 25, 20);
  expect(R"({"usage":{"prompt_tokens":10,"completion_tokens":30,"total_tokens":60,
      "completion_tokens_details":{"reasoning_tokens":20}}})",
         10, 0, 50, 20);
}

BOOST_AUTO_TEST_CASE(what_was_put_into_a_cache) {
  // Anthropic's own, disjoint; a gateway that has all of it in prompt_tokens; OpenRouter's name.
  const Usage own = read(
      R"({"usage":{"input_tokens":10,"cache_read_input_tokens":100,"cache_creation_input_tokens":7,"output_tokens":5}})");
  BOOST_TEST(own.input == 117);
  BOOST_TEST(own.cache_write == 7);
  const Usage gateway = read(
      R"({"usage":{"prompt_tokens":117,"cache_read_input_tokens":100,"cache_creation_input_tokens":7,"completion_tokens":5}})");
  BOOST_TEST(gateway.input == 117);
  BOOST_TEST(gateway.cached_input == 100);
  BOOST_TEST(gateway.cache_write == 7);
  const Usage router = read(
      R"({"usage":{"prompt_tokens":117,"prompt_tokens_details":{"cached_tokens":100,"cache_write_tokens":7},"completion_tokens":5,"cost":0.00042}})");
  BOOST_TEST(router.cache_write == 7);
  BOOST_TEST(router.cost.value() == 0.00042);
  // More than there can be.
  const Usage mad = read(
      R"({"usage":{"prompt_tokens":10,"cache_read_input_tokens":8,"cache_creation_input_tokens":700,"completion_tokens":5}})");
  BOOST_TEST(mad.cached_input + mad.cache_write == mad.input);
  BOOST_TEST(read(R"({"usage":{"prompt_tokens":10,"completion_tokens":5}})").cache_write == 0);
}

BOOST_AUTO_TEST_CASE(llama_server_timings) {
  expect(R"({"timings":{"cache_n":236,"prompt_n":1,"predicted_n":35}})", 237, 236, 35, 0);
  expect(R"({"usage":{"prompt_tokens":237,"completion_tokens":35},"timings":{"cache_n":236,"prompt_n":1}})",
         237, 236, 35, 0);
  // What usage says itself wins.
  expect(R"({"usage":{"prompt_tokens":237,"completion_tokens":35,"prompt_tokens_details":{"cached_tokens":5}},
      "timings":{"cache_n":236,"prompt_n":1}})",
         237, 5, 35, 0);
}

BOOST_AUTO_TEST_CASE(cost) {
  BOOST_CHECK_EQUAL(read(R"({"usage":{"prompt_tokens":1,"cost":0.0123}})").cost.value_or(-1), 0.0123);
  BOOST_CHECK_EQUAL(read(R"({"usage":{"prompt_tokens":1,"cost":0}})").cost.value_or(-1), 0);
  BOOST_CHECK(!read(R"({"usage":{"prompt_tokens":1}})").cost);
  BOOST_CHECK(!read(R"({"usage":{"prompt_tokens":1,"cost":-1}})").cost);
  BOOST_CHECK(!read(R"({"usage":{"prompt_tokens":1,"cost":"free"}})").cost);
}

BOOST_AUTO_TEST_CASE(nonsense_is_bounded) {
  for (const char* body : {R"({})", R"({"usage":null})", R"({"usage":7})", R"({"usage":[]})",
                           R"({"usage":{}})", R"({"timings":{}})", R"({"timings":null})"}) {
    BOOST_CHECK_MESSAGE(read(body).source == UsageSource::none, body);
  }
  expect(R"({"usage":{"prompt_tokens":-5,"completion_tokens":"x"}})", 0, 0, 0, 0);
  expect(R"({"usage":{"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":99}}})", 10, 10, 0, 0);
  expect(R"({"usage":{"prompt_tokens":10,"prompt_tokens_details":null,"completion_tokens_details":7}})", 10,
         0, 0, 0);
  expect(R"({"usage":{"prompt_tokens":1e300,"completion_tokens":1.5}})", 1000000000000, 0, 1, 0);
}

}  // namespace
}  // namespace coder::provider
