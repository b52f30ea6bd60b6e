#include "privacy/paths.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/temp_folder.h"

using namespace coder;
using privacy::Label;
using privacy::PathRules;
using privacy::Verdict;
using test::TempFolder;

namespace {

const PathRules& client_x() {
  static const PathRules rules({"client-x/**"}, {"*.secret"});
  return rules;
}

bool is_private(const PathRules& rules, const std::string& path) {
  return rules.judge(path).label == Label::local_only;
}

}  // namespace

BOOST_AUTO_TEST_CASE(patterns_are_relative_to_the_repository) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const std::string file = temp.file("repo/client-x/a.py");
  const Verdict verdict = client_x().judge(file);
  BOOST_TEST((verdict.label == Label::local_only));
  BOOST_TEST(!verdict.never_send);
  BOOST_TEST(verdict.rule == "client-x/**");
  BOOST_TEST(is_private(client_x(), temp / "repo/client-x"));
  BOOST_TEST(!is_private(client_x(), temp / "repo/other/a.py"));
  BOOST_TEST(!is_private(client_x(), temp / "repo/other/client-x/a.py"));
  BOOST_TEST(client_x().judge(temp / "repo/other/a.py").rule == "");
}

BOOST_AUTO_TEST_CASE(a_path_is_judged_however_it_is_written) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.folder("repo/src");
  temp.file("repo/client-x/a.py");
  for (const char* written :
       {"repo/src/../client-x/a.py", "repo//client-x/./a.py", "repo/client-x/../client-x/a.py",
        "repo/missing/../client-x/a.py", "repo/CLIENT-X/a.py", "repo/client-x/"}) {
    BOOST_TEST_CONTEXT(written) { BOOST_TEST(is_private(client_x(), temp / written)); }
  }
  BOOST_TEST(!is_private(client_x(), temp / "repo/client-x/../src/a.py"));
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_taken_from_the_working_directory) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.folder("repo/client-x");
  temp.folder("repo/src");
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(temp / "repo/client-x");
  BOOST_TEST(is_private(client_x(), "a.py"));
  BOOST_TEST(!is_private(client_x(), "../src/a.py"));
  std::filesystem::current_path(temp / "repo/src");
  BOOST_TEST(!is_private(client_x(), "a.py"));
  BOOST_TEST(is_private(client_x(), "../client-x/a.py"));
  std::filesystem::current_path(before);
}

BOOST_AUTO_TEST_CASE(links_are_followed_and_do_not_hide) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.file("repo/client-x/a.py");
  temp.file("repo/src/b.py");
  temp.folder("elsewhere");
  temp.link("repo/src/alias.py", "../client-x/a.py");
  temp.link("repo/src/folder", temp / "repo/client-x");
  temp.link("elsewhere/in", temp / "repo/client-x");
  temp.link("repo/client-x/out.py", "../src/b.py");
  BOOST_TEST(is_private(client_x(), temp / "repo/src/alias.py"));
  BOOST_TEST(is_private(client_x(), temp / "repo/src/folder/a.py"));
  BOOST_TEST(is_private(client_x(), temp / "elsewhere/in/a.py"));
  BOOST_TEST(is_private(client_x(), temp / "repo/client-x/out.py"));  // lexically in it
  BOOST_TEST(!is_private(client_x(), temp / "repo/src/b.py"));
  // ".." after a link leaves the link's target, not the folder the link is in.
  temp.link("repo/src/deep", temp.folder("repo/client-x/deep"));
  BOOST_TEST(is_private(client_x(), temp / "repo/src/deep/../a.py"));
}

BOOST_AUTO_TEST_CASE(a_chain_of_links_is_private_where_it_passes_through) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const std::string target = temp.file("far/a.py");
  temp.link("repo/client-x/a.py", target);
  temp.link("repo/src/alias.py", temp / "repo/client-x/a.py");
  BOOST_TEST(is_private(client_x(), temp / "repo/src/alias.py"));
}

BOOST_AUTO_TEST_CASE(what_does_not_exist_yet_is_judged_too) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.folder("repo/client-x");
  temp.link("repo/src/folder", temp / "repo/client-x");
  temp.link("repo/src/dangling.py", temp / "repo/client-x/new.py");
  BOOST_TEST(is_private(client_x(), temp / "repo/client-x/new/deep/x.py"));
  BOOST_TEST(is_private(client_x(), temp / "repo/src/folder/new/x.py"));
  BOOST_TEST(is_private(client_x(), temp / "repo/src/dangling.py"));
  BOOST_TEST(!is_private(client_x(), temp / "repo/src/new.py"));
}

BOOST_AUTO_TEST_CASE(loops_of_links_end) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.link("repo/a", "b");
  temp.link("repo/b", "a");
  temp.link("repo/self", "self/self");
  BOOST_TEST(!is_private(client_x(), temp / "repo/a/x.py"));
  BOOST_TEST(!is_private(client_x(), temp / "repo/self"));
  BOOST_TEST(is_private(PathRules({"**/a"}), temp / "repo/a/x.py"));
}

BOOST_AUTO_TEST_CASE(nested_repositories_have_their_own_root_and_stay_under_the_outer_rules) {
  const TempFolder temp;
  temp.folder("outer/.git");
  temp.folder("outer/vendor/inner/.git");
  temp.file("outer/client-x/module/.git", "gitdir: ../../.git/modules/module\n");  // a submodule
  BOOST_TEST(is_private(client_x(), temp / "outer/vendor/inner/client-x/a.py"));
  BOOST_TEST(is_private(client_x(), temp / "outer/client-x/module/a.py"));
  BOOST_TEST(!is_private(client_x(), temp / "outer/vendor/client-x/a.py"));
  BOOST_TEST(privacy::repository_root(temp / "outer/vendor/inner/x/y.c") == temp / "outer/vendor/inner");
  BOOST_TEST(privacy::repository_root(temp / "outer/vendor/x.c") == temp / "outer");
  BOOST_TEST(privacy::repository_root(temp / "outer") == temp / "outer");
  BOOST_TEST(privacy::repository_root(temp / "outer/client-x/module/missing/x") ==
             temp / "outer/client-x/module");
}

BOOST_AUTO_TEST_CASE(outside_any_repository_a_pattern_may_begin_anywhere) {
  const TempFolder temp;
  if (!privacy::repository_root(temp.path()).empty()) return;  // the temporary folder is in one
  BOOST_TEST(is_private(client_x(), temp / "deep/down/client-x/a.py"));
  BOOST_TEST(is_private(PathRules({"down/*.py"}), temp / "deep/down/a.py"));
  BOOST_TEST(!is_private(PathRules({"own/*.py"}), temp / "deep/down/a.py"));
  BOOST_TEST(!is_private(client_x(), temp / "client-xy/a.py"));
}

BOOST_AUTO_TEST_CASE(absolute_and_home_patterns) {
  const TempFolder temp;
  temp.folder("home/repo/.git");
  temp.folder("home/real-nda");
  temp.link("home/nda", temp / "home/real-nda");
  const test::ScopedEnv home("HOME", temp / "home");
  const PathRules rules({"~/nda/**", temp / "abs/*.c"});
  BOOST_TEST(is_private(rules, temp / "home/nda/a.py"));
  BOOST_TEST(is_private(rules, temp / "home/real-nda/a.py"));  // where the pattern's folder leads
  BOOST_TEST(!is_private(rules, temp / "home/repo/a.py"));
  BOOST_TEST(is_private(rules, temp / "abs/x.c"));
  BOOST_TEST(!is_private(rules, temp / "abs/x.h"));
  BOOST_TEST(is_private(PathRules({"~"}), temp / "home/repo/a.py"));
  BOOST_TEST(is_private(PathRules({"~/"}), temp / "home/repo/a.py"));
  const test::ScopedEnv homeless("HOME", std::nullopt);
  BOOST_TEST(is_private(PathRules({"~/nda/**"}), temp / "home/nda/a.py"));
}

BOOST_AUTO_TEST_CASE(a_home_folder_with_glob_characters_is_taken_as_it_is) {
  const TempFolder temp;
  const test::ScopedEnv home("HOME", temp.folder("h[o]me*"));
  BOOST_TEST(is_private(PathRules({"~/x/**"}), temp / "h[o]me*/x/y"));
  BOOST_TEST(!is_private(PathRules({"~/x/q**"}), temp / "home/x/y"));
}

BOOST_AUTO_TEST_CASE(buffers_that_plugins_name_after_files_are_judged) {
  BOOST_TEST(is_private(client_x(), "fugitive:///home/me/repo/.git//0/client-x/a.py"));
  BOOST_TEST(is_private(client_x(), "oil:///home/me/repo/client-x/"));
  BOOST_TEST(client_x().judge("zipfile:///home/me/a.zip::.env").never_send);
  BOOST_TEST(client_x().judge("scp://host/project/.env").never_send);
  BOOST_TEST(!is_private(client_x(), "term://bash"));
}

BOOST_AUTO_TEST_CASE(the_never_send_list) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const PathRules rules;
  const char* never[] = {
      ".env",
      ".env.production",
      ".ENV",
      "deep/down/.env",
      "prod.env",
      ".env.local",
      ".envrc",
      "x.pem",
      "x.PEM",
      "server.key",
      "id_rsa",
      "id_rsa_work",
      "id_ed25519",
      "id_ecdsa_sk",
      "a.p12",
      "a.pfx",
      "a.jks",
      "a.keystore",
      ".netrc",
      ".npmrc",
      ".pypirc",
      ".git-credentials",
      ".aws/credentials",
      "x/.aws/credentials",
      ".ssh/config",
      ".ssh/id_rsa.pub",
      "x/.ssh/known_hosts",
      ".gnupg/private-keys-v1.d/x",
      "pass.kdbx",
      "terraform.tfstate",
      ".htpasswd",
      "credentials.json",
      "secrets.yml",
      "config/secrets.yaml",
      "secrets.json",
      "secrets.toml",
      "prod.tfvars",
      "service-account-prod.json",
      "client_secret_1.json",
      ".env/inner",
      ".env.d/x.example",
  };
  for (const char* name : never) {
    BOOST_TEST_CONTEXT(name) {
      const Verdict verdict = rules.judge(temp / "repo/" + name);
      BOOST_TEST(verdict.never_send);
      BOOST_TEST((verdict.label == Label::local_only));
      BOOST_TEST(verdict.rule != "");
    }
  }
  const char* sent[] = {
      ".env.example",
      ".env.sample",
      ".env.template",
      ".env.dist",
      "deep/.env.local.example",
      "id_rsa.pub",
      "id_ed25519.pub",
      "environment.py",
      "env",
      "key.py",
      "keys/a.py",
      "monkey",
      "pem.txt",
      "secrets.py",
      "secret_store.cc",
      ".aws/task-definition.json",
      "credentials.py",
      "id_rs",
      "example.env",
      ".gitignore",
      "prod.tfvars.example",
      "README.md",
  };
  for (const char* name : sent) {
    BOOST_TEST_CONTEXT(name) {
      const Verdict verdict = rules.judge(temp / "repo/" + name);
      BOOST_TEST(!verdict.never_send);
      BOOST_TEST((verdict.label == Label::any));
      BOOST_TEST(verdict.rule == "");
    }
  }
  // Of these, at least, the manual speaks.
  for (const char* pattern : {".env", "*.pem", "id_rsa*", ".netrc", "**/.ssh/**"}) {
    const auto& list = PathRules::default_never_send();
    BOOST_TEST((std::find(list.begin(), list.end(), pattern) != list.end()));
  }
}

BOOST_AUTO_TEST_CASE(a_link_to_a_secret_is_one) {
  const TempFolder temp;
  temp.folder("repo/.git");
  temp.file("repo/.env", "K=1");
  temp.link("repo/settings.txt", ".env");
  BOOST_TEST(PathRules().judge(temp / "repo/settings.txt").never_send);
}

BOOST_AUTO_TEST_CASE(never_send_adds_to_the_list_and_wins_over_local_only) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const Verdict verdict = client_x().judge(temp / "repo/client-x/a.secret");
  BOOST_TEST(verdict.never_send);
  BOOST_TEST(verdict.rule == "*.secret");
  BOOST_TEST(client_x().judge(temp / "repo/client-x/.env").rule == ".env");
  BOOST_TEST(client_x().judge(temp / "repo/.env").never_send);
  BOOST_TEST(PathRules({}, {".env.example"}).judge(temp / "repo/.env.example").never_send);
}

BOOST_AUTO_TEST_CASE(odd_paths_do_no_harm) {
  const PathRules rules({"**"}, {});
  for (const std::string& path : {std::string(), std::string("/"), std::string("."), std::string(".."),
                                  std::string("/.."), std::string("//"), std::string("a\0b", 3),
                                  std::string(100000, 'a'), std::string("\xff\xfe"), std::string("a\nb")}) {
    BOOST_TEST(is_private(rules, path));
  }
  BOOST_TEST(!is_private(PathRules(), "/"));
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += "/a";
  BOOST_TEST(!is_private(PathRules(), deep));
}
