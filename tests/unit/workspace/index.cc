// The Index against a naive model, under random puts, replacements and removals; and names, words, facts.
#include "workspace/index.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "workspace/words.h"

using namespace coder;
using namespace coder::workspace;

namespace {

/// A file of a few definitions, calls and words.
std::string text_of(std::mt19937& random) {
  std::string out;
  for (uint32_t i = random() % 12; i > 0; --i) {
    const std::string name = "name_" + std::to_string(random() % 40);
    switch (random() % 5) {
      case 0:
        out += "def " + name + "(value):\n    return call_" + std::to_string(random() % 20) + "(value)\n\n";
        break;
      case 1:
        out += "class Type" + std::to_string(random() % 20) + ":\n    pass\n";
        break;
      case 2:
        out += "import module" + std::to_string(random() % 10) + "\n";
        break;
      case 3:
        out += std::string(random() % 60, '\n');
        break;
      default:
        out += name + "(camelCase" + std::to_string(random() % 5) + ")  # words of a comment\n";
    }
  }
  return out;
}

/// What an Index answers, by name and path, read off the facts themselves.
struct Model {
  std::map<std::string, Facts> files;

  using Answer = std::map<std::string, std::multiset<std::string>>;  // by name
  Answer definitions, uses, postings;

  static std::string at(const std::string& path, uint64_t a, uint64_t b = 0) {
    return path + " " + std::to_string(a) + " " + std::to_string(b);
  }

  void read() {
    definitions = uses = postings = {};
    for (const auto& [path, facts] : files) {
      const auto name = [&facts](uint32_t i) { return std::string(facts.names[i]); };
      for (uint32_t i = 0; i < facts.symbols.size(); ++i) {
        const Facts::Symbol& symbol = facts.symbols[i];
        if (symbol.kind != syntax::SymbolKind::block) definitions[name(symbol.name)].insert(at(path, i));
      }
      std::map<std::string, uint64_t> counts;
      for (const Facts::Use& use : facts.uses) counts[name(use.name)] += use.count;
      for (const auto& [used, count] : counts) uses[used].insert(at(path, count));
      for (const Facts::Word& word : facts.words)
        postings[name(word.name)].insert(at(path, word.chunk, word.count));
    }
  }

  void compare(const Index& index) {
    read();
    Index::Totals totals;
    std::set<std::string> names;
    for (const auto& [path, facts] : files) {
      totals.files += 1;
      totals.lines += facts.lines;
      totals.bytes += facts.bytes;
      totals.symbols += facts.symbols.size();
      for (const Facts::Word& word : facts.words) totals.words += word.count;
      for (size_t i = 0; i < facts.names.size(); ++i) names.emplace(facts.names[i]);
      const Slot slot = index.find(path);
      BOOST_REQUIRE(slot != kNoSlot);
      BOOST_REQUIRE(index.file(slot).path == path);
      BOOST_REQUIRE(index.file(slot).hash == facts.hash);
      BOOST_REQUIRE(index.file(slot).symbols.size() == facts.symbols.size());
      for (size_t i = 0; i < facts.imports.size(); ++i)
        BOOST_REQUIRE(index.text(index.file(slot).imports[i].module) == facts.names[facts.imports[i].module]);
    }
    BOOST_REQUIRE(index.size() == files.size());
    BOOST_REQUIRE(index.totals().files == totals.files);
    BOOST_REQUIRE(index.totals().lines == totals.lines);
    BOOST_REQUIRE(index.totals().bytes == totals.bytes);
    BOOST_REQUIRE(index.totals().symbols == totals.symbols);
    BOOST_REQUIRE(index.totals().words == totals.words);
    for (const std::string& name : names) {
      const uint32_t number = index.name(name);
      const auto path = [&](Slot slot) { return index.file(slot).path; };
      std::multiset<std::string> got;
      const auto files_in = [&got] {
        std::set<std::string> paths;
        for (const std::string& one : got) paths.insert(one.substr(0, one.find(' ')));
        return paths.size();
      };
      index.definitions(number,
                        [&](const Index::Definition& one) { got.insert(at(path(one.slot), one.symbol)); });
      BOOST_REQUIRE(got == definitions[name]);
      BOOST_REQUIRE(index.definers(number) == files_in());
      got.clear();
      index.uses(number, [&](const Index::Using& one) { got.insert(at(path(one.slot), one.count)); });
      BOOST_REQUIRE(got == uses[name]);
      BOOST_REQUIRE(index.users(number) == files_in());
      got.clear();
      index.postings(
          number, [&](const Index::Posting& one) { got.insert(at(path(one.slot), one.chunk, one.count)); });
      BOOST_REQUIRE(got == postings[name]);
      BOOST_REQUIRE(index.holders(number) == files_in());
    }
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(index_model)

BOOST_AUTO_TEST_CASE(answers_as_a_naive_model_does) {
  std::mt19937 random(3);
  Index index;
  Model model;
  for (int round = 0; round < 3000; ++round) {
    const std::string path =
        "dir" + std::to_string(random() % 4) + "/f" + std::to_string(random() % 50) + ".py";
    if (random() % 4 == 0) {
      BOOST_REQUIRE(index.remove(path) == (model.files.erase(path) > 0));
    } else {
      Facts facts = make_facts(syntax::Language::python, text_of(random));
      index.put(path, facts);
      model.files[path] = std::move(facts);
    }
    if (round % 100 == 0) model.compare(index);
  }
  model.compare(index);
  // Slots of files that are gone are used again.
  BOOST_TEST(index.slots() < 300U);
  BOOST_TEST(index.memory() > 0U);
  while (!model.files.empty()) {
    BOOST_REQUIRE(index.remove(model.files.begin()->first));
    model.files.erase(model.files.begin());
  }
  model.compare(index);
  BOOST_TEST(index.totals().words == 0U);
}

BOOST_AUTO_TEST_CASE(the_same_again_changes_nothing) {
  Index index;
  const Facts facts = make_facts(syntax::Language::python, "def a(): pass\n");
  index.put("a.py", facts);
  const uint64_t version = index.version();
  index.put("a.py", facts);
  BOOST_TEST(index.version() == version);
  index.put("b.py", facts);
  BOOST_TEST(index.version() > version);
  BOOST_TEST(index.definers(index.name("a")) == 2U);
  BOOST_TEST(!index.remove("c.py"));
  index.put("", facts);
  BOOST_TEST(index.size() == 2U);
  BOOST_TEST(index.name("never seen") == Names::kUnknown);
  BOOST_TEST(index.definers(Names::kUnknown) == 0U);
  index.definitions(Names::kUnknown, [](const Index::Definition&) { BOOST_ERROR("nobody's"); });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(name_pool)

BOOST_AUTO_TEST_CASE(each_text_has_one_number) {
  Names names;
  BOOST_TEST(names.find("a") == Names::kUnknown);
  std::vector<std::string> texts = {"", "a", std::string("\0", 1), std::string(100'000, 'x'), "\xff"};
  for (int i = 0; i < 20'000; ++i) texts.push_back("name" + std::to_string(i));
  std::vector<uint32_t> numbers;
  for (const std::string& text : texts) numbers.push_back(names.add(text));
  BOOST_TEST(names.size() == texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    BOOST_REQUIRE(names.add(texts[i]) == numbers[i]);
    BOOST_REQUIRE(names.find(texts[i]) == numbers[i]);
    BOOST_REQUIRE(names.text(numbers[i]) == texts[i].substr(0, 64 * 1024));
  }
  BOOST_TEST(names.find("name20000") == Names::kUnknown);
  BOOST_TEST(names.bytes() > 20'000U * 10);
}

BOOST_AUTO_TEST_CASE(all_at_once_is_the_same) {
  std::mt19937 random(5);
  Names one, all;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string> texts;
    for (uint32_t i = random() % 200; i > 0; --i) texts.push_back("n" + std::to_string(random() % 3000));
    const std::vector<uint32_t> numbers =
        all.add_all(texts.size(), [&](size_t i) { return std::string_view(texts[i]); });
    for (size_t i = 0; i < texts.size(); ++i) BOOST_REQUIRE(one.add(texts[i]) == numbers[i]);
  }
  BOOST_TEST(one.size() == all.size());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(word_forms)

BOOST_AUTO_TEST_CASE(identifiers_in_parts_and_whole) {
  const auto of = [](const std::string& text) {
    std::string out;
    for_each_word(text, [&](std::string_view word) { out += (out.empty() ? "" : " ") + std::string(word); });
    return out;
  };
  BOOST_TEST(of("") == "");
  BOOST_TEST(of("plain words, and more.") == "plain words and more");
  BOOST_TEST(of("snake_case") == "snake case snake_case");
  BOOST_TEST(of("camelCase") == "camel case camelcase");
  BOOST_TEST(of("HTTPServer2") == "http server httpserver2");
  BOOST_TEST(of("__init__") == "init");
  BOOST_TEST(of("MAX_SIZE") == "max size max_size");
  BOOST_TEST(of("x y2 i") == "y2");
  BOOST_TEST(of("123 1_000 0x1f") == "0x1f");
  BOOST_TEST(of("größe") == "größe");
  BOOST_TEST(of(std::string(49, 'a')) == "");
  BOOST_TEST(of(std::string(48, 'a')) == std::string(48, 'a'));
  BOOST_TEST(of("a" + std::string(60, '_') + "bcd") == "bcd");
  BOOST_TEST(of(std::string(100'000, '_')) == "");
}

BOOST_AUTO_TEST_CASE(forms_of_one_word_meet) {
  BOOST_TEST(stem("tokenizers") == stem("tokenize"));
  BOOST_TEST(stem("tokenizing") == stem("tokenize"));
  BOOST_TEST(stem("tokenized") == stem("tokenizer"));
  BOOST_TEST(stem("files") == stem("file"));
  BOOST_TEST(stem("parsing") == stem("parse"));
  BOOST_TEST(stem("parser") == stem("parses"));
  BOOST_TEST(stem("queries") == stem("query"));
  BOOST_TEST(stem("applies") == stem("apply"));
  BOOST_TEST(stem("keys") == "key");
  BOOST_TEST(stem("class") == "class");
  BOOST_TEST(stem("status") == "status");
  BOOST_TEST(stem("this") == "this");
  BOOST_TEST(stem("is") == "is");
  BOOST_TEST(stem("") == "");
  for (const std::string word : {"a", "as", "ed", "ing", "or", "ies", "ization"})
    BOOST_TEST(!stem(word).empty());
}

BOOST_AUTO_TEST_SUITE_END()
