// Alternatives, and what is asked for ahead of the user.
#include <boost/test/unit_test.hpp>

#include "unit/completion/session_script.h"

namespace coder::completion {
namespace {

const Lane kRoomy{true, false, false, true, std::nullopt};

/// A ghost that is complete.
void complete(Script& s, std::string_view text) {
  s.at("x = ", "\n");
  s.wrote(1, text);
  s.ended(1);
}

BOOST_AUTO_TEST_SUITE(session_choice)

BOOST_AUTO_TEST_CASE(stepping_past_the_last_asks_for_another) {
  Script s;
  complete(s, "foo");
  BOOST_TEST(s.cycle(1) == "ask 2 another 1");
  BOOST_TEST(s.cycle(1) == "");  // it is on its way
  BOOST_TEST(s.wrote(2, "bar") == "show 2 [bar]+ 2/2");
  BOOST_TEST(s.ended(2) == "show 2 [bar] 2/2");
  BOOST_TEST(s.cycle(-1) == "show 1 [foo] 1/2");
  BOOST_TEST(s.cycle(-1) == "show 2 [bar] 2/2");
  BOOST_TEST(s.cycle(1) == "ask 3 another 2");
  s.wrote(3, "baz");
  s.ended(3);
  BOOST_TEST(s.cycle(1) == "ask 4 another 3");
  BOOST_TEST(s.wrote(4, "qux") == "show 4 [qux]+ 4/4");
  s.ended(4);
  BOOST_TEST(s.cycle(1) == "show 1 [foo] 1/4");
}

BOOST_AUTO_TEST_CASE(another_that_turns_out_alike_is_skipped) {
  Script s;
  complete(s, "foo");
  s.cycle(1);
  // It might still become the same.
  BOOST_TEST(s.wrote(2, "fo") == "");
  BOOST_TEST(s.wrote(2, "o") == "");
  BOOST_TEST(s.ended(2) == "ask 3 another 2");
  BOOST_TEST(s.wrote(3, "fob") == "show 3 [fob]+ 2/2");
  s.ended(3);
  BOOST_TEST(s.cycle(1) == "ask 4 another 3");
  // No more are to be had: round to the first.
  BOOST_TEST(s.ended(4) == "show 1 [foo] 1/2");
  BOOST_TEST(s.cycle(1) == "show 3 [fob] 2/2");
  BOOST_TEST(s.cycle(1) == "show 1 [foo] 1/2");
}

BOOST_AUTO_TEST_CASE(the_chosen_one_stays_while_it_is_typed_along) {
  Script s;
  complete(s, "foo");
  s.cycle(1);
  s.wrote(2, "fab");
  s.ended(2);
  BOOST_TEST(s.type("f") == "show 2 [ab] 2/2");
  BOOST_TEST(s.type("a") == "show 2 [b]");
  BOOST_TEST(s.erase(1) == "show 2 [ab] 2/2");
}

BOOST_AUTO_TEST_CASE(another_waits_for_the_first_to_end) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  BOOST_TEST(s.cycle(1) == "");
  BOOST_TEST(s.ended(1) == "ask 2 another 1, show 1 [foo]");
}

BOOST_AUTO_TEST_CASE(another_that_fails_changes_nothing) {
  Script s;
  complete(s, "foo");
  s.cycle(1);
  BOOST_TEST(s.tell(Failed{2}) == "");
  BOOST_TEST(s.cycle(1) == "ask 3 another 2");
}

BOOST_AUTO_TEST_CASE(another_for_another_place_is_cancelled) {
  Script s;
  complete(s, "foo");
  s.cycle(1);
  s.wrote(2, "b");
  s.cycle(-1);
  BOOST_TEST(s.type("f") == "cancel 2, show 1 [oo]");
}

BOOST_AUTO_TEST_CASE(cycling_where_there_is_nothing_asks) {
  Script s;
  s.at("x = ", "\n");
  s.ended(1);
  BOOST_TEST(s.cycle(1) == "ask 2");
  // For a text that is gone: nothing.
  BOOST_TEST(s.tell(Cycled{s.view.changedtick - 1, 1}) == "");
}

BOOST_AUTO_TEST_CASE(a_paid_lane_is_asked_once_per_key) {
  Script s({true, true, false, false, 60});
  s.at("x = ", "\n");
  s.after(static_cast<int>(s.due()));
  s.wrote(1, "foo");
  s.ended(1);
  BOOST_TEST(s.cycle(1) == "ask 2 another 1");
  s.wrote(2, "foo");
  BOOST_TEST(s.ended(2) == "");
}

BOOST_AUTO_TEST_CASE(asks_ahead_when_the_ghost_stands) {
  Script s(kRoomy);
  complete(s, "foo");
  BOOST_TEST(s.due() == 66);
  BOOST_TEST(s.after(65) == "");
  BOOST_TEST(s.after(1) == "ask 2 ahead [foo]");
  const Ask& ask = std::get<Ask>(s.last.at(0));
  BOOST_TEST(ask.view.before == "x = foo");
  BOOST_TEST(ask.view.after == "\n");
  BOOST_TEST(s.wrote(2, "bar") == "");
  BOOST_TEST(s.ended(2) == "");
  BOOST_TEST(s.due() == -1);  // one step ahead, no further
  BOOST_TEST(s.accept(1, 3, true) == "");
  BOOST_TEST(s.type("foo") == "show 2 [bar]");
  BOOST_TEST(s.session.counters().ahead == 1);
  BOOST_TEST(s.session.counters().ahead_used == 1);
}

BOOST_AUTO_TEST_CASE(what_is_under_way_ahead_is_taken_over) {
  Script s(kRoomy);
  complete(s, "foo");
  s.after(66);
  s.wrote(2, "ba");
  s.accept(1, 3, true);
  BOOST_TEST(s.type("foo") == "show 2 [ba]+");
  BOOST_TEST(s.after(40, Wrote{2, "r"}) == "show 2 [bar]+");
  BOOST_TEST(s.session.counters().cancelled == 0);
}

BOOST_AUTO_TEST_CASE(typing_along_keeps_what_is_asked_ahead) {
  Script s(kRoomy);
  complete(s, "foo");
  s.after(66);
  BOOST_TEST(s.type("f") == "show 1 [oo]");
  BOOST_TEST(s.type("o") == "show 1 [o]");
  BOOST_TEST(s.wrote(2, "bar") == "");
  BOOST_TEST(s.type("o") == "show 2 [bar]+");
}

BOOST_AUTO_TEST_CASE(what_is_asked_ahead_goes_first) {
  {
    Script s(kRoomy);
    complete(s, "foo");
    s.after(66);
    BOOST_TEST(s.type("b") == "cancel 2, ask 3, hide");
  }
  {
    Script s(kRoomy);
    complete(s, "foo");
    s.after(66);
    BOOST_TEST(s.cycle(1) == "cancel 2, ask 3 another 1");
  }
  {
    Script s(kRoomy);
    complete(s, "foo");
    s.after(66);
    BOOST_TEST(s.tell(LaneChanged{{true, false, true, true, std::nullopt}}) == "cancel 2");
  }
  {
    Script s(kRoomy);
    complete(s, "foo");
    s.after(66);
    BOOST_TEST(s.tell(Closed{}) == "cancel 2, hide");
  }
}

BOOST_AUTO_TEST_CASE(what_is_asked_ahead_of_another_text_is_cancelled) {
  Script s(kRoomy);
  complete(s, "foo(bar)");
  BOOST_TEST(s.after(66) == "ask 2 ahead [foo(bar)]");
  // The closer is in the buffer now: accepting the rest leads elsewhere.
  BOOST_TEST(s.at("x = foo(", ")\n") == "show 1 [bar], cancel 2");
}

BOOST_AUTO_TEST_CASE(not_ahead_while_it_grows_or_elsewhere) {
  Script growing(kRoomy);
  growing.at("x = ", "\n");
  growing.wrote(1, "foo");
  BOOST_TEST(growing.after(200) == "");
  for (const Lane& lane : {Lane{true, false, false, false, {}}, Lane{true, false, true, true, {}},
                           Lane{true, true, false, true, {}}}) {
    Script s(lane);
    s.at("x = ", "\n");
    s.after(1000);
    s.wrote(1, "foo");
    s.ended(1);
    BOOST_TEST(s.after(200) == "");
    BOOST_TEST(s.due() == -1);
  }
}

BOOST_AUTO_TEST_CASE(what_is_known_is_not_asked_ahead) {
  Script s(kRoomy);
  s.at("x = foo", "\n");
  s.wrote(1, "bar");
  s.ended(1);
  s.at("x = ", "\n");
  s.wrote(2, "foo");
  s.ended(2);
  BOOST_TEST(s.after(66) == "");
  BOOST_TEST(s.type("foo") == "show 1 [bar]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
