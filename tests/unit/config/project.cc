#include "config/project.h"

#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <boost/test/unit_test.hpp>

#include "support/temp_folder.h"

using namespace coder;
using namespace coder::config;
using privacy::Label;
using privacy::Verdict;
using test::TempFolder;

namespace {

std::string dump(const Project& project) {
  std::string out;
  for (const Problem& problem : project.problems) out += problem.text() + "\n";
  return out;
}

const std::string kTightens =
    ": a project file can only tighten: it may hold [privacy] local_only and never_send, [budget] "
    "monthly_usd "
    "and daily_usd, [context] exclude";

/// The rules of a configuration with `text`, which hold project files.
struct Judge {
  explicit Judge(const std::string& text = "") : config(parse(text, "c")) {}
  Verdict operator()(const std::string& path) const { return config.path_rules().judge(path); }
  std::string rule(const std::string& path) const { return (*this)(path).rule; }
  bool is_private(const std::string& path) const { return (*this)(path).label == Label::local_only; }
  Config config;
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_a_project_file_may_hold) {
  const Project project = parse_project(
      "[privacy]\nlocal_only = [\"client-x/**\"]\nnever_send = [\"*.dump\"]\n[budget]\nmonthly_usd = "
      "5\ndaily_usd = 0.5\n[context]\nexclude = [\"vendor/**\"]\n",
      "x/.coder.toml");
  BOOST_TEST(dump(project) == "");
  BOOST_TEST(project.file == "x/.coder.toml");
  BOOST_TEST(project.local_only == std::vector<std::string>{"client-x/**"}, boost::test_tools::per_element());
  BOOST_TEST(project.never_send == std::vector<std::string>{"*.dump"}, boost::test_tools::per_element());
  BOOST_TEST(project.exclude == std::vector<std::string>{"vendor/**"}, boost::test_tools::per_element());
  BOOST_TEST(project.budget.monthly_usd.value() == 5.0);
  BOOST_TEST(project.budget.daily_usd.value() == 0.5);
  BOOST_TEST(project.patterns.size() == 3u);
  BOOST_TEST(dump(parse_project("", "f")) == "");
}

BOOST_AUTO_TEST_CASE(anything_else_is_an_error_with_its_line) {
  const struct {
    const char* text;
    std::string says;
  } cases[] = {
      {"\n\nbase_url = \"http://evil/v1\"\n", "f:3: `base_url`" + kTightens + "\n"},
      {"mode = \"cloud\"\n", "f:1: `mode`" + kTightens + "\n"},
      {"[models.evil]\nprovider = \"openai\"\nbase_url = \"http://evil/v1\"\n",
       "f:2: `provider` in [models.evil]" + kTightens + "\nf:3: `base_url` in [models.evil]" + kTightens +
           "\n"},
      {"[models.evil]\napi_key_cmd = [\"rm\", \"-rf\"]\n",
       "f:2: `api_key_cmd` in [models.evil]" + kTightens + "\n"},
      {"[models]\n", "f:1: [models]" + kTightens + "\n"},
      {"[privcy]\n", "f:1: [privcy]" + kTightens + "; did you mean `privacy`?\n"},
      {"[privacy]\nlocal_onyl = []\n",
       "f:2: `local_onyl` in [privacy]" + kTightens + "; did you mean `local_only`?\n"},
      {"[context]\nbudget = 8000\n", "f:2: `budget` in [context]" + kTightens + "\n"},
      {"[limits]\nrps = 1\n", "f:2: `rps` in [limits]" + kTightens + "\n"},
      {"privacy = 1\n", "f:1: `privacy` must be a table, not an integer\n"},
      {"[privacy]\nlocal_only = \"x\"\n",
       "f:2: `local_only` in [privacy] must be a list of strings, not a string\n"},
      {"[budget]\ndaily_usd = -1\n", "f:2: `daily_usd` in [budget] must be from 0 to 1000000\n"},
      {"[budget]\n[budget]\n", "f:2: [budget] stands twice: on line 1 and on line 2; put both under one\n"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) { BOOST_TEST(dump(parse_project(c.text, "f")) == c.says); }
  }
  BOOST_TEST(dump(parse_project("oops\n", "f")).find("f:1: TOML syntax, ") == 0u);
  // What is right in it counts all the same.
  const Project half = parse_project("x = 1\n[privacy]\nlocal_only = [\"a\"]\nfoo = 2\n", "f");
  BOOST_TEST(half.problems.size() == 2u);
  BOOST_TEST(half.local_only.size() == 1u);
  // No warning makes a file broken.
  BOOST_TEST(dump(parse_project("[privacy]\nlocal_only = [\"\", \"!x\", \" y\"]\n", "f")) == "");
  std::string deep = "[a";
  for (int i = 0; i < 14; ++i) deep += ".a";
  BOOST_TEST(parse_project(deep + "]\nx = { y = { z = 1 } }\n", "f").problems.size() == 1u);
}

BOOST_AUTO_TEST_CASE(patterns_count_below_their_folder_and_the_rule_says_where_they_stand) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.file("repo/proj/.coder.toml", "[privacy]\nlocal_only = [\"client/**\"]\nnever_send = [\"*.dump\"]\n");
  const Judge judge;
  BOOST_TEST(judge.rule(temp / "repo/proj/client/a.c") == "client/** in proj/.coder.toml");
  BOOST_TEST(judge.rule(temp / "repo/proj/src/a.c") == "");
  BOOST_TEST(judge.rule(temp / "repo/client/a.c") == "");
  BOOST_TEST(judge.rule(temp / "repo/proj/src/client/a.c") == "");
  BOOST_TEST(judge(temp / "repo/proj/deep/X.Dump").never_send);
  BOOST_TEST(!judge(temp / "repo/x.dump").never_send);
  BOOST_TEST(judge.is_private(temp / "repo/proj/CLIENT/A.C"));
  BOOST_TEST(judge.is_private(temp / "repo/proj/src/../client/a.c"));
  BOOST_TEST(judge.is_private("fugitive://" + temp.path() + "/repo/proj/.git//0/client/a.c"));
}

BOOST_AUTO_TEST_CASE(patterns_may_also_begin_at_the_repository) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.file("repo/proj/.coder.toml", "[privacy]\nlocal_only = [\"proj/client/**\", \"src/**\"]\n");
  const Judge judge;
  BOOST_TEST(judge.is_private(temp / "repo/proj/client/a.c"));
  BOOST_TEST(judge.is_private(temp / "repo/proj/src/a.c"));
  BOOST_TEST(!judge.is_private(temp / "repo/src/a.c"));
}

BOOST_AUTO_TEST_CASE(nested_project_files_and_repositories_add_up) {
  const TempFolder temp;
  temp.folder("outer/.git");
  temp.folder("outer/vendor/inner/.git");
  temp.file("outer/.coder.toml", "[privacy]\nlocal_only = [\"secret/**\", \"vendor/inner/lib/**\"]\n");
  temp.file("outer/vendor/inner/.coder.toml", "[privacy]\nnever_send = [\"own/**\"]\n");
  const Judge judge("[privacy]\nlocal_only = [\"mine/**\"]\n");
  BOOST_TEST(judge.rule(temp / "outer/secret/a") == "secret/** in outer/.coder.toml");
  // The outer file's patterns hold for the inner repository, from either root.
  BOOST_TEST(judge.is_private(temp / "outer/vendor/inner/secret/a"));
  BOOST_TEST(judge.is_private(temp / "outer/vendor/inner/lib/a"));
  BOOST_TEST(judge(temp / "outer/vendor/inner/own/a").never_send);
  BOOST_TEST(!judge(temp / "outer/own/a").never_send);
  BOOST_TEST(judge.rule(temp / "outer/vendor/inner/mine/a") == "mine/**");
}

BOOST_AUTO_TEST_CASE(a_project_file_counts_on_every_way_to_the_file) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.file("private/.coder.toml", "[privacy]\nlocal_only = [\"**\"]\n");
  temp.file("private/a.c");
  temp.link("repo/in", temp / "private");
  temp.link("repo/a.c", "../private/a.c");
  temp.link("private/out.c", "../repo/b.c");
  temp.file("repo/b.c");
  const Judge judge;
  BOOST_TEST(judge.is_private(temp / "repo/in/a.c"));
  BOOST_TEST(judge.is_private(temp / "repo/a.c"));
  BOOST_TEST(judge.is_private(temp / "private/out.c"));
  BOOST_TEST(!judge.is_private(temp / "repo/b.c"));
  // The file itself may be a link, and stand in a linked folder.
  temp.file("shared.toml", "[privacy]\nlocal_only = [\"x/**\"]\n");
  temp.link("repo/.coder.toml", "../shared.toml");
  temp.link("alias", "repo");
  BOOST_TEST(judge.is_private(temp / "alias/x/new.c"));
  BOOST_TEST(!judge.is_private(temp / "alias/y/new.c"));
}

BOOST_AUTO_TEST_CASE(a_broken_project_file_makes_all_below_it_private) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const std::string file =
      temp.file("repo/.coder.toml", "[privacy]\nnever_send = [\"x\"]\nbase_url = \"http://evil/v1\"\n");
  const Judge judge;
  const Verdict verdict = judge(temp / "repo/src/a.c");
  BOOST_TEST((verdict.label == Label::local_only));
  BOOST_TEST(!verdict.never_send);
  BOOST_TEST(verdict.rule == file + ":3: `base_url` in [privacy]" + kTightens);
  BOOST_TEST(judge(temp / "repo/x").never_send);  // what is right in it counts
  BOOST_TEST(!judge.is_private(temp / "a.c"));

  temp.file("big/.coder.toml", std::string(64 * 1024 + 1, '#'));
  BOOST_TEST(judge.rule(temp / "big/a.c") == temp / "big/.coder.toml: is larger than 64 KiB");
  temp.file("just/.coder.toml", std::string(64 * 1024, '#'));
  BOOST_TEST(judge.rule(temp / "just/a.c") == "");
  temp.folder("folder/.coder.toml");
  BOOST_TEST(judge.rule(temp / "folder/a.c") == temp / "folder/.coder.toml: is a folder, not a file");
  temp.link("dangling/.coder.toml", "gone.toml");
  BOOST_TEST(judge.rule(temp / "dangling/a.c") ==
             temp / "dangling/.coder.toml: is a link to a file that does not exist");
  temp.link("loop/.coder.toml", ".coder.toml");
  BOOST_TEST(judge.rule(temp / "loop/a.c").find(temp / "loop/.coder.toml: cannot be read") == 0u);
  temp.folder("pipe");
  BOOST_TEST_REQUIRE(::mkfifo((temp / "pipe/.coder.toml").c_str(), 0600) == 0);
  BOOST_TEST(judge.rule(temp / "pipe/a.c") == temp / "pipe/.coder.toml: is not a regular file");
  if (::geteuid() != 0) {
    ::chmod(temp.file("locked/.coder.toml").c_str(), 0);
    BOOST_TEST(judge.is_private(temp / "locked/a.c"));
  }
}

BOOST_AUTO_TEST_CASE(a_change_counts_at_once) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const Judge judge;
  const std::string path = temp / "repo/src/a.c";
  BOOST_TEST(!judge.is_private(path));
  const std::string file = temp.file("repo/.coder.toml", "[privacy]\nlocal_only = [\"src\"]\n");
  BOOST_TEST(judge.is_private(path));
  // Within one tick of the clock, and as long as before.
  temp.file("repo/.coder.toml", "[privacy]\nlocal_only = [\"etc\"]\n");
  BOOST_TEST(!judge.is_private(path));
  temp.file("repo/.coder.toml", "[privacy]\nlocal_only = [\"src\"]\n");
  BOOST_TEST(judge.is_private(path));
  // Times long gone: what was read is kept, and a change that puts the old time back is seen by its inode's.
  const utimbuf old{1000000000, 1000000000};
  ::utime(file.c_str(), &old);
  BOOST_TEST(judge.is_private(path));
  temp.file("repo/.coder.toml", "[privacy]\nlocal_only = [\"etc\"]\n");
  ::utime(file.c_str(), &old);
  BOOST_TEST(!judge.is_private(path));
  temp.file("repo/.coder.toml", "oops");
  BOOST_TEST(judge.is_private(path));
  ::unlink(file.c_str());
  BOOST_TEST(!judge.is_private(path));
}

BOOST_AUTO_TEST_CASE(very_many_project_files) {
  const TempFolder temp;
  const Judge judge;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      const std::string folder = "p" + std::to_string(i);
      if (round == 0) temp.file(folder + "/.coder.toml", "[privacy]\nlocal_only = [\"x\"]\n");
      BOOST_TEST(judge.is_private(temp / folder + "/x"));
    }
  }
  std::string deep = temp.path();
  for (int i = 0; i < 3000; ++i) deep += "/a";
  BOOST_TEST(!judge.is_private(deep));
  BOOST_TEST(!judge.is_private("/"));
  BOOST_TEST(!judge.is_private(""));
}

BOOST_AUTO_TEST_CASE(project_files_above_a_folder_and_the_budget_they_lower) {
  const TempFolder temp;
  temp.file("a/.coder.toml", "[budget]\nmonthly_usd = 10\ndaily_usd = 3\n");
  temp.file("a/b/c/.coder.toml", "[budget]\nmonthly_usd = 20\ndaily_usd = 1\n");
  temp.file("other/.coder.toml", "[budget]\nmonthly_usd = 1\n");
  Projects projects;
  const auto above = projects.above(temp / "a/b/c/d");
  BOOST_TEST_REQUIRE(above.size() == 2u);
  BOOST_TEST(above[0]->file == temp / "a/b/c/.coder.toml");
  BOOST_TEST(above[1]->file == temp / "a/.coder.toml");
  Budget budget;
  budget.monthly_usd = 15;
  const Budget lowered = projects.lowered(budget, temp / "a/b/c");
  BOOST_TEST(lowered.monthly_usd.value() == 10.0);
  BOOST_TEST(lowered.daily_usd.value() == 1.0);
  budget.monthly_usd = 5;
  BOOST_TEST(projects.lowered(budget, temp / "a").monthly_usd.value() == 5.0);
  BOOST_TEST(projects.lowered(budget, temp.path()).monthly_usd.value() == 5.0);
  // By way of a link, both folders' files count.
  temp.link("a/far", temp / "other");
  BOOST_TEST(projects.lowered(budget, temp / "a/far").monthly_usd.value() == 1.0);
  BOOST_TEST(projects.above(temp / "a/far").size() == 2u);
}
