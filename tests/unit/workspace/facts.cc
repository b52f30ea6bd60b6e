// Facts of a text, as bytes and back.
#include "workspace/facts.h"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

using namespace coder;
using namespace coder::workspace;

namespace {

const char* const kText =
    "import os.path\n"
    "\n"
    "class Greeter(Base):\n"
    "    def greet(self, name: str):\n"
    "        return format_name(os.path.join(name))\n"
    "\n"
    "def other():\n"
    "    Greeter().greet('x')\n";

std::string name(const Facts& facts, Facts::Name number) { return std::string(facts.names[number]); }

}  // namespace

BOOST_AUTO_TEST_SUITE(facts)

BOOST_AUTO_TEST_CASE(say_what_is_in_a_text) {
  const Facts facts = make_facts(syntax::Language::python, kText);
  BOOST_TEST(facts.hash == content_hash(kText));
  BOOST_TEST(facts.lines == 8U);
  BOOST_TEST(facts.bytes == std::string(kText).size());
  std::string symbols;
  for (const Facts::Symbol& symbol : facts.symbols) symbols += name(facts, symbol.name) + " ";
  BOOST_TEST(symbols == "Greeter greet other ");
  BOOST_TEST(facts.symbols[1].parent == 0);
  BOOST_TEST(facts.symbols[1].first_line == 3U);
  BOOST_TEST(!facts.imports.empty());
  for (size_t i = 1; i < facts.uses.size(); ++i) BOOST_TEST(facts.uses[i - 1].name <= facts.uses[i].name);
  uint32_t greets = 0;
  for (const Facts::Word& word : facts.words) greets += name(facts, word.name) == "greet" ? word.count : 0;
  BOOST_TEST(greets == 4U);  // with Greeter, whose stem it is
}

BOOST_AUTO_TEST_CASE(words_are_counted_by_chunks_of_lines) {
  std::string text;
  for (uint32_t i = 0; i < kChunkLines; ++i) text += "apple\n";
  text += "apple pear";
  const Facts facts = make_facts(syntax::Language::none, text);
  BOOST_TEST(facts.lines == kChunkLines + 1);
  BOOST_TEST(facts.symbols.empty());
  BOOST_REQUIRE(facts.words.size() == 3U);
  BOOST_TEST(facts.words[0].count == kChunkLines);
  BOOST_TEST(facts.words[0].chunk == 0U);
  BOOST_TEST(facts.words[1].chunk == 1U);
  BOOST_TEST(facts.words[1].name == facts.words[0].name);
}

BOOST_AUTO_TEST_CASE(of_odd_texts) {
  for (const std::string& text : {std::string(), std::string("\n"), std::string("\xff\xfe\x80 name"),
                                  std::string(3, '\0'), std::string(100'000, '('), std::string(5000, '\n')}) {
    for (const auto language : {syntax::Language::none, syntax::Language::python, syntax::Language::rust}) {
      const Facts facts = make_facts(language, text);
      BOOST_TEST(facts.bytes == text.size());
      const Result<Facts> back = decode_facts(encode(facts));
      BOOST_REQUIRE(back.ok());
    }
  }
}

BOOST_AUTO_TEST_CASE(come_back_from_bytes_as_they_were) {
  const Facts facts = make_facts(syntax::Language::python, kText);
  const std::string bytes = encode(facts);
  Result<Facts> back = decode_facts(bytes);
  BOOST_REQUIRE(back.ok());
  BOOST_TEST(encode(*back) == bytes);
  BOOST_TEST(back->hash == facts.hash);
  BOOST_TEST((back->language == facts.language));
  BOOST_REQUIRE(back->symbols.size() == facts.symbols.size());
  for (size_t i = 0; i < facts.symbols.size(); ++i) {
    const Facts::Symbol &a = facts.symbols[i], &b = back->symbols[i];
    BOOST_TEST(name(facts, a.name) == name(*back, b.name));
    BOOST_TEST(a.alias == b.alias);
    BOOST_TEST((a.kind == b.kind));
    BOOST_TEST(a.parent == b.parent);
    BOOST_TEST(a.last_line == b.last_line);
    BOOST_TEST(a.signature == b.signature);
    BOOST_TEST(a.signature_end == b.signature_end);
    BOOST_TEST(a.end == b.end);
  }
  BOOST_REQUIRE(back->uses.size() == facts.uses.size());
  for (size_t i = 0; i < facts.uses.size(); ++i) {
    BOOST_TEST(facts.uses[i].symbol == back->uses[i].symbol);
    BOOST_TEST(facts.uses[i].line == back->uses[i].line);
  }
  BOOST_TEST(back->words.size() == facts.words.size());
}

BOOST_AUTO_TEST_CASE(bytes_that_are_cut_or_changed_are_an_error_or_other_facts) {
  const std::string bytes = encode(make_facts(syntax::Language::python, kText));
  for (size_t size = 0; size < bytes.size(); ++size) BOOST_TEST(!decode_facts(bytes.substr(0, size)).ok());
  BOOST_TEST(!decode_facts(bytes + "x").ok());
  std::mt19937 random(11);
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = bytes;
    for (uint32_t flips = 1 + random() % 3; flips > 0; --flips)
      changed[random() % changed.size()] = static_cast<char>(random());
    const Result<Facts> back = decode_facts(changed);
    if (!back.ok()) continue;
    // Whatever it says, it is whole: every number is one of its own.
    Result<Facts> again = decode_facts(encode(*const_cast<Result<Facts>&>(back)));
    BOOST_REQUIRE(again.ok());
  }
}

BOOST_AUTO_TEST_CASE(hashes_tell_texts_apart) {
  BOOST_TEST(content_hash("") != content_hash(std::string(1, '\0')));
  BOOST_TEST(content_hash("abcdefgh") != content_hash("abcdefgi"));
  BOOST_TEST(content_hash("abcdefghi") != content_hash("abcdefgh"));
  BOOST_TEST(content_hash(std::string(8, '\0')) != content_hash(std::string(16, '\0')));
  BOOST_TEST(content_hash("same") == content_hash("same"));
}

BOOST_AUTO_TEST_SUITE_END()
