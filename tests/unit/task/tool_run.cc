#include "task/tool_run.h"

#include <boost/test/unit_test.hpp>

#include "support/git_folder.h"
#include "task/tool_state.h"

using namespace coder;
using task::Tool;
using task::ToolResult;
using task::ToolUse;

namespace {

struct Project {
  test::GitFolder folder;
  loop::Loop loop;
  privacy::PathRules rules{{"client/**"}, {}};
  std::unique_ptr<workspace::Indexer> indexer;
  task::ToolPlace place;

  Project() {
    folder.file("src/a.py", "def one():\n    return 1\n\n\ndef two():\n    return one() + one()\n");
    folder.file("client/deal.py", "def deal():\n    return one()\n");
    folder.file("old name.py", "x = 1\n");
    folder.commit("first");
    folder.file("client/deal.py", "def deal():\n    return one() * 7\n");
    folder.commit("the deal is seven");
    place.root = folder.path();
    place.indexer = [this] {
      if (!indexer) {
        workspace::Indexer::Options options;
        options.root = folder.path();
        options.watch = false;
        indexer = std::make_unique<workspace::Indexer>(
            loop, options, [] {}, [](const std::string&) {});
      }
      return indexer.get();
    };
    place.judge = [this](const std::string& path) { return rules.judge(path); };
    place.judge_diff = [this](const std::string& text) { return rules.judge_text(text, folder.path()); };
  }

  ToolResult run(ToolUse use, bool trusted = true, size_t max_bytes = 10000) {
    std::optional<ToolResult> out;
    const task::ToolRun run(loop, place, std::move(use), trusted, max_bytes, [&](ToolResult got) {
      BOOST_TEST(!out.has_value());
      out = std::move(got);
      loop.stop();
    });
    BOOST_TEST(!out.has_value());  // never inside of the constructor
    loop.run();
    return std::move(*out);
  }
};

ToolUse use_of(Tool tool, const std::string& path = "", const std::string& text = "") {
  ToolUse use;
  use.tool = tool;
  use.path = path;
  use.text = text;
  return use;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(paths_stay_below_the_root) {
  const auto below = [](const std::string& path) {
    const Result<std::string> got = task::below_root("/p/root", path);
    return got ? *got : "!" + got.error().message;
  };
  BOOST_TEST(below("a/b.c") == "a/b.c");
  BOOST_TEST(below("./a//b.c") == "a/b.c");
  BOOST_TEST(below("a/../b.c") == "b.c");
  BOOST_TEST(below("a/") == "a");
  BOOST_TEST(below("") == "");
  BOOST_TEST(below(".") == "");
  BOOST_TEST(below("/p/root/a.c") == "a.c");
  BOOST_TEST(below("/p/root") == "");
  for (const char* outside : {"..", "../x", "a/../../x", "/p/rootx", "/", "/etc/passwd", "../rootx/a"})
    BOOST_TEST(below(outside) == "!it is outside of the project", outside);
  for (const char* git : {".git", ".git/config", "sub/.git/HEAD", ".GIT/config", "a/../.git"})
    BOOST_TEST(below(git) == "!git's own folder is not read", git);
  BOOST_TEST(below(std::string("a\0b", 3)) == "!this is no path");
}

BOOST_AUTO_TEST_CASE(an_open_buffer_counts_as_it_is) {
  Project project;
  project.place.unsaved = [] { return std::map<std::string, std::string>{{"src/a.py", "changed = True\n"}}; };
  BOOST_TEST(has(project.run(use_of(Tool::read_file, "src/a.py")).text, "1\tchanged = True\n"));
  BOOST_TEST(project.run(use_of(Tool::search, "", "changed")).words == "1 match in 1 file");
}

BOOST_AUTO_TEST_CASE(private_files_are_not_there_for_an_untrusted_model) {
  Project project;
  for (const ToolUse& use :
       {use_of(Tool::references, "", "one"), use_of(Tool::search, "", "return"), use_of(Tool::list_files),
        use_of(Tool::git_log), use_of(Tool::symbol, "", "deal")}) {
    const ToolResult open = project.run(use, false);
    BOOST_TEST((open.label == privacy::Label::any));
    BOOST_TEST(!has(open.text, "deal"), task::to_string(use.tool) << ": " << open.text);
    BOOST_TEST(!has(open.text, "client"));
    const ToolResult whole = project.run(use, true);
    BOOST_TEST(has(whole.text, "deal"), task::to_string(use.tool) << ": " << whole.text);
    BOOST_TEST((whole.label == privacy::Label::local_only));
    BOOST_TEST(whole.rule == "client/**");
  }
  const ToolResult refused = project.run(use_of(Tool::read_file, "client/deal.py"), false);
  BOOST_TEST(refused.refused);
  BOOST_TEST(refused.words == "refused: private (rule client/**)");
  BOOST_TEST(!has(refused.text, "client"));  // the rule is the user's, not the model's
}

BOOST_AUTO_TEST_CASE(a_commit_of_private_and_other_files_is_private) {
  Project project;
  project.folder.file("client/more.py", "y = 1\n");
  project.folder.file("src/b.py", "z = 1\n");
  project.folder.commit("both of them");
  ToolUse use = use_of(Tool::git_log, "src");
  BOOST_TEST(!has(project.run(use, false).text, "both of them"));
  BOOST_TEST(has(project.run(use, true).text, "both of them"));
}

BOOST_AUTO_TEST_CASE(a_diff_is_labelled_file_by_file) {
  Project project;
  project.folder.file("client/deal.py", "secret = 1\n");
  project.folder.file("src/a.py", "def one():\n    return 11\n");
  project.folder.git("mv 'old name.py' client/moved.py");
  const ToolResult open = project.run(use_of(Tool::git_diff), false);
  BOOST_TEST(has(open.text, "+    return 11"));
  BOOST_TEST(!has(open.text, "client"));
  BOOST_TEST(!has(open.text, "secret"));
  const ToolResult whole = project.run(use_of(Tool::git_diff), true);
  BOOST_TEST(has(whole.text, "+secret = 1"));
  BOOST_TEST((whole.label == privacy::Label::local_only));
  project.folder.file(".env", "KEY=1\n");
  project.folder.git("add -f .env");
  for (const bool trusted : {false, true})
    BOOST_TEST(!has(project.run(use_of(Tool::git_diff), trusted).text, "KEY"));
  const ToolResult small = project.run(use_of(Tool::git_diff), true, 250);
  BOOST_TEST(small.text.size() < 1000u);
  BOOST_TEST(has(small.text, "no room for more"));
}

BOOST_AUTO_TEST_CASE(what_a_repository_configures_is_not_run) {
  Project project;
  const std::string mark = project.folder / "ran";
  project.folder.git("config diff.external 'touch " + mark + "'");
  project.folder.git("config diff.evil.textconv 'touch " + mark + "; cat'");
  project.folder.git("config core.fsmonitor 'touch " + mark + "'");
  project.folder.file(".gitattributes", "*.py diff=evil\n");
  project.folder.file("src/a.py", "changed\n");
  BOOST_TEST(has(project.run(use_of(Tool::git_diff)).text, "+changed"));
  ToolUse blame = use_of(Tool::git_blame, "src/a.py");
  blame.first = blame.last = 1;
  BOOST_TEST(has(project.run(blame).text, "changed"));
  project.run(use_of(Tool::git_log));
  BOOST_TEST(!std::filesystem::exists(mark));
}

BOOST_AUTO_TEST_CASE(diagnostics_are_the_editors) {
  Project project;
  BOOST_TEST(project.run(use_of(Tool::diagnostics)).refused);
  project.place.editor = true;
  BOOST_TEST(project.run(use_of(Tool::diagnostics)).text == "There are none.");
  project.place.diagnostics = {{project.folder / "src/a.py", 2, "error", "no such\nname"},
                               {project.folder / "client/deal.py", 1, "error", "private words"},
                               {"/elsewhere/x.py", 1, "error", "not ours"}};
  BOOST_TEST(project.run(use_of(Tool::diagnostics), false).text == "src/a.py:2: error: no such name\n");
  BOOST_TEST(has(project.run(use_of(Tool::diagnostics)).text, "private words"));
  BOOST_TEST(!has(project.run(use_of(Tool::diagnostics)).text, "not ours"));
}

BOOST_AUTO_TEST_CASE(without_an_index_or_git_tools_say_so) {
  Project project;
  project.place.indexer = [] { return nullptr; };
  for (const ToolUse& use : {use_of(Tool::read_file, "src/a.py"), use_of(Tool::list_files),
                             use_of(Tool::search, "", "x"), use_of(Tool::symbol, "", "x")})
    BOOST_TEST(project.run(use).refused);
  const test::TempFolder bare;
  project.place.root = bare.path();
  BOOST_TEST(project.run(use_of(Tool::git_log)).words.find("refused: git: ") == 0u);
  BOOST_TEST(!has(project.run(use_of(Tool::git_log)).text, bare.path()));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_destroyed_says_nothing) {
  Project project;
  for (const ToolUse& use : {use_of(Tool::search, "", "one"), use_of(Tool::git_diff),
                             use_of(Tool::read_file, ".env"), use_of(Tool::read_file, "src/a.py")}) {
    int told = 0;
    auto run = std::make_unique<task::ToolRun>(project.loop, project.place, use, true, 1000,
                                               [&](const ToolResult&) { ++told; });
    loop::Timer stop(project.loop, [&] { project.loop.stop(); });
    run.reset();
    stop.start(Millis(30));
    project.loop.run();
    BOOST_TEST(told == 0);
  }
}
