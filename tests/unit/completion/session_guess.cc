// The guess that stands in until a model has spoken.
#include <boost/test/unit_test.hpp>

#include "unit/completion/session_script.h"

namespace coder::completion {
namespace {

BOOST_AUTO_TEST_SUITE(session_guess)

const Lane kNone{};

BOOST_AUTO_TEST_CASE(without_a_lane_it_is_the_ghost) {
  Script s(kNone);
  BOOST_TEST(s.at("x = ", "\n") == "");
  BOOST_TEST(s.session.wants_guess());
  BOOST_TEST(s.tell(Guessed{"foo(bar)"}) == "show 1 [foo(bar)]");
  BOOST_TEST(s.due() == -1);
  BOOST_TEST(s.type("foo") == "show 1 [(bar)]");
  BOOST_TEST(s.tell(Guessed{""}) == "");
  BOOST_TEST(s.type("!") == "hide");
  BOOST_TEST(s.tell(Guessed{"= 3"}) == "show 2 [= 3]");
  BOOST_TEST(s.session.counters().asked == 0);
  BOOST_TEST(s.session.counters().guessed == 2);
  BOOST_TEST(s.session.counters().saved == 0);
}

BOOST_AUTO_TEST_CASE(the_model_is_asked_all_the_same) {
  Script s;
  BOOST_TEST(s.at("x = ", "\n") == "ask 1");
  BOOST_TEST(s.tell(Guessed{"foo"}) == "show 2 [foo]");
}

BOOST_AUTO_TEST_CASE(a_model_that_agrees_goes_on_from_it_and_nothing_shrinks) {
  Script s;
  s.at("x = ", "\n");
  s.tell(Guessed{"foo("});
  BOOST_TEST(s.wrote(1, "fo") == "");
  BOOST_TEST(s.after(40, Wrote{1, "o(bar"}) == "show 1 [foo(bar]+");
  BOOST_TEST(s.session.wants_guess() == false);
  s.after(40, Wrote{1, ")"});
  BOOST_TEST(s.ended(1) == "show 1 [foo(bar)]");
}

BOOST_AUTO_TEST_CASE(one_that_differs_takes_its_place_before_the_user_acts) {
  Script s;
  s.at("x = ", "\n");
  s.tell(Guessed{"foo"});
  BOOST_TEST(s.wrote(1, "bar") == "show 1 [bar]+");
  s.ended(1);
  // And stays: the guess does not come back.
  BOOST_TEST(s.type("b") == "show 1 [ar]");
  BOOST_TEST(s.erase(1) == "show 1 [bar]");
}

BOOST_AUTO_TEST_CASE(once_the_user_goes_along_it_stays) {
  Script s;
  s.at("x = ", "\n");
  s.tell(Guessed{"foo(a)"});
  BOOST_TEST(s.type("fo") == "cancel 1, ask 3, show 2 [o(a)]");
  BOOST_TEST(s.wrote(3, "rty()") == "");
  BOOST_TEST(s.ended(3) == "");
  BOOST_TEST(s.type("o") == "ask 4, show 2 [(a)]");
  // But a model may say more.
  BOOST_TEST(s.wrote(4, "(a) + 1") == "show 4 [(a) + 1]+");
}

BOOST_AUTO_TEST_CASE(a_word_taken_of_it_is_going_along) {
  Script s;
  s.at("x = ", "\n");
  s.tell(Guessed{"foo(a)"});
  BOOST_TEST(s.accept(2, 3, false) == "");
  s.type("foo");
  BOOST_TEST(s.wrote(3, "[1]") == "");
  BOOST_TEST(s.session.counters().guesses_accepted == 1);
}

BOOST_AUTO_TEST_CASE(all_of_it_taken_the_next_place_is_a_new_one) {
  Script s(kNone);
  s.at("x = ", "\n");
  s.tell(Guessed{"foo"});
  BOOST_TEST(s.accept(1, 3, true) == "");
  BOOST_TEST(s.session.wants_guess() == false);
  BOOST_TEST(s.type("foo") == "");
  BOOST_TEST(s.tell(Guessed{"(a)"}) == "show 2 [(a)]");
}

BOOST_AUTO_TEST_CASE(a_later_one_may_only_go_on_from_it) {
  Script s(kNone);
  s.at("x = ", "\n");
  s.tell(Guessed{"foo"});
  s.type("f");
  BOOST_TEST(s.tell(Guessed{"oo(bar)"}) == "show 1 [oo(bar)]");
  s.type("o");
  BOOST_TEST(s.tell(Guessed{"other"}) == "");
}

BOOST_AUTO_TEST_CASE(dismissed_it_does_not_come_back_there) {
  Script s(kNone);
  s.at("x = ", "\n");
  s.tell(Guessed{"foo"});
  BOOST_TEST(s.tell(Closed{true}) == "hide");
  BOOST_TEST(s.at("x = ", "\n") == "");
  BOOST_TEST(s.tell(Guessed{"foo(a)"}) == "");
  BOOST_TEST(s.tell(Guessed{"bar"}) == "show 3 [bar]");
}

BOOST_AUTO_TEST_CASE(what_a_model_said_before_comes_first) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  s.ended(1);
  s.type("f");
  BOOST_TEST(s.session.wants_guess() == false);
  BOOST_TEST(s.tell(Guessed{"urlong"}) == "");
}

BOOST_AUTO_TEST_CASE(asking_for_another_one_asks_the_model) {
  Script s;
  s.at("x = ", "\n");
  s.ended(1);
  s.tell(Guessed{"foo"});
  s.type("f");
  s.ended(3);
  BOOST_TEST(s.cycle(1) == "ask 4");
  BOOST_TEST(s.wrote(4, "ilter()") == "show 4 [ilter()]+");
}

BOOST_AUTO_TEST_CASE(the_lane_goes_and_the_guess_stays) {
  Script s;
  s.at("x = ", "\n");
  s.tell(Guessed{"foo"});
  BOOST_TEST(s.tell(LaneChanged{kNone}) == "cancel 1");
  BOOST_TEST(s.type("f") == "show 2 [oo]");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
