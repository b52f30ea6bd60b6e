// .gitignore rules, against a table and against git itself.
#include "workspace/ignore.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "support/git_folder.h"
#include "workspace/files.h"
#include "workspace/walk.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;

BOOST_AUTO_TEST_SUITE(ignore)

BOOST_AUTO_TEST_CASE(forms_of_rules) {
  struct Case {
    const char* rules;
    const char* path;
    bool folder;
    bool ignored;
  };
  const Case cases[] = {
      {"a", "a", false, true},
      {"a", "x/a", false, true},
      {"a", "ab", false, false},
      {"/a", "a", false, true},
      {"/a", "x/a", false, false},
      {"a/", "a", true, true},
      {"a/", "a", false, false},
      {"a/b", "a/b", false, true},
      {"a/b", "x/a/b", false, false},
      {"**/b", "x/y/b", false, true},
      {"**/b", "b", false, true},
      {"a/**", "a", true, false},
      {"a/**", "a/b", false, true},
      {"a/**", "a/b/c", false, true},
      {"a/**/c", "a/c", false, true},
      {"a/**/c", "a/x/y/c", false, true},
      {"*.py", "x/y.py", false, true},
      {"a/*", "a/b", false, true},
      {"a/*", "a/b/c", false, false},
      {"*.log\n!keep.log", "keep.log", false, false},
      {"*.log\n!keep.log", "x/keep.log", false, false},
      {"!keep.log\n*.log", "keep.log", false, true},
      {"*.log\n!keep", "keep/a.log", false, true},
      {"*.log\n!keep/**", "keep/x/a.log", false, false},
      {"# comment", "# comment", false, false},
      {"\\#a", "#a", false, true},
      {"\\!a", "!a", false, true},
      {"a  ", "a", false, true},
      {"a\\ ", "a ", false, true},
      {"a\r", "a", false, true},
      {"\xEF\xBB\xBF"
       "a",
       "a", false, true},
      {"[ab].c", "b.c", false, true},
      {"?.c", "ab.c", false, false},
      {"", "a", false, false},
      {"/", "a", false, false},
      {"**", "a", false, true},
      {"/**", "a", false, true},
      {"/*\n!/a", "a", false, false},
      {"/*\n!/a", "b", false, true},
  };
  for (const Case& one : cases) {
    BOOST_TEST(Ignore().below("", one.rules).ignores(one.path, one.folder) == one.ignored,
               one.rules << " against " << one.path);
  }
}

BOOST_AUTO_TEST_CASE(deeper_files_come_last_and_count_from_their_folder) {
  const Ignore top = Ignore().below("", "*.log\n/a\n");
  const Ignore deep = top.below("sub", "!x.log\n/b\n");
  BOOST_TEST(top.ignores("sub/x.log", false));
  BOOST_TEST(!deep.ignores("sub/x.log", false));
  BOOST_TEST(deep.ignores("sub/y.log", false));
  BOOST_TEST(deep.ignores("sub/b", false));
  BOOST_TEST(!deep.ignores("sub/a", false));
}

BOOST_AUTO_TEST_CASE(a_walk_finds_what_git_finds) {
  std::mt19937 random(7);
  const auto pick = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
  const std::vector<std::string> parts = {"a", "b", "c", "ab", "x.py", "y.log"};
  const std::vector<std::string> patterns = {
      "a",    "/a",     "a/",    "*.py", "!*.py", "a/b",   "!a/b",    "**/b", "a/**",  "!a/**", "a/*",
      "!b",   "b/**/c", "?b",    "[ab]", "!x.py", "*.log", "!/y.log", "c/",   "!c/",   "/*",    "!/ab",
      "ab/a", "**/a/b", "!**/a", "*",    "!*/",   "a*",    "b/*.py",  "!b/*", "a/**/b"};
  for (int round = 0; round < 25; ++round) {
    const GitFolder folder;
    for (int i = 0; i < 25; ++i) {
      std::string path = pick({"a", "b", "c", "ab"});
      for (uint32_t depth = random() % 3; depth > 0; --depth) path += "/" + pick({"a", "b", "c", "ab"});
      try {
        folder.file(path + "/" + pick({"x.py", "y.log", "f"}));
      } catch (const std::filesystem::filesystem_error&) {
      }
    }
    for (const std::string& where : {std::string(), pick({"a/", "b/", "ab/"})}) {
      std::string rules;
      for (uint32_t i = 1 + random() % 4; i > 0; --i) rules += pick(patterns) + "\n";
      folder.file(where + ".gitignore", rules);
    }
    loop::Loop loop;
    std::set<std::string> by_git, by_walk;
    const ListFiles listing(loop, folder.path(), [&](const Listing& got) {
      for (const Found& file : got.files) by_git.insert(file.path);
    });
    loop.run();
    Walk walk(folder.path(), 1000);
    BOOST_REQUIRE(walk.step(Clock::now() + Millis(10'000)));
    for (const Found& file : walk.result().files) by_walk.insert(file.path);
    BOOST_TEST(by_git == by_walk, boost::test_tools::per_element());
    if (by_git != by_walk)
      std::system(("cd " + folder.path() + " && head -50 .gitignore */.gitignore").c_str());
  }
}

BOOST_AUTO_TEST_SUITE_END()
