#include "workspace/history.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace coder::workspace;

namespace {

/// Commits an hour apart, in the order given.
class Log {
 public:
  Log& add(const std::string& subject, std::vector<std::string> files) {
    ++count_;
    commits_.push_back({"hash" + std::to_string(count_), count_ * 3600, subject, std::move(files)});
    return *this;
  }
  History history(bool backwards = false) const {
    History out;
    std::vector<Commit> commits = commits_;
    if (backwards) std::reverse(commits.begin(), commits.end());
    for (const Commit& commit : commits) out.add(commit);
    return out;
  }

 private:
  std::vector<Commit> commits_;
  int64_t count_ = 0;
};

std::vector<std::string> names(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back("f" + std::to_string(i));
  return out;
}

std::string paths_of(const std::vector<History::Related>& list) {
  std::string out;
  for (const History::Related& one : list) out += std::string(one.path) + " ";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(small_commits_tie_files_more_than_large_ones) {
  const History history = Log().add("pair", {"a", "b"}).add("many", {"a", "c", "d", "e", "f"}).history();
  const std::vector<History::Related> related = history.related("a");
  BOOST_TEST(paths_of(related) == "b c d e f ");
  BOOST_TEST(related[0].weight > 3 * related[1].weight);
  BOOST_TEST(related[0].times == 1u);
  BOOST_TEST(history.related("z").empty());
}

BOOST_AUTO_TEST_CASE(a_commit_of_one_file_or_of_too_many_ties_nothing) {
  std::vector<std::string> many = names(kMaxCommitFiles + 1);
  const History history = Log().add("alone", {"f1"}).add("rename everything", many).history();
  BOOST_TEST(history.related("f1").empty());
  BOOST_TEST(history.commits() == 2u);
  many.pop_back();
  BOOST_TEST(Log().add("still fine", many).history().related("f1").size() == kMaxCommitFiles - 1);
}

BOOST_AUTO_TEST_CASE(old_commits_count_less) {
  Log log;
  log.add("old", {"a", "b"});
  for (int i = 0; i < 500; ++i) log.add("other", {"x", "y"});
  log.add("new", {"a", "c"});
  const History history = log.history();
  const std::vector<History::Related> related = history.related("a");
  BOOST_TEST(paths_of(related) == "c b ");
  BOOST_TEST(related[1].weight < 0.6 * related[0].weight);
}

BOOST_AUTO_TEST_CASE(the_order_of_adding_does_not_matter_and_a_hash_counts_once) {
  const Log log = Log().add("one", {"a", "b"}).add("two", {"a", "b", "c"}).add("three", {"c", "a"});
  History forwards = log.history();
  const History backwards = log.history(true);
  const auto same = [](const History& x, const History& y) {
    const std::vector<History::Related> a = x.related("a"), b = y.related("a");
    BOOST_TEST(paths_of(a) == paths_of(b));
    for (size_t i = 0; i < a.size(); ++i)
      BOOST_TEST(a[i].weight == b[i].weight, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(x.activity("c") == y.activity("c"), boost::test_tools::tolerance(1e-9));
  };
  same(forwards, backwards);
  forwards.add({"hash2", 2 * 3600, "two", {"a", "b", "c"}});
  BOOST_TEST(forwards.commits() == 3u);
  same(forwards, backwards);
}

BOOST_AUTO_TEST_CASE(files_of_commits_that_were_asked_for_in_like_words) {
  const History history = Log()
                              .add("Fix truncation of long inputs", {"src/truncate.cc", "tests/truncate.cc"})
                              .add("Fix typo", {"README.md"})
                              .add("Fix padding", {"src/pad.cc"})
                              .history();
  const std::vector<History::Past> past = history.changed_for("truncate at the left, a fix", 10);
  BOOST_REQUIRE(past.size() == 4u);
  BOOST_TEST(past[0].path == "src/truncate.cc");
  BOOST_TEST(past[1].path == "tests/truncate.cc");
  BOOST_TEST(past[1].weight > past[2].weight);  // "fix" alone is in every subject
  BOOST_TEST(history.changed_for("truncation", 1).size() == 1u);
  BOOST_TEST(history.changed_for("", 10).empty());
  BOOST_TEST(history.changed_for("something else entirely", 10).empty());
}

BOOST_AUTO_TEST_CASE(ties_count_more_where_the_subject_is_like_the_question) {
  const History history =
      Log().add("Parser: speed", {"a", "b"}).add("Document the lexer", {"a", "c"}).history();
  for (const History::Related& one : history.related("a", history.like("parser speed"))) {
    BOOST_TEST((one.asked > 0) == (one.path == "b"));
  }
}

BOOST_AUTO_TEST_CASE(companions_of_companions) {
  const History history = Log().add("x", {"a", "b"}).add("y", {"b", "c"}).history();
  bool found = false;
  for (const History::Past& one : history.companions_of(history.related("a"), 5)) {
    found = found || (one.path == "c" && one.weight > 0);
    BOOST_TEST(one.path != "b");
  }
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(activity_is_long_and_freshness_short) {
  Log log;
  for (int i = 0; i < 20; ++i) log.add("often", {"often", "x"});
  for (int i = 0; i < 60; ++i) log.add("pause", {"y", "z"});
  log.add("now", {"now", "z"});
  const History history = log.history();
  BOOST_TEST(history.activity("often") > history.activity("now"));
  BOOST_TEST(history.freshness("often") < history.freshness("now"));
  BOOST_TEST(history.activity("never") == 0);
  BOOST_TEST(history.memory() > 0u);
}
