#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/temp_folder.h"
#include "task/conversation.h"
#include "task/source.h"

using namespace coder;
using Lines = std::vector<std::string>;
using privacy::Label;
using privacy::Role;

BOOST_AUTO_TEST_CASE(a_question_is_its_text_without_blank_lines_around_it) {
  const auto turns = task::parse_conversation({"## You", "", "  why?", "", "because", "", ""}, Label::any);
  BOOST_REQUIRE(turns.ok());
  BOOST_REQUIRE(turns->size() == 1u);
  BOOST_TEST(turns->at(0).parts.at(0).text == "  why?\n\nbecause");
}

BOOST_AUTO_TEST_CASE(turns_alternate_and_carry_the_label) {
  const auto turns = task::parse_conversation({"note of mine", "## You", "one", "## Coder · m · local", "",
                                               "## Answer heading", "two", "", "## You", "three"},
                                              Label::local_only);
  BOOST_REQUIRE(turns.ok());
  BOOST_REQUIRE(turns->size() == 3u);
  BOOST_TEST((turns->at(1).role == Role::assistant));
  BOOST_TEST(turns->at(1).parts.at(0).text == "## Answer heading\ntwo");
  for (const privacy::Turn& turn : *turns) BOOST_TEST((turn.parts.at(0).label == Label::local_only));
}

BOOST_AUTO_TEST_CASE(reasoning_is_not_sent_back) {
  const auto turns = task::parse_conversation(
      {"## You", "q", "## Coder · m · local", "", "<think>", "hm", "</think>", "", "a", "## You", "q2"},
      Label::any);
  BOOST_REQUIRE(turns.ok());
  BOOST_TEST(turns->at(1).parts.at(0).text == "a");
  const auto only = task::parse_conversation(
      {"## You", "q", "## Coder · m · local", "<think>", "cut off", "## You", "q2"}, Label::any);
  BOOST_REQUIRE(only.ok());
  BOOST_TEST(only->size() == 2u);
}

BOOST_AUTO_TEST_CASE(lines_about_tools_are_no_text_of_an_answer) {
  const auto turns = task::parse_conversation(
      {"## You", "> [tool] is mine here", "## Coder · m · local", "", "I look.", "",
       "> [tool] search x → 1 match", "> [tool] read_file .env → refused: never sent", "", "> a quotation",
       "## You", "q2"},
      Label::any);
  BOOST_REQUIRE(turns.ok());
  BOOST_REQUIRE(turns->size() == 3u);
  BOOST_TEST(turns->at(0).parts.at(0).text == "> [tool] is mine here");
  BOOST_TEST(turns->at(1).parts.at(0).text == "I look.\n\n> a quotation");
}

BOOST_AUTO_TEST_CASE(without_a_question_there_is_nothing_to_send) {
  for (const Lines& lines : {Lines{}, Lines{"## You", ""}, Lines{"text"},
                             Lines{"## You", "q", "## Coder · m · l", "a", "## You"}}) {
    const auto turns = task::parse_conversation(lines, Label::any);
    BOOST_REQUIRE(!turns.ok());
    BOOST_TEST((turns.error().kind == ErrorKind::usage));
  }
}

BOOST_AUTO_TEST_CASE(a_quotation_cannot_be_closed_from_inside) {
  const Lines quoted = task::quotation("doc/a.md", 3, 5, {"````", "x", "````"});
  BOOST_TEST(quoted == (Lines{"`doc/a.md:3-5`", "`````markdown", "````", "x", "````", "`````"}),
             boost::test_tools::per_element());
  BOOST_TEST(task::quotation("", 2, 2, {"x"}).front() == "`unnamed buffer:2`");
}

BOOST_AUTO_TEST_CASE(language_names_are_harmless) {
  BOOST_TEST(task::language_of("a.py") == "python");
  BOOST_TEST(task::language_of("x/y.go") == "go");
  BOOST_TEST(task::language_of("Makefile").empty());
  BOOST_TEST(task::language_of("a.b`c").empty());
}

BOOST_AUTO_TEST_CASE(sources_are_read_with_label_or_refused_with_a_reason) {
  namespace fs = std::filesystem;
  const fs::path root = fs::temp_directory_path() / ("coder-task-" + std::to_string(::getpid()));
  fs::create_directories(root / ".git");
  fs::create_directories(root / "client-x");
  std::ofstream(root / "client-x/a.py") << "x = 1\n";
  std::ofstream(root / "b.py") << "y = 2";
  std::ofstream(root / "bin") << std::string("a\0b", 3);
  std::ofstream(root / ".env") << "KEY=1\n";
  const privacy::PathRules rules({"client-x/**"});

  const auto a = task::read_source((root / "client-x/a.py").string(), root.string(), rules);
  BOOST_REQUIRE(a.ok());
  BOOST_TEST((a->label == Label::local_only));
  BOOST_TEST(a->shown_path == "client-x/a.py");
  const auto b = task::read_source((root / "b.py").string(), root.string(), rules);
  BOOST_REQUIRE(b.ok());
  BOOST_TEST((b->label == Label::any));

  const auto kind = [&](const char* name) {
    return task::read_source((root / name).string(), root.string(), rules).error().kind;
  };
  BOOST_TEST((kind(".env") == ErrorKind::policy));
  BOOST_TEST((kind("bin") == ErrorKind::usage));
  BOOST_TEST((kind("missing") == ErrorKind::usage));
  BOOST_TEST((kind("client-x") == ErrorKind::usage));

  const auto turns = task::context_turns({*a, *b});
  BOOST_REQUIRE(turns.size() == 1u);
  privacy::Prompt prompt{turns};
  BOOST_TEST((prompt.label() == Label::local_only));
  std::string text;
  for (const privacy::Part& part : turns[0].parts) text += part.text;
  BOOST_TEST(text.find("\n`client-x/a.py:1`\n```python\nx = 1\n```\n") != std::string::npos);
  BOOST_TEST(task::context_turns({}).empty());
  fs::remove_all(root);
}

BOOST_AUTO_TEST_CASE(a_diff_brings_the_labels_of_its_files) {
  const test::TempFolder temp;
  const std::string root = temp.folder("repo");
  temp.folder("repo/.git");
  const privacy::PathRules rules({"client-x/**"});
  const auto diff = [](const std::string& path) { return "--- a/" + path + "\n+++ b/" + path + "\n"; };

  const auto plain = task::prompt_part("why?", root, rules);
  BOOST_REQUIRE(plain.ok());
  BOOST_TEST((plain->label == Label::any));
  BOOST_TEST(plain->origin == "prompt");
  const auto part = task::prompt_part(diff("client-x/a.py"), root, rules);
  BOOST_REQUIRE(part.ok());
  BOOST_TEST((part->label == Label::local_only));
  BOOST_TEST(part->rule == "client-x/**");
  BOOST_TEST(part->origin == "prompt (diff of client-x/a.py)");
  BOOST_TEST(part->text == diff("client-x/a.py"));
  const auto refused = task::prompt_part(diff("client-x/a.py") + diff("deploy/.env"), root, rules);
  BOOST_REQUIRE(!refused.ok());
  BOOST_TEST((refused.error().kind == ErrorKind::policy));
  BOOST_TEST(refused.error().message ==
             "the prompt holds a diff of deploy/.env, which is never sent (rule .env)");

  const auto source = task::read_source(temp.file("repo/x.patch", diff("client-x/a.py")), root, rules);
  BOOST_REQUIRE(source.ok());
  BOOST_TEST((source->label == Label::local_only));
  BOOST_TEST(source->rule == "client-x/**");
  const auto secret = task::read_source(temp.file("repo/y.patch", diff(".env")), root, rules);
  BOOST_REQUIRE(!secret.ok());
  BOOST_TEST((secret.error().kind == ErrorKind::policy));
}
