#include <boost/test/unit_test.hpp>
#include <cmath>

#include "config/config.h"

using namespace coder;
using namespace coder::config;

namespace {

const std::string kFour = R"(provider = "openai"
base_url = "http://10.0.0.42:8000/v1"
api_key = "sk-SECRET-literal"
model = "Qwen3-Coder-32B-Instruct"
)";

std::string dump(const Config& config) {
  std::string out;
  for (const Problem& problem : config.problems) {
    out += (problem.severity == Severity::error ? "error " : "warning ") + problem.text() + "\n";
  }
  return out;
}

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

BOOST_AUTO_TEST_CASE(all_problems_are_told_at_once_in_line_order_and_good_blocks_stay) {
  const Config config =
      parse("mode = \"fast\"\n[models.bad]\ntemperature = 9\nlane = \"cloud\"\ntrusted = true\n" +
                std::string("[models.good]\n") + kFour + "[budget]\nmonthly_usd = -1\n",
            "c");
  std::vector<int> lines;
  for (const Problem& problem : config.problems) lines.push_back(problem.line);
  BOOST_TEST(lines == (std::vector<int>{1, 2, 2, 2, 3, 5, 12}), boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(config.models[0].name == "good");
  BOOST_TEST(to_string(config.mode) == "auto");
}

BOOST_AUTO_TEST_CASE(unknown_keys_warn_with_the_nearest_name_and_go_on) {
  const struct {
    std::string text;
    const char* says;
  } cases[] = {
      {"[models.m]\n" + kFour + "modle = 1\n",
       "c:6: unknown key `modle` in [models.m]; did you mean `model`?"},
      {"[models.m]\n" + kFour + "price = { inptu = 1 }\n",
       "c:6: unknown key `inptu` in `price` in [models.m]; did you mean `input`?"},
      {"[modles.m]\n" + kFour, "c:1: unknown section [modles]; did you mean `models`?"},
      {"[privcy]\n", "c:1: unknown section [privcy]; did you mean `privacy`?"},
      {"[privacy]\nlocal_onyl = []\n",
       "c:2: unknown key `local_onyl` in [privacy]; did you mean `local_only`?"},
      {"mod = 1\n", "c:1: unknown key `mod`; did you mean `mode`?"},
      {"xylophone = 1\n", "c:1: unknown key `xylophone`"},
      {"[models.m]\n" + kFour + "[router.canary]\nmodel = \"m\"\nmodell = \"repo\"\n",
       "c:8: unknown key `modell` in `canary` in [router]; did you mean `model`?"},
      {"\"a\\nb\" = 1\n", "c:1: unknown key `a b`"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) {
      const Config config = parse(c.text, "c");
      BOOST_TEST(!config.has_errors());
      BOOST_TEST_REQUIRE(config.problems.size() == 1u);
      BOOST_TEST(config.problems[0].text() == c.says);
      BOOST_TEST((config.problems[0].severity == Severity::warning));
      BOOST_TEST(config.models.size() == (c.text.find("[models.m]") == 0 ? 1u : 0u));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_other_sections_as_the_manual_shows_them) {
  const Config config = parse("[models.m]\n" + kFour + R"(
[router]
large_prompt_chars = 24000
repo_markers = ["ctx_repo:", "[REPO_CTX]"]
slo_ttft_ms = 800
tasks = { review = "local" }
canary = { model = "m", percent = 5 }
shadow = "m"
[privacy]
local_only = ["client-x/**"]
never_send = []
[limits]
rps = 30
burst = 50
[budget]
monthly_usd = 40.0
daily_usd = 2
[engine]
command = "llama-server"
model = "x.gguf"
args = ["-c", "1"]
idle_unload_s = 300
keep_warm = false
[completion]
enabled = true
debounce_ms = 75
filetypes = ["lua"]
max_lines = 20
model = "m"
[context]
budget = 8000
exclude = ["vendor/**"]
)",
                              "c");
  BOOST_TEST(dump(config) == "");
}

BOOST_AUTO_TEST_CASE(sections_are_checked_for_types_and_names_of_models) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"mode = 1", "error c:1: `mode` must be a string, not an integer\n"},
      {"mode = \"fast\"", "error c:1: `mode` must be \"local\" or \"cloud\" or \"auto\"\n"},
      {"models = 3", "error c:1: `models` must be a table, not an integer\n"},
      {"[[models]]\nprovider = \"openai\"", "error c:1: `models` must be a table, not a list\n"},
      {"[models]\nx = 3", "error c:2: `x` in [models] must be a table: write [models.NAME]\n"},
      {"privacy = true", "error c:1: `privacy` must be a table, not true or false\n"},
      {"[privacy]\nlocal_only = \"x\"",
       "error c:2: `local_only` in [privacy] must be a list of strings, not a string\n"},
      {"[privacy]\nlocal_only = [\"\"]",
       "warning c:2: `local_only` in [privacy] holds an empty pattern, which matches nothing\n"},
      {"[privacy]\nnever_send = [\"!x\"]",
       "warning c:2: `never_send` in [privacy] holds a pattern that begins with !; there is no negation\n"},
      {"[privacy]\nlocal_only = [\" x\"]",
       "warning c:2: `local_only` in [privacy] holds a pattern with spaces around it; they are part of the "
       "name\n"},
      {"[limits]\nrps = 0", "error c:2: `rps` in [limits] must be from 0.01 to 10000\n"},
      {"[limits]\nburst = 0.5", "error c:2: `burst` in [limits] must be from 1 to 100000\n"},
      {"[budget]\ndaily_usd = -0.01", "error c:2: `daily_usd` in [budget] must be from 0 to 1000000\n"},
      {"[router]\ncanary = { model = \"m\", percent = 101 }",
       "error c:2: `percent` in `canary` in [router] must be from 0 to 100\nwarning c:2: `model` in `canary` "
       "in "
       "[router] names no block under [models]\n"},
      {"[router]\ncanary = { percent = 10 }", "error c:2: `model` is missing in `canary` in [router]\n"},
      {"[completion]\nmodel = \"gone\"",
       "warning c:2: `model` in [completion] names no block under [models]\n"},
      {"[completion]\nmodel = \"repo\"", ""},
      {"[models.\"\"]\n", "error c:1: a model's NAME must be printable and not empty\n"},
      {"[models.\"a\\nb\"]\n", "error c:1: a model's NAME must be printable and not empty\n"},
      {"", ""},
      {"# nothing but a comment", ""},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) { BOOST_TEST(dump(parse(c.text, "c")) == c.says); }
  }
}

BOOST_AUTO_TEST_CASE(very_many_problems_are_bounded_and_errors_are_not_lost_among_warnings) {
  std::string text = "[limits]\n";
  for (int i = 0; i < 5000; ++i) text += "key" + std::to_string(i) + " = 1\n";
  BOOST_TEST(parse(text, "c").problems.size() == 200u);
  BOOST_TEST(parse(text + "rps = 0\n", "c").has_errors());
  text = "[models]\n";
  for (int i = 0; i < 5000; ++i) text += "m" + std::to_string(i) + " = 1\n";
  BOOST_TEST(parse(text, "c").problems.size() == 400u);
}

BOOST_AUTO_TEST_CASE(a_syntax_error_is_one_error_with_its_line) {
  const struct {
    std::string text;
    int line;
  } cases[] = {
      {"[models.m]\n" + kFour + "oops\n", 6},
      {"[models.m]\n" + kFour + "[models.m]\n" + kFour, 6},
      {"a = 1\na = 2\n", 2},
      {"a = \n", 1},
      {"a = \"open\n", 1},
      {"a = 'SECRET\nb = 1", 1},
      {"api_key = sk-SECRET-bare\n", 1},
      {"api_key = 99999999999999999999999\n", 1},
      {"x = 1\ny = \"\xff\"\n", 2},
      {std::string("\xff\xfe[\0m\0]\0", 8), 1},
      {std::string("a = 1\n\0", 7), 2},
      {"a = 1\rb = 2\n", 1},
      {"a = " + std::string(100, '[') + std::string(100, ']'), 1},
      {"\n" +
           [] {
             std::string deep = "a";
             for (int i = 0; i < 100000; ++i) deep += ".a";
             return deep;
           }() +
           " = 1",
       2},
      {"[" +
           [] {
             std::string deep = "a";
             for (int i = 0; i < 100000; ++i) deep += ". \"a\"";
             return deep;
           }() +
           "]",
       1},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text.substr(0, 60)) {
      const Config config = parse(c.text, "config.toml");
      BOOST_TEST(config.models.empty());
      BOOST_TEST_REQUIRE(config.problems.size() == 1u);
      BOOST_TEST((config.problems[0].severity == Severity::error));
      BOOST_TEST(config.problems[0].line == c.line, dump(config));
      BOOST_TEST(config.problems[0].message.find("SECRET") == std::string::npos);
      BOOST_TEST(config.problems[0].message.find("9999") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(dots_in_strings_and_comments_are_not_depth) {
  const std::string dots(200, '.');
  const Config config = parse("# " + dots + "\n[privacy]\nlocal_only = [\"" + dots + "\", '" + dots +
                                  "', \"\\\"" + dots + "\", \"\"\"" + dots + "\n\\\"" + dots +
                                  "\"\"\"\"]\n[context]\nexclude = ['''x" + dots + "''''']\n",
                              "c");
  BOOST_TEST(dump(config).find("dots") == std::string::npos, dump(config));
  BOOST_TEST(dump(config).find("TOML") == std::string::npos, dump(config));
}

BOOST_AUTO_TEST_CASE(letters_beyond_ascii_are_text_or_an_error) {
  for (const char* letter :
       {"\xC2\xA1", "\xC3\xA4", "\xCD\x8C", "\xD2\x99", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    BOOST_TEST_CONTEXT(letter) {
      const std::string x = letter;
      const Config fine = parse(
          "# " + x + "\n[privacy]\nlocal_only = [\"" + x + "\", \"\"\"\\\n  " + x + "\"\"\"] # " + x, "c");
      BOOST_TEST(dump(fine) == "");
      BOOST_TEST(fine.local_only == (std::vector<std::string>{x, x}), boost::test_tools::per_element());
      for (const std::string& text :
           {x + " = 1", "a" + x + " = 1", "a = " + x, "a = 1" + x, "a = 1 " + x, "[a]" + x, "[" + x,
            "a = \"\"\"\\" + x + "\"\"\"", "a = \"\\" + x + "\""}) {
        BOOST_TEST_CONTEXT(text) {
          BOOST_TEST(dump(parse(text, "c")).find("error c:1: TOML syntax, ") == 0u);
        }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_and_crlf_are_fine) {
  std::string text = "\xEF\xBB\xBF[models.m]\r\n";
  for (char c : kFour) text += c == '\n' ? "\r\n" : std::string(1, c);
  const Config config = parse(text, "c");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(config.models[0].key.where == "c:4");
}

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

BOOST_AUTO_TEST_CASE(a_description_names_everything_but_the_key) {
  const Config config = parse("[models.m]\n" + kFour + "replicas = [\"http://10.0.0.43/v1\"]\n", "c");
  BOOST_TEST_REQUIRE(config.models.size() == 1u);
  BOOST_TEST(describe(config.models[0]) ==
             "m: Qwen3-Coder-32B-Instruct at http://10.0.0.42:8000/v1, http://10.0.0.43/v1, local lane (not "
             "trusted), "
             "key from c:4");
}
