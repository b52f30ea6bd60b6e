#include "privacy/diff.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "privacy/paths.h"
#include "support/temp_folder.h"

using namespace coder;
using privacy::diff_paths;
using privacy::Label;
using privacy::PathRules;
using privacy::Verdict;
using test::TempFolder;

namespace {

std::string sorted(const std::string& text) {
  std::vector<std::string> paths = diff_paths(text);
  std::sort(paths.begin(), paths.end());
  std::string out;
  for (const std::string& path : paths) out += (out.empty() ? "" : " | ") + path;
  return out;
}

bool names(const std::string& text, const std::string& path) {
  const std::vector<std::string> paths = diff_paths(text);
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_headers_of_diffs) {
  const struct {
    const char* text;
    const char* paths;
  } cases[] = {
      {"diff --git a/src/x.c b/src/x.c\nindex 1..2 100644\n--- a/src/x.c\n+++ b/src/x.c\n@@ -1 +1 "
       "@@\n-a\n+b\n",
       "a/src/x.c | b/src/x.c | src/x.c"},
      {"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n", "a/x | b/x | x"},
      // renamed from private to public: both names
      {"diff --git a/client-x/a.py b/lib/a.py\nsimilarity index 100%\nrename from client-x/a.py\nrename to "
       "lib/a.py\n",
       "a.py | a/client-x/a.py | b/lib/a.py | client-x/a.py | lib/a.py"},
      {"copy from one\ncopy to two\n", "one | two"},
      {"diff --cc src/x.c\nindex 1,2..3\n--- a/src/x.c\n+++ b/src/x.c\n@@@ -1,1 -1,1 +1,1 @@@\n",
       "a/src/x.c | b/src/x.c | src/x.c"},
      {"diff --combined src/x.c\n", "src/x.c"},
      // --no-prefix, mnemonic prefixes, prefixes of one's own
      {"diff --git src/x.c src/x.c\n--- src/x.c\n+++ src/x.c\n", "src/x.c"},
      {"diff --git i/x w/x\n--- i/x\n+++ w/x\n", "i/x | w/x | x"},
      {"diff --git old/src/x.c new/src/x.c\n--- old/src/x.c\n+++ new/src/x.c\n",
       "new/src/x.c | old/src/x.c | src/x.c"},
      // spaces
      {"diff --git a/my file b/my file\n", "a/my file | b/my file | my file"},
      {"diff --git my file my file\n", "my file"},
      {"--- a/my file\t\n+++ b/my file\t\n", "a/my file | b/my file | my file"},
      {"Binary files a/x.bin and b/x.bin differ\n@@ -1 +1 @@\n", "a/x.bin | b/x.bin | x.bin"},
      {"Index: src/x.c\n=====\n--- src/x.c\t(revision 1)\n+++ src/x.c\t(working copy)\n", "src/x.c"},
      {"diff -ru proj.orig/src/x.c proj/src/x.c\n--- proj.orig/src/x.c\t2024-01-01 10:00:00\n+++ "
       "proj/src/x.c\t2024-01-01 10:00:00\n",
       "proj.orig/src/x.c | proj/src/x.c | src/x.c"},
      {"*** x.c\t2024-01-01\n--- y.c\t2024-01-01\n***************\n", "x.c | y.c"},
      // quoted
      {"diff --git \"a/f\\303\\244.py\" \"b/f\\303\\244.py\"\n",
       "a/f\xC3\xA4.py | b/f\xC3\xA4.py | f\xC3\xA4.py"},
      {"diff --git a/x \"b/q\\\"t\\\\\\t\\n.c\"\n", "a/x | b/q\"t\\\t\n.c | q\"t\\\t\n.c | x"},
      {"--- \"a/\\1\\12x\"\n+++ /dev/null\n", "\1\nx | a/\1\nx"},
      {"--- \"a/open\n+++ b/x\n", "a/open | b/x | open | x"},
      {"\"\n", ""},
      {"--- \"a/\\\n+++ \"\\", "\\ | a/\\"},
      // line ends, colours, quotations, graphs, indentation
      {"diff --git a/x b/x\r\n--- a/x\r\n+++ b/x\r\n", "a/x | b/x | x"},
      {"\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[1m--- a/x\x1b[m\n\x1b[1m+++ b/x\x1b[m\n", "a/x | b/x | x"},
      {"> --- a/x\n> +++ b/x\n", "a/x | b/x | x"},
      {"> > | diff --git a/x b/x\n", "a/x | b/x | x"},
      {">>>diff --git a/x b/x", "a/x | b/x | x"},
      {"| * | diff --git a/x b/x\n", "a/x | b/x | x"},
      {"\t    diff --git a/x b/x\n", "a/x | b/x | x"},
      {"please review diff --git a/x b/x\n", "a/x | b/x | x"},
      {"+diff --git a/x b/x\n+--- a/x\n++++ b/x\n", "a/x | b/x | x"},
      // in a hunk: a removed line "-- a"
      {"@@ -1 +1 @@\n--- a\n", "a"},
      {"--- a/x\n", "a/x | x"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.text) { BOOST_TEST(sorted(c.text) == c.paths); }
  }
}

BOOST_AUTO_TEST_CASE(names_that_can_be_cut_in_several_ways_are_all_taken) {
  BOOST_TEST(names("diff --git a/one two b/three four\n", "one two"));
  BOOST_TEST(names("diff --git a/one two b/three four\n", "three four"));
  BOOST_TEST(names("Binary files a/x and y and b/z differ\n@@ -1 +1 @@\n", "x and y"));
  BOOST_TEST(names("--- a/x y\n+++ b/x y\n", "x y"));
  // A tab that a terminal made blanks of.
  BOOST_TEST(names("--- a/.env  2024-01-01 10:00\n+++ b/.env  2024-01-01 10:00\n", ".env"));
  BOOST_TEST(names("--- a/.env 2024-01-01 10:00\n+++ b/.env 2024-01-01 10:00\n", ".env"));
  BOOST_TEST(names("--- a/.env \n+++ b/.env \n", ".env"));
  BOOST_TEST(names("--- a/two  blanks\n+++ b/two  blanks\n", "two  blanks"));
}

BOOST_AUTO_TEST_CASE(what_is_no_diff) {
  for (const char* text : {
           "",
           "\n\n",
           "why is this slow?",
           "---\ntitle: x\n---\n",
           "--- Reads the key from server.key\nlocal function f() end\n",
           "--- .env\n",
           "run: diff -u .env.example .env\n",
           "diff -u .env.example .env\n",
           "rename to .env\n",
           "    copy to server.key\n",
           "Index: x\n",
           "Binary files are big\n",
           "+++\ndate = 1\n+++\n",
           "a diff is fine",
           "diff --git\n",
       }) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(diff_paths(text).empty()); }
  }
  // Comments in a hunk are not paths.
  const std::string hunk = "diff --git a/x.lua b/x.lua\n--- a/x.lua\n+++ b/x.lua\n@@ -1,3 +1,3 @@\n";
  BOOST_TEST(sorted(hunk + " --- Reads server.key\n--- sorted by x.key\n+--- uses a.pem\n") ==
             "a/x.lua | b/x.lua | x.lua");
}

BOOST_AUTO_TEST_CASE(there_are_bounds) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "diff --git " + std::to_string(i) + " " + std::to_string(i) + "\n";
  std::vector<std::string> paths = diff_paths(text);
  BOOST_TEST(paths.size() == privacy::kMaxDiffPaths + 1);
  BOOST_TEST(paths.back() == "");
  BOOST_TEST(paths[4095] == "4095");
  // As many as fit are not too many, however often they are named.
  text.clear();
  for (int i = 0; i < 4096 * 3; ++i) text += "diff --cc " + std::to_string(i % 4096) + "\n";
  BOOST_TEST(diff_paths(text).size() == 4096u);
  text.clear();
  for (int i = 0; i < 5000; ++i) text += "--- " + std::to_string(i) + "\n";
  BOOST_TEST(diff_paths(text).empty());
  paths = diff_paths(text + "@@ -1 +1 @@\n");
  BOOST_TEST(paths.size() == privacy::kMaxDiffPaths + 1);
  BOOST_TEST(paths.back() == "");
  // Very long lines and names.
  paths = diff_paths("diff --git a/" + std::string(1 << 20, 'x') + " b/y\n");
  BOOST_TEST(!paths.empty());
  for (const std::string& path : paths) BOOST_TEST(path.size() <= 4096u);
  for (const char* piece : {" ", "\" ", " b/", "\\", "/", "-", "> ", "\x1b[", "a\t", " and "}) {
    std::string line;
    while (line.size() < 2'000'000) line += piece;
    for (const char* head : {"diff --git ", "--- ", "Binary files ", "", "diff -u ", "rename from "}) {
      for (const std::string& path : diff_paths(head + line + " differ\n@@ -1 +1 @@\n"))
        BOOST_TEST(path.size() <= 4096u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_is_judged_by_its_diff) {
  const TempFolder temp;
  const std::string repo = temp.folder("repo");
  temp.folder("repo/.git");
  temp.file("repo/public/a.py");
  temp.link("repo/alias", "client-x");
  temp.file("repo/client-x/a.py");
  const PathRules rules({"client-x/**"}, {"*.secret"});
  const auto diff = [](const std::string& a, const std::string& b) {
    return "Why?\n\ndiff --git a/" + a + " b/" + b + "\n--- a/" + a + "\n+++ b/" + b +
           "\n@@ -1 +1 @@\n-x\n+y\n";
  };
  Verdict verdict = rules.judge_text(diff("client-x/a.py", "client-x/a.py"), repo);
  BOOST_TEST((verdict.label == Label::local_only));
  BOOST_TEST(!verdict.never_send);
  BOOST_TEST(verdict.rule == "client-x/**");
  BOOST_TEST(verdict.file == "client-x/a.py");
  // However it is written, and whichever side it is on.
  for (const auto& [a, b] :
       std::vector<std::pair<std::string, std::string>>{{"client-x/a.py", "public/a.py"},
                                                        {"public/a.py", "client-x/a.py"},
                                                        {"alias/a.py", "alias/a.py"},
                                                        {"CLIENT-X/A.py", "CLIENT-X/A.py"},
                                                        {"public/../client-x/a", "x"},
                                                        {"client-x/gone", "client-x/gone"}}) {
    BOOST_TEST_CONTEXT(a << " " << b) {
      BOOST_TEST((rules.judge_text(diff(a, b), repo).label == Label::local_only));
    }
  }
  verdict = rules.judge_text(diff("public/a.py", "public/b.py"), repo);
  BOOST_TEST((verdict.label == Label::any));
  BOOST_TEST(verdict.rule == "");
  BOOST_TEST(verdict.file == "");
  BOOST_TEST((rules.judge_text("client-x/a.py is slow", repo).label == Label::any));
  // The strictest verdict counts.
  verdict = rules.judge_text(diff("client-x/a.py", "client-x/a.py") + diff("x/.env", "x/.env"), repo);
  BOOST_TEST(verdict.never_send);
  BOOST_TEST(verdict.file == "x/.env");
  BOOST_TEST(verdict.rule == ".env");
  BOOST_TEST(rules.judge_text(diff("b.secret", "b.txt"), repo).never_send);
}

BOOST_AUTO_TEST_CASE(paths_are_those_of_the_folder_and_of_its_repository) {
  const TempFolder temp;
  temp.folder("repo/.git");
  const std::string inside = temp.folder("repo/client-x/deep");
  const PathRules rules({"client-x/**"});
  const std::string relative = "--- a.py\n+++ a.py\n";
  BOOST_TEST((rules.judge_text(relative, inside).label == Label::local_only));
  BOOST_TEST((rules.judge_text(relative, temp / "repo").label == Label::any));
  BOOST_TEST((rules.judge_text("--- a/client-x/a.py\n+++ b/client-x/a.py\n", temp.folder("repo/src")).label ==
              Label::local_only));
  // Absolute names: plain diff writes them as they are, git takes the slash off.
  const std::string file = temp.file("repo/client-x/a.py");
  BOOST_TEST((rules.judge_text("--- " + file + "\n+++ /y\n", "/usr").label == Label::local_only));
  BOOST_TEST(
      (rules.judge_text("diff --git a" + file + " b" + file + "\n", "/usr").label == Label::local_only));
}

BOOST_AUTO_TEST_CASE(a_diff_of_too_many_files_is_not_sent) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "diff --git " + std::to_string(i) + " " + std::to_string(i) + "\n";
  const Verdict verdict = PathRules().judge_text(text, "/usr");
  BOOST_TEST(verdict.never_send);
  BOOST_TEST(verdict.rule == "a diff of more files than can be judged");
}
