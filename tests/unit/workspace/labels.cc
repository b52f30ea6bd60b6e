#include "workspace/labels.h"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/temp_folder.h"

using namespace coder;
using privacy::Label;
using workspace::Labels;

namespace {

/// An editor on a repository in which client/ is private.
struct Editor {
  test::TempFolder folder;
  privacy::PathRules rules{{"client/**"}, {"*.dump"}};
  workspace::Mirrors mirrors;
  std::vector<int64_t> told;
  Labels labels{mirrors, [this]() -> const privacy::PathRules& { return rules; },
                [this](int64_t buf) { told.push_back(buf); }};

  Editor() { folder.folder("repo/.git"); }

  std::string path(const std::string& name) const { return folder / "repo/" + name; }

  void open(int64_t buf, const std::string& name, const std::vector<std::string>& lines, bool held = false) {
    const std::string whole = name.empty() || name.find("://") != std::string::npos ? name : path(name);
    mirrors.open(buf, whole);
    labels.attached(buf, whole, held);
    put(buf, 0, -1, lines);
  }
  void put(int64_t buf, int64_t first, int64_t last, const std::vector<std::string>& lines) {
    mirrors.apply(buf, {1, first, last, lines});
    labels.changed(buf, static_cast<size_t>(first), lines.size());
  }
  void rename(int64_t buf, const std::string& name) {
    mirrors.open(buf, path(name));
    labels.attached(buf, path(name), false);
  }
  bool is_private(int64_t buf) const { return labels.of(buf).label == Label::local_only; }
};

const std::string kSecret = "spread = quote_margin(book, 0.25)";

}  // namespace

BOOST_AUTO_TEST_CASE(a_buffer_has_the_label_of_its_path_and_keeps_the_strictest_it_had) {
  Editor editor;
  editor.open(1, "client/a.py", {kSecret});
  editor.open(2, "src/b.py", {"x = 1"});
  BOOST_TEST(editor.is_private(1));
  BOOST_TEST(!editor.is_private(2));
  BOOST_TEST(editor.told.empty());  // their paths say it
  editor.rename(1, "src/public.py");
  BOOST_TEST(editor.is_private(1));
  BOOST_TEST((editor.told == std::vector<int64_t>{1}));
  BOOST_TEST(editor.labels.of(1).rule.find("client/a.py") != std::string::npos);
  editor.rename(2, "x.dump");
  BOOST_TEST(editor.labels.of(2).never_send);
  editor.rename(2, "src/b.py");
  BOOST_TEST(editor.labels.of(2).never_send);
}

BOOST_AUTO_TEST_CASE(a_buffer_without_a_path_is_judged_by_its_text) {
  Editor editor;
  editor.open(1, "client/a.py", {"import numpy", kSecret});
  editor.open(2, "", {"", "import numpy"});
  BOOST_TEST(!editor.is_private(2));
  editor.put(2, 0, 1, {"  " + kSecret});
  BOOST_TEST(editor.is_private(2));
  BOOST_TEST((editor.told == std::vector<int64_t>{2}));
  editor.put(2, 0, -1, {""});
  BOOST_TEST(editor.is_private(2));  // what it has held

  // A line that two files share does not make the other one private.
  editor.open(3, "src/b.py", {kSecret});
  BOOST_TEST(!editor.is_private(3));
}

BOOST_AUTO_TEST_CASE(what_was_yanked_takes_its_label_along) {
  Editor editor;
  editor.open(1, "client/a.py", {"key = 'Zx81-margins'", kSecret});
  editor.labels.yanked(1, 1, 7, 1, 18, "char");
  editor.open(2, "", {"look: Zx81-margins"});
  BOOST_TEST(editor.is_private(2));
  editor.open(3, "src/b.py", {"look: Zx81-margins"});
  BOOST_TEST(!editor.is_private(3));  // too short to be told from words of its own
  editor.labels.yanked(1, 2, 0, 2, 0, "line");
  editor.put(3, 0, 1, {"    " + kSecret + "  # moved"});
  BOOST_TEST(editor.is_private(3));
  // A yank in a public file leaves nothing.
  editor.open(4, "src/c.py", {"a_long_name_of_no_importance = 1"});
  editor.labels.yanked(4, 1, 0, 1, 0, "line");
  editor.open(5, "", {"a_long_name_of_no_importance = 1"});
  BOOST_TEST(!editor.is_private(5));
  // Positions beyond the text are no matter.
  editor.labels.yanked(1, 0, 0, 99, 99, "char");
  editor.labels.yanked(1, 99, 9, 1, 0, "block");
  editor.labels.yanked(77, 1, 0, 1, 0, "line");
}

BOOST_AUTO_TEST_CASE(a_diff_has_the_labels_of_its_files) {
  Editor editor;
  editor.open(1, ".git/COMMIT_EDITMSG", {"subject", "", "diff --git a/client/a.py b/client/a.py"});
  BOOST_TEST(editor.is_private(1));
  editor.open(2, "b.patch", {"diff --git a/src/b.py b/src/b.py", "--- a/src/b.py", "+++ b/src/b.py"});
  BOOST_TEST(!editor.is_private(2));
  editor.put(2, 1, 2, {"--- a/x.dump"});
  BOOST_TEST(editor.labels.of(2).never_send);
  const std::string text = "why?\n--- a/client/old.py\n+++ b/src/new.py\n@@ -1 +1 @@\n-a\n+b\n";
  BOOST_TEST((editor.labels.of_text(text, editor.path("")).label == Label::local_only));
}

BOOST_AUTO_TEST_CASE(a_conversation_is_judged_when_it_is_asked) {
  Editor editor;
  editor.open(1, "client/a.py", {kSecret});
  editor.open(2, "coder://chat/1", {"## You", kSecret});
  BOOST_TEST(!editor.is_private(2));
  BOOST_TEST((editor.labels.of_text("why?\n" + kSecret, "").label == Label::local_only));
  BOOST_TEST((editor.labels.of_text("why?", "").label == Label::any));
}

BOOST_AUTO_TEST_CASE(a_part_of_a_diff_that_no_question_was_asked_about_is_known) {
  Editor editor;
  editor.open(2, "src/b.py", {"x = 1"});
  editor.open(3, "coder://chat/3",
              {"## You", "--- a/client/a.py", "+++ b/client/a.py", "@@ -0,0 +1 @@", "+" + kSecret});
  BOOST_TEST(!editor.is_private(3));  // until it is asked, when that may have gone again
  BOOST_TEST(
      (editor.labels.of_text("Look:\n+" + kSecret, editor.folder / "repo").label == Label::local_only));
  BOOST_TEST((editor.labels.of_text("Look:\n+x = 1", editor.folder / "repo").label == Label::any));
}

BOOST_AUTO_TEST_CASE(a_label_survives_the_process_and_new_rules_count_at_once) {
  Editor editor;
  editor.open(1, "src/b.py", {"x"}, true);
  BOOST_TEST(editor.is_private(1));
  editor.open(2, "src/c.py", {kSecret});
  BOOST_TEST(!editor.is_private(2));
  editor.rules = privacy::PathRules({"src/**"});
  editor.labels.rules_changed();
  BOOST_TEST(editor.is_private(2));
  editor.open(3, "", {kSecret});
  BOOST_TEST(editor.is_private(3));
  editor.labels.detached(3);
  BOOST_TEST(!editor.is_private(3));
}

BOOST_AUTO_TEST_CASE(an_answer_to_private_text_is_private) {
  Editor editor;
  editor.open(1, "coder://chat/1", {"## You", "why?"});
  editor.labels.answered_privately(1);
  BOOST_TEST(editor.is_private(1));
  BOOST_TEST(editor.told.empty());  // the answer's beginning says it
  editor.put(1, 2, 2, {"## Coder · box · local", "", "the margin is 0.25 in every book"});
  editor.labels.yanked(1, 5, 0, 5, 0, "line");
  BOOST_TEST((editor.labels.of_text("so the margin is 0.25 in every book?", "").label == Label::local_only));
  editor.labels.answered_privately(77);
}

BOOST_AUTO_TEST_CASE(below_an_answers_heading_only_what_was_put_there_counts) {
  Editor editor;
  editor.open(1, "client/a.py", {kSecret});
  const std::string folder = editor.path("");
  BOOST_TEST((editor.labels.of_answer("Write:\n" + kSecret, folder).label == Label::any));
  editor.labels.yanked(1, 1, 0, 1, 0, "line");
  BOOST_TEST((editor.labels.of_answer("Write:\n  " + kSecret, folder).label == Label::local_only));
  BOOST_TEST(
      (editor.labels.of_answer("--- a/client/b.py\n+++ b/client/b.py\n", folder).label == Label::local_only));
}

BOOST_AUTO_TEST_CASE(a_diff_may_be_of_any_repository_that_is_open) {
  Editor editor;
  editor.rules = privacy::PathRules({editor.path("vault/**")});
  const std::string body = "fees = sum_of_fees(book, year)";
  const std::string diff = "--- a/vault/a.py\n+++ b/vault/a.py\n@@ -0,0 +1 @@\n+" + body + "\n";
  BOOST_TEST((editor.labels.of_text(diff, "/usr").label == Label::any));
  editor.open(1, "src/b.py", {"x = 1"});
  BOOST_TEST((editor.labels.of_text(diff, "/usr").label == Label::local_only));
  // It leaves traces, so that a part of it is known without its headers.
  BOOST_TEST((editor.labels.of_text("what is\n" + body, "/usr").label == Label::local_only));
  editor.open(2, "", {"> " + body});
  BOOST_TEST(editor.is_private(2));
  editor.open(3, "fugitive://x", {"--- a/vault/a.py", "+++ b/vault/a.py"});
  BOOST_TEST(editor.is_private(3));
}
