#include "task/dismissed.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "support/temp_folder.h"
#include "task/diff_parts.h"
#include "task/draft.h"

using namespace coder;
using namespace coder::task;

BOOST_AUTO_TEST_SUITE(dismissed)

BOOST_AUTO_TEST_CASE(a_finding_stays_away_until_its_line_changes) {
  test::TempFolder folder;
  test::ScopedEnv state("XDG_STATE_HOME", folder.path());
  BOOST_TEST(!Dismissed::load("/p").holds("a.py", "bug", "x = 1"));
  BOOST_REQUIRE(Dismissed::add("/p", "a.py", "bug", "  x = 1").ok());
  BOOST_REQUIRE(Dismissed::add("/p", "a.py", "bug", "x = 1 ").ok());
  BOOST_REQUIRE(Dismissed::add("/p", "b c.py", "bug", "y").ok());
  const Dismissed known = Dismissed::load("/p");
  BOOST_TEST(known.size() == 2u);
  BOOST_TEST(known.holds("a.py", "bug", "\tx = 1"));
  BOOST_TEST(!known.holds("a.py", "security", "x = 1"));
  BOOST_TEST(!known.holds("b.py", "bug", "x = 1"));
  BOOST_TEST(!known.holds("a.py", "bug", "x = 2"));
  BOOST_TEST(!Dismissed::load("/q").holds("a.py", "bug", "x = 1"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    struct stat info {};
    ::stat(file.path().c_str(), &info);
    BOOST_TEST(((info.st_mode & 077) == 0u || file.is_directory()));
  }
  BOOST_TEST(*Dismissed::forget("/p", "b c.py") == 1u);
  BOOST_TEST(*Dismissed::forget("/p", "b c.py") == 0u);
  BOOST_TEST(Dismissed::load("/p").holds("a.py", "bug", "x = 1"));
  BOOST_TEST(*Dismissed::forget("/p", "") == 1u);
  BOOST_TEST(Dismissed::load("/p").size() == 0u);
}

BOOST_AUTO_TEST_CASE(nowhere_to_write_is_told) {
  test::TempFolder folder;
  folder.file("state", "a file");
  test::ScopedEnv state("XDG_STATE_HOME", folder / "state");
  const Result<void> added = Dismissed::add("/p", "a.py", "bug", "x");
  BOOST_REQUIRE(!added.ok());
  BOOST_TEST(added.error().message.find("cannot write ") == 0u);
  BOOST_TEST(Dismissed::load("/p").size() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(drafts)

BOOST_AUTO_TEST_CASE(a_fence_around_the_text_goes_and_one_inside_stays) {
  BOOST_TEST(tidy_draft("  Fix it  \n\nBecause.\n") == "Fix it\n\nBecause.");
  BOOST_TEST(tidy_draft("```\nFix it\n\nBecause.\n```") == "Fix it\n\nBecause.");
  BOOST_TEST(tidy_draft("Here is the message:\n\n```text\nFix it\n```\n") == "Fix it");
  BOOST_TEST(tidy_draft("Fix it\n\n```c\nint x;\n```") == "Fix it\n\n```c\nint x;\n```");
  BOOST_TEST(tidy_draft("```c\nint x;\n```\nand\n```\ny\n```") == "```c\nint x;\n```\nand\n```\ny\n```");
  BOOST_TEST(tidy_draft("") == "");
  BOOST_TEST(tidy_draft("```") == "```");
  BOOST_TEST(tidy_draft("```\n```") == "```\n```");
}

BOOST_AUTO_TEST_CASE(a_large_diff_comes_in_parts_that_can_be_read_alone) {
  FileDiff small, large;
  small.path = "s.c";
  small.text = "diff --git a/s.c b/s.c\n--- a/s.c\n+++ b/s.c\n@@ -1 +1 @@\n-a\n+b\n";
  const std::string head = "diff --git a/l.c b/l.c\n--- a/l.c\n+++ b/l.c\n";
  large.path = "l.c";
  large.text = head;
  for (int i = 0; i < 200; ++i)
    large.text += "@@ -" + std::to_string(i) + " +1 @@\n-old line " + std::to_string(i) + "\n+new\n";
  FileDiff lock = small;
  lock.generated = true;
  lock.path = "Cargo.lock";
  BOOST_TEST(diff_parts({small, small}, 10'000).size() == 1u);
  const std::vector<std::string> parts = diff_parts({small, large, lock, small}, 2000);
  BOOST_TEST(parts.size() > 3u);
  std::string all;
  for (const std::string& part : parts) {
    BOOST_TEST(part.size() <= 2000u);
    BOOST_TEST(part.find("diff --git ") == 0u);
    all += part;
  }
  for (int i = 0; i < 200; ++i)
    BOOST_TEST(all.find("-old line " + std::to_string(i) + "\n") != std::string::npos);
  BOOST_TEST(all.find("Cargo.lock | 0 + 0 -, generated\n") != std::string::npos);
  // A hunk without a line's end.
  large.text = head + "@@ -1 +1 @@\n+" + std::string(50'000, 'x');
  size_t bytes = 0;
  for (const std::string& part : diff_parts({large}, 1000)) bytes += part.size();
  BOOST_TEST(bytes > 50'000u);
  BOOST_TEST(diff_parts({}, 1000).empty());
  BOOST_TEST(text_parts({"a", "b"}, 1000).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
