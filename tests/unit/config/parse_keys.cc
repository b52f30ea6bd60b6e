// API keys in the configuration: taken as they are meant, and never told to anybody.
#include <boost/test/unit_test.hpp>

#include "unit/config/parse_help.h"

using namespace coder;
using namespace coder::config;

BOOST_AUTO_TEST_CASE(keys_are_cleaned_with_a_warning_that_names_the_source) {
  for (const char* written : {"\" sk-SECRET \"", "\"sk-SECRET\\n\"", "\"'sk-SECRET'\"", "'\"sk-SECRET\"'",
                              "\"\"\"\nsk-SECRET\n\"\"\""}) {
    BOOST_TEST_CONTEXT(written) {
      const Config config = parse(
          std::string("[models.m]\nprovider=\"openai\"\nbase_url=\"http://x/v1\"\nmodel=\"m\"\napi_key = ") +
              written,
          "c");
      BOOST_TEST_REQUIRE(config.models.size() == 1u);
      BOOST_TEST(config.models[0].key.literal.reveal() == "sk-SECRET");
      BOOST_TEST(dump(config) ==
                 "warning c:5: `api_key` in [models.m] has spaces, line ends or quotes around the key; they "
                 "are left out\n");
    }
  }
}

BOOST_AUTO_TEST_CASE(no_message_ever_holds_a_key) {
  const char* keys[] = {
      "api_key = \"sk-SECRET with space\"",
      "api_key = \"sk-SECRET\\nsecond\"",
      "api_key = \"sk-SECRET\\u00e4\"",
      "api_key = [\"sk-SECRET\"]",
      "api_key = { SECRET = \"SECRET\" }",
      "api_key_env = \"$SECRET\"",
      "api_key_env = \"sk-SECRET\"",
      "api_key_env = \"gsk_SECRETsecretSECRETsecret\"",
      "api_key_env = \"\"",
      "api_key_env = [\"SECRET\"]",
      "api_key_cmd = \"echo sk-SECRET\"",
      "api_key_cmd = []",
      "api_key_cmd = [\" \", \"SECRET\"]",
      "api_key_cmd = [[\"SECRET\"]]",
      "api_key = \"sk-SECRET\"\napi_key_env = \"SECRET\"",
      "lane = \"sk-SECRET\"",
      "headers = { Authorization = \"Bearer SECRET\\n\" }",
      "api_key = 'sk-SECRET",
      "api_key = sk-SECRET",
      "api_key = \"sk-SECRET\" extra",
      "api_key = \"\\SECRET\"",
  };
  for (const char* key : keys) {
    BOOST_TEST_CONTEXT(key) {
      const Config config = parse(
          std::string("[models.m]\nprovider=\"openai\"\nbase_url=\"http://x/v1\"\nmodel=\"m\"\n") + key, "c");
      BOOST_TEST(config.has_errors());
      BOOST_TEST(config.models.empty());
      BOOST_TEST(!config.problems.empty());
      BOOST_TEST(dump(config).find("SECRET") == std::string::npos, dump(config));
    }
  }
  const Config config = parse(
      "[models.m]\nprovider=\"openai\"\nbase_url=\"http://x/v1\"\nmodel=\"m\"\n"
      "api_key_cmd = [\"KEY=SECRET sh\", \"-c\", \"SECRET\"]\n",
      "c");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(config.models[0].key.where == "command `KEY`");
  BOOST_TEST(describe(config.models[0]).find("SECRET") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_key_that_names_a_variable_is_questioned) {
  const Config config = parse(
      "[models.m]\nprovider=\"openai\"\nbase_url=\"http://x/v1\"\nmodel=\"m\"\napi_key = \"$RELAY_KEY\"\n",
      "c");
  BOOST_TEST(!config.has_errors());
  BOOST_TEST_REQUIRE(config.problems.size() == 1u);
  BOOST_TEST(config.problems[0].message.find("api_key_env") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_key_is_no_problem) {
  for (const char* key : {"", "api_key = \"\"", "api_key_env = \"NOT_SET_ANYWHERE\""}) {
    const Config config = parse(
        std::string("[models.m]\nprovider=\"openai\"\nbase_url=\"http://x/v1\"\nmodel=\"m\"\n") + key, "c");
    BOOST_TEST(dump(config) == "");
    BOOST_TEST_REQUIRE(config.models.size() == 1u);
    BOOST_TEST(config.models[0].key.literal.empty());
  }
}
