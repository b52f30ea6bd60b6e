// Ghost text from the first key to the last: what is shown, asked, cancelled. Times, lanes and failures are
// in session_pace.cc, alternatives and what is asked ahead in session_choice.cc.
#include "completion/session.h"

#include <boost/test/unit_test.hpp>

#include "unit/completion/session_script.h"

namespace coder::completion {
namespace {

BOOST_AUTO_TEST_SUITE(session)

BOOST_AUTO_TEST_CASE(a_key_asks_at_once_and_the_first_text_is_shown_at_once) {
  Script s;
  BOOST_TEST(s.at("x = ", "\n") == "ask 1");
  const Ask& ask = std::get<Ask>(s.last.at(0));
  BOOST_TEST(ask.view.before == "x = ");
  BOOST_TEST(ask.view.after == "\n");
  BOOST_TEST(s.after(50, Began{1}) == "");
  BOOST_TEST(s.wrote(1, "fo") == "show 1 [fo]+");
  const Show& show = std::get<Show>(s.last.at(0));
  BOOST_TEST(show.tick == 1);
  BOOST_TEST(show.line == 0U);
  BOOST_TEST(show.col == 4U);
}

BOOST_AUTO_TEST_CASE(grows_once_per_frame_and_the_end_is_not_held_back) {
  Script s;
  s.at("x = ", "\n");
  BOOST_TEST(s.wrote(1, "a") == "show 1 [a]+");
  BOOST_TEST(s.after(5, Wrote{1, "b"}) == "");
  BOOST_TEST(s.due() == 28);
  BOOST_TEST(s.after(27, Wrote{1, "c"}) == "");
  BOOST_TEST(s.after(1) == "show 1 [abc]+");
  BOOST_TEST(s.due() == 8000 - 33);
  BOOST_TEST(s.after(5, Wrote{1, "d"}) == "");
  BOOST_TEST(s.ended(1) == "show 1 [abcd]");
  BOOST_TEST(s.due() == -1);
}

BOOST_AUTO_TEST_CASE(white_space_alone_is_not_shown) {
  Script s;
  s.at("x = ", "\n");
  BOOST_TEST(s.wrote(1, " \n ") == "");
  BOOST_TEST(s.wrote(1, "y") == "show 1 [ \n y]+");
}

BOOST_AUTO_TEST_CASE(an_empty_answer_is_not_asked_for_again) {
  Script s;
  s.at("x = ", "\n");
  BOOST_TEST(s.ended(1) == "");
  BOOST_TEST(s.due() == -1);
  s.type("1");
  s.ended(2);
  BOOST_TEST(s.erase(1) == "");
  BOOST_TEST(s.due() == -1);
  BOOST_TEST(s.manual() == "ask 3");
}

BOOST_AUTO_TEST_CASE(typing_the_suggestion_needs_no_request) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo(");
  BOOST_TEST(s.type("f") == "show 1 [oo(]+");
  BOOST_TEST(std::get<Show>(s.last.at(0)).tick == 2);
  BOOST_TEST(std::get<Show>(s.last.at(0)).col == 5U);
  s.after(40, Wrote{1, "bar)"});
  BOOST_TEST(s.ended(1) == "show 1 [oo(bar)]");
  BOOST_TEST(s.type("oo") == "show 1 [(bar)]");
  BOOST_TEST(s.session.counters().asked == 1);
  BOOST_TEST(s.session.counters().saved == 2);
  BOOST_TEST(s.session.counters().shown == 1);
}

BOOST_AUTO_TEST_CASE(deleting_back_and_coming_back_need_no_request) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  s.ended(1);
  s.type("fo");
  BOOST_TEST(s.erase(1) == "show 1 [oo]");
  BOOST_TEST(s.erase(1) == "show 1 [foo]");
  BOOST_TEST(s.at("elsewhere", "") == "ask 2, hide");
  BOOST_TEST(s.at("x = f", "\n") == "cancel 2, show 1 [oo]");
}

BOOST_AUTO_TEST_CASE(divergence_cancels_and_asks_in_the_same_step) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  BOOST_TEST(s.type("b") == "cancel 1, ask 2, hide");
  // A late event of the old one means nothing.
  BOOST_TEST(s.wrote(1, "!") == "");
  BOOST_TEST(s.ended(1) == "");
  BOOST_TEST(s.tell(Failed{1}) == "");
  BOOST_TEST(s.wrote(2, "ar") == "show 2 [ar]+");
  BOOST_TEST(s.session.counters().cancelled == 1);
}

BOOST_AUTO_TEST_CASE(typing_ahead_of_a_free_engine_asks_anew) {
  Script s;
  s.at("x = ", "\n");
  BOOST_TEST(s.type("f") == "cancel 1, ask 2");
  BOOST_TEST(s.wrote(2, "oo") == "show 2 [oo]+");
  BOOST_TEST(s.type("ooo") == "cancel 2, ask 3, hide");
}

BOOST_AUTO_TEST_CASE(typing_ahead_of_a_busy_engine_keeps_the_request) {
  Script s({true, false, true, false, std::nullopt});
  BOOST_TEST(s.at("x = ", "\n") == "");
  BOOST_TEST(s.after(static_cast<int>(s.due())) == "ask 1");
  BOOST_TEST(s.type("fo") == "");
  BOOST_TEST(s.wrote(1, "f") == "");
  BOOST_TEST(s.wrote(1, "ood") == "show 1 [od]+");
  BOOST_TEST(s.session.counters().asked == 1);
}

BOOST_AUTO_TEST_CASE(a_kept_request_that_turns_out_wrong_is_cancelled) {
  Script s({true, false, true, false, std::nullopt});
  s.at("x = ", "\n");
  s.after(static_cast<int>(s.due()));
  s.type("bar");
  BOOST_TEST(s.after(300, Wrote{1, "foo"}) == "cancel 1, ask 2");
}

BOOST_AUTO_TEST_CASE(a_kept_request_that_ends_short_is_followed_by_another) {
  Script s({true, false, true, false, std::nullopt});
  s.at("x = ", "\n");
  s.after(static_cast<int>(s.due()));
  s.type("foo");
  BOOST_TEST(s.wrote(1, "fo") == "");
  BOOST_TEST(s.after(300, Ended{1}) == "ask 2");
}

BOOST_AUTO_TEST_CASE(an_exhausted_suggestion_is_continued) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  s.ended(1);
  BOOST_TEST(s.type("foo") == "ask 2, hide");
  BOOST_TEST(s.wrote(2, "()") == "show 2 [()]+");
}

BOOST_AUTO_TEST_CASE(what_the_cleaning_took_off_the_start_need_not_be_typed) {
  Script s;
  s.at("    self.", "\n");
  BOOST_TEST(s.wrote(1, "self") == "");
  BOOST_TEST(s.wrote(1, ".name") == "show 1 [name]+");
  BOOST_TEST(s.type("n") == "show 1 [ame]+");
  BOOST_TEST(s.ended(1) == "show 1 [ame]");
  BOOST_TEST(s.type("a") == "show 1 [me]");
}

BOOST_AUTO_TEST_CASE(text_inserted_by_an_autopair_plugin_is_put_up_with) {
  Script s;
  s.at("x = ", "\nnext");
  s.wrote(1, "foo(bar)");
  s.ended(1);
  BOOST_TEST(s.type("foo") == "show 1 [(bar)]");
  const std::string shown = s.at("x = foo(", ")\nnext");
  BOOST_TEST(shown.substr(0, 11) == "show 1 [bar");
  BOOST_TEST(s.at("x = foo(", "]\nnext").substr(0, 3) == "ask");
}

BOOST_AUTO_TEST_CASE(an_edit_elsewhere_keeps_the_ghost_but_names_the_new_tick) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  ++s.view.changedtick;
  BOOST_TEST(s.tell(Moved{s.view, false}) == "show 1 [foo]+");
  BOOST_TEST(std::get<Show>(s.last.at(0)).tick == 2);
  BOOST_TEST(s.tell(Moved{s.view, false}) == "");
}

BOOST_AUTO_TEST_CASE(a_shown_ghost_never_shrinks_under_an_unchanged_cursor) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "first(a)\n");
  BOOST_TEST(s.after(40, Wrote{1, "second(b)\nthird"}) == "show 1 [first(a)\nsecond(b)]+");
  // What there is to show may get less, here by the configuration; the screen waits for the next key.
  s.policy.max_lines = 1;
  s.session.set_policy(s.policy);
  BOOST_TEST(s.ended(1) == "show 1 [first(a)\nsecond(b)]");
  BOOST_TEST(s.type("f") == "show 1 [irst(a)]");
}

BOOST_AUTO_TEST_CASE(what_is_not_kept_is_not_asked_for_twice) {
  Script s;
  Results none(0);
  Session session(s.policy, none);
  session.step(LaneChanged{{true, false, false, false, std::nullopt}}, s.now);
  BOOST_TEST(session.step(Moved{s.view, false}, s.now).size() == 1U);
  BOOST_TEST(session.step(Ended{1, false}, s.now).empty());
  BOOST_TEST(!session.deadline().has_value());
}

BOOST_AUTO_TEST_CASE(nothing_more_to_show_ends_the_request) {
  Script s;
  s.at("x = ", "\nnext = here + there\nafter_that()\n");
  BOOST_TEST(s.wrote(1, "foo\nnext = here + there\nafter_that()\n") == "cancel 1, show 1 [foo]");
  BOOST_TEST(s.wrote(1, "baz") == "");
  BOOST_TEST(s.type("f") == "show 1 [oo]");
}

BOOST_AUTO_TEST_CASE(max_raw_bytes_ends_the_request) {
  Script s;
  s.policy.max_raw_bytes = 4;
  s.session.set_policy(s.policy);
  s.at("x = ", "\n");
  BOOST_TEST(s.wrote(1, "foo\u00e9s") == "cancel 1, show 1 [foo]");
}

BOOST_AUTO_TEST_CASE(carriage_returns_and_nul_do_not_count) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, std::string_view("a\r\n\0b", 5));
  BOOST_TEST(s.type("a\n") == "hide");
  BOOST_TEST(s.ended(1) == "show 1 [b]");
}

BOOST_AUTO_TEST_CASE(accepting_a_part) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo bar");
  BOOST_TEST(s.accept(1, 3, false) == "");
  BOOST_TEST(s.type("foo") == "show 1 [ bar]+");
  BOOST_TEST(s.after(40, Wrote{1, "!"}) == "show 1 [ bar!]+");
  BOOST_TEST(s.session.counters().accepted == 1);
}

BOOST_AUTO_TEST_CASE(accepting_all_while_it_streams_takes_what_is_visible) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  BOOST_TEST(s.after(1, Wrote{1, "bar"}) == "");
  BOOST_TEST(s.accept(1, 3, true) == "cancel 1");
  // Nothing for the text that is about to change.
  BOOST_TEST(s.after(100) == "");
  BOOST_TEST(s.due() == -1);
  BOOST_TEST(s.type("foo") == "ask 2");
  // The suggestion ends where it was taken.
  BOOST_TEST(s.erase(1) == "cancel 2, show 1 [o]");
}

BOOST_AUTO_TEST_CASE(accepting_what_is_not_shown_means_nothing) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  BOOST_TEST(s.accept(7, 3, true) == "");
  BOOST_TEST(s.session.counters().accepted == 0);
  BOOST_TEST(s.after(40, Wrote{1, "d"}) == "show 1 [food]+");
}

BOOST_AUTO_TEST_CASE(closing_cancels_and_hides) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo\nb");
  BOOST_TEST(s.tell(Closed{}) == "cancel 1, hide");
  BOOST_TEST(s.tell(Closed{}) == "");
  BOOST_TEST(s.due() == -1);
  // Its whole lines are there for whoever comes back.
  BOOST_TEST(s.tell(Moved{s.view, false}) == "show 1 [foo]");
}

BOOST_AUTO_TEST_CASE(half_a_line_of_a_cancelled_request_is_not_kept) {
  Script s;
  s.at("x = ", "\n");
  s.wrote(1, "foo");
  s.tell(Closed{});
  BOOST_TEST(s.results.size() == 0U);
  BOOST_TEST(s.tell(Moved{s.view, false}) == "ask 2");
}

BOOST_AUTO_TEST_CASE(a_dismissed_suggestion_does_not_return) {
  for (const bool complete : {false, true}) {
    Script s;
    s.at("x = ", "\n");
    s.wrote(1, "foo");
    if (complete) s.ended(1);
    BOOST_TEST(s.tell(Closed{true}) == (complete ? "hide" : "cancel 1, hide"));
    // Neither from the results nor by asking for the same again.
    BOOST_TEST(s.tell(Moved{s.view, false}) == "");
    BOOST_TEST(s.due() == -1);
    // An edit may bring others, but not this one.
    BOOST_TEST(s.type("f") == "ask 2");
    BOOST_TEST(s.wrote(2, "o") == "");
    BOOST_TEST(s.wrote(2, "d") == "show 2 [od]+");
    BOOST_TEST(s.ended(2) == "show 2 [od]");
    BOOST_TEST(s.type("o") == "show 2 [d]");
    BOOST_TEST(s.erase(2) == "hide");
    // Unless the user insists.
    BOOST_TEST(s.manual() == "ask 3");
    BOOST_TEST(s.wrote(3, "foo") == "show 3 [foo]+");
  }
}

BOOST_AUTO_TEST_CASE(manual_on_a_ghost_asks_for_nothing) {
  Script s;
  s.at("x = ", "\n");
  BOOST_TEST(s.manual() == "");
  s.wrote(1, "foo");
  BOOST_TEST(s.manual() == "");
  s.ended(1);
  BOOST_TEST(s.manual() == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::completion
