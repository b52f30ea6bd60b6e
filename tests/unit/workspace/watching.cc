// What an Indexer sees of changes that nobody tells it.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <set>

#include "support/git_folder.h"
#include "support/indexer_run.h"
#include "workspace/tree_watch.h"

using namespace coder;
using namespace coder::workspace;
using test::GitFolder;
using test::IndexerRun;
using test::TempFolder;

namespace {

std::string def(const std::string& name) { return "def " + name + "():\n    return 1\n"; }

/// Runs until nothing is going on and the folders are watched.
void settle(IndexerRun& run) {
  const TimePoint end = Clock::now() + Millis(300);
  run.until([&] { return Clock::now() > end && !run.indexer->status().busy; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(watching)

BOOST_AUTO_TEST_CASE(files_that_other_programs_write_rename_and_remove) {
  const GitFolder folder;
  folder.file("a.py", def("before"));
  folder.file("sub/deep/b.py", def("b"));
  IndexerRun run(folder.path());
  settle(run);
  folder.file("a.py", def("after_"));
  run.until([&] { return run.defined_in("after_") == "a.py"; });
  folder.file("sub/deep/new.py", def("fresh"));
  run.until([&] { return run.defined_in("fresh") == "sub/deep/new.py"; });
  // As editors save: to another file, which takes the place.
  folder.file("sub/deep/4913", "");
  folder.file("sub/deep/b.py~", def("replaced"));
  std::filesystem::remove(folder / "sub/deep/4913");
  std::filesystem::rename(folder / "sub/deep/b.py~", folder / "sub/deep/b.py");
  run.until([&] { return run.defined_in("replaced") == "sub/deep/b.py"; });
  std::filesystem::remove(folder / "a.py");
  run.until([&] { return run.defined_in("after_") == ""; });
}

BOOST_AUTO_TEST_CASE(folders_that_come_move_and_go) {
  const GitFolder folder;
  folder.file("a.py", def("a"));
  folder.file("old/b.py", def("b"));
  IndexerRun run(folder.path());
  settle(run);
  folder.file("new/deeper/c.py", def("c"));
  run.until([&] { return run.defined_in("c") == "new/deeper/c.py"; });
  settle(run);
  folder.file("new/deeper/c.py", def("changed"));
  run.until([&] { return run.defined_in("changed") == "new/deeper/c.py"; });
  std::filesystem::rename(folder / "old", folder / "moved");
  run.until([&] { return run.files() == "a.py moved/b.py new/deeper/c.py"; });
  std::filesystem::remove_all(folder / "new");
  run.until([&] { return run.files() == "a.py moved/b.py"; });
  // One that is empty at first, and one that another took the place of.
  folder.folder("empty/inner");
  std::filesystem::remove_all(folder / "moved");
  folder.file("moved/b.py", def("second"));
  run.until([&] { return run.defined_in("second") == "moved/b.py"; });
  settle(run);
  folder.file("empty/inner/d.py", def("d"));
  folder.file("moved/b.py", def("third"));
  run.until([&] { return run.defined_in("d") == "empty/inner/d.py"; });
  run.until([&] { return run.defined_in("third") == "moved/b.py"; });
}

BOOST_AUTO_TEST_CASE(what_git_ignores_stays_out_until_it_does_not) {
  const GitFolder folder;
  folder.file(".gitignore", "build/\n*.log\n");
  folder.file("a.py", def("a"));
  IndexerRun run(folder.path());
  settle(run);
  folder.file("build/out.py", def("out"));
  folder.file("x.log", "words\n");
  folder.file("b.py", def("b"));
  run.until([&] { return run.defined_in("b") == "b.py"; });
  settle(run);
  BOOST_TEST(run.files() == ".gitignore a.py b.py");
  folder.file(".gitignore", "*.log\n");
  run.until([&] { return run.files() == ".gitignore a.py b.py build/out.py"; });
  folder.file(".gitignore", "*.log\na.py\n");
  run.until([&] { return run.files() == ".gitignore b.py build/out.py"; });
}

BOOST_AUTO_TEST_CASE(git_operations) {
  const GitFolder folder;
  for (int i = 0; i < 100; ++i) folder.file("f" + std::to_string(i) + ".py", def("main" + std::to_string(i)));
  folder.commit("one");
  folder.git("checkout -b other");
  for (int i = 0; i < 100; ++i)
    folder.file("f" + std::to_string(i) + ".py", def("other" + std::to_string(i)));
  folder.file("extra.py", def("extra"));
  folder.commit("two");
  IndexerRun run(folder.path());
  settle(run);
  BOOST_TEST(run.defined_in("other7") == "f7.py");
  BOOST_TEST(run.indexer->status().commits == 2U);
  folder.git("checkout main");
  run.until([&] { return run.defined_in("main99") == "f99.py" && run.defined_in("extra") == ""; });
  run.until([&] { return run.indexer->status().commits == 1U; });
  folder.file("f1.py", def("third"));
  folder.commit("three");
  run.until([&] { return run.indexer->status().commits == 2U; });
  BOOST_TEST(run.defined_in("third") == "f1.py");
  folder.git("reset --hard HEAD~1");
  run.until([&] { return run.defined_in("main1") == "f1.py"; });
  run.until([&] { return run.indexer->status().commits == 1U; });
}

BOOST_AUTO_TEST_CASE(outside_of_git_too) {
  const TempFolder folder;
  folder.file("a.py", def("a"));
  IndexerRun run(folder.path());
  settle(run);
  folder.folder("sub");
  settle(run);
  folder.file("sub/b.py", def("b"));
  run.until([&] { return run.defined_in("b") == "sub/b.py"; });
  BOOST_TEST(run.indexer->status().problem == "");
}

BOOST_AUTO_TEST_CASE(folders_without_files) {
  const GitFolder folder;
  folder.file(".gitignore", "ignored/\n");
  folder.file("a.py", def("a"));
  folder.folder("before/inner");
  folder.folder("ignored/inner");
  IndexerRun run(folder.path());
  settle(run);
  folder.file("before/inner/b.py", def("b"));
  run.until([&] { return run.defined_in("b") == "before/inner/b.py"; });
  // One whose only file goes, and comes again.
  settle(run);
  std::filesystem::remove(folder / "before/inner/b.py");
  run.until([&] { return run.defined_in("b") == ""; });
  settle(run);
  folder.file("before/inner/b.py", def("again"));
  run.until([&] { return run.defined_in("again") == "before/inner/b.py"; });
  // A folder of folders that comes with so much else that nobody tells of it alone.
  for (int i = 0; i < 200; ++i) folder.file("many/f" + std::to_string(i) + ".txt", "words\n");
  folder.folder("z/deep/er");
  run.until([&] { return run.query([](const Corpus& corpus) { return corpus.index.size(); }) == 203U; });
  settle(run);
  folder.file("z/deep/er/c.py", def("c"));
  run.until([&] { return run.defined_in("c") == "z/deep/er/c.py"; });
}

BOOST_AUTO_TEST_CASE(another_folder_takes_the_place_of_one_with_folders) {
  const GitFolder folder;
  folder.file("old/sub/b.py", def("b"));
  IndexerRun run(folder.path());
  settle(run);
  std::filesystem::rename(folder / "old", folder / "moved");
  folder.file("old/sub/b.py", def("second"));
  run.until([&] { return run.files() == "moved/sub/b.py old/sub/b.py"; });
  settle(run);
  folder.file("old/sub/b.py", def("third"));
  run.until([&] { return run.defined_in("third") == "old/sub/b.py"; });
  folder.file("moved/sub/b.py", def("fourth"));
  run.until([&] { return run.defined_in("fourth") == "moved/sub/b.py"; });
}

BOOST_AUTO_TEST_CASE(a_file_that_goes_while_it_is_asked_about_may_come_again) {
  const GitFolder folder;
  folder.file("a.py", def("a"));
  IndexerRun run(folder.path());
  settle(run);
  for (int i = 0; i < 20; ++i) {
    folder.file("b.py", def("b" + std::to_string(i)));
    // At any stage of what follows.
    for (int turns = i; turns > 0; --turns) run.files();
    std::filesystem::remove(folder / "b.py");
    for (int turns = i % 7; turns > 0; --turns) run.files();
  }
  settle(run);
  folder.file("b.py", def("last"));
  run.until([&] { return run.defined_in("last") == "b.py"; });
}

BOOST_AUTO_TEST_CASE(more_events_than_the_kernel_keeps) {
  const GitFolder folder;
  for (int i = 0; i < 30; ++i) folder.file("d" + std::to_string(i) + "/f.py", def("f" + std::to_string(i)));
  IndexerRun run(folder.path());
  settle(run);
  // Nobody reads while this goes on, and what comes last is lost.
  const auto many = [&folder] {
    for (int round = 0; round < 150; ++round) {
      for (int i = 0; i < 30; ++i) {
        const std::string name = "d" + std::to_string(i) + "/temporary";
        folder.file(name, "x");
        std::filesystem::remove(folder / name);
      }
    }
  };
  many();
  std::filesystem::rename(folder / "d1", folder / "gone");
  folder.file("d1/f.py", def("second"));
  folder.folder("late/inner");
  run.until([&] { return run.defined_in("second") == "d1/f.py" && run.defined_in("f1") == "gone/f.py"; });
  settle(run);
  folder.file("d1/f.py", def("third"));
  run.until([&] { return run.defined_in("third") == "d1/f.py"; });
  folder.file("late/inner/g.py", def("g"));
  run.until([&] { return run.defined_in("g") == "late/inner/g.py"; });
}

BOOST_AUTO_TEST_CASE(a_repository_that_begins_late) {
  const TempFolder folder;
  folder.file("a.py", def("a"));
  IndexerRun run(folder.path());
  settle(run);
  BOOST_TEST(!run.indexer->status().git);
  test::run_git(folder.path(), "init");
  run.until([&] { return run.indexer->status().git; });
  settle(run);
  for (const size_t commits : {1U, 2U}) {
    test::run_git(folder.path(), "add -A");
    test::run_git(folder.path(), "commit --allow-empty -m one");
    run.until([&] { return run.indexer->status().commits == commits; });
    settle(run);
  }
}

BOOST_AUTO_TEST_CASE(watches_are_set_told_and_taken_back) {
  const TempFolder folder;
  folder.folder("a/b");
  folder.folder("c");
  loop::Loop loop;
  std::set<std::string> changed, watched;
  int everything = 0;
  TreeWatch watch(loop, folder.path(),
                  {[&](const std::vector<std::string>& paths) { changed.insert(paths.begin(), paths.end()); },
                   [&](const std::vector<std::string>& paths, const std::vector<std::string>& added) {
                     ++everything;
                     changed.insert(paths.begin(), paths.end());
                     watched.insert(added.begin(), added.end());
                   }});
  const auto until = [&](auto holds) {
    const TimePoint end = Clock::now() + Millis(60'000);
    while (!holds()) {
      BOOST_REQUIRE(Clock::now() < end);
      loop::Timer timer(loop, [&loop] { loop.stop(); });
      timer.start(Millis(1));
      loop.run();
    }
  };
  /// Events come in order: when this one is told, so are those before it.
  const auto told = [&](const std::string& name) {
    folder.file(name);
    until([&] { return changed.count(name) > 0 && !watch.busy(); });
    changed.erase(name);
  };
  using Names = std::set<std::string>;
  BOOST_TEST(watch.set_folders({"", "a", "a/b", "c", "missing"}).empty());
  BOOST_TEST(!watch.watches("a"));  // in the next turn
  until([&] { return everything == 1; });
  BOOST_TEST(watch.watches("a/b"));
  BOOST_TEST((watched == Names{"", "a", "a/b", "c"}));  // something may have changed before
  BOOST_TEST(watch.problem() == "");
  folder.file("a/b/x.py");
  folder.file("c/y.py");
  told("z.py");
  BOOST_TEST((changed == Names{"a/b/x.py", "c/y.py"}));
  BOOST_TEST(everything == 1);
  changed.clear();
  BOOST_TEST((watch.set_folders({"", "a"}) == std::vector<std::string>{"a/b", "c"}));
  BOOST_TEST(!watch.watches("c"));
  folder.file("c/y.py", "changed");
  told("z2.py");
  BOOST_TEST(changed.empty());
  BOOST_TEST(everything == 1);
  for (int i = 0; i < 200; ++i) folder.file("a/f" + std::to_string(i));
  told("z3.py");
  BOOST_TEST(changed.size() == 200U);
  BOOST_TEST(everything >= 2);
  const int before = everything;
  std::filesystem::remove_all(folder / "a");
  told("z4.py");
  BOOST_TEST(everything > before);
  BOOST_TEST(!watch.watches("a"));
}

BOOST_AUTO_TEST_SUITE_END()
