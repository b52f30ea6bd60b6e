// Judgements that must not go by what was so before, and what the rule is called.
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "privacy/paths.h"
#include "support/temp_folder.h"

using namespace coder;
using privacy::Label;
using privacy::PathRules;
using test::TempFolder;

namespace {

bool is_private(const PathRules& rules, const std::string& path) {
  return rules.judge(path).label == Label::local_only;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_is_remembered_between_judgements) {
  const TempFolder temp;
  if (!privacy::repository_root(temp.path()).empty()) return;
  temp.file("far/client-x/a.py");
  temp.folder("real");
  const PathRules rules({"client-x/**", temp / "nda/**"});
  BOOST_TEST(is_private(rules, temp / "far/client-x/a.py"));  // outside any repository: anywhere
  temp.folder("far/.git");
  BOOST_TEST(is_private(rules, temp / "far/client-x/a.py"));
  temp.folder(".git");
  BOOST_TEST(!is_private(rules, temp / "far/lib/client-x/a.py"));
  std::filesystem::remove(temp / "far/.git");
  BOOST_TEST(!is_private(rules, temp / "far/client-x/a.py"));
  // A link that appears in the path, and one in the folder that a pattern names.
  BOOST_TEST(!is_private(rules, temp / "far/in/a.py"));
  temp.file("client-x/a.py");
  temp.link("far/in", "../client-x");
  BOOST_TEST(is_private(rules, temp / "far/in/a.py"));
  BOOST_TEST(!is_private(rules, temp / "real/x"));
  temp.link("nda", "real");
  BOOST_TEST(is_private(rules, temp / "real/x"));
  std::filesystem::remove(temp / "nda");
  temp.link("nda", "far");
  BOOST_TEST(!is_private(rules, temp / "real/x"));
  BOOST_TEST(is_private(rules, temp / "far/x"));
}

BOOST_AUTO_TEST_CASE(a_pattern_whose_folder_leads_to_a_name_with_glob_characters) {
  const TempFolder temp;
  temp.link("nda", temp.folder("r[e]al*"));
  const PathRules rules({temp / "nda/*.c"});
  BOOST_TEST(is_private(rules, temp / "r[e]al*/x.c"));
  BOOST_TEST(!is_private(rules, temp / "real/x.c"));
  BOOST_TEST(!is_private(rules, temp / "r[e]al*/x.h"));
  BOOST_TEST(rules.judge(temp / "r[e]al*/x.c").rule == temp / "nda/*.c");
}

BOOST_AUTO_TEST_CASE(a_rule_is_shown_as_it_was_written) {
  const TempFolder temp;
  const test::ScopedEnv home("HOME", temp.path());
  BOOST_TEST(PathRules({"~/nda/**"}).judge(temp / "nda/x").rule == "~/nda/**");
}

BOOST_AUTO_TEST_CASE(patterns_that_are_not_known_make_everything_private) {
  const PathRules rules({}, {}, nullptr, "config.toml: [privacy] has errors");
  BOOST_TEST(is_private(rules, "/x"));
  BOOST_TEST(!rules.judge("/x").never_send);
  BOOST_TEST(rules.judge("/x").rule == "config.toml: [privacy] has errors");
  BOOST_TEST(rules.judge("/.env").rule == ".env");
}
