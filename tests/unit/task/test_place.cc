// Layouts of real projects, made small: which framework, which file, how it is run.
#include "task/test_place.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "unit/task/test_layouts.h"

using namespace coder;

BOOST_AUTO_TEST_CASE(each_layout_has_its_framework_its_file_and_its_command) {
  for (const Layout& one : layouts()) {
    BOOST_TEST_CONTEXT(one.name) {
      const auto place = task::find_test_place(project_of(one.files), one.source);
      BOOST_TEST_REQUIRE(place.ok());
      BOOST_TEST(place->file == one.file);
      BOOST_TEST(place->exists == one.exists);
      BOOST_TEST(place->framework.id == one.framework);
      BOOST_TEST(task::in_words(*place).find(one.why) != std::string::npos, task::in_words(*place));
      BOOST_TEST(join(place->command.argv, " ") == one.run);
      BOOST_TEST(place->command.folder == one.folder);
      BOOST_TEST(place->command.argv.empty() != place->command.problem.empty());
      BOOST_TEST(place->inside == (place->file == place->source));
      BOOST_TEST(place->examples.size() <= 3u);
      for (const task::TestExample& example : place->examples) BOOST_TEST(example.path != place->file);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_test_file_knows_its_source_and_its_command) {
  for (const Layout& one : layouts()) {
    if (!one.exists || one.file == std::string(one.source)) continue;
    BOOST_TEST_CONTEXT(one.name) {
      const auto place = task::find_test_place(project_of(one.files), one.file);
      // src/glob/tests.rs is called as no test is.
      if (std::string(one.file).ends_with("/tests.rs")) continue;
      BOOST_TEST_REQUIRE(place.ok());
      BOOST_TEST(place->of_test);
      BOOST_TEST(place->source == one.source);
      BOOST_TEST(place->file == one.file);
      BOOST_TEST(join(place->command.argv, " ") == one.run);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_nearest_and_likest_tests_are_the_examples) {
  Files files{{"pyproject.toml", "pytest"}, {"a/one.py", ""}, {"b/two.py", ""}, {"b/three.py", ""}};
  for (const char* path : {"tests/a/test_one.py", "tests/a/test_odd.py", "tests/b/test_two.py",
                           "tests/b/test_twos.py", "tests/b/test_four.py"})
    files[path] = std::string("# ") + path + "\n";
  files["tests/b/test_empty.py"] = "\n";
  const auto place = task::find_test_place(project_of(files), "b/three.py");
  BOOST_TEST_REQUIRE(place.ok());
  BOOST_TEST(place->file == "tests/b/test_three.py");
  BOOST_TEST_REQUIRE(place->examples.size() == 3u);
  BOOST_TEST(place->examples[0].path == "tests/b/test_two.py");
  for (const task::TestExample& one : place->examples) BOOST_TEST(one.path.starts_with("tests/b/"), one.path);
}

BOOST_AUTO_TEST_CASE(an_example_is_cut_at_a_line) {
  std::string text = "import pytest\n";
  while (text.size() < 3 * task::kMaxExampleBytes) text += "def test_something(): assert True  # ä\n";
  const Files files{{"a.py", ""}, {"b.py", ""}, {"tests/test_b.py", text}};
  const auto place = task::find_test_place(project_of(files), "a.py");
  BOOST_TEST_REQUIRE(place->examples.size() == 1u);
  const std::string& shown = place->examples[0].text;
  BOOST_TEST(shown.size() <= task::kMaxExampleBytes);
  BOOST_TEST(shown.size() > task::kMaxExampleBytes - 100);
  BOOST_TEST(shown.back() == '\n');
  BOOST_TEST(text.starts_with(shown));
}

BOOST_AUTO_TEST_CASE(of_a_rust_source_only_its_tests_are_the_example) {
  const Files files{{"Cargo.toml", ""},
                    {"src/a.rs", "fn a() {}\n"},
                    {"src/b.rs", "fn b() {}\n\n#[cfg(test)]\nmod tests {\n}\n"}};
  const auto place = task::find_test_place(project_of(files), "src/a.rs");
  BOOST_TEST_REQUIRE(place->examples.size() == 1u);
  BOOST_TEST((place->examples[0] == task::TestExample{"src/b.rs", "#[cfg(test)]\nmod tests {\n}\n", 3}));
}

BOOST_AUTO_TEST_CASE(of_several_sources_of_one_name_each_has_its_own_test) {
  const Files files{{"Gemfile", "rspec"},
                    {"lib/a/util_x.rb", ""},
                    {"lib/b/util_x.rb", ""},
                    {"spec/b/util_x_spec.rb", "RSpec.describe\n"}};
  const auto a = task::find_test_place(project_of(files), "lib/a/util_x.rb");
  BOOST_TEST(a->file == "spec/a/util_x_spec.rb");
  BOOST_TEST(!a->exists);
  const auto b = task::find_test_place(project_of(files), "lib/b/util_x.rb");
  BOOST_TEST(b->exists);
}

BOOST_AUTO_TEST_CASE(a_new_unit_test_does_not_go_among_tests_of_another_kind) {
  const Files files{{"package.json", R"({"devDependencies": {"jest": "29"}})"},
                    {"src/a.js", ""},
                    {"test/e2e/login.test.js", "test('x', () => {})\n"}};
  BOOST_TEST(task::find_test_place(project_of(files), "src/a.js")->file == "src/a.test.js");
}

BOOST_AUTO_TEST_CASE(those_of_the_same_folder_count_more_than_many_far_away) {
  Files files{{"package.json", R"({"devDependencies": {"vitest": "1"}})"},
              {"packages/ssr/src/transforms/one.ts", ""},
              {"packages/ssr/src/transforms/two.ts", ""},
              {"packages/ssr/__tests__/one.spec.ts", "import 'vitest'"}};
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g", "h"}) {
    files[std::string("packages/core/src/") + name + ".ts"];
    files[std::string("packages/core/__tests__/") + name + ".spec.ts"];
  }
  const std::string source = "packages/ssr/src/transforms/two.ts";
  BOOST_TEST(task::find_test_place(project_of(files), source)->file == "packages/ssr/__tests__/two.spec.ts");
}

BOOST_AUTO_TEST_CASE(tests_of_another_kind_are_nobodys_where_there_are_unit_tests) {
  Files files{{"CMakeLists.txt", ""},
              {"src/json.cc", ""},
              {"src/text.cc", ""},
              {"tests/fuzz/json.cc", "#include <gtest/gtest.h>"},
              {"tests/unit/text.cc", "#include <gtest/gtest.h>"}};
  BOOST_TEST(task::find_test_place(project_of(files), "src/json.cc")->file == "tests/unit/json.cc");
  files.erase("tests/unit/text.cc");
  BOOST_TEST(task::find_test_place(project_of(files), "src/json.cc")->file == "tests/fuzz/json.cc");
}

BOOST_AUTO_TEST_CASE(where_tests_have_folders_a_name_elsewhere_says_nothing) {
  Files files{{"CMakeLists.txt", "find_package(GTest)"}, {"src/run_tests.cc", ""}};
  BOOST_TEST(task::find_test_place(project_of(files), "src/run_tests.cc")->of_test);
  for (int i = 0; i < 12; ++i) files["tests/a" + std::to_string(i) + "_test.cc"];
  const auto place = task::find_test_place(project_of(files), "src/run_tests.cc");
  BOOST_TEST(!place->of_test);
  BOOST_TEST(place->file == "tests/run_tests_test.cc");
}

BOOST_AUTO_TEST_CASE(a_way_of_testing_that_is_not_known_is_learnt_from_its_tests) {
  const Files files{
      {"lua/a.lua", ""}, {"lua/b.lua", ""}, {"tests/a_spec.lua", "local t = require('harness')\n"}};
  const auto place = task::find_test_place(project_of(files), "lua/b.lua");
  BOOST_TEST_REQUIRE(place.ok());
  BOOST_TEST(place->file == "tests/b_spec.lua");
  BOOST_TEST(place->framework.name == "the project's own way of testing");
  BOOST_TEST(place->examples.size() == 1u);
  BOOST_TEST(place->command.argv.empty());
  BOOST_TEST(!place->command.problem.empty());
}

BOOST_AUTO_TEST_CASE(a_header_in_another_tree_shares_its_sources_test) {
  const Files files{{"CMakeLists.txt", "find_package(GTest)"},
                    {"include/x/ring.h", ""},
                    {"src/ring.cc", ""},
                    {"tests/ring_test.cc", ""},
                    {"other/ring.h", ""}};
  BOOST_TEST(task::find_test_place(project_of(files), "include/x/ring.h")->file == "tests/ring_test.cc");
  BOOST_TEST(task::find_test_place(project_of(files), "other/ring.h")->why != "it is there already");
}

BOOST_AUTO_TEST_CASE(no_framework_says_what_to_do) {
  const struct {
    const char* path;
    const char* hint;
  } kCases[] = {{"src/a.cc", "GoogleTest"},
                {"A.java", "JUnit"},
                {"a.rb", "rspec"},
                {"a.lua", "busted"},
                {"a.sh", "Bats"}};
  for (const auto& one : kCases) {
    const auto place = task::find_test_place(project_of({{one.path, ""}}), one.path);
    BOOST_TEST_REQUIRE(!place.ok());
    BOOST_TEST((place.error().kind == ErrorKind::usage));
    BOOST_TEST(place.error().message ==
               std::string("no test framework is found in this project for ") + one.path);
    BOOST_TEST(place.error().hint.find(one.hint) != std::string::npos, place.error().hint);
  }
  const auto notes = task::find_test_place(project_of({{"notes.txt", ""}}), "notes.txt");
  BOOST_TEST_REQUIRE(!notes.ok());
  BOOST_TEST(notes.error().message.find("its language is none of") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(names_of_files_become_no_options_and_no_commands) {
  const auto dash = task::find_test_place(project_of({{"-x_test.go", ""}, {"-x.go", ""}}), "-x_test.go");
  BOOST_TEST(dash->command.argv.back() == ".");
  const auto python = task::find_test_place(project_of({{"-x_test.py", ""}}), "-x_test.py");
  BOOST_TEST(python->command.argv.back() == "./-x_test.py");
  const Files plugin{{"tests/minimal_init.lua", "plenary"}, {"tests/a|quit_spec.lua", "plenary"}};
  const auto ex = task::find_test_place(project_of(plugin), "tests/a|quit_spec.lua");
  BOOST_TEST(ex->command.argv.empty());
  BOOST_TEST(!ex->command.problem.empty());
  const Files cmake{{"build/CTestTestfile.cmake", ""}, {"tests/a';x_test.cc", "#include <gtest/gtest.h>\n"}};
  const auto shell = task::find_test_place(project_of(cmake), "tests/a';x_test.cc");
  BOOST_TEST(shell->command.argv.back().ends_with("-R 'a;x_test'"), shell->command.argv.back());
}
