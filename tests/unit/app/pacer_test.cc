#include "app/pacer.h"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace coder;

namespace {

struct Fixture {
  loop::Loop loop;
  size_t backlog = 0;
  std::vector<std::string> flushed;
  app::Pacer pacer{
      loop,
      {Millis(30), 100},
      [this] { return backlog; },
      [this](std::string text, std::string reasoning) { flushed.push_back(reasoning + "|" + text); }};
};

}  // namespace

BOOST_FIXTURE_TEST_CASE(the_first_piece_goes_at_once_and_later_ones_together, Fixture) {
  pacer.text("a");
  pacer.text("b");  // the same turn of the loop
  BOOST_TEST(flushed.empty());
  loop::Timer soon(loop, [&] {
    BOOST_TEST(flushed.size() == 1u);
    pacer.text("c");
  });
  loop::Timer sooner(loop, [&] { pacer.text("d"); });
  soon.start(Millis(2));
  sooner.start(Millis(4));
  const TimePoint before = Clock::now();
  loop.run();
  BOOST_TEST(flushed == (std::vector<std::string>{"|ab", "|cd"}), boost::test_tools::per_element());
  BOOST_TEST(millis_between(before, Clock::now()) >= 25);
}

BOOST_FIXTURE_TEST_CASE(finish_hands_out_what_is_held_now, Fixture) {
  pacer.text("x");
  pacer.finish();
  BOOST_TEST(flushed.size() == 1u);
  pacer.finish();
  loop.run();
  BOOST_TEST(flushed.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_does_not_read_gets_nothing_more, Fixture) {
  backlog = 101;
  pacer.text("held");
  loop::Timer relief(loop, [&] {
    BOOST_TEST(flushed.empty());
    pacer.text(" back");
    backlog = 0;
  });
  relief.start(Millis(80));
  loop.run();
  BOOST_TEST(flushed == (std::vector<std::string>{"|held back"}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(reasoning_and_text_keep_their_order, Fixture) {
  pacer.reasoning("r");
  pacer.text("t");
  pacer.reasoning("r2");
  pacer.text("t2");
  pacer.finish();
  BOOST_TEST(flushed == (std::vector<std::string>{"r|t", "r2|t2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(destroyed_before_its_turn_it_says_nothing) {
  loop::Loop loop;
  bool said = false;
  auto pacer = std::make_unique<app::Pacer>(
      loop, app::PacerPolicy{}, [] { return size_t{0}; },
      [&](const std::string&, const std::string&) { said = true; });
  pacer->text("x");
  pacer.reset();
  loop.run();
  BOOST_TEST(!said);
}
