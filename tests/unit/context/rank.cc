#include "context/rank.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "context/paths.h"
#include "small_corpus.h"

using namespace coder;
using namespace coder::context;

namespace {

/// Place of a file in the answer, from 1; 0: it is not in it.
size_t place_of(const Ranked& ranked, const std::string& path) {
  for (size_t i = 0; i < ranked.files.size(); ++i) {
    if (ranked.files[i].path == path) return i + 1;
  }
  return 0;
}

std::string why_of(const Ranked& ranked, const std::string& path) {
  const size_t place = place_of(ranked, path);
  std::string out;
  if (place == 0) return out;
  for (const std::string& reason : ranked.files[place - 1].why) out += reason + "; ";
  return out;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Query ask(std::string text) {
  Query out;
  out.text = std::move(text);
  return out;
}

Query in(std::string path, uint32_t line = 0) {
  Query out;
  out.seeds.push_back({std::move(path), line});
  return out;
}

/// A dozen files that have nothing to do with anything.
test::SmallCorpus with_noise() {
  test::SmallCorpus out;
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i);
    out.file("misc/noise" + n + ".py", "def noise_" + n + "(x):\n    return x + " + n + "\n");
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(words_of_the_question_find_their_file) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("lib/cut.py",
              "def shorten(text, limit):\n    # truncation keeps whole words\n    return text[:limit]\n");
  const Ranked ranked = rank(corpus.corpus, ask("where are words truncated?"));
  BOOST_TEST(place_of(ranked, "lib/cut.py") == 1u);
  BOOST_TEST(has(why_of(ranked, "lib/cut.py"), "words: "));
}

BOOST_AUTO_TEST_CASE(who_defines_what_the_seed_uses_and_who_uses_what_it_defines) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("app/main.py", "from lib.store import open_vault\n\ndef main_entry():\n    open_vault(1)\n");
  corpus.file("lib/vault.py", "def open_vault(key):\n    return key\n");
  corpus.file("jobs/nightly.py", "from app.main import main_entry\n\nmain_entry()\n");
  const Ranked ranked = rank(corpus.corpus, in("app/main.py"));
  BOOST_TEST(place_of(ranked, "lib/vault.py") <= 2u);
  BOOST_TEST(place_of(ranked, "jobs/nightly.py") <= 2u);
  BOOST_TEST(has(why_of(ranked, "lib/vault.py"), "defines open_vault"));
  BOOST_TEST(has(why_of(ranked, "jobs/nightly.py"), "uses main_entry"));
}

BOOST_AUTO_TEST_CASE(the_seed_is_no_answer) {
  test::SmallCorpus corpus = with_noise();
  const Ranked ranked = rank(corpus.corpus, in("misc/noise3.py"));
  BOOST_TEST(place_of(ranked, "misc/noise3.py") == 0u);
  for (const RankedSymbol& symbol : ranked.symbols)
    BOOST_TEST(corpus.corpus.index.file(symbol.slot).path != "misc/noise3.py");
}

BOOST_AUTO_TEST_CASE(files_that_change_together) {
  test::SmallCorpus corpus = with_noise();
  for (int i = 0; i < 7; ++i) corpus.commit("work", {"misc/noise1.py", "misc/noise7.py"});
  const Ranked ranked = rank(corpus.corpus, in("misc/noise1.py"));
  BOOST_TEST(place_of(ranked, "misc/noise7.py") == 1u);
  BOOST_TEST(has(why_of(ranked, "misc/noise7.py"), "changed together 7 times"));
  Signals off;
  off.history = false;
  BOOST_TEST(!has(why_of(rank(corpus.corpus, in("misc/noise1.py"), off), "misc/noise7.py"), "changed"));
}

BOOST_AUTO_TEST_CASE(what_was_changed_when_somebody_asked_for_the_like) {
  test::SmallCorpus corpus = with_noise();
  corpus.commit("Release 1.2", {"misc/noise5.py"}).commit("Tidy up", {"misc/noise6.py"});
  BOOST_TEST(place_of(rank(corpus.corpus, ask("prepare release 1.3")), "misc/noise5.py") == 1u);
}

BOOST_AUTO_TEST_CASE(a_file_named_in_the_question) {
  test::SmallCorpus corpus = with_noise();
  const Ranked ranked = rank(corpus.corpus, ask("explain misc/noise9.py to me"));
  BOOST_TEST(place_of(ranked, "misc/noise9.py") == 1u);
  BOOST_TEST(has(why_of(ranked, "misc/noise9.py"), "named in the question"));
}

BOOST_AUTO_TEST_CASE(a_symbol_named_in_the_question_comes_first) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("lib/shapes.py",
              "class Circle:\n    def area(self):\n        return 3\n\nclass Square:\n    def area(self):\n  "
              "      return 4\n");
  const Ranked ranked = rank(corpus.corpus, ask("what does `Square` do?"));
  BOOST_REQUIRE(!ranked.symbols.empty());
  const RankedSymbol& first = ranked.symbols.front();
  const workspace::Index& index = corpus.corpus.index;
  BOOST_TEST(index.text(index.file(first.slot).symbols[first.symbol].name) == "Square");
  BOOST_TEST(first.why.front() == "named in the question");
}

BOOST_AUTO_TEST_CASE(a_test_and_what_it_tests) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("src/lexer.py", "def lex():\n    pass\n")
      .file("tests/test_lexer.py", "def test_it():\n    pass\n");
  BOOST_TEST(place_of(rank(corpus.corpus, in("src/lexer.py")), "tests/test_lexer.py") == 1u);
  BOOST_TEST(place_of(rank(corpus.corpus, in("tests/test_lexer.py")), "src/lexer.py") == 1u);
}

BOOST_AUTO_TEST_CASE(an_open_buffer_and_a_jump_are_weaker_seeds) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("a.py", "def only_here_a():\n    pass\n").file("b.py", "only_here_a()\n");
  Query query;
  query.open = {"a.py"};
  const Ranked ranked = rank(corpus.corpus, query);
  BOOST_TEST(place_of(ranked, "b.py") != 0u);
  BOOST_TEST(place_of(ranked, "a.py") != 0u);  // on the screen, but nobody named it
  Signals off;
  off.places = false;
  BOOST_TEST(rank(corpus.corpus, query, off).files.empty());
}

BOOST_AUTO_TEST_CASE(recent_edits_and_the_cursors_surroundings_are_asked_for_too) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("lib/quota.py", "def exceed_quota():\n    pass\n");
  Query query;
  query.recent = {"    if exceed_quota():"};
  BOOST_TEST(place_of(rank(corpus.corpus, query), "lib/quota.py") == 1u);
  query.recent.clear();
  query.around = "exceed_quota()";
  BOOST_TEST(place_of(rank(corpus.corpus, query), "lib/quota.py") == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_asked_nothing_answered) {
  const test::SmallCorpus corpus = with_noise();
  BOOST_TEST(rank(corpus.corpus, {}).files.empty());
  BOOST_TEST(rank({}, ask("anything")).files.empty());
  BOOST_TEST(rank({}, in("gone.py")).files.empty());
}

BOOST_AUTO_TEST_CASE(a_new_file_is_a_seed_by_its_path) {
  test::SmallCorpus corpus = with_noise();
  corpus.file("tests/test_lexer.py", "def test_it():\n    pass\n");
  BOOST_TEST(place_of(rank(corpus.corpus, in("src/lexer.py")), "tests/test_lexer.py") == 1u);
}

BOOST_AUTO_TEST_CASE(the_same_answer_whatever_order_the_files_came_in) {
  test::SmallCorpus one = with_noise(), other;
  one.file("lib/vault.py", "def open_vault(key):\n    return noise_3(key)\n");
  for (auto at = one.files.rbegin(); at != one.files.rend(); ++at) {
    other.file(at->first, "old");
    other.file(at->first, at->second);
  }
  Query query = in("misc/noise3.py");
  query.text = "open the vault";
  const Ranked a = rank(one.corpus, query), b = rank(other.corpus, query);
  BOOST_REQUIRE(a.files.size() == b.files.size());
  for (size_t i = 0; i < a.files.size(); ++i) {
    BOOST_TEST(a.files[i].path == b.files[i].path);
    BOOST_TEST(a.files[i].score == b.files[i].score, boost::test_tools::tolerance(1e-6));
  }
}

BOOST_AUTO_TEST_CASE(what_is_source_and_what_is_a_test) {
  for (const char* path : {"a.py", "x/y.rs", "a.kt", "b.pyi", "Rakefile", "x.vue"})
    BOOST_TEST(is_source(path), path);
  for (const char* path : {"README.md", "Cargo.lock", "a.toml", "x.yml", "LICENSE", "data.json"})
    BOOST_TEST(!is_source(path), path);
  for (const char* path : {"tests/a.py", "x/test_a.py", "a_test.go", "b.spec.ts", "src/__tests__/c.js"})
    BOOST_TEST(is_test(path), path);
  for (const char* path : {"src/a.py", "testing_tools.py", "contest.go", "latest/x.rs"})
    BOOST_TEST(!is_test(path), path);
}
