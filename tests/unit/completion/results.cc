#include "completion/results.h"

#include <boost/test/unit_test.hpp>
#include <random>

namespace coder::completion {
namespace {

View place(std::string before, std::string after = "\n") {
  View view;
  view.before = std::move(before);
  view.after = std::move(after);
  return view;
}

Suggestion suggestion(int64_t id, std::string raw) { return {id, std::move(raw), true, false}; }

/// "1:rest 2:rest", a * where it was dropped.
std::string found(Results& results, const View& view, int64_t scope = 0) {
  std::string text;
  for (const Match& match : results.find(view, scope)) {
    BOOST_TEST(match.raw.substr(match.typed) == match.rest);
    text += (text.empty() ? "" : " ") + std::to_string(match.id) + ":" + std::string(match.rest) +
            (match.dropped ? "*" : "");
  }
  return text;
}

BOOST_AUTO_TEST_SUITE(results)

BOOST_AUTO_TEST_CASE(finds_what_was_typed_along) {
  Results results;
  results.put(place("x = "), suggestion(1, "foo"));
  BOOST_TEST(found(results, place("x = ")) == "1:foo");
  BOOST_TEST(found(results, place("x = f")) == "1:oo");
  BOOST_TEST(found(results, place("x = foo")) == "1:");
  BOOST_TEST(found(results, place("x = foot")) == "");
  BOOST_TEST(found(results, place("x = g")) == "");
  BOOST_TEST(found(results, place("x =")) == "");
  BOOST_TEST(found(results, place("xx = ")) == "");  // the file starts elsewhere
}

BOOST_AUTO_TEST_CASE(the_nearest_place_first_then_as_they_came) {
  Results results;
  results.put(place("x = f"), suggestion(7, "oo"));
  results.put(place("x = "), suggestion(2, "foo()"));
  results.put(place("x = "), suggestion(1, "fab"));
  results.put(place("x = f"), suggestion(3, "ab"));
  BOOST_TEST(found(results, place("x = f")) == "7:oo 3:ab 2:oo() 1:ab");
}

BOOST_AUTO_TEST_CASE(only_the_window_counts) {
  const std::string window(kWindow, 'w');
  Results results;
  results.put(place("abc" + window), suggestion(1, "foo"));
  BOOST_TEST(found(results, place("another" + window + "f")) == "1:oo");
  BOOST_TEST(found(results, place(window)) == "1:foo");
  BOOST_TEST(found(results, place(window.substr(1))) == "");
  // After it as well.
  const std::string after(kWindow, 'a');
  results.put(place("y", after + "b"), suggestion(2, "bar"));
  BOOST_TEST(found(results, place("y", after + "c")) == "2:bar");
  BOOST_TEST(found(results, place("y", after)) == "2:bar");
  BOOST_TEST(found(results, place("y", after.substr(1))) == "");
}

BOOST_AUTO_TEST_CASE(a_view_that_was_cut_is_no_start_of_a_file) {
  Results results;
  results.put(place("x"), suggestion(1, std::string(kViewBytes, 'y')));
  BOOST_TEST(results.find(place("x" + std::string(kViewBytes - 100, 'y'))).size() == 1U);
  BOOST_TEST(results.find(place("x" + std::string(kViewBytes - 1, 'y'))).empty());
}

BOOST_AUTO_TEST_CASE(what_an_autopair_plugin_inserts_is_put_up_with) {
  struct Case {
    const char* raw;
    const char* typed;
    const char* inserted;
    bool fits;
  };
  const Case cases[] = {
      {"foo(bar)", "foo(", ")", true},
      {"foo(bar)", "foo(", "]", false},
      {"foo([1])", "foo([", "])", true},
      {"foo([1])", "foo([", ")]", false},
      {"print(\"a\")", "print(\"", "\")", true},
      {"if (a < f(1)) x", "if (a < f(", "))", true},
      {"{\n  x;\n}", "{\n  ", "\n}", true},
      {"{\n  x;\n}", "{\n  ", "\n\t})", false},
      {"foo", "f", ")", false},
      {"foo)", "f", ")", true},
      {"it's f(x)", "it's f(", ")", true},
      {"foo", "f", "x", false},
      {"foo(bar", "foo(", ")", true},
      {"foo", "", ")", false},
  };
  for (const Case& c : cases) {
    Results results;
    results.put(place("x = ", "\nnext"), suggestion(1, c.raw));
    const View view = place(std::string("x = ") + c.typed, std::string(c.inserted) + "\nnext");
    BOOST_TEST_CONTEXT(c.raw << " | " << c.typed << " | " << c.inserted) {
      BOOST_TEST(results.find(view).size() == (c.fits ? 1U : 0U));
    }
  }
  // Text that went is not text that came.
  Results results;
  results.put(place("x = ", ")\nnext"), suggestion(1, "foo"));
  BOOST_TEST(found(results, place("x = ", "\nnext")) == "");
  BOOST_TEST(found(results, place("x = ", ")\nnext")) == "1:foo");
}

BOOST_AUTO_TEST_CASE(a_hash_that_collides_finds_nothing) {
  // The Thue-Morse sequence and its complement have the same polynomial hash modulo 2^64, whatever the base,
  // from about this length on (J. Radoszewski and J. Pachocki, "Where to use and how not to use polynomial
  // string hashing", 2013).
  std::string one, other;
  for (unsigned i = 0; i < kWindow; ++i) {
    unsigned ones = 0;
    for (unsigned rest = i; rest > 0; rest >>= 1) ones += rest & 1;
    one += ones % 2 == 0 ? 'a' : 'b';
    other += ones % 2 == 0 ? 'b' : 'a';
  }
  Results results;
  results.put(place(one), suggestion(1, "foo"));
  BOOST_TEST(found(results, place(one)) == "1:foo");
  BOOST_TEST(found(results, place(other)) == "");
}

BOOST_AUTO_TEST_CASE(scopes_do_not_meet) {
  Results results;
  results.put(place(""), suggestion(1, "foo"), 5);
  BOOST_TEST(found(results, place("f")) == "");
  BOOST_TEST(found(results, place("f"), 5) == "1:oo");
}

BOOST_AUTO_TEST_CASE(dropped_ones_are_known_as_such) {
  Results results;
  results.put(place("x"), suggestion(1, "foo"));
  results.put(place("x"), suggestion(2, "bar"));
  results.drop(1);
  results.drop(99);
  BOOST_TEST(found(results, place("x")) == "1:foo* 2:bar");
}

BOOST_AUTO_TEST_CASE(the_same_id_is_replaced) {
  Results results;
  results.put(place("x"), suggestion(1, "a long one"));
  results.put(place("y"), suggestion(1, "b"));
  BOOST_TEST(results.size() == 1U);
  BOOST_TEST(found(results, place("x")) == "");
  BOOST_TEST(found(results, place("y")) == "1:b");
  BOOST_TEST(results.next_id() == 2);
}

BOOST_AUTO_TEST_CASE(what_was_not_used_for_long_goes_first) {
  Results results(3);
  for (int64_t id = 1; id <= 3; ++id) results.put(place(std::to_string(id)), suggestion(id, "foo"));
  BOOST_TEST(found(results, place("1")) == "1:foo");
  results.put(place("4"), suggestion(4, "foo"));
  BOOST_TEST(found(results, place("2")) == "");
  BOOST_TEST(found(results, place("1")) == "1:foo");
  BOOST_TEST(results.size() == 3U);
}

BOOST_AUTO_TEST_CASE(bytes_are_bounded) {
  Results results(1000, 64 << 10);
  for (int64_t id = 1; id <= 300; ++id) {
    results.put(place(std::to_string(id) + std::string(kViewBytes, 'b'), std::string(kViewBytes, 'a')),
                suggestion(id, std::string(static_cast<size_t>(id) * 7 % 900, 'r')));
    BOOST_TEST_REQUIRE(results.bytes() <= 64U << 10);
  }
  BOOST_TEST(results.size() > 20U);
  // One that is too large alone is not kept.
  results.put(place("x"), suggestion(1000, std::string(1 << 20, 'r')));
  BOOST_TEST(results.size() == 0U);
  BOOST_TEST(results.bytes() == 0U);
  results.put(place("x"), suggestion(1001, "foo"));
  BOOST_TEST(found(results, place("xf")) == "1001:oo");
  results.clear();
  BOOST_TEST(found(results, place("xf")) == "");
  BOOST_TEST(results.bytes() == 0U);
}

/// The definition, without hashes.
BOOST_AUTO_TEST_CASE(finds_what_a_plain_search_finds) {
  std::mt19937 random(7);
  const auto pick = [&](size_t n) { return static_cast<size_t>(random() % n); };
  const auto word = [&](size_t most) {
    std::string text(pick(most + 1), ' ');
    for (char& byte : text) byte = "ab\n"[pick(3)];
    return text;
  };
  struct Kept {
    View view;
    Suggestion what;
  };
  for (int round = 0; round < 60; ++round) {
    Results results;
    std::vector<Kept> all;
    const std::string text = std::string(pick(2) * (kWindow - 6), 'c') + word(40);
    for (int64_t id = 1; id < 60; ++id) {
      const size_t at = pick(text.size() + 1);
      const std::string raw = pick(3) == 0 ? word(6) : text.substr(at, pick(9)) + word(2);
      all.push_back({place(text.substr(0, at), word(1)), suggestion(id, raw)});
      results.put(all.back().view, all.back().what);
    }
    for (int i = 0; i < 60; ++i) {
      const View view = place(text.substr(0, pick(text.size() + 1)) + word(3), word(1));
      std::string expected;
      // No suggestion is longer than that.
      for (size_t typed = 0; typed <= std::min<size_t>(view.before.size(), 16); ++typed) {
        for (const Kept& kept : all) {
          const std::string end = view.before.substr(view.before.size() - typed);
          if (kept.what.raw.substr(0, typed) != end || kept.view.after != view.after) continue;
          const std::string then = view.before.substr(0, view.before.size() - typed);
          const bool whole = kept.view.before.size() < kWindow;
          if (whole
                  ? then != kept.view.before
                  : then.size() < kWindow || then.substr(then.size() - kWindow) !=
                                                 kept.view.before.substr(kept.view.before.size() - kWindow)) {
            continue;
          }
          expected += (expected.empty() ? "" : " ") + std::to_string(kept.what.id) + ":" +
                      kept.what.raw.substr(typed);
        }
      }
      BOOST_TEST_REQUIRE(found(results, view) == expected);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
