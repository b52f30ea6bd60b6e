// The sections beside [models], and what is said of names and values nobody knows.
#include <boost/test/unit_test.hpp>

#include "support/temp_folder.h"
#include "unit/config/parse_help.h"

using namespace coder;
using namespace coder::config;

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
[tools]
ask = true
review = true
max_calls = 5
max_seconds = 1.5
)",
                              "c");
  BOOST_TEST(dump(config) == "");
}

BOOST_AUTO_TEST_CASE(what_models_may_read) {
  using When = config::Tools::When;
  const config::Tools plain = parse("", "c").tools;
  BOOST_TEST((plain.ask == When::repo && !plain.review && plain.max_calls == 20));
  BOOST_TEST(plain.max_time.count() == 300'000);
  const config::Tools full =
      parse("[tools]\nask = true\nreview = true\nmax_calls = 5\nmax_seconds = 1.5\n", "c").tools;
  BOOST_TEST((full.ask == When::always && full.review && full.max_calls == 5));
  BOOST_TEST(full.max_time.count() == 1500);
  BOOST_TEST((parse("[tools]\nask = false\n", "c").tools.ask == When::never));
  BOOST_TEST((parse("[tools]\nask = \"repo\"\n", "c").tools.ask == When::repo));
  BOOST_TEST(parse("[tools]\nask = \"always\"\nmax_calls = 0\n", "c").problems.size() == 2u);
  const auto form = [](const std::string& value) {
    return parse("[models.m]\nprovider = \"openai\"\nbase_url = \"http://h/v1\"\nmodel = \"x\"\n" + value,
                 "c")
        .models.at(0)
        .tools;
  };
  BOOST_TEST((form("") == config::ToolForm::calls));
  BOOST_TEST((form("tools = true") == config::ToolForm::calls));
  BOOST_TEST((form("tools = \"calls\"") == config::ToolForm::calls));
  BOOST_TEST((form("tools = \"text\"") == config::ToolForm::text));
  BOOST_TEST((form("tools = false") == config::ToolForm::none));
}

BOOST_AUTO_TEST_CASE(the_local_engine) {
  const Config plain = parse("", "c");
  BOOST_TEST(plain.engine.command.empty());
  BOOST_TEST(plain.engine.idle_unload.count() == 900'000);
  const Config full = parse(
      "[engine]\ncommand = [\"nice\", \"llama-server\"]\nmodel = \"m\"\nargs = [\"-c\", "
      "\"1\"]\nidle_unload_s = 0.5\n",
      "c");
  BOOST_TEST(full.engine.command == (std::vector<std::string>{"nice", "llama-server"}),
             boost::test_tools::per_element());
  BOOST_TEST(full.engine.model == "m");
  BOOST_TEST(full.engine.args == (std::vector<std::string>{"-c", "1"}), boost::test_tools::per_element());
  BOOST_TEST(full.engine.idle_unload.count() == 500);
  const auto kept = [](const char* value) {
    return parse(std::string("[engine]\nkeep_warm = ") + value, "c").engine.keep_warm;
  };
  BOOST_TEST((plain.engine.keep_warm == KeepWarm::on_mains));
  BOOST_TEST((kept("true") == KeepWarm::on_mains));
  BOOST_TEST((kept("false") == KeepWarm::never));
  BOOST_TEST((kept("\"always\"") == KeepWarm::always));
  BOOST_TEST(dump(parse("[engine]\nkeep_warm = \"alway\"", "c")).find("always") != std::string::npos);
  BOOST_TEST(parse("[engine]\ncommand = \"x\"", "c").engine.command.size() == 1u);
}

BOOST_AUTO_TEST_CASE(money) {
  const test::ScopedEnv home("HOME", "/home/anna");
  const Config config =
      parse("[models.relay]\n" + kFour +
                "price = { input = 2, cache_write = 4, output = 8, currency = \"CNY\", rate = "
                "0.125 }\n[budget]\nmonthly_usd = 40\n[budget.models.relay]\ndaily_usd = 2\n"
                "[budget.lanes.local]\nmonthly_usd = 3\n[budget.projects.\"~/shop/\"]\n"
                "monthly_usd = 4\n[ledger]\naudit_days = 0\naudit_text = true\n",
            "c");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST(config.models[0].price->input == 0.25);
  BOOST_TEST(config.models[0].price->cache_write.value() == 0.5);
  BOOST_TEST(!config.models[0].price->cached_input.has_value());
  BOOST_TEST(config.models[0].price->output == 1.0);
  BOOST_TEST(config.budget.monthly_usd.value() == 40);
  BOOST_TEST(config.budget.models.at("relay").daily_usd.value() == 2);
  BOOST_TEST(config.budget.lanes.at("local").monthly_usd.value() == 3);
  BOOST_TEST(config.budget.projects.at("/home/anna/shop").monthly_usd.value() == 4);
  BOOST_TEST(config.ledger.audit_days == 0);
  BOOST_TEST(config.ledger.audit_text);
  BOOST_TEST(!config.budget.empty());
  BOOST_TEST(Config().budget.empty());
  BOOST_TEST(dump(parse("[models.m]\n" + kFour + "price = { input = 2, currency = \"CNY\" }", "c"))
                 .find("want `rate`") != std::string::npos);
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
      {"[budget.models.gone]\ndaily_usd = 1",
       "warning c:1: `gone` in `models` in [budget] names no block under [models]\n"},
      {"[budget.lanes.both]\ndaily_usd = 1",
       "error c:1: `both` in `lanes` in [budget] must be local or cloud\n"},
      {"[budget.projects.here]\ndaily_usd = 1",
       "error c:1: `here` in `projects` in [budget] must be a folder's whole path\n"},
      {"[budget]\nlanes = { cloud = 1 }",
       "error c:2: `cloud` in `lanes` in [budget] must be a table, not an integer\n"},
      {"[budget.lanes.cloud]\ndaily_usd = \"1\"",
       "error c:2: `daily_usd` in `cloud` in `lanes` in [budget] must be a number, not a string\n"},
      {"[ledger]\naudit_days = -1", "error c:2: `audit_days` in [ledger] must be from 0 to 36500\n"},
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

BOOST_AUTO_TEST_CASE(very_many_problems_are_bounded_and_errors_are_not_lost_among_warnings) {
  std::string text = "[limits]\n";
  for (int i = 0; i < 5000; ++i) text += "key" + std::to_string(i) + " = 1\n";
  BOOST_TEST(parse(text, "c").problems.size() == 200u);
  BOOST_TEST(parse(text + "rps = 0\n", "c").has_errors());
  text = "[models]\n";
  for (int i = 0; i < 5000; ++i) text += "m" + std::to_string(i) + " = 1\n";
  BOOST_TEST(parse(text, "c").problems.size() == 400u);
}
