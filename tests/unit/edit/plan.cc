#include "edit/plan.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "edit/hunks.h"
#include "edit/journal.h"
#include "edit/reply.h"
#include "edit/transaction.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::edit;

namespace {

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string block(const std::string& file, const std::string& search, const std::string& replace) {
  return file + "\n<<<<<<< SEARCH\n" + search + "=======\n" + replace + ">>>>>>> REPLACE\n";
}

struct Project {
  test::TempFolder root, state;
  std::string journal = state / "edits";

  Plan plan(const std::string& reply) const {
    PlanOptions options;
    options.root = root.path();
    return make_plan(parse_reply(reply), options);
  }
};

std::string statuses(const Plan& plan) {
  std::string out;
  for (const Outcome& one : plan.outcomes) out += std::string(out.empty() ? "" : " ") + to_string(one.status);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(alike_edits_get_one_place_each) {
  Project p;
  p.root.file("a.txt", "x = 1\ny\nx = 1\n");
  const std::string one = block("a.txt", "x = 1\n", "x = 2\n");
  BOOST_TEST(statuses(p.plan(one)) == "refused");
  const Plan plan = p.plan(one + one);
  BOOST_TEST(statuses(plan) == "applied applied");
  BOOST_REQUIRE(plan.changes.size() == 1u);
  BOOST_TEST(plan.changes[0].new_text == "x = 2\ny\nx = 2\n");
}

BOOST_AUTO_TEST_CASE(line_numbers_of_diffs_choose) {
  Project p;
  p.root.file("a.txt", "x\na\ny\nx\nb\ny\n");
  const Plan plan = p.plan("--- a/a.txt\n+++ b/a.txt\n@@ -4 +4 @@\n-x\n+X\n");
  BOOST_TEST(statuses(plan) == "applied");
  BOOST_TEST(plan.changes[0].new_text == "x\na\ny\nX\nb\ny\n");
  // Off by one where there is no doubt: so off where there is.
  const Plan off = p.plan("--- a/a.txt\n+++ b/a.txt\n@@ -3 +3 @@\n-a\n+A\n@@ -5 +5 @@\n-x\n+X\n");
  BOOST_TEST(statuses(off) == "applied applied");
  BOOST_TEST(off.changes[0].new_text == "x\nA\ny\nX\nb\ny\n");
  BOOST_TEST(statuses(p.plan("--- a/a.txt\n+++ b/a.txt\n@@ -9 +9 @@\n-x\n+X\n")) == "refused");
}

BOOST_AUTO_TEST_CASE(whole_files_keep_what_they_can) {
  Project p;
  p.root.file("a.txt", "a\r\nb\r\nc");
  const Plan plan = p.plan("a.txt\n```\na\nB\nc\n```\n");
  BOOST_TEST(plan.changes.at(0).new_text == "a\r\nB\r\nc");
  p.root.file("b.py", "one = 1\ntwo = 2\n");
  BOOST_TEST(statuses(p.plan("b.py\n```\none = 1\n# ... rest of the code ...\n```\n")) == "refused");
  BOOST_TEST(statuses(p.plan("b.py\n```\none = 3\n")) == "refused");
  BOOST_TEST(statuses(p.plan("b.py\n```\none = 3\ntwo = 2\n")) == "applied");
  BOOST_TEST(statuses(p.plan("b.py\n```\none = 1\ntwo = 2\n```\n")) == "already");
}

BOOST_AUTO_TEST_CASE(open_buffers_count_instead_of_files) {
  Project p;
  const std::string path = p.root.file("a.txt", "old\n");
  PlanOptions options;
  options.root = p.root.path();
  options.buffer = [&](const std::string& real) -> std::optional<Buffer> {
    if (real != path) return std::nullopt;
    return Buffer{3, 17, "unsaved\n"};
  };
  const Plan plan = make_plan(parse_reply(block("a.txt", "unsaved\n", "new\n")), options);
  BOOST_TEST(statuses(plan) == "applied");
  BOOST_TEST(plan.changes.at(0).buffer->changedtick == 17);
  auto transaction = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE(transaction.ok());
  BOOST_TEST((*transaction)->commit().ok());
  BOOST_TEST(read(path) == "old\n");  // the editor changes its buffer
  BOOST_TEST((*transaction)->finish().ok());
}

BOOST_AUTO_TEST_CASE(links_within_the_project_lead_to_their_file) {
  Project p;
  p.root.file("a.txt", "x\n");
  p.root.link("b.txt", "a.txt");
  const Plan plan = p.plan(block("b.txt", "x\n", "y\n"));
  BOOST_TEST(statuses(plan) == "applied");
  auto transaction = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE((transaction.ok() && (*transaction)->commit() && (*transaction)->finish()));
  BOOST_TEST(read(p.root / "a.txt") == "y\n");
  BOOST_TEST(std::filesystem::is_symlink(p.root / "b.txt"));
}

BOOST_AUTO_TEST_CASE(what_changed_meanwhile_is_named_and_nothing_is_written) {
  Project p;
  p.root.file("a.txt", "x\n");
  p.root.file("b.txt", "x\n");
  const Plan plan =
      p.plan(block("a.txt", "x\n", "y\n") + block("b.txt", "x\n", "y\n") + block("c/d.txt", "", "z\n"));
  p.root.file("b.txt", "mine\n");
  const auto refused = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST(refused.error().message == "b.txt has changed meanwhile");

  p.root.file("b.txt", "x\n");
  auto transaction = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE(transaction.ok());
  p.root.file("b.txt", "mine\n");
  const auto committed = (*transaction)->commit();
  BOOST_REQUIRE(!committed.ok());
  BOOST_TEST((committed.error().kind == ErrorKind::edits));
  BOOST_TEST(read(p.root / "a.txt") == "x\n");
  BOOST_TEST(read(p.root / "b.txt") == "mine\n");
  BOOST_TEST(!std::filesystem::exists(p.root / "c"));
  BOOST_TEST(!std::filesystem::exists(journal_file(p.journal)));
}

BOOST_AUTO_TEST_CASE(undo_puts_all_back) {
  Project p;
  p.root.file("a.txt", "x\n");
  p.root.file("gone.txt", "bye\n");
  const Plan plan =
      p.plan(block("a.txt", "x\n", "y\n") +
             "*** Begin Patch\n*** Delete File: gone.txt\n*** Add File: n/e.txt\n+w\n*** End Patch\n");
  auto transaction = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE((transaction.ok() && (*transaction)->commit()));
  BOOST_TEST(read(p.root / "a.txt") == "y\n");
  BOOST_TEST((*transaction)->undo().ok());
  BOOST_TEST(read(p.root / "a.txt") == "x\n");
  BOOST_TEST(read(p.root / "gone.txt") == "bye\n");
  BOOST_TEST(!std::filesystem::exists(p.root / "n"));
  // While one is open, another waits; when it ends unfinished, it is undone.
  auto left_open = Transaction::begin(p.journal, targets_of(plan));
  BOOST_REQUIRE((left_open.ok() && (*left_open)->commit()));
  BOOST_TEST((recover(p.journal)->way == Recovered::Way::busy));
  left_open->reset();
  BOOST_TEST(read(p.root / "a.txt") == "x\n");
}

BOOST_AUTO_TEST_CASE(hunks_are_taken_one_by_one) {
  const std::string before = "a\nb\nc\nd\ne\n", after = "a\nB\nc\nd\nE\nf\n";
  const std::vector<Hunk> hunks = hunks_of("x", before, after);
  BOOST_REQUIRE(hunks.size() == 2u);
  BOOST_TEST(with_hunks(before, hunks, {}) == before);
  BOOST_TEST(with_hunks(before, hunks, {hunks[0].id}) == "a\nB\nc\nd\ne\n");
  BOOST_TEST(with_hunks(before, hunks, {hunks[1].id}) == "a\nb\nc\nd\nE\nf\n");
  BOOST_TEST(with_hunks(before, hunks, {hunks[0].id, hunks[1].id}) == after);
  BOOST_TEST(hunks_of("x", before, "a\nB\nc\nd\ne\n")[0].id == hunks[0].id);
  BOOST_TEST(
      unified_diff("x", "x", "a\nb\n", "a\nc") ==
      "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n");
}

BOOST_AUTO_TEST_CASE(many_files_at_once) {
  const Project project;
  std::string reply;
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int k = 0; k < 100; ++k)
      text += "def f" + std::to_string(k) + "(a):\n    return a + " + std::to_string(i) + "\n\n";
    const std::string name = "f" + std::to_string(i) + (i % 2 == 0 ? ".py" : ".txt");
    project.root.file(name, text);
    reply += block(name, "def f50(a):\n", i == 38 ? "def f50(a:\n" : "def f50(a, b):\n");
  }
  const Plan plan = project.plan(reply);
  BOOST_REQUIRE(plan.outcomes.size() == 40u);
  for (size_t i = 0; i < 40; ++i) {
    BOOST_TEST(plan.outcomes[i].own == (i == 38));
    BOOST_TEST(plan.outcomes[i].line == 151u);
  }
  BOOST_TEST(plan.outcomes[38].reason.rfind("f38.py would have a syntax error at line", 0) == 0);
}
