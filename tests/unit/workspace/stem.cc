#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "workspace/words.h"

using coder::workspace::stem;

BOOST_AUTO_TEST_CASE(words_that_mean_one_thing_have_one_stem) {
  const std::vector<std::vector<std::string>> alike = {
      {"tokenizer", "tokenizers", "tokenize", "tokenized", "tokenizing", "tokenization"},
      {"truncate", "truncated", "truncating", "truncation"},
      {"query", "queries"},
      {"policy", "policies"},
      {"match", "matches", "matched", "matching"},
      {"run", "running"},
      {"map", "mapped", "mapping"},
      {"add", "added", "adding"},
      {"fix", "fixes", "fixed", "fixing"},
      {"cache", "caches", "cached", "caching"},
      {"complete", "completion", "completed"},
      {"processor", "processing", "processors", "processed"},
      {"decode", "decoder", "decoders", "decoding"},
  };
  for (const std::vector<std::string>& words : alike) {
    for (const std::string& word : words)
      BOOST_TEST(stem(word) == stem(words.front()), word << " is not " << words.front());
  }
}

BOOST_AUTO_TEST_CASE(words_that_only_look_alike_keep_apart) {
  BOOST_TEST(stem("string") == "string");
  BOOST_TEST(stem("class") == "class");
  BOOST_TEST(stem("status") == "status");
  BOOST_TEST(stem("bus") == "bus");
  BOOST_TEST(stem("is") == "is");
  BOOST_TEST(stem("thing") == "thing");
  BOOST_TEST(stem("user") != stem("us"));
}

BOOST_AUTO_TEST_CASE(a_stem_is_a_beginning_of_its_word) {
  for (const std::string word :
       {"s", "ed", "ing", "ation", "izing", "yes", "ies", "oed", "parallelizing", "xyz", "é"}) {
    const std::string_view out = stem(word);
    BOOST_TEST(word.substr(0, out.size()) == out);
    BOOST_TEST(!out.empty());
  }
}
