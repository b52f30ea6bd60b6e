// [models.NAME]: every key, where it counts, what is said of a wrong one.
#include <boost/test/unit_test.hpp>

#include "unit/config/parse_help.h"

using namespace coder;
using namespace coder::config;

namespace {

/// A block "m" that is right but for `extra`, whose first line is line 6.
Config with(const std::string& extra) { return parse("[models.m]\n" + kFour + extra + "\n", "config.toml"); }

}  // namespace

BOOST_AUTO_TEST_CASE(the_four_keys_suffice) {
  const Config config = parse("[models.local-qwen3]\n" + kFour, "config.toml");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  const Model& model = config.models[0];
  BOOST_TEST(model.name == "local-qwen3");
  BOOST_TEST(model.base_url == "http://10.0.0.42:8000/v1");
  BOOST_TEST(model.address.url == "http://10.0.0.42:8000/v1");
  BOOST_TEST(model.model == "Qwen3-Coder-32B-Instruct");
  BOOST_TEST(model.key.literal.reveal() == "sk-SECRET-literal");
  BOOST_TEST(model.key.where == "config.toml:4");
  BOOST_TEST((model.lane == privacy::Lane::local));
  BOOST_TEST(!model.trusted);  // an address on a VPN may be anything
  BOOST_TEST(model.destination().trust_unwritten);
  BOOST_TEST(model.chat);
  BOOST_TEST(model.fim);
  BOOST_TEST(!model.context);
  BOOST_TEST(!model.price);
  BOOST_TEST(!model.rpm);
  BOOST_TEST(model.line == 1);
  BOOST_TEST(to_string(config.mode) == "auto");
  BOOST_TEST(config.find("local-qwen3") == &config.models[0]);
  BOOST_TEST(!config.find("x"));
}

BOOST_AUTO_TEST_CASE(every_key_of_a_model) {
  const Config config = parse(R"(mode = "local"
[models."Odd name / 1"]
provider = "openai"
base_url = "https://relay.example.com/v1/"
api_key_cmd = ["pass", "show", "relay SECRET"]
model = "deepseek*"
lane = "local"
trusted = true
context = 65536
roles = ["chat"]
price = { input = 1, cached_input = 0.5, output = 2.25 }
rpm = 2000
temperature = 0
max_tokens = 1024
timeout_s = 60
headers = { "X-Team" = "a b", Other = "" }
extra = { top_k = 20, nested = { on = true, list = [1, "x", 0.5] } }
proxy = "http://proxy:3128"
ca_file = "/etc/ssl/relay.pem"
replicas = ["http://10.0.0.43:8000/v1", "unix:///run/r.sock"]
[privacy]
local_only = ["client-x/**"]
never_send = ["*.secret"]
)",
                              "c.toml");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST(to_string(config.mode) == "local");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  const Model& model = config.models[0];
  BOOST_TEST(model.name == "Odd name / 1");
  BOOST_TEST(model.key.command.size() == 3u);
  BOOST_TEST(model.key.where == "command `pass`");
  BOOST_TEST((model.lane == privacy::Lane::local));
  BOOST_TEST(model.trusted);
  BOOST_TEST(!model.destination().trust_unwritten);
  BOOST_TEST(*model.context == 65536);
  BOOST_TEST(model.chat);
  BOOST_TEST(!model.fim);
  BOOST_TEST(model.price->input == 1.0);
  BOOST_TEST(*model.price->cached_input == 0.5);
  BOOST_TEST(model.price->output == 2.25);
  BOOST_TEST(*model.rpm == 2000);
  BOOST_TEST(*model.temperature == 0.0);
  BOOST_TEST(*model.max_tokens == 1024);
  BOOST_TEST(*model.timeout_s == 60.0);
  BOOST_TEST_REQUIRE(model.headers.size() == 2u);
  BOOST_TEST(model.headers[0].first == "X-Team");
  BOOST_TEST(model.headers[0].second == "a b");
  BOOST_TEST(model.extra_json == R"({"top_k":20,"nested":{"on":true,"list":[1,"x",0.5]}})");
  BOOST_TEST(model.proxy == "http://proxy:3128");
  BOOST_TEST(model.ca_file == "/etc/ssl/relay.pem");
  BOOST_TEST(model.replicas.size() == 2u);
  BOOST_TEST(model.destination_at(model.replica_addresses[1]).address == "unix:///run/r.sock");
  BOOST_TEST(config.local_only == std::vector<std::string>{"client-x/**"}, boost::test_tools::per_element());
  BOOST_TEST(config.never_send == std::vector<std::string>{"*.secret"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(models_keep_the_order_of_the_file) {
  std::string text;
  for (const char* name : {"zeta", "alpha", "mid", "\"1\""})
    text += std::string("[models.") + name + "]\n" + kFour;
  const Config config = parse(text, "c");
  BOOST_TEST_REQUIRE(config.models.size() == 4u);
  BOOST_TEST(config.models[0].name == "zeta");
  BOOST_TEST(config.models[1].name == "alpha");
  BOOST_TEST(config.models[2].name == "mid");
  BOOST_TEST(config.models[3].name == "1");
  BOOST_TEST(config.models[1].line == 6);
}

BOOST_AUTO_TEST_CASE(lanes_and_trust) {
  const struct {
    const char* base_url;
    const char* extra;
    const char* lane;
    bool trusted;
  } cases[] = {
      {"http://10.0.0.42:8000/v1", "", "local", false},
      {"http://10.0.0.42:8000/v1", "lane = \"local\"", "local", true},
      {"http://10.0.0.42:8000/v1", "lane = \"cloud\"", "cloud", false},
      {"http://10.0.0.42:8000/v1", "trusted = true", "local", true},
      {"http://10.0.0.42:8000/v1", "lane = \"local\"\ntrusted = false", "local", false},
      {"http://localhost:8000/v1", "", "local", true},
      {"http://localhost:8000/v1", "trusted = false", "local", false},
      {"http://localhost:8000/v1", "lane = \"cloud\"", "cloud", false},
      {"unix:///run/x.sock", "", "local", true},
      {"https://api.example.com/v1", "", "cloud", false},
      {"https://api.example.com/v1", "lane = \"local\"", "local", true},
      {"https://api.example.com/v1", "trusted = true", "cloud", true},
      // replicas: what is not written out must hold for all
      {"http://localhost/v1", "replicas = [\"http://127.0.0.1:2/v1\"]", "local", true},
      {"http://localhost/v1", "replicas = [\"http://10.0.0.1/v1\"]", "local", false},
      {"http://localhost/v1", "replicas = [\"http://x.com/v1\"]", "cloud", false},
      {"http://localhost/v1", "lane = \"local\"\nreplicas = [\"http://x.com/v1\"]", "local", true},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.base_url << " " << c.extra) {
      const Config config =
          parse(std::string("[models.m]\nprovider = \"openai\"\nmodel = \"x\"\nbase_url = \"") + c.base_url +
                    "\"\n" + c.extra + "\n",
                "c");
      BOOST_TEST(dump(config) == "");
      BOOST_TEST_REQUIRE(config.models.size() == 1u);
      BOOST_TEST(privacy::to_string(config.models[0].lane) == c.lane);
      BOOST_TEST(config.models[0].trusted == c.trusted);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_value_is_an_error_at_its_line_and_drops_the_block) {
  const struct {
    const char* extra;
    int line;
    const char* says;
  } cases[] = {
      {"temperature = 2.1", 6, "`temperature` in [models.m] must be from 0 to 2"},
      {"temperature = -0.1", 6, "from 0 to 2"},
      {"temperature = nan", 6, "from 0 to 2"},
      {"temperature = \"hot\"", 6, "`temperature` in [models.m] must be a number, not a string"},
      {"\ncontext = 0", 7, "`context` in [models.m] must be from 1 to 100000000"},
      {"context = -5", 6, "from 1 to 100000000"},
      {"context = 65536.0", 6, "must be an integer, not a number"},
      {"context = \"64k\"", 6, "must be an integer, not a string"},
      {"rpm = 0", 6, "`rpm` in [models.m] must be from 1 to 1000000"},
      {"max_tokens = 0", 6, "from 1 to 100000000"},
      {"timeout_s = 0", 6, "`timeout_s` in [models.m] must be more than 0 and at most 86400"},
      {"timeout_s = inf", 6, "more than 0"},
      {"price = { input = -1 }", 6, "`input` in `price` in [models.m] must be from 0 to 1000000"},
      {"price = { output = inf }", 6, "from 0 to 1000000"},
      {"price = { output = \"1\" }", 6, "must be a number, not a string"},
      {"price = 1.5", 6, "`price` in [models.m] must be a table, not a number"},
      {"lane = \"clod\"", 6, "must be \"local\" or \"cloud\"; did you mean `cloud`?"},
      {"lane = true", 6, "`lane` in [models.m] must be a string, not true or false"},
      {"trusted = \"yes\"", 6, "must be true or false, not a string"},
      {"lane = \"cloud\"\ntrusted = true", 7, "`trusted` in [models.m]: a cloud lane is never trusted"},
      {"roles = [\"chat\", \"edit\"]", 6, "`roles` in [models.m] must be \"chat\" or \"fim\""},
      {"roles = []", 6, "must hold \"chat\" or \"fim\""},
      {"roles = \"chat\"", 6, "must be a list of strings, not a string"},
      {"roles = [1]", 6, "must be a list of strings; this one is an integer"},
      {"replicas = [\n  \"http://a/v1\",\n  \"b/v1\",\n]", 8,
       "`replicas` in [models.m]: the address has no scheme"},
      {"api_key_env = \"NAME\"", 6, "write only one of"},
      {"api_key_cmd = [\"x\"]", 6, "write only one of"},
      {"headers = { \"A B\" = \"x\" }", 6, "holds a name that no header has"},
      {"headers = { A = 1 }", 6, "the value of `A` must be a string, not an integer"},
      {"headers = { A = \"x\\r\\nB: y\" }", 6, "holds a control character"},
      {"extra = { when = 2024-01-01 }", 6, "holds a date"},
      {"extra = { x = [nan] }", 6, "a number that JSON has not"},
      {"extra = \"x\"", 6, "must be a table"},
      {"proxy = \"a\\u0001b\"", 6, "holds a control character"},
      {"ca_file = 2024-01-01", 6, "must be a string, not a date"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.extra) {
      const Config config = with(c.extra);
      BOOST_TEST(config.has_errors());
      BOOST_TEST(config.models.empty());
      BOOST_TEST_REQUIRE(config.problems.size() == 1u);
      BOOST_TEST(config.problems[0].line == c.line);
      BOOST_TEST(config.problems[0].text().find("config.toml:" + std::to_string(c.line) + ": ") == 0u);
      BOOST_TEST(config.problems[0].message.find(c.says) != std::string::npos, dump(config));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_required_keys) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"base_url = \"http://x/v1\"\nmodel = \"m\"", "config.toml:1: `provider` is missing in [models.m]"},
      {"provider = \"openai\"\nmodel = \"m\"", "config.toml:1: `base_url` is missing in [models.m]"},
      {"provider = \"openai\"\nbase_url = \"http://x/v1\"",
       "config.toml:1: `model` is missing in [models.m]"},
      {"provider = \"anthropic\"\nbase_url = \"http://x/v1\"\nmodel = \"m\"",
       "config.toml:2: `provider` in [models.m] must be \"openai\""},
      {"provider = \"openai\"\nbase_url = \"http://u:SECRET@x/v1\"\nmodel = \"m\"",
       "config.toml:3: `base_url` in [models.m]: the address holds a user name"},
      {"provider = \"openai\"\nbase_url = \"x:8000/v1\"\nmodel = \"m\"",
       "config.toml:3: `base_url` in [models.m]: "},
      {"provider = \"openai\"\nbase_url = 8000\nmodel = \"m\"",
       "config.toml:3: `base_url` in [models.m] must be a string, not an integer"},
      {"provider = \"openai\"\nbase_url = \"http://x/v1\"\nmodel = \" \"",
       "config.toml:4: `model` in [models.m] must not be empty"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) {
      const Config config = parse("[models.m]\n" + std::string(c.text) + "\n", "config.toml");
      BOOST_TEST_REQUIRE(config.problems.size() == 1u);
      BOOST_TEST(config.problems[0].text().find(c.says) == 0u, dump(config));
      BOOST_TEST(config.models.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(a_description_names_everything_but_the_key) {
  const Config config = parse("[models.m]\n" + kFour + "replicas = [\"http://10.0.0.43/v1\"]\n", "c");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(describe(config.models[0]) ==
             "m: Qwen3-Coder-32B-Instruct at http://10.0.0.42:8000/v1, http://10.0.0.43/v1, local lane (not "
             "trusted), "
             "key from c:4");
}
