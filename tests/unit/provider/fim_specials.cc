#include "provider/fim_specials.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "base/text.h"
#include "provider/fim.h"
#include "support/splits.h"

namespace coder::provider {
namespace {

/// All texts that some family's tokenizer takes for a token.
std::vector<std::string> all_specials() {
  std::vector<std::string> out = {
      "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|EOT|>",         "</s>",       "<s>",
      "[INST]",        "[/INST]",      "<fim_pad>",  "<|end_of_text|>", "<|fim_pad|>"};
  for (const FimFamily& family : fim_families()) {
    for (const char* token : {family.prefix, family.suffix, family.middle, family.file, family.repository}) {
      if (*token) out.emplace_back(token);
    }
    for (const char* token : family.ends) out.emplace_back(token);
  }
  return out;
}

bool holds_special(std::string_view text) {
  for (const std::string& token : all_specials()) {
    if (text.find(token) != std::string_view::npos) return true;
  }
  return false;
}

std::string without_joiner(std::string text) {
  for (size_t at = text.find(kJoiner); at != std::string::npos; at = text.find(kJoiner, at)) {
    text.erase(at, kJoiner.size());
  }
  return text;
}

BOOST_AUTO_TEST_CASE(ordinary_text_stays) {
  for (const char* text :
       {"", "<", "[", "a < b && c[1]", "x <| f |> y", "<|", "<|>", "<||>", "[PREFIX", "< |a|>",
        "vector<string>", "<|a\nb|>", "<b>html</b>", "if (a <|b|c>d)", "❶｜<｜"}) {
    BOOST_CHECK_EQUAL(neutralise(text), text);
    BOOST_CHECK(special_cuts(text).empty());
  }
}

BOOST_AUTO_TEST_CASE(each_special_is_broken) {
  for (const std::string& token : all_specials()) {
    const std::string safe = neutralise("a" + token + "b");
    BOOST_CHECK_MESSAGE(!holds_special(safe), safe);
    BOOST_CHECK_EQUAL(without_joiner(safe), "a" + token + "b");
  }
  BOOST_CHECK_EQUAL(neutralise("<|fim_middle|>"), "<\u2060|fim_middle|>");
  BOOST_CHECK(neutralise("<|some_new_token|>") != "<|some_new_token|>");
}

/// Text made of scraps of tokens, so that they overlap in every way.
BOOST_AUTO_TEST_CASE(no_special_survives_in_any_mixture) {
  std::mt19937 random(1);
  const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  const std::vector<std::string> specials = all_specials();
  size_t broken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t i = below(6); i <= 6; ++i) {
      const std::string& token = specials[below(specials.size())];
      const size_t from = below(3) ? 0 : below(token.size());
      text += token.substr(from, below(3) ? token.size() : below(token.size() + 1));
    }
    broken += holds_special(text);
    const std::string safe = neutralise(text);
    BOOST_REQUIRE_MESSAGE(!holds_special(safe), safe);
    BOOST_REQUIRE_EQUAL(without_joiner(safe), text);
    // Cut in pieces, none of them holds one either, and together they are the text.
    size_t from = 0;
    std::string together;
    for (const size_t cut : special_cuts(text)) {
      BOOST_REQUIRE(cut > from);
      BOOST_REQUIRE(!holds_special(std::string_view(text).substr(from, cut - from)));
      together += text.substr(from, cut - from);
      from = cut;
    }
    BOOST_REQUIRE(!holds_special(std::string_view(text).substr(from)));
    BOOST_REQUIRE_EQUAL(together + text.substr(from), text);
  }
  BOOST_CHECK_GT(broken, 10000u);  // the mixture is worth the test
}

std::string reply(const test::Pieces& pieces, bool mend, const std::vector<std::string>& ends) {
  FimReply filter(mend, ends);
  std::string out;
  for (const std::string_view piece : pieces) out += filter.take(piece);
  return out + filter.finish();
}

/// `text` comes out as `expected` however it is cut between characters.
void check_reply(const std::string& text, const std::string& expected, bool mend,
                 const std::vector<std::string>& ends) {
  test::for_each_split(text, 60, [&](const test::Pieces& pieces) {
    for (const std::string_view piece : pieces) {
      if (to_valid_utf8(piece) != piece) return true;  // a piece is whole characters
    }
    const std::string got = reply(pieces, mend, ends);
    BOOST_CHECK_EQUAL(got, expected);
    return got == expected;
  });
}

BOOST_AUTO_TEST_CASE(what_a_model_repeats_is_put_right) {
  const std::string text = "a = '<|fim_middle|>' + [PREFIX] + \"</s>\"";
  check_reply(neutralise(text), text, true, {});
  check_reply(neutralise(text), text, true, {"<|fim_middle|>", "<|endoftext|>"});
  check_reply("a\u2060b <\u2060", "a\u2060b <", true, {});
  check_reply(neutralise(text), neutralise(text), false, {});
}

BOOST_AUTO_TEST_CASE(a_special_token_ends_it) {
  const std::vector<std::string> ends = {"<|endoftext|>", "<|fim_pad|>", "</s>"};
  check_reply("x = 1\n<|endoftext|>import os", "x = 1\n", true, ends);
  check_reply("x <|fim_ </s", "x <|fim_ </s", true, ends);
  check_reply("<|fim_pad|>", "", false, ends);
  FimReply filter(true, ends);
  BOOST_CHECK_EQUAL(filter.take("a<|fim_pa"), "a");
  BOOST_CHECK(!filter.ended());
  BOOST_CHECK_EQUAL(filter.take("d|>b"), "");
  BOOST_CHECK(filter.ended());
  BOOST_CHECK_EQUAL(filter.take("c") + filter.finish(), "");
}

}  // namespace
}  // namespace coder::provider
