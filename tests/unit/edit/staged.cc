#include "edit/staged.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "support/temp_folder.h"

using namespace coder;
using edit::FileChange;
using edit::Staged;

namespace {

FileChange change_of(const std::string& before, const std::string& after) {
  FileChange change;
  change.at = {"a.txt", "/root/a.txt"};
  change.existed = true;
  change.old_text = before;
  change.new_text = after;
  return change;
}

std::set<std::string> only(const Staged& staged, size_t nth) { return {staged.hunks().at(nth).id}; }

/// What the edits make of `text`, by way of a file.
std::string carried_out(const std::string& text, const std::vector<edit::Edit>& edits) {
  test::TempFolder folder;
  folder.file("a.txt", text);
  edit::PlanOptions options;
  options.root = folder.path();
  options.partial = true;
  const edit::Plan plan = edit::make_plan(edits, options);
  for (const edit::Outcome& one : plan.outcomes)
    BOOST_TEST((one.status != edit::Status::refused), one.reason << "\nin\n" << text);
  return plan.changes.empty() ? text : plan.changes.front().new_text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(some_hunks_are_taken_and_others_left) {
  const Staged staged(change_of("one\ntwo\nthree\nfour\nfive\n", "ONE\ntwo\nthree\nfour\nFIVE\nsix\n"));
  BOOST_REQUIRE(staged.hunks().size() == 2U);
  BOOST_TEST(staged.whole() == "");
  BOOST_TEST(staged.ids().size() == 2U);
  BOOST_TEST(staged.taken(only(staged, 0), {})->new_text == "ONE\ntwo\nthree\nfour\nfive\n");
  BOOST_TEST(staged.taken(only(staged, 1), {})->new_text == "one\ntwo\nthree\nfour\nFIVE\nsix\n");
  BOOST_TEST(staged.taken(staged.ids(), {})->new_text == staged.change().new_text);
  BOOST_TEST(!staged.taken({}, {}));
}

BOOST_AUTO_TEST_CASE(own_lines_take_the_place_of_the_models) {
  const Staged staged(change_of("one\r\ntwo\r\nthree", "one\r\nTWO\r\nTHREE"));
  BOOST_REQUIRE(staged.hunks().size() == 1U);
  const edit::OwnLines own = {{staged.hunks()[0].id, {"2", "2.5", "3"}}};
  BOOST_TEST(staged.taken(staged.ids(), own)->new_text == "one\r\n2\r\n2.5\r\n3");
  const edit::OwnLines none = {{staged.hunks()[0].id, {}}};
  BOOST_TEST(staged.taken(staged.ids(), none)->new_text == "one\r\n");
  // What makes no change is nothing to write.
  const edit::OwnLines same = {{staged.hunks()[0].id, {"two", "three"}}};
  BOOST_TEST(!staged.taken(staged.ids(), same));
}

BOOST_AUTO_TEST_CASE(creation_removal_and_renaming_are_taken_as_a_whole) {
  FileChange create = change_of("", "new\n");
  create.existed = false;
  const Staged created(create);
  BOOST_TEST((created.kind() == Staged::Kind::create));
  BOOST_TEST(created.ids().size() == 1U);
  BOOST_TEST(created.taken(created.ids(), {})->new_text == "new\n");
  BOOST_TEST(created.taken(created.ids(), {{created.whole(), {"mine"}}})->new_text == "mine\n");
  BOOST_TEST(!created.taken({}, {}));
  BOOST_REQUIRE(created.rest({}, {}).size() == 1U);
  BOOST_TEST(created.rest(created.ids(), {}).empty());

  FileChange remove = change_of("old\n", "");
  remove.removed = true;
  const Staged removed(remove);
  BOOST_TEST((removed.kind() == Staged::Kind::remove));
  BOOST_TEST(removed.taken(removed.ids(), {})->removed);
  BOOST_TEST(!removed.taken({}, {}));

  FileChange rename = change_of("a\nb\n", "a\nB\n");
  rename.to = edit::Location{"b.txt", "/root/b.txt"};
  const Staged renamed(rename);
  BOOST_TEST(renamed.ids().size() == 2U);
  const auto moved = renamed.taken({renamed.whole()}, {});
  BOOST_REQUIRE(moved);
  BOOST_TEST(moved->to.has_value());
  BOOST_TEST(moved->new_text == "a\nb\n");
  const auto changed = renamed.taken({renamed.hunks()[0].id}, {});
  BOOST_REQUIRE(changed);
  BOOST_TEST(!changed->to.has_value());
  BOOST_TEST(changed->new_text == "a\nB\n");
  // What is left of it names the file as it is called by then.
  BOOST_TEST(renamed.rest({renamed.whole()}, {}).front().path == "b.txt");
}

BOOST_AUTO_TEST_CASE(the_rest_makes_of_what_was_taken_all_that_was_wanted) {
  std::mt19937 random(7);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  for (int round = 0; round < 300; ++round) {
    // Lines that repeat, so that places are ambiguous without their surroundings.
    std::vector<std::string> before;
    for (size_t i = 0, n = 5 + below(40); i < n; ++i)
      before.push_back(below(3) == 0 ? "}" : "line " + std::to_string(below(60)));
    std::vector<std::string> after;
    for (const std::string& line : before) {
      const size_t what = below(10);
      if (what == 0) continue;
      after.push_back(what == 1 ? "changed " + std::to_string(below(1000)) : line);
      if (what == 2) after.push_back("new " + std::to_string(below(1000)));
    }
    const Staged staged(change_of(edit::join_lines(before, "\n", true), edit::join_lines(after, "\n", true)));
    std::set<std::string> some;
    for (const std::string& id : staged.ids()) {
      if (below(2) == 0) some.insert(id);
    }
    const auto taken = staged.taken(some, {});
    const std::string now = taken ? taken->new_text : staged.change().old_text;
    BOOST_TEST_CONTEXT("round " << round) {
      BOOST_TEST(carried_out(now, staged.rest(some, {})) == staged.change().new_text);
    }
  }
}
