#include "workspace/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <optional>

#include "support/git_folder.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::ScopedEnv;
using test::TempFolder;

namespace {

Listing list(const std::string& root, size_t at_most = kMaxFiles) {
  loop::Loop loop;
  std::optional<Listing> got;
  int calls = 0;
  const ListFiles operation(
      loop, root,
      [&](Listing listing) {
        got = std::move(listing);
        ++calls;
      },
      at_most);
  BOOST_TEST(!got.has_value());  // never inside the constructor
  loop.run();
  BOOST_REQUIRE(got.has_value());
  BOOST_TEST(calls == 1);
  return std::move(*got);
}

std::string names(const Listing& listing) {
  std::string out;
  for (const Found& file : listing.files) out += (out.empty() ? "" : " ") + file.path;
  return out;
}

std::string left_out(const Listing& listing) {
  std::string out;
  for (const LeftOut& one : listing.left_out) out += one.path + ": " + one.reason + "\n";
  return out;
}

/// Nobody's rights, where the tests run as root, whom no permission stops.
class AsNobody {
 public:
  AsNobody() : root_(::geteuid() == 0) {
    if (root_) BOOST_REQUIRE(::seteuid(65534) == 0);
  }
  ~AsNobody() {
    if (root_) BOOST_REQUIRE(::seteuid(0) == 0);
  }

 private:
  bool root_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(git_lists_what_is_tracked_or_would_be) {
  const GitFolder folder;
  folder.file("a.py", "a = 1\n");
  folder.file("src/b.rs", "fn b() {}\n");
  folder.file("gone.py");
  folder.file("kept/but ignored.log");
  folder.git("add -f .");
  folder.file(".gitignore", "*.log\nbuild/\n");
  folder.file("new.py", "n = 1\n");
  folder.file("x.log");
  folder.file("build/out.py");
  folder.file("odd\nname \xff.py");
  std::filesystem::remove(folder / "gone.py");
  const Listing listing = list(folder.path());
  BOOST_TEST(listing.git);
  BOOST_TEST(listing.problem == "");
  BOOST_TEST(names(listing) == ".gitignore a.py kept/but ignored.log new.py odd\nname \xff.py src/b.rs");
  BOOST_TEST(listing.files[1].stat.size == 6);
  BOOST_TEST(listing.files[1].stat.mtime_ns > 0);
  BOOST_TEST(listing.files[1].stat.inode != 0U);
}

BOOST_AUTO_TEST_CASE(a_folder_below_the_repository_has_paths_of_its_own) {
  const GitFolder folder;
  folder.file("a.py");
  folder.file("sub/b.py");
  folder.file("sub/deep/c.py");
  folder.commit("one");
  BOOST_TEST(names(list(folder / "sub")) == "b.py deep/c.py");
}

BOOST_AUTO_TEST_CASE(a_file_in_conflict_is_listed_once) {
  const GitFolder folder;
  folder.file("a.py", "one\n");
  folder.commit("base");
  folder.git("checkout -b other");
  folder.file("a.py", "two\n");
  folder.commit("two");
  folder.git("checkout main");
  folder.file("a.py", "three\n");
  folder.commit("three");
  BOOST_CHECK_THROW(folder.git("merge other"), std::runtime_error);
  BOOST_TEST(names(list(folder.path())) == "a.py");
}

BOOST_AUTO_TEST_CASE(a_hooks_environment_does_not_choose_the_repository) {
  const GitFolder folder, other;
  folder.file("here.py");
  other.file("there.py");
  other.commit("one");
  const ScopedEnv dir("GIT_DIR", other / ".git"), index("GIT_INDEX_FILE", other / ".git/index"),
      tree("GIT_WORK_TREE", other.path());
  BOOST_TEST(names(list(folder.path())) == "here.py");
}

BOOST_AUTO_TEST_CASE(a_repository_cannot_make_git_run_something) {
  const GitFolder folder;
  folder.file("a.py");
  folder.commit("one");
  folder.git("config core.fsmonitor 'touch " + (folder / "ran") + "; false'");
  BOOST_TEST(names(list(folder.path())) == "a.py");
  BOOST_TEST(!std::filesystem::exists(folder / "ran"));
}

BOOST_AUTO_TEST_CASE(submodules_are_listed_and_other_repositories_are_not) {
  const GitFolder inner, middle, outer;
  inner.file("deep.py");
  inner.commit("one");
  middle.file("mid.py");
  middle.git("submodule add '" + inner.path() + "' inner");
  middle.commit("one");
  outer.file("top.py");
  outer.git("submodule add '" + middle.path() + "' vendor/middle");
  outer.git("submodule update --init --recursive");
  outer.commit("one");
  outer.file("vendor/middle/new.py");
  outer.folder("clone");
  test::run_git(outer / "clone", "init");
  outer.file("clone/x.py");
  const Listing listing = list(outer.path());
  BOOST_TEST(names(listing) ==
             ".gitmodules top.py vendor/middle/.gitmodules vendor/middle/inner/deep.py vendor/middle/mid.py "
             "vendor/middle/new.py");
  BOOST_TEST(left_out(listing) == "clone: another repository\n");
  // One that was never fetched is an empty folder.
  outer.git("submodule deinit -f --all");
  BOOST_TEST(names(list(outer.path())) == ".gitmodules top.py");
}

BOOST_AUTO_TEST_CASE(worktrees) {
  const GitFolder folder;
  folder.file("a.py");
  folder.commit("one");
  const TempFolder other;
  folder.git("worktree add -b side '" + (other / "tree") + "'");
  other.file("tree/b.py");
  const Listing listing = list(other / "tree");
  BOOST_TEST(listing.git);
  BOOST_TEST(names(listing) == "a.py b.py");
}

BOOST_AUTO_TEST_CASE(links_lead_nowhere) {
  const GitFolder folder;
  const TempFolder outside;
  outside.file("secret.py");
  folder.file("a.py");
  folder.link("loop", ".");
  folder.link("out", outside.path());
  folder.link("to_a.py", "a.py");
  folder.link("nowhere.py", "not there");
  for (const bool git : {true, false}) {
    if (!git) std::filesystem::remove_all(folder / ".git");
    const Listing listing = list(folder.path());
    BOOST_TEST(listing.git == git);
    BOOST_TEST(names(listing) == "a.py");
    BOOST_TEST(left_out(listing) == "loop: a link\nnowhere.py: a link\nout: a link\nto_a.py: a link\n");
  }
  // The root itself may be one.
  const std::string root = outside.link("root", folder.path());
  BOOST_TEST(names(list(root)) == "a.py");
}

BOOST_AUTO_TEST_CASE(without_git_a_walk_honours_ignore_files) {
  const TempFolder folder;
  folder.file(".gitignore", "*.log\n!keep.log\n/only_here\n");
  folder.file("a.py");
  folder.file("x.log");
  folder.file("keep.log");
  folder.file("only_here/a.py");
  folder.file("sub/only_here/a.py");
  folder.file("sub/.gitignore", "local.py\n!x.log\n");
  folder.file("sub/local.py");
  folder.file("sub/x.log");
  folder.file("node_modules/m/index.js");
  folder.file("target/debug/build.rs");
  folder.file(".venv/lib/python/x.py");
  folder.file("deep/__pycache__/x.pyc");
  folder.file(".github/workflows/ci.yml");
  ::mkfifo((folder / "pipe").c_str(), 0600);
  const Listing listing = list(folder.path());
  BOOST_TEST(!listing.git);
  BOOST_TEST(listing.problem == "");
  BOOST_TEST(names(listing) ==
             ".github/workflows/ci.yml .gitignore a.py keep.log sub/.gitignore sub/only_here/a.py sub/x.log");
  BOOST_TEST(left_out(listing) == "pipe: no file\n");
}

BOOST_AUTO_TEST_CASE(where_git_fails_a_walk_takes_over_and_says_why) {
  const GitFolder folder;
  folder.file("a.py");
  folder.file("target/x.py");
  folder.file(".git/info/exclude", "left.py\n");
  folder.file("left.py");
  {
    const TempFolder empty;
    const ScopedEnv path("PATH", empty.path());
    const Listing listing = list(folder.path());
    BOOST_TEST(!listing.git);
    BOOST_TEST(names(listing) == "a.py");
    BOOST_TEST(listing.problem.find("cannot run `git`") != std::string::npos);
  }
  folder.file(".git/HEAD", "nonsense\n");
  const Listing listing = list(folder.path());
  BOOST_TEST(names(listing) == "a.py");
  BOOST_TEST(listing.problem.find("not a git repository") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_bare_repository_holds_nothing_to_read) {
  const TempFolder folder;
  test::run_git(folder.path(), "init --bare bare.git");
  BOOST_TEST(names(list(folder / "bare.git")) == "");
  folder.file("beside.py");
  BOOST_TEST(names(list(folder.path())) == "beside.py");
}

BOOST_AUTO_TEST_CASE(a_folder_that_a_repository_around_it_ignores_is_walked) {
  const GitFolder home;
  home.file(".gitignore", "*\n");
  home.file("project/a.py");
  const Listing listing = list(home / "project");
  BOOST_TEST(names(listing) == "a.py");
  BOOST_TEST(!listing.git);
}

BOOST_AUTO_TEST_CASE(empty_missing_and_no_folder) {
  const TempFolder folder;
  BOOST_TEST(names(list(folder.path())) == "");
  BOOST_TEST(names(list(folder / "missing")) == "");
  BOOST_TEST(names(list(folder.file("file"))) == "");
  const GitFolder empty;
  BOOST_TEST(names(list(empty.path())) == "");
}

BOOST_AUTO_TEST_CASE(a_folder_without_permission_is_left_out_with_the_reason) {
  const TempFolder folder;
  folder.file("a.py");
  folder.file("shut/b.py");
  ::chmod(folder.path().c_str(), 0755);
  ::chmod((folder / "shut").c_str(), 0);
  {
    const AsNobody nobody;
    const Listing listing = list(folder.path());
    BOOST_TEST(names(listing) == "a.py");
    BOOST_TEST(left_out(listing) == "shut: cannot be read: Permission denied\n");
  }
  ::chmod((folder / "shut").c_str(), 0755);
}

BOOST_AUTO_TEST_CASE(more_than_enough_is_said) {
  const GitFolder folder;
  for (int i = 0; i < 20; ++i) folder.file("f" + std::to_string(i));
  Listing listing = list(folder.path(), 10);
  BOOST_TEST(listing.more);
  BOOST_TEST(listing.files.size() == 10U);
  BOOST_TEST(!list(folder.path(), 20).more);
  std::filesystem::remove_all(folder / ".git");
  listing = list(folder.path(), 10);
  BOOST_TEST(listing.more);
  BOOST_TEST(listing.files.size() == 10U);
}

BOOST_AUTO_TEST_CASE(given_up_it_does_not_call) {
  const GitFolder folder;
  folder.file("a.py");
  loop::Loop loop;
  bool called = false;
  auto operation = std::make_unique<ListFiles>(loop, folder.path(), [&](const Listing&) { called = true; });
  operation.reset();
  loop.run();
  operation = std::make_unique<ListFiles>(loop, folder.path(), [&](const Listing&) { called = true; });
  loop::Timer timer(loop, [&] { operation.reset(); });
  timer.start(Millis(1));
  loop.run();
  BOOST_TEST((!called || !operation));
}

BOOST_AUTO_TEST_SUITE_END()
