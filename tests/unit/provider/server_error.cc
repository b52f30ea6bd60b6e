#include "provider/server_error.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"

namespace coder::provider {
namespace {

codec::Value json(const std::string& text) {
  Result<codec::Value> value = codec::parse_json(text);
  BOOST_REQUIRE_MESSAGE(value.ok(), text);
  return std::move(*value);
}

BOOST_AUTO_TEST_CASE(one_normal_form) {
  struct Case {
    const char* body;
    const char* message;
    const char* type;
    const char* code;
    int status;
  };
  const Case cases[] = {
      {R"({"error":"model 'x' not found"})", "model 'x' not found", "", "", 0},
      {R"({"error":{"message":"m","type":"t","code":"c"}})", "m", "t", "c", 0},
      {R"([{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}])", "m", "RESOURCE_EXHAUSTED",
       "", 429},
      {R"({"error":{"message":"m","code":"503"}})", "m", "", "", 503},
      {R"({"error":{"error":{"message":"m"}}})", "m", "", "", 0},
      {R"({"object":"error","message":"m","type":"NotFoundError","code":404})", "m", "NotFoundError", "",
       404},
      {R"({"detail":"Not Found"})", "Not Found", "", "", 0},
      {R"({"detail":[{"loc":["body"],"msg":"field required"}]})", "field required", "", "", 0},
      {R"({"errors":[{"message":"m"}]})", "m", "", "", 0},
      {R"({"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"upstream died"}}})",
       "Provider returned error: upstream died", "", "", 502},
      {R"({"error":true})", "", "", "", 0},
      {R"({"error":{"message":7,"code":-1}})", "", "", "", 0},
      {R"({"error":[]})", "", "", "", 0},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.body) {
      const std::optional<ServerError> error = find_error(json(c.body));
      BOOST_REQUIRE(error.has_value());
      BOOST_CHECK_EQUAL(error->message, c.message);
      BOOST_CHECK_EQUAL(error->type, c.type);
      BOOST_CHECK_EQUAL(error->code, c.code);
      BOOST_CHECK_EQUAL(error->status, c.status);
    }
  }
  for (const char* fine :
       {R"({"error":null,"choices":[]})", R"({"error":"","choices":[]})", R"({"error":false})", R"({})",
        R"([])", R"(7)", R"("text")", R"({"choices":[],"detail":"low"})"}) {
    BOOST_CHECK_MESSAGE(!find_error(json(fine)), fine);
  }
}

BOOST_AUTO_TEST_CASE(what_it_means) {
  struct Case {
    int status;
    const char* body;
    Trouble trouble;
  };
  const Case cases[] = {
      {401, R"({"error":{"message":"Authentication Fails"}})", Trouble::auth},
      {403, R"({})", Trouble::auth},
      {402, R"({"error":{"message":"Insufficient Balance"}})", Trouble::payment},
      {429, R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}})",
       Trouble::payment},
      {429, R"({"error":{"message":"x","code":"credit_balance_exhausted"}})", Trouble::payment},
      {429, R"({"error":{"message":"Rate limit reached for requests"}})", Trouble::rate_limit},
      // The same words as OpenAI's for money, but no such code: Gemini's per-minute quota.
      {429,
       R"([{"error":{"code":429,"message":"You exceeded your current quota","status":"RESOURCE_EXHAUSTED"}}])",
       Trouble::rate_limit},
      {400, R"({"error":{"code":400,"message":"the request exceeds the available context size",
        "type":"exceed_context_size_error","n_prompt_tokens":9000,"n_ctx":4096}})",
       Trouble::context_overflow},
      {400, R"({"error":{"message":"m","code":"context_length_exceeded"}})", Trouble::context_overflow},
      {400,
       R"({"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400})",
       Trouble::context_overflow},
      {413, R"({})", Trouble::context_overflow},
      {500, R"({"error":{"code":500,"message":"Context size has been exceeded.","type":"server_error"}})",
       Trouble::server},
      {503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})",
       Trouble::loading},
      {503, R"({"error":"server busy"})", Trouble::server},
      {404, R"({"error":{"message":"The model `x` does not exist","code":"model_not_found"}})",
       Trouble::model_not_found},
      {404, R"({"error":{"message":"model \"x\" not found, try pulling it first"}})",
       Trouble::model_not_found},
      {400, R"({"error":{"message":"Model Not Exist"}})", Trouble::model_not_found},
      {404, R"({"detail":"Not Found"})", Trouble::not_found},
      {404, R"({})", Trouble::not_found},
      {400, R"({"error":{"message":"bad temperature"}})", Trouble::bad_request},
      {422, R"({})", Trouble::bad_request},
      {307, R"({})", Trouble::bad_request},
      {408, R"({})", Trouble::timeout},
      {409, R"({})", Trouble::server},
      {500, R"({})", Trouble::server},
      {502, R"({})", Trouble::server},
      {529, R"({"error":{"type":"overloaded_error"}})", Trouble::server},
      // Inside a 200.
      {200, R"({"error":"something broke"})", Trouble::server},
      {200, R"({"error":{"code":503,"message":"Loading model"}})", Trouble::loading},
      {200, R"({"error":{"code":"rate_limit_exceeded"}})", Trouble::rate_limit},
      {200, R"({"error":{"type":"overloaded_error"}})", Trouble::server},
      {200, R"({"error":{"type":"authentication_error"}})", Trouble::auth},
      {200, R"({"error":{"code":400,"type":"exceed_context_size_error"}})", Trouble::context_overflow},
      {200, R"({"error":{"type":"invalid_request_error","message":"bad"}})", Trouble::bad_request},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.status << " " << c.body) {
      BOOST_CHECK_EQUAL(to_string(classify(c.status, error_of_body(json(c.body)))), to_string(c.trouble));
    }
  }
}

BOOST_AUTO_TEST_CASE(retry_after) {
  constexpr int64_t kNow = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
  const auto wait = [](std::vector<http::Header> headers) -> int64_t {
    http::Head head;
    head.headers = std::move(headers);
    const std::optional<Millis> found = read_retry_after(head, kNow);
    return found ? found->count() : -1;
  };
  BOOST_CHECK_EQUAL(wait({}), -1);
  BOOST_CHECK_EQUAL(wait({{"retry-after", "2"}}), 2000);
  BOOST_CHECK_EQUAL(wait({{"retry-after", " 0.25 "}}), 250);
  BOOST_CHECK_EQUAL(wait({{"retry-after", "0.0001"}}), 1);
  BOOST_CHECK_EQUAL(wait({{"retry-after-ms", "1500"}, {"retry-after", "9"}}), 1500);
  BOOST_CHECK_EQUAL(wait({{"retry-after-ms", "nan"}, {"retry-after", "9"}}), 9000);
  for (const char* ignored :
       {"0", "-1", "-0", "nan", "NaN", "inf", "-inf", "infinity", "", "soon", "2s", "0x10", "1e-999"}) {
    BOOST_CHECK_MESSAGE(wait({{"retry-after", ignored}}) == -1, ignored);
  }
  BOOST_CHECK_EQUAL(wait({{"retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"}}), 10000);
  BOOST_CHECK_EQUAL(wait({{"retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"}}), -1);
  BOOST_CHECK_EQUAL(wait({{"retry-after", "Sun, 06 Nov 1994 08:49:07 GMT"}}), -1);
  BOOST_CHECK_EQUAL(wait({{"retry-after", "Sun, 06 Nov"}}), -1);
  // Huge stays huge, without overflowing anything.
  BOOST_CHECK_EQUAL(wait({{"retry-after", "1e9"}}), 1000000000000);
  BOOST_CHECK_GT(wait({{"retry-after", "1e300"}}), 1000000000000);
  BOOST_CHECK_GT(wait({{"retry-after", "1e999"}}), 1000000000000);
  BOOST_CHECK_GT(wait({{"retry-after-ms", "1e300"}}), 1000000000000);
  // Rate-limit headers say nothing about when to come back, least of all these.
  BOOST_CHECK_EQUAL(wait({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "-1"}}),
                    -1);
}

BOOST_AUTO_TEST_CASE(retry_info) {
  const auto wait = [](const char* delay) {
    const std::string body = R"([{"error":{"code":429,"details":[{"@type":"x"},{"retryDelay":")" +
                             std::string(delay) + R"("}]}}])";
    return find_error(json(body))->retry_after;
  };
  BOOST_CHECK(wait("34.5s") == Millis(34500));
  BOOST_CHECK(!wait("-1s"));
  BOOST_CHECK(!wait("nans"));
  BOOST_CHECK(!wait("soon"));
}

}  // namespace
}  // namespace coder::provider
