// The sections beside [models], and what is said of names and values nobody knows.
#include <boost/test/unit_test.hpp>

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
