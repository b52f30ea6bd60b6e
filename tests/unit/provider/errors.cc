#include "provider/errors.h"

#include <boost/test/unit_test.hpp>

namespace coder::provider {
namespace {

struct Fixture {
  Endpoint endpoint;
  std::string model = "deepseek-chat";
  std::vector<privacy::Message> messages;

  Fixture() {
    endpoint.name = "cloud-deepseek";
    endpoint.address = {"https", "api.deepseek.com", "", "https://api.deepseek.com/v1"};
    endpoint.key = Secret("sk-0123456789abcdef");
    endpoint.key_source = "$RELAY_KEY";
  }
  ErrorContext context() const { return {endpoint, model, &messages}; }
  std::string words(int status, std::string_view body, std::vector<http::Header> headers = {}) const {
    http::Head head;
    head.status = status;
    head.headers = std::move(headers);
    return response_error(context(), head, body, 0).to_error(endpoint).text();
  }
  std::string transfer(Trouble trouble, http::Failure failure, const char* what) const {
    return transfer_error(context(), trouble, failure, 0, what).to_error(endpoint).text();
  }
};

BOOST_FIXTURE_TEST_CASE(what_where_and_next, Fixture) {
  BOOST_CHECK_EQUAL(
      words(401, R"({"error":{"message":"Authentication Fails."}})"),
      "cloud-deepseek: 401 from https://api.deepseek.com/v1: Authentication Fails. The key comes from "
      "$RELAY_KEY. Check it with: coder-nvim models cloud-deepseek");
  BOOST_CHECK_EQUAL(
      words(404, R"({"error":{"message":"Model Not Exist"}})"),
      "cloud-deepseek: 404 from https://api.deepseek.com/v1: Model Not Exist. See which models the server "
      "has: coder-nvim models cloud-deepseek");
  BOOST_CHECK_EQUAL(
      words(404, R"({"error":{"code":"model_not_found"}})"),
      "cloud-deepseek: 404 from https://api.deepseek.com/v1: the server has no model \"deepseek-chat\". See "
      "which models the server has: coder-nvim models cloud-deepseek");
  BOOST_CHECK_EQUAL(words(404, "page not found"),
                    "cloud-deepseek: 404 from https://api.deepseek.com/v1: page not found. Check base_url in "
                    "[models.cloud-deepseek]; it usually ends in /v1");
  BOOST_CHECK_EQUAL(
      words(429, "", {{"retry-after", "1.51"}}),
      "cloud-deepseek: 429 from https://api.deepseek.com/v1: too many requests. Try again in 1.6 s or "
      "choose another model");
  BOOST_CHECK_EQUAL(words(308, "", {{"location", "https://other.example/v1/chat/completions"}}),
                    "cloud-deepseek: 308 from https://api.deepseek.com/v1: redirected to "
                    "https://other.example/v1/chat/completions. Set base_url in [models.cloud-deepseek] to "
                    "where the server "
                    "really is");
  endpoint.key = Secret();
  BOOST_CHECK_EQUAL(
      words(401, ""),
      "cloud-deepseek: 401 from https://api.deepseek.com/v1: the key was refused. No key is configured; set "
      "api_key, api_key_env or api_key_cmd in [models.cloud-deepseek]");
}

BOOST_FIXTURE_TEST_CASE(transfers, Fixture) {
  BOOST_CHECK_EQUAL(
      transfer(Trouble::unreachable, http::Failure::tls, "self-signed certificate"),
      "cloud-deepseek: cannot reach https://api.deepseek.com/v1: self-signed certificate. If the certificate "
      "is signed by your own authority, set ca_file in [models.cloud-deepseek]");
  const std::string refused = transfer(Trouble::unreachable, http::Failure::connect, "connection refused");
  BOOST_CHECK(refused.find("connection refused. Is it running?") != std::string::npos);
  BOOST_CHECK_EQUAL(
      transfer(Trouble::timeout, http::Failure::none, "no first token within 10 s"),
      "cloud-deepseek: https://api.deepseek.com/v1: no first token within 10 s. Try again, choose another "
      "model, or raise timeout_s in [models.cloud-deepseek]");
  endpoint.address = {"unix", "", "/run/llama.sock", "http://localhost/v1"};
  BOOST_CHECK(transfer(Trouble::unreachable, http::Failure::connect, "x")
                  .find("cannot reach unix:///run/llama.sock: x") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(kinds, Fixture) {
  ChatError error;
  for (const Trouble trouble : {Trouble::auth, Trouble::payment, Trouble::unreachable, Trouble::malformed}) {
    error.trouble = trouble;
    BOOST_CHECK(error.to_error(endpoint).kind ==
                (trouble == Trouble::auth ? ErrorKind::auth : ErrorKind::provider));
  }
}

BOOST_FIXTURE_TEST_CASE(the_key_never_comes_back, Fixture) {
  endpoint.headers = {{"X-Api-Key", "header-secret"}};
  const std::string key = endpoint.key.reveal();
  const std::string bodies[] = {
      R"({"error":{"message":"Incorrect API key provided: )" + key + R"(. You can"}})",
      R"({"error":")" + key + R"("})",
      key,
      "<html><title>bad " + key + "</title></html>",
      R"({"error":{"code":")" + key + R"("}})",
      // Where the message is clipped, half a key must not stay.
      std::string(295, 'x') + key + key,
      R"({"error":{"message":"header-secret was refused"}})",
  };
  for (const std::string& body : bodies) {
    const std::string text = words(401, body, {{"location", "https://x/?key=" + key}});
    BOOST_CHECK_MESSAGE(text.find("sk-01") == std::string::npos, text);
    BOOST_CHECK_MESSAGE(text.find("header-secret") == std::string::npos, text);
  }
  BOOST_CHECK(words(302, "", {{"location", "https://x/?key=" + key}}).find("https://x/?key=[key]") !=
              std::string::npos);
  Failure failure;
  failure.error.message = "no: " + key;
  BOOST_CHECK_EQUAL(answer_error(context(), 200, failure).message, "no: [key]");
  BOOST_CHECK_EQUAL(transfer_error(context(), Trouble::timeout, http::Failure::other, 0, key).message,
                    "[key]");
}

BOOST_FIXTURE_TEST_CASE(the_prompt_never_comes_back, Fixture) {
  messages = {
      {privacy::Role::user, "The acquisition of Initech closes on Friday, tell nobody.", {}, ""},
      {privacy::Role::assistant, "", {{"a", "read", R"({"path":"client/initech/contract.txt"})", ""}}, ""}};
  const std::string text = words(400, R"j({"detail":[{"msg":"invalid content: The acquisition of Initech )j"
                                      R"j(closes on Friday (type=str)"}]})j");
  BOOST_CHECK_MESSAGE(text.find("invalid content: [prompt text] (type=str)") != std::string::npos, text);
  BOOST_CHECK(words(400, R"({"error":"path: client/initech/contract.txt?"})").find("initech") ==
              std::string::npos);
  // Short common runs stay readable.
  BOOST_CHECK(words(400, R"({"error":"closes on Friday"})").find("closes on Friday") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(bodies_are_summed_up, Fixture) {
  const std::string page =
      "<html><head><title>  504 Gateway\n Time-out </title></head><body>" + std::string(100000, 'x');
  BOOST_CHECK(words(504, page).find(": an HTML page (\"504 Gateway Time-out\"). Try again") !=
              std::string::npos);
  BOOST_CHECK(words(504, "<html>").find(": an HTML page. ") != std::string::npos);
  BOOST_CHECK(words(504, "<html><h1>No <b>way</b></h1>").find("(\"No way\")") != std::string::npos);
  BOOST_CHECK(words(500, "a\nb\tc").find(": a b c. ") != std::string::npos);
  BOOST_CHECK_LT(words(500, std::string(100000, 'y')).size(), 600);
  BOOST_CHECK(words(500, "").find(": internal server error. ") != std::string::npos);
  BOOST_CHECK(words(500, "{}").find(": internal server error. ") != std::string::npos);
  BOOST_CHECK(words(418, "").find(": unexpected answer. ") != std::string::npos);
}

}  // namespace
}  // namespace coder::provider
