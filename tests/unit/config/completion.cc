// [completion] and what of a model's block is about completing code.
#include <boost/test/unit_test.hpp>

#include "config/config.h"

using namespace coder;
using config::Config;

BOOST_AUTO_TEST_SUITE(completion_section)

BOOST_AUTO_TEST_CASE(defaults) {
  const Config config = config::parse("", "c");
  BOOST_TEST(config.completion.enabled);
  BOOST_TEST(!config.completion.debounce);
  BOOST_TEST(!config.completion.max_lines);
  BOOST_TEST(config.completion.model == "");
  BOOST_TEST(config.completion.applies_to("python"));
  BOOST_TEST(config.completion.applies_to(""));
}

BOOST_AUTO_TEST_CASE(values) {
  const Config config =
      config::parse("[completion]\nenabled = true\ndebounce_ms = 75\nmax_lines = 3\nmodel = \"repo\"\n", "c");
  BOOST_TEST(config.problems.empty());
  BOOST_TEST((config.completion.debounce == Millis(75)));
  BOOST_TEST(config.completion.max_lines.value_or(0) == 3U);
  BOOST_TEST(config.completion.model == "repo");
  BOOST_TEST(!config::parse("[completion]\nenabled = false\n", "c").completion.applies_to("lua"));
}

BOOST_AUTO_TEST_CASE(a_list_names_the_filetypes_a_table_switches_them) {
  const Config list = config::parse("[completion]\nfiletypes = [\"python\", \"rust\"]\n", "c");
  BOOST_TEST(list.completion.applies_to("rust"));
  BOOST_TEST(!list.completion.applies_to("markdown"));
  const Config table = config::parse("[completion]\nfiletypes = { markdown = false, lua = true }\n", "c");
  BOOST_TEST(table.completion.applies_to("rust"));
  BOOST_TEST(table.completion.applies_to("lua"));
  BOOST_TEST(!table.completion.applies_to("markdown"));
  const Config wrong = config::parse("[completion]\nfiletypes = { markdown = 1 }\n", "c");
  BOOST_REQUIRE(wrong.problems.size() == 1U);
  BOOST_TEST(wrong.problems[0].text() ==
             "c:2: `markdown` in `filetypes` in [completion] must be true or false, not an integer");
}

BOOST_AUTO_TEST_CASE(the_repository_model_by_lane) {
  using Repo = config::Completion::Repo;
  const auto gates = [](const std::string& value) {
    const config::Completion c = config::parse("[completion]\nrepo = " + value + "\n", "c").completion;
    return std::vector<Repo>{c.repo_alone, c.repo_local, c.repo_cloud};
  };
  BOOST_TEST((gates("\"quiet\"") == std::vector<Repo>(3, Repo::quiet)));
  BOOST_TEST((gates("\"eager\"") == std::vector<Repo>(3, Repo::eager)));
  BOOST_TEST((gates("false") == std::vector<Repo>(3, Repo::off)));
  BOOST_TEST((gates("{ alone = \"eager\", local = false }") ==
              std::vector<Repo>{Repo::eager, Repo::off, Repo::quiet}));
  BOOST_TEST(config::parse("[completion]\nrepo = \"loud\"\n", "c").problems.size() == 1U);
  BOOST_TEST(config::parse("[completion]\nrepo = { remote = false }\n", "c").problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(the_form_of_a_model) {
  const std::string block =
      "[models.a]\nprovider = \"openai\"\nbase_url = \"http://127.0.0.1:1/v1\"\nmodel = \"m\"\n";
  BOOST_TEST(config::parse(block + "fim = \"infill\"\n", "c").models.at(0).fim_form == "infill");
  const Config wrong = config::parse(block + "fim = \"qwne\"\n", "c");
  BOOST_REQUIRE(!wrong.problems.empty());
  BOOST_TEST(wrong.problems[0].text().find("did you mean `qwen`?") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
