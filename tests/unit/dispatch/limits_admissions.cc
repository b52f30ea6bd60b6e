// The state machine of a process's requests, step by step.
#include "dispatch/admissions.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using namespace coder::dispatch;
using Action = Admissions::Action;

namespace {

constexpr WallMs kNow = 1'790'000'000'000;
const Counts kKey{"key", {10, 2}, "", 0};
const Counts kBoth{"key", {10, 2}, "model", 3};

Admissions::Moment at(int64_t ms) { return {kNow + ms, TimePoint(std::chrono::hours(1)) + Millis(ms)}; }

Planned planned(int64_t ms, std::optional<int64_t> place = std::nullopt) {
  return {kNow + ms, {place, static_cast<double>(kNow + ms + 100)}, 3};
}

/// "wait ID AHEAD MS", "goes ID", "stays ID".
std::string text(const std::vector<Action>& actions) {
  std::string out;
  for (const Action& action : actions) {
    if (!out.empty()) out += ", ";
    if (const auto* wait = std::get_if<Admissions::Wait>(&action)) {
      out += "wait " + std::to_string(wait->id) + " " + std::to_string(wait->ahead) + " " +
             std::to_string(wait->wait.count());
    } else {
      const auto& end = std::get<Admissions::End>(action);
      out += (end.goes ? "goes " : "stays ") + std::to_string(end.id);
    }
  }
  return out;
}

std::string answered(Admissions& admissions, const std::vector<Answer>& answers, int64_t ms) {
  return text(admissions.answered(answers, kNow + ms, at(ms)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_begins_meanwhile_is_in_the_next_batch) {
  Admissions admissions;
  BOOST_TEST(!admissions.next_batch());
  admissions.add(kKey, true);
  admissions.add(kKey, false);
  const Batch first = *admissions.next_batch();
  BOOST_REQUIRE(first.asks.size() == 2u);
  BOOST_TEST(first.asks[0].patient);
  BOOST_TEST(!first.asks[1].patient);
  admissions.add(kKey, true);
  admissions.add(kKey, true);
  BOOST_TEST(!admissions.next_batch());
  BOOST_TEST(answered(admissions, {planned(0), Refused{}}, 1) == "goes 1, stays 2");
  BOOST_TEST(admissions.next_batch()->asks.size() == 2u);
}

BOOST_AUTO_TEST_CASE(who_waits_goes_when_its_time_has_come) {
  Admissions admissions;
  admissions.add(kKey, true);
  admissions.add(kKey, true);
  admissions.next_batch();
  BOOST_TEST(answered(admissions, {planned(100), planned(200)}, 10) == "wait 1 3 90, wait 2 3 190");
  BOOST_CHECK(admissions.next_due() == at(100).steady);
  BOOST_TEST(!admissions.next_batch());
  BOOST_TEST(text(admissions.time_passed(at(99))).empty());
  BOOST_TEST(text(admissions.time_passed(at(100))) == "goes 1");
  BOOST_CHECK(admissions.next_due() == at(200).steady);
  BOOST_TEST(text(admissions.time_passed(at(205))) == "goes 2");
  BOOST_TEST(!admissions.next_due());
}

BOOST_AUTO_TEST_CASE(who_is_in_line_is_told_once_and_asks_when_there_is_room) {
  Admissions admissions;
  std::vector<Answer> answers;
  for (int i = 0; i < kReserved + 2; ++i) admissions.add(kKey, true);
  for (int i = 1; i <= kReserved; ++i) answers.push_back(planned(100 * i));
  answers.push_back(InLine{kNow + 500, 4});
  answers.push_back(InLine{kNow + 600, 5});
  admissions.next_batch();
  BOOST_TEST(answered(admissions, answers, 0) ==
             "wait 1 3 100, wait 2 3 200, wait 3 3 300, wait 4 3 400, wait 5 4 500, wait 6 5 600");
  BOOST_TEST(!admissions.next_batch());
  admissions.time_passed(at(100));
  const Batch next = *admissions.next_batch();
  BOOST_TEST(next.asks.size() == 2u);
  BOOST_TEST(next.in_buckets.at("key") == kReserved - 1);
  BOOST_TEST(answered(admissions, {planned(500), InLine{kNow + 600, 4}}, 100) == "wait 5 3 400");
  BOOST_TEST(!admissions.next_batch());
  admissions.give_up(1 + 1);
  const Batch room = *admissions.next_batch();
  BOOST_TEST(room.asks.size() == 1u);
  BOOST_TEST(room.returns.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_full_does_not_hold_up_new_ones_nor_other_keys) {
  Admissions admissions;
  std::vector<Answer> answers;
  for (int i = 0; i < kReserved; ++i) {
    admissions.add(kBoth, true);
    answers.push_back(Ticket{kNow + 60'000, i + 1, 1});
  }
  admissions.add(kBoth, true);
  answers.push_back(InLine{kNow + 80'000, 5});
  admissions.next_batch();
  answered(admissions, answers, 0);
  BOOST_TEST(!admissions.next_batch());
  admissions.add(kBoth, true);  // to be told its place
  admissions.add(kKey, true);
  const Batch batch = *admissions.next_batch();
  BOOST_TEST(batch.asks.size() == 2u);
  BOOST_TEST(batch.in_windows.at("model") == kReserved);
  BOOST_TEST(batch.in_buckets.empty());
}

BOOST_AUTO_TEST_CASE(a_ticket_asks_again_when_its_time_has_come) {
  Admissions admissions;
  admissions.add(kBoth, true);
  admissions.next_batch();
  BOOST_TEST(answered(admissions, {Ticket{kNow + 60'000, 7, 2}}, 0) == "wait 1 2 60000");
  BOOST_TEST(text(admissions.time_passed(at(60'000))).empty());
  const Batch batch = *admissions.next_batch();
  BOOST_CHECK(batch.asks.at(0).place == 7);
  BOOST_TEST(batch.in_windows.empty());
  BOOST_TEST(answered(admissions, {planned(60'050, 7)}, 60'000) == "wait 1 3 50");
  BOOST_TEST(text(admissions.time_passed(at(60'050))) == "goes 1");
}

BOOST_AUTO_TEST_CASE(who_comes_too_late_asks_again_with_its_place) {
  // The process was stopped; the machine slept, which only the wall clock tells; it was stopped, and the
  // clock set back meanwhile.
  const Admissions::Moment stopped = at(100 + kLate + 1);
  for (const Admissions::Moment& late : {stopped, Admissions::Moment{stopped.wall, at(100).steady},
                                         Admissions::Moment{stopped.wall - 3'600'000, stopped.steady}}) {
    Admissions admissions;
    admissions.add(kBoth, true);
    admissions.next_batch();
    answered(admissions, {planned(100, 7)}, 0);
    BOOST_TEST(text(admissions.time_passed(late)).empty());
    const Batch batch = *admissions.next_batch();
    BOOST_CHECK(batch.asks.at(0).place == 7);
    BOOST_TEST(batch.returns.empty());
    BOOST_TEST(answered(admissions, {planned(700, 7)}, 700) == "goes 1");
  }
  Admissions admissions;
  admissions.add(kBoth, true);
  admissions.next_batch();
  BOOST_TEST(text(admissions.answered({planned(0, 7)}, kNow, at(kLate + 1))).empty());
  BOOST_TEST(admissions.next_batch()->asks.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_while_one_waits_changes_its_wait_by_nothing) {
  Admissions admissions;
  admissions.add(kKey, true);
  admissions.add(kKey, true);
  admissions.next_batch();
  // Set back between the answer and its arrival.
  const Admissions::Moment back{kNow - 3'600'000, at(10).steady};
  BOOST_TEST(text(admissions.answered({planned(0), planned(100)}, kNow, back)) == "goes 1, wait 2 3 100");
  BOOST_TEST(text(admissions.time_passed({kNow - 3'600'000 + 100, at(110).steady})) == "goes 2");
}

BOOST_AUTO_TEST_CASE(what_is_given_up_comes_back) {
  Admissions admissions;
  const Admissions::Id queued = admissions.add(kBoth, true);
  admissions.give_up(queued);
  BOOST_TEST(!admissions.next_batch());

  const Admissions::Id waiting = admissions.add(kBoth, true), asked = admissions.add(kBoth, true),
                       ticket = admissions.add(kBoth, true);
  admissions.next_batch();
  admissions.give_up(asked);
  BOOST_TEST(answered(admissions, {planned(100, 1), planned(200, 2), Ticket{kNow + 60'000, 3, 1}}, 0) ==
             "wait 2 3 100, wait 4 1 60000");
  admissions.give_up(waiting);
  admissions.give_up(ticket);
  admissions.give_up(ticket);
  const Batch batch = *admissions.next_batch();
  BOOST_TEST(batch.asks.empty());
  BOOST_REQUIRE(batch.returns.size() == 3u);
  BOOST_CHECK(batch.returns[0].held.place == 2);
  BOOST_CHECK(batch.returns[0].held.tat == planned(200).held.tat);
  BOOST_CHECK(batch.returns[1].held.place == 1);
  BOOST_CHECK(batch.returns[2].held.place == 3);
  BOOST_CHECK(!batch.returns[2].held.tat);
  BOOST_TEST(answered(admissions, {}, 0).empty());
  BOOST_TEST(!admissions.next_batch());
}

BOOST_AUTO_TEST_CASE(what_was_not_answered_is_asked_again) {
  Admissions admissions;
  admissions.add(kBoth, true);
  admissions.next_batch();
  answered(admissions, {Ticket{kNow + 10, 7, 1}}, 0);
  const Admissions::Id given_up = admissions.add(kBoth, true);
  admissions.add(kKey, false);
  admissions.next_batch();
  answered(admissions, {planned(100, 8), Refused{}}, 0);
  admissions.time_passed(at(10));
  admissions.give_up(given_up);
  const Batch lost = *admissions.next_batch();
  BOOST_TEST(lost.asks.size() == 1u);
  BOOST_TEST(lost.returns.size() == 1u);
  admissions.unanswered();
  const Batch again = *admissions.next_batch();
  BOOST_REQUIRE(again.asks.size() == 1u);
  BOOST_CHECK(again.asks[0].place == 7);
  BOOST_TEST(again.returns.size() == 1u);
  // One that is given up while nobody answers gives its place back too.
  admissions.give_up(1);
  admissions.unanswered();
  BOOST_TEST(admissions.next_batch()->returns.size() == 2u);
}
