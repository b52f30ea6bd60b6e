#include "task/changes.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>

#include "support/temp_folder.h"

using namespace coder;
using namespace coder::task;
using Which = Changes::Which;

namespace {

const char* const kDiff =
    "diff --git a/src/a.py b/src/a.py\nindex 1..2 100644\n--- a/src/a.py\n+++ b/src/a.py\n@@ -1,2 +1,3 @@ "
    "def f():\n"
    " one\n-two\n+2\n+diff --git a/x b/x\n"
    "diff --git a/img.png b/img.png\nindex 1..2 100644\nBinary files a/img.png and b/img.png differ\n"
    "diff --git a/old name.c b/new name.c\nsimilarity index 100%\nrename from old name.c\nrename to new "
    "name.c\n"
    "diff --git a/gone.c b/gone.c\ndeleted file mode 100644\n--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n--- "
    "a comment\n"
    "diff --git a/Cargo.lock b/Cargo.lock\n--- a/Cargo.lock\n+++ b/Cargo.lock\n@@ -0,0 +1 @@\n+x\n"
    "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n";

struct Repository {
  test::TempFolder folder;
  std::string root = folder.path();

  Repository() {
    git("init -q -b main");
    git("config user.email a@b");
    git("config user.name a");
  }
  void git(const std::string& words) {
    const std::string command = "git -C '" + root + "' " + words + " >/dev/null 2>&1";
    BOOST_REQUIRE(std::system(command.c_str()) == 0);
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(root + "/" + name) << text; }
  void commit(const std::string& name, const std::string& text, const std::string& subject) {
    write(name, text);
    git("add -A");
    git("commit -q -m '" + subject + "'");
  }

  /// "about | paths | commits | left out", or the error.
  std::string read(Which which, const std::string& base = "", const privacy::PathRules& rules = {}) {
    loop::Loop loop;
    std::string out = "never called";
    ReadChanges reading(
        loop, {root, which, base, ""}, [&](const std::string& text) { return rules.judge_text(text, root); },
        [&](Result<Changes> changes) {
          out.clear();
          if (!changes) out = changes.error().text();
          if (changes) {
            out = changes->about + " |";
            for (const FileDiff& file : changes->files) out += " " + file.path;
            out += " |";
            for (const std::string& one : changes->commits) out += " " + one;
            out += " |";
            for (const std::string& one : changes->left_out) out += " " + one;
            if (changes->label == privacy::Label::local_only) out += " private";
            for (const std::string& one : changes->unmerged) out += " unmerged:" + one;
          }
          loop.stop();
        });
    loop.run();
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(changes)

BOOST_AUTO_TEST_CASE(a_diff_is_split_at_its_headers_and_nowhere_else) {
  const std::vector<FileDiff> files = split_diff(kDiff);
  BOOST_TEST(
      stat_of(files) ==
      "src/a.py | 2 + 1 -\nimg.png | binary\nnew name.c | 0 + 0 -\ngone.c | 0 + 1 -\nCargo.lock | 1 + 0 -, "
      "generated\nrun.sh | 0 + 0 -\n");
  std::string whole;
  for (const FileDiff& file : files) whole += file.text;
  BOOST_TEST(whole == kDiff);
}

BOOST_AUTO_TEST_CASE(a_diff_that_git_did_not_write_and_a_text_that_is_none) {
  const std::vector<FileDiff> files = split_diff(
      "--- old/a.c\t2026-01-01\n+++ new/a.c\t2026-01-02\n@@ -1 +1 @@\n-a\n+b\n--- x.c\n+++ x.c\n@@ -1 +1 "
      "@@\n-a\n+b\n");
  BOOST_TEST(stat_of(files) == "new/a.c | 1 + 1 -\nx.c | 1 + 1 -\n");
  BOOST_TEST(split_diff("what I did today").size() == 1u);
  BOOST_TEST(split_diff("").empty());
  BOOST_TEST(split_diff("diff --git \n").size() == 1u);
  BOOST_TEST(split_diff("diff --git a/\"x\\ty\" b\n@@ -1,99 +1,99 @@\n x").size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_not_committed_and_what_is_staged) {
  Repository at;
  BOOST_TEST(at.read(Which::worktree).find("nothing has changed") == 0u);
  at.write("first.c", "1\n");
  at.git("add first.c");
  BOOST_TEST(at.read(Which::worktree) == "the first commit | first.c | |");
  at.commit("a.c", "1\n", "one");
  at.write("a.c", "2\n");
  at.write("new.c", "n\n");
  BOOST_TEST(at.read(Which::worktree) == "what is not committed | a.c | | new.c: not added to git");
  BOOST_TEST(at.read(Which::staged) == "what is not committed (nothing is staged) | a.c | |");
  at.git("add new.c");
  BOOST_TEST(at.read(Which::staged) == "what is staged | new.c | |");
}

BOOST_AUTO_TEST_CASE(of_a_branch) {
  Repository at;
  at.commit("a.c", "1\n", "one");
  at.git("checkout -q -b topic");
  at.write("a.c", "9\n");
  BOOST_TEST(at.read(Which::branch) == "what is not committed (there is no commit since main) | a.c | |");
  at.commit("b.c", "2\n", "two");
  at.commit("c.c", "3\n", "three");
  at.write("b.c", "changed\n");
  BOOST_TEST(at.read(Which::branch) == "2 commits since main | a.c b.c c.c | three two |");
  BOOST_TEST(at.read(Which::since) ==
             "2 commits since main and what is not committed | a.c b.c c.c | three two |");
  BOOST_TEST(at.read(Which::branch, "HEAD~1") == "1 commit since HEAD~1 | c.c | three |");
  BOOST_TEST(at.read(Which::branch, "nowhere").find("there is no commit or branch nowhere") == 0u);
  BOOST_TEST(at.read(Which::branch, "--output=/tmp/x").find("there is no commit or branch --output") == 0u);
  at.git("branch -m main other");
  BOOST_TEST(at.read(Which::branch).find("there is neither main nor master") == 0u);
}

BOOST_AUTO_TEST_CASE(files_that_are_never_sent_are_left_out_and_private_ones_label_it) {
  Repository at;
  at.commit("a.c", "1\n", "one");
  at.write(".env", "KEY=1\n");
  at.git("add -f .env");
  BOOST_TEST(at.read(Which::staged).find("all that has changed is never sent: .env: never sent (rule ") ==
             0u);
  at.write("a.c", "2\n");
  at.git("add a.c");
  const std::string both = at.read(Which::staged);
  BOOST_TEST(both.find("what is staged | a.c | | .env: never sent (rule ") == 0u);
  privacy::PathRules rules({at.root + "/**"}, {});
  BOOST_TEST(at.read(Which::staged, "", rules).find("private") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_conflict_and_no_repository) {
  Repository at;
  at.commit("a.c", "1\n", "one");
  at.git("checkout -q -b topic");
  at.commit("a.c", "2\n", "two");
  at.git("checkout -q main");
  at.commit("a.c", "3\n", "three");
  (void)!std::system(("git -C '" + at.root + "' merge topic >/dev/null 2>&1").c_str());
  const std::string read = at.read(Which::worktree);
  BOOST_TEST(read.find("unmerged:a.c") != std::string::npos, read);
  BOOST_TEST(at.read(Which::staged).find("there is a merge conflict in a.c") == 0u);
  at.root += "/none";
  BOOST_TEST(at.read(Which::worktree).find("git: ") == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
