#include "context/pack.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "small_corpus.h"

using namespace coder;
using namespace coder::context;

namespace {

const char* const kShapes =
    "# Shapes.\n"
    "class Circle:\n"
    "    \"\"\"Round.\"\"\"\n"
    "    def area(self):\n"
    "        return 3\n"
    "\n"
    "    def grow(self, by):\n"
    "        self.size += by\n"
    "        self.changed = True\n"
    "        return self\n"
    "\n"
    "def make_circle(size):\n"
    "    circle = Circle()\n"
    "    circle.size = size\n"
    "    return circle\n";

Ranked ranked_for(const test::SmallCorpus& corpus, const std::string& text) {
  Query query;
  query.text = text;
  return rank(corpus.corpus, query);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const Chunk* chunk_with(const Packed& packed, const std::string& part) {
  for (const Chunk& chunk : packed.chunks) {
    if (has(chunk.text, part)) return &chunk;
  }
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_CASE(with_room_all_of_a_small_file_stands_there) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow a circle"), corpus.options(2000));
  BOOST_TEST(has(packed.text, "## shapes.py\n"));
  BOOST_TEST(has(packed.text, "self.size += by"));
  BOOST_TEST(packed.tokens <= 2000u);
  BOOST_TEST(packed.budget == 2000u);
  const Chunk* grow = chunk_with(packed, "self.size += by");
  BOOST_REQUIRE(grow);
  BOOST_TEST((grow->form == Form::body));
  BOOST_TEST(grow->first <= 7u);
  BOOST_TEST(grow->last >= 10u);
  BOOST_TEST(!grow->why.empty());
}

BOOST_AUTO_TEST_CASE(with_little_room_signatures_stand_there_with_what_is_around_them) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow"), corpus.options(24));
  BOOST_TEST(packed.tokens <= 24u);
  BOOST_TEST(has(packed.text, "def grow(self, by):"));
  BOOST_TEST(has(packed.text, "class Circle:"));  // a method alone says little
  BOOST_TEST(!has(packed.text, "self.size += by"));
  BOOST_TEST(has(packed.text, "…\n"));
}

BOOST_AUTO_TEST_CASE(no_room_no_text) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  for (const size_t budget : {0u, 1u, 2u}) {
    const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow"), corpus.options(budget));
    BOOST_TEST(packed.text.empty());
    BOOST_TEST(packed.chunks.empty());
    BOOST_TEST(packed.tokens == 0u);
  }
}

BOOST_AUTO_TEST_CASE(what_is_refused_leaves_no_trace) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes)
      .file("secret/plan.py", "def grow_in_secret():\n    return make_circle(1)\n");
  PackOptions options = corpus.options(2000);
  options.refuse = [](const std::string& path) { return path == "secret/plan.py" ? "private" : ""; };
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow circle secret"), options);
  BOOST_TEST(!has(packed.text, "secret"));
  for (const Chunk& chunk : packed.chunks) BOOST_TEST(chunk.path != "secret/plan.py");
  BOOST_REQUIRE(packed.dropped.size() == 1u);
  BOOST_TEST(packed.dropped[0].path == "secret/plan.py");
  BOOST_TEST(packed.dropped[0].reason == "private");
}

BOOST_AUTO_TEST_CASE(what_the_prompt_carries_already_is_left_out) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  PackOptions options = corpus.options(2000);
  options.without = {"shapes.py"};
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow"), options);
  BOOST_TEST(packed.text.empty());
  BOOST_TEST(packed.dropped.empty());
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_told) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  const Ranked ranked = ranked_for(corpus, "grow");
  corpus.files.clear();
  const Packed packed = pack(corpus.corpus, ranked, corpus.options(2000));
  BOOST_TEST(packed.text.empty());
  BOOST_REQUIRE(packed.dropped.size() == 1u);
  BOOST_TEST(packed.dropped[0].reason == "cannot be read");
}

BOOST_AUTO_TEST_CASE(the_present_text_counts_not_the_one_that_was_indexed) {
  test::SmallCorpus corpus;
  corpus.file("shapes.py", kShapes);
  const Ranked ranked = ranked_for(corpus, "grow");
  corpus.files["shapes.py"] = "import os\n\n\n" + std::string(kShapes) + "\ndef later():\n    pass\n";
  const Packed packed = pack(corpus.corpus, ranked, corpus.options(22));
  const Chunk* grow = chunk_with(packed, "def grow(self, by):");
  BOOST_REQUIRE(grow);
  BOOST_TEST(grow->first <= 10u);
  BOOST_TEST(grow->last >= 10u);  // three lines further down
}

BOOST_AUTO_TEST_CASE(files_without_symbols_show_lines) {
  test::SmallCorpus corpus;
  std::string notes;
  for (int i = 0; i < 200; ++i) notes += "line " + std::to_string(i) + "\n";
  notes += "the zebra protocol\n";
  corpus.file("notes.txt", notes);
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "zebra"), corpus.options(200));
  BOOST_TEST(has(packed.text, "## notes.txt\n"));
  BOOST_TEST(has(packed.text, "the zebra protocol"));
}

BOOST_AUTO_TEST_CASE(letters_are_never_cut) {
  test::SmallCorpus corpus;
  std::string line = "NAMES = \"";
  for (int i = 0; i < 300; ++i) line += "ü漢";
  corpus.file("names.py", line + "\"\n\ndef names():\n    return NAMES\n");
  for (size_t budget = 10; budget < 900; budget += 37) {
    const Packed packed = pack(corpus.corpus, ranked_for(corpus, "names"), corpus.options(budget));
    BOOST_TEST(to_valid_utf8(packed.text) == packed.text);
  }
  corpus.file("broken.py", "def names_broken():\n    return '\xff\xc3'\n");
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "broken"), corpus.options(900));
  BOOST_TEST(to_valid_utf8(packed.text) == packed.text);
}

BOOST_AUTO_TEST_CASE(a_count_that_is_not_additive_is_kept_too) {
  test::SmallCorpus corpus;
  for (int i = 0; i < 30; ++i) corpus.file("shapes" + std::to_string(i) + ".py", kShapes);
  PackOptions options = corpus.options(500);
  options.count = [](std::string_view text) { return text.size() / 4 + text.size() * text.size() / 20000; };
  const Packed packed = pack(corpus.corpus, ranked_for(corpus, "grow"), options);
  BOOST_TEST(packed.tokens <= 500u);
  BOOST_TEST(packed.tokens >= 350u);
  BOOST_TEST(packed.tokens == options.count(packed.text));
}
