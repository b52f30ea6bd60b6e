// [router], [limits], [budget], [context], and what the file says twice.
#include <boost/test/unit_test.hpp>

#include "config/config.h"
#include "config/project.h"

using namespace coder;
using namespace coder::config;

namespace {

std::string block(const std::string& name, const std::string& lane) {
  return "[models." + name + "]\nprovider = \"openai\"\nbase_url = \"http://" + name +
         ".example/v1\"\nmodel = \"x\"\nlane = \"" + lane + "\"\n";
}

/// Two models; what follows begins at line 11.
const std::string kTwo = block("near", "local") + block("far", "cloud");

std::string dump(const Config& config) {
  std::string out;
  for (const Problem& problem : config.problems) {
    out += (problem.severity == Severity::error ? "error " : "warning ") + problem.text() + "\n";
  }
  return out;
}

struct Case {
  std::string text;
  std::string says;
};

}  // namespace

BOOST_AUTO_TEST_CASE(without_the_sections_the_defaults_count) {
  const Config config = parse("", "c");
  BOOST_TEST(config.router.large_prompt_chars == 24000);
  BOOST_TEST(config.router.repo_markers == (std::vector<std::string>{"ctx_repo:", "[REPO_CTX]"}),
             boost::test_tools::per_element());
  BOOST_TEST(!config.router.slo_ttft);
  BOOST_TEST(config.router.tasks.empty());
  BOOST_TEST(!config.router.canary);
  BOOST_TEST(!config.router.shadow);
  BOOST_TEST(config.limits.rps == 30.0);
  BOOST_TEST(config.limits.burst == 50.0);
  BOOST_TEST(!config.budget.monthly_usd);
  BOOST_TEST(!config.budget.daily_usd);
}

BOOST_AUTO_TEST_CASE(every_key_of_the_sections) {
  const Config config = parse(kTwo + R"([router]
large_prompt_chars = 1000
repo_markers = ["@repo"]
slo_ttft_ms = 800
tasks = { review = "cloud", doc = "near", complete = "local" }
canary = { model = "far", percent = 12.5 }
shadow = "near"
[limits]
rps = 2
burst = 7
[budget]
monthly_usd = 40
daily_usd = 2.5
[context]
exclude = ["vendor/**"]
)",
                              "c");
  BOOST_TEST(dump(config) == "");
  BOOST_TEST(config.router.large_prompt_chars == 1000);
  BOOST_TEST(config.router.repo_markers == std::vector<std::string>{"@repo"},
             boost::test_tools::per_element());
  BOOST_TEST((config.router.slo_ttft == Millis(800)));
  BOOST_TEST(config.router.tasks.size() == 3u);
  BOOST_TEST(config.router.tasks.at("review") == "cloud");
  BOOST_TEST(config.router.tasks.at("doc") == "near");
  BOOST_TEST_REQUIRE(config.router.canary.has_value());
  BOOST_TEST(config.router.canary->model == "far");
  BOOST_TEST(config.router.canary->percent == 12.5);
  BOOST_TEST(config.router.shadow.value() == "near");
  BOOST_TEST(config.limits.rps == 2.0);
  BOOST_TEST(config.limits.burst == 7.0);
  BOOST_TEST(config.budget.monthly_usd.value() == 40.0);
  BOOST_TEST(config.budget.daily_usd.value() == 2.5);
  BOOST_TEST(config.exclude == std::vector<std::string>{"vendor/**"}, boost::test_tools::per_element());
  BOOST_TEST_REQUIRE(config.patterns.size() == 1u);
  BOOST_TEST(config.patterns[0].named == "`exclude` in [context]");
  BOOST_TEST(config.patterns[0].line == 25);
}

BOOST_AUTO_TEST_CASE(shadow_is_a_name_or_a_switch) {
  BOOST_TEST(parse(kTwo + "[router]\nshadow = true\n", "c").router.shadow.value() == "");
  BOOST_TEST(!parse(kTwo + "[router]\nshadow = false\n", "c").router.shadow);
  const Config gone = parse(kTwo + "[router]\nshadow = \"nera\"\n", "c");
  BOOST_TEST(dump(gone) ==
             "warning c:12: `shadow` in [router] names no block under [models]; did you mean `near`?\n");
  BOOST_TEST(!gone.router.shadow);
}

BOOST_AUTO_TEST_CASE(a_canary_needs_a_model_that_is_there) {
  const Config gone = parse(kTwo + "[router]\ncanary = { model = \"fra\", percent = 5 }\n", "c");
  BOOST_TEST(dump(gone) ==
             "warning c:12: `model` in `canary` in [router] names no block under [models]; did "
             "you mean `far`?\n");
  BOOST_TEST(!gone.router.canary);
  const Config none = parse(kTwo + "[router]\ncanary = { percent = 5 }\n", "c");
  BOOST_TEST(dump(none) == "error c:12: `model` is missing in `canary` in [router]\n");
  BOOST_TEST(!none.router.canary);
  // The repository model of ghost text is no block.
  BOOST_TEST(!parse(kTwo + "[router]\ncanary = { model = \"repo\", percent = 5 }\n", "c").router.canary);
  // A block with errors of its own is told once.
  const Config broken = parse(kTwo + "temperature = 9\n[router]\ncanary = { model = \"far\" }\n", "c");
  BOOST_TEST(broken.problems.size() == 1u);
  BOOST_TEST(!broken.router.canary);
  const Config itself = parse(block("one", "cloud") + "[router]\ncanary = { model = \"one\" }\n", "c");
  BOOST_TEST(dump(itself) == "");
  BOOST_TEST(itself.router.canary->percent == 0.0);
}

BOOST_AUTO_TEST_CASE(tasks_go_to_lanes_and_models_that_are_there) {
  const std::vector<Case> cases = {
      {"reviw = \"cloud\"",
       "warning c:12: `reviw` in `tasks` in [router] is no task that is known; did you mean `review`?\n"},
      {"review = \"clud\"",
       "warning c:12: `review` in `tasks` in [router] must be \"local\", \"cloud\" or a block under "
       "[models]; "
       "did you mean `cloud`?\n"},
      {"review = \"fra\"",
       "warning c:12: `review` in `tasks` in [router] must be \"local\", \"cloud\" or a block under "
       "[models]; "
       "did you mean `far`?\n"},
      {"review = 1", "error c:12: `review` in `tasks` in [router] must be a string, not an integer\n"},
      {"ask = \"far\", refactor = \"near\", review = \"local\", doc = \"cloud\", test = \"local\", explain = "
       "\"local\", pr = \"local\", fix = \"local\", complete = \"local\"",
       ""},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.text) {
      BOOST_TEST(dump(parse(kTwo + "[router]\ntasks = { " + c.text + " }\n", "c")) == c.says);
    }
  }
  BOOST_TEST(parse(kTwo + "[router]\ntasks = { review = \"clud\" }\n", "c").router.tasks.empty());
  BOOST_TEST(
      dump(parse(block("near", "local") + "[router.tasks]\ndoc = \"local\"\nreview = \"cloud\"\n", "c")) ==
      "warning c:8: `review` in `tasks` in [router] prefers the cloud lane, and no model is on it\n");
}

BOOST_AUTO_TEST_CASE(a_mode_without_a_model_on_its_lane) {
  const Config config = parse("\nmode = \"local\"\n" + block("far", "cloud"), "c");
  BOOST_TEST(dump(config) == "warning c:2: `mode` is \"local\", and no model is on that lane\n");
  BOOST_TEST((config.mode == Mode::local));
  BOOST_TEST(dump(parse("mode = \"cloud\"\n" + block("near", "local"), "c")) ==
             "warning c:1: `mode` is \"cloud\", and no model is on that lane\n");
  for (const char* mode : {"local", "cloud", "auto"}) {
    BOOST_TEST(dump(parse("mode = \"" + std::string(mode) + "\"\n" + kTwo, "c")) == "");
  }
}

BOOST_AUTO_TEST_CASE(numbers_that_make_no_sense_are_errors_with_the_range) {
  const std::vector<Case> cases = {
      {"[limits]\nrps = 0", "`rps` in [limits] must be from 0.01 to 10000"},
      {"[limits]\nrps = -1", "from 0.01 to 10000"},
      {"[limits]\nrps = 10001", "from 0.01 to 10000"},
      {"[limits]\nrps = nan", "from 0.01 to 10000"},
      {"[limits]\nburst = 0", "`burst` in [limits] must be from 1 to 100000"},
      {"[limits]\nburst = 1e9", "from 1 to 100000"},
      {"[router]\nslo_ttft_ms = 0", "`slo_ttft_ms` in [router] must be from 1 to 600000"},
      {"[router]\nslo_ttft_ms = 600001", "from 1 to 600000"},
      {"[router]\nlarge_prompt_chars = 0", "`large_prompt_chars` in [router] must be from 1 to 100000000"},
      {"[router]\nlarge_prompt_chars = -1", "from 1 to 100000000"},
      {"[router]\nlarge_prompt_chars = 100000001", "from 1 to 100000000"},
      {"[router]\ncanary = { model = \"far\", percent = -1 }", "from 0 to 100"},
      {"[router]\ncanary = { model = \"far\", percent = 100.5 }", "from 0 to 100"},
      {"[budget]\nmonthly_usd = -1", "`monthly_usd` in [budget] must be from 0 to 1000000"},
      {"[budget]\ndaily_usd = inf", "from 0 to 1000000"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.text) {
      const Config config = parse(kTwo + c.text + "\n", "c");
      BOOST_TEST_REQUIRE(config.problems.size() == 1u, dump(config));
      BOOST_TEST((config.problems[0].severity == Severity::error));
      BOOST_TEST(config.problems[0].line == 12);
      BOOST_TEST(config.problems[0].message.find(c.says) != std::string::npos, dump(config));
    }
  }
  const Config huge = parse(kTwo + "rpm = 1000001\n", "c");
  BOOST_TEST(dump(huge) == "error c:11: `rpm` in [models.far] must be from 1 to 1000000\n");
}

BOOST_AUTO_TEST_CASE(an_empty_marker_is_left_out) {
  const Config config = parse("[router]\nrepo_markers = [\"\", \"x:\"]\n", "c");
  BOOST_TEST(dump(config) ==
             "warning c:2: `repo_markers` in [router] holds an empty text, which is left out\n");
  BOOST_TEST(config.router.repo_markers == std::vector<std::string>{"x:"}, boost::test_tools::per_element());
  BOOST_TEST(parse("[router]\nrepo_markers = []\n", "c").router.repo_markers.empty());
}

BOOST_AUTO_TEST_CASE(what_stands_twice_is_named_with_both_lines) {
  const std::vector<Case> cases = {
      {block("a", "local") + block("b", "local") + block("a", "cloud"),
       "error c:11: two models have the NAME `a`: on line 1 and on line 11; give one another NAME\n"},
      {"[models.\"a b\"]\n[ models . 'a b' ] # again\n",
       "error c:2: two models have the NAME `a b`: on line 1 and on line 2; give one another NAME\n"},
      {"[models]\r\na = {}\r\n[models.a]\r\n",
       "error c:3: two models have the NAME `a`: on line 2 and on line 3; give one another NAME\n"},
      {"[privacy]\n\n[privacy]\n",
       "error c:3: [privacy] stands twice: on line 1 and on line 3; put both under one\n"},
      {"[models.a.price]\n[models.a]\n[models.a.price]",
       "error c:3: [models.a.price] stands twice: on line 1 and on line 3; put both under one\n"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.text) { BOOST_TEST(dump(parse(c.text, "c")) == c.says); }
  }
}

BOOST_AUTO_TEST_CASE(rules_and_projects_are_always_there) {
  for (const Config& config : {parse("", "c"), parse("oops", "c"), parse(kTwo, "c"),
                               load("/no/such/file", false), load("/no/such/file", true), load("/", true)}) {
    BOOST_TEST_REQUIRE(config.rules != nullptr);
    BOOST_TEST_REQUIRE(config.projects != nullptr);
    BOOST_TEST(config.path_rules().judge("/x/.env").never_send);
  }
  BOOST_TEST(parse("[privacy]\nlocal_only = [\"a/**\"]\n", "c").path_rules().judge("/a/x").rule == "a/**");
}

BOOST_AUTO_TEST_CASE(where_privacy_cannot_be_understood_everything_is_private) {
  for (const char* text : {"[privacy]\nlocal_only = \"x\"\n", "[privacy]\nlocal_only = [\"a\", 1]\n",
                           "[privacy]\nnever_send = 3\n", "privacy = true\n", "[privacy\n"}) {
    BOOST_TEST_CONTEXT(text) {
      const privacy::Verdict verdict = parse(text, "c").path_rules().judge("/any/file.c");
      BOOST_TEST((verdict.label == privacy::Label::local_only));
      BOOST_TEST(!verdict.never_send);
      BOOST_TEST(verdict.rule == "c: [privacy] has errors");
    }
  }
  // A misspelt key or another section's error is no reason.
  for (const char* text :
       {"[privacy]\nlocal_onyl = []\n", "[limits]\nrps = 0\n", "[privacy]\nlocal_only = []\n"}) {
    BOOST_TEST((parse(text, "c").path_rules().judge("/any/file.c").label == privacy::Label::any));
  }
}
