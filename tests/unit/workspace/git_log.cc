#include "workspace/git_log.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>

#include "support/git_folder.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::ScopedEnv;
using test::TempFolder;

namespace {

struct Read {
  int begun = 0, ended = 0;
  bool anew = false;
  std::vector<std::string> gone;
  std::vector<Commit> commits;
  std::string head, problem;

  explicit Read(const std::string& root, const std::string& known = "") {
    loop::Loop loop;
    ReadLog::Handlers handlers;
    handlers.begin = [&](bool all, std::vector<std::string> list) {
      ++begun;
      anew = all;
      gone = std::move(list);
    };
    handlers.commits = [&](std::vector<Commit> some) {
      BOOST_TEST(begun == 1);
      commits.insert(commits.end(), some.begin(), some.end());
    };
    handlers.done = [&](std::string at, std::string why) {
      ++ended;
      head = std::move(at);
      problem = std::move(why);
    };
    const ReadLog log(loop, root, known, std::move(handlers));
    BOOST_TEST(begun + ended == 0);
    loop.run();
    BOOST_TEST(ended == 1);
  }

  /// "subject: file file; …", the newest first.
  std::string told() const {
    std::string out;
    for (const Commit& commit : commits) {
      out += (out.empty() ? "" : "; ") + commit.subject + ":";
      for (const std::string& file : commit.files) out += " " + file;
    }
    return out;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(git_log)

BOOST_AUTO_TEST_CASE(commits_come_with_their_files_and_merges_do_not) {
  const GitFolder folder;
  folder.file("a.py", "1");
  folder.file("odd\nname \xff", "1");
  folder.commit("first");
  folder.git("checkout -b side");
  folder.file("sub/b.py", "1");
  folder.commit("on the side");
  folder.git("checkout main");
  folder.file("a.py", "2");
  folder.commit("second");
  folder.git("merge side -m merged");
  folder.commit("empty");
  const Read read(folder.path());
  BOOST_TEST(read.begun == 1);
  BOOST_TEST(read.anew);
  BOOST_TEST(read.problem == "");
  BOOST_TEST(read.head.size() == 40U);
  std::string told = read.told();
  BOOST_TEST(told.find("merged") == std::string::npos);
  BOOST_TEST(told.find("empty:") == 0U);
  BOOST_TEST(told.find("first: a.py odd\nname \xff") != std::string::npos);
  BOOST_TEST(told.find("on the side: sub/b.py") != std::string::npos);
  BOOST_TEST(told.find("second: a.py") != std::string::npos);
  BOOST_TEST(read.commits.size() == 4U);
  BOOST_TEST(read.commits[0].time > 1'600'000'000);
  // From a folder below: its own files, by its own paths.
  BOOST_TEST(Read(folder / "sub").told().find("on the side: b.py") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_what_is_new_is_read_again) {
  const GitFolder folder;
  folder.file("a.py", "1");
  folder.commit("one");
  const Read first(folder.path());
  const Read same(folder.path(), first.head);
  BOOST_TEST(same.begun == 0);
  BOOST_TEST(same.head == first.head);
  folder.file("a.py", "2");
  folder.commit("two");
  const Read second(folder.path(), first.head);
  BOOST_TEST(second.told() == "two: a.py");
  BOOST_TEST(!second.anew);
  BOOST_TEST(second.gone.empty());
}

BOOST_AUTO_TEST_CASE(another_branch_and_a_rewritten_history) {
  const GitFolder folder;
  folder.file("a.py", "1");
  folder.commit("one");
  folder.file("a.py", "2");
  folder.commit("two");
  const Read main(folder.path());
  folder.git("checkout -b other HEAD~1");
  folder.file("b.py", "1");
  folder.commit("three");
  const Read other(folder.path(), main.head);
  BOOST_TEST(!other.anew);
  BOOST_TEST(other.told() == "three: b.py");
  BOOST_TEST(other.gone == (std::vector<std::string>{main.head}), boost::test_tools::per_element());
  folder.git("commit --amend -m 'three, amended'");
  const Read amended(folder.path(), other.head);
  BOOST_TEST(amended.told() == "three, amended: b.py");
  BOOST_TEST(amended.gone.size() == 1U);
  // What was known is not there any more.
  const Read unknown(folder.path(), std::string(40, 'a'));
  BOOST_TEST(unknown.anew);
  BOOST_TEST(unknown.told() == "three, amended: b.py; one: a.py");
}

BOOST_AUTO_TEST_CASE(without_commits_without_a_repository_without_git) {
  const GitFolder empty;
  const Read none(empty.path());
  BOOST_TEST(none.begun == 0);
  BOOST_TEST(none.head == "");
  BOOST_TEST(none.problem == "");
  const TempFolder outside;
  BOOST_TEST(Read(outside.path()).head == "");
  BOOST_TEST(Read(outside / "missing").head == "");
  const ScopedEnv path("PATH", outside.path());
  const Read without(empty.path());
  BOOST_TEST(without.problem.find("cannot run `git`") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(worktrees_shallow_clones_and_bare_repositories) {
  const GitFolder folder;
  for (int i = 0; i < 5; ++i) {
    folder.file("f" + std::to_string(i), "1");
    folder.file("all", std::to_string(i));
    folder.commit("c" + std::to_string(i));
  }
  const TempFolder other;
  folder.git("worktree add -b side '" + (other / "tree") + "'");
  BOOST_TEST(Read(other / "tree").commits.size() == 5U);
  // At its boundary a shallow clone knows no parent: what such a commit changed cannot be told.
  test::run_git(other.path(), "clone --depth 2 'file://" + folder.path() + "' shallow");
  BOOST_TEST(Read(other / "shallow").told() == "c4: all f4; c3:");
  test::run_git(other.path(), "clone --bare '" + folder.path() + "' bare.git");
  BOOST_TEST(Read(other / "bare.git").commits.size() == 5U);
}

BOOST_AUTO_TEST_CASE(settings_of_the_repository_change_nothing) {
  const GitFolder folder;
  folder.file("a.py", "1");
  folder.commit("one");
  folder.git("mv a.py b.py");
  folder.commit("two");
  for (const char* setting :
       {"log.showSignature true", "gpg.program /nowhere/gpg", "diff.renames copies", "color.ui always",
        "diff.external 'touch ran'", "log.showRoot false", "format.pretty oneline", "log.decorate full",
        "diff.orderFile /nowhere", "core.quotePath true", "diff.relative true", "log.abbrevCommit true"}) {
    folder.git(std::string("config ") + setting);
  }
  const Read read(folder.path());
  BOOST_TEST(read.problem == "");
  BOOST_TEST(read.told().substr(0, 14) == "two: a.py b.py");
  BOOST_TEST(read.commits.size() == 2U);
  BOOST_TEST(read.commits.back().files.size() == 1U);
}

BOOST_AUTO_TEST_CASE(many_commits_come_in_pieces) {
  const GitFolder folder;
  std::ofstream stream(folder / "stream", std::ios::binary);
  for (int i = 1; i <= 3000; ++i) {
    stream << "commit refs/heads/main\nmark :" << i << "\ncommitter a <a@b> " << 1'600'000'000 + i
           << " +0000\ndata 7\nc " << 10'000 + i
           << (i > 1 ? "\nfrom :" + std::to_string(i - 1) : std::string());
    for (int k = 0; k < 3; ++k) {
      stream << "\nM 100644 inline some/folder/with/a/longer/name/file" << (i + k) % 50 << "\ndata 5\n"
             << 10'000 + i;
    }
    stream << "\n\n";
  }
  stream.close();
  folder.git("fast-import < '" + (folder / "stream") + "'");
  const Read read(folder.path());
  BOOST_REQUIRE(read.commits.size() == 3000U);
  for (size_t i = 0; i < 3000; ++i) {
    BOOST_REQUIRE(read.commits[i].subject == "c " + std::to_string(13'000 - i));
    BOOST_REQUIRE(read.commits[i].files.size() == 3U);
  }
}

BOOST_AUTO_TEST_CASE(given_up_in_any_callback) {
  const GitFolder folder;
  folder.file("a.py", "1");
  folder.commit("one");
  for (int when = 0; when < 4; ++when) {
    loop::Loop loop;
    std::unique_ptr<ReadLog> log;
    int calls = 0;
    ReadLog::Handlers handlers;
    const auto call = [&](int at) {
      ++calls;
      if (at == when) log.reset();
    };
    handlers.begin = [&](bool, const std::vector<std::string>&) { call(0); };
    handlers.commits = [&](const std::vector<Commit>&) { call(1); };
    handlers.done = [&](const std::string&, const std::string&) { call(2); };
    log = std::make_unique<ReadLog>(loop, folder.path(), "", std::move(handlers));
    if (when == 3) log.reset();
    loop.run();
    BOOST_TEST(calls == (when == 3 ? 0 : when + 1));
  }
}

BOOST_AUTO_TEST_CASE(a_log_in_pieces_is_the_log_in_one) {
  std::string text;
  for (int i = 0; i < 30; ++i) {
    text += '\x01' + std::string(39, 'a') + static_cast<char>('a' + i % 6) + '\0' + std::to_string(i) + '\0' +
            "s" + std::to_string(i) + '\0';
    for (int k = 0; k < i % 4; ++k)
      text += (k == 0 ? "\n" : "") + std::string("f") + std::to_string(k) + '\0';
  }
  const std::vector<Commit> all = parse_log(text, {});
  BOOST_REQUIRE(all.size() == 30U);
  BOOST_TEST(all[3].files.size() == 3U);
  for (size_t cut = 0; cut < text.size(); cut += 7) {
    const size_t whole = whole_commits(std::string_view(text).substr(0, cut));
    std::vector<Commit> pieces = parse_log(text.substr(0, whole), {});
    for (Commit& one : parse_log(text.substr(whole), {})) pieces.push_back(std::move(one));
    BOOST_REQUIRE(pieces.size() == 30U);
    for (size_t i = 0; i < 30; ++i) BOOST_REQUIRE(pieces[i].files == all[i].files);
  }
  BOOST_TEST(parse_log("nonsense without a mark", {}).empty());
  BOOST_TEST(parse_log("", {}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
