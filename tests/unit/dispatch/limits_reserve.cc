// What buckets, windows and batches allow, as tables and as properties over random ones.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "dispatch/reserve.h"

using namespace coder::dispatch;

namespace {

constexpr WallMs kNow = 1'790'000'000'000;

Counts counts(const Rate& rate, int64_t rpm = 0) {
  return {rate.rps > 0 ? "key" : "", rate, rpm > 0 ? "model" : "", rpm};
}

Batch batch_of(size_t n, const Counts& what, bool patient = true) {
  Batch batch;
  batch.asks.assign(n, {what, patient, std::nullopt});
  return batch;
}

/// When each of `n` requests that begin at `now` goes: what is in line is asked again when others have gone.
std::vector<WallMs> times(Book& book, size_t n, const Counts& what, WallMs now) {
  std::vector<WallMs> out;
  while (out.size() < n) {
    for (const Answer& one : answer(book, batch_of(n - out.size(), what), now)) {
      if (const auto* planned = std::get_if<Planned>(&one)) out.push_back(planned->at - kNow);
    }
    now = out.back() + kNow;
  }
  return out;
}

using Times = std::vector<WallMs>;

template <class T>
bool is(const Answer& answer) {
  return std::holds_alternative<T>(answer);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_bucket_gives_its_burst_and_then_the_rate) {
  Book book;
  BOOST_CHECK((times(book, 6, counts({10, 3}), kNow) == Times{0, 0, 0, 100, 200, 300}));
  // Two tokens have come back half a second later, and three are the most it ever holds.
  BOOST_CHECK((times(book, 4, counts({10, 3}), kNow + 600) == Times{600, 600, 600, 700}));
  BOOST_CHECK((times(book, 4, counts({10, 3}), kNow + 900) == Times{900, 900, 1000, 1100}));
  BOOST_CHECK((times(book, 4, counts({10, 3}), kNow + 900'000) == Times{900'000, 900'000, 900'000, 900'100}));
}

BOOST_AUTO_TEST_CASE(a_rate_that_is_no_whole_number_of_milliseconds_does_not_drift) {
  Book book;
  const Times all = times(book, 301, counts({30, 1}), kNow);
  BOOST_TEST(all[1] == 34);
  BOOST_TEST(all[30] == 1000);
  BOOST_TEST(all[300] == 10'000);
}

BOOST_AUTO_TEST_CASE(a_clock_set_back_makes_no_wait_longer) {
  Book book;
  times(book, 5, counts({10, 3}), kNow);  // full again at +500
  Bucket& bucket = book.buckets["key"];
  const WallMs last = bucket.updated, wait = earliest(bucket, {10, 3}, last) - last;
  BOOST_TEST(wait > 0);
  for (const WallMs back : {1, 1000, 3'600'000}) {
    Bucket moved = bucket;
    refresh(moved, last - back);
    BOOST_TEST(earliest(moved, {10, 3}, last - back) == last - back + wait);
  }
  Window window;
  put(window, std::nullopt, kNow, true, kNow);
  refresh(window, kNow - 3'600'000);
  BOOST_TEST(earliest(window, 1, std::nullopt, kNow - 3'600'000) == kNow - 3'600'000 + kWindow);
}

BOOST_AUTO_TEST_CASE(a_clock_set_forward_gives_a_burst_at_most) {
  Book book;
  times(book, 20, counts({10, 3}), kNow);
  const WallMs later = kNow + 365LL * 24 * 3'600'000;
  const Times all = times(book, 5, counts({10, 3}), later);
  BOOST_CHECK(
      (all == Times{later - kNow, later - kNow, later - kNow, later - kNow + 100, later - kNow + 200}));
}

BOOST_AUTO_TEST_CASE(values_of_a_damaged_file_hold_nobody_up) {
  for (const double tat : {1e15, -1e15, std::nan(""), std::numeric_limits<double>::infinity()}) {
    Bucket bucket{tat, 0};
    refresh(bucket, kNow);
    BOOST_TEST(earliest(bucket, {10, 3}, kNow) == kNow);
  }
  Window window{0, 5, {{-3, kNow + (int64_t{1} << 50), true}, {-1, 0, false}, {7, kNow, true}}};
  refresh(window, kNow);
  BOOST_TEST(window.places.size() == 1u);
  BOOST_TEST(earliest(window, 2, std::nullopt, kNow) == kNow);
}

BOOST_AUTO_TEST_CASE(extreme_rates_do_not_overflow) {
  for (const Rate& rate : {Rate{0.001, 1}, Rate{1e300, 1}, Rate{30, 1e300}, Rate{0.001, 1e300}}) {
    Book book;
    const std::vector<Answer> answers = answer(book, batch_of(3, counts(rate)), kNow);
    BOOST_REQUIRE(is<Planned>(answers[0]));
    BOOST_TEST(std::get<Planned>(answers[0]).at == kNow);
  }
}

BOOST_AUTO_TEST_CASE(only_the_last_reservation_comes_back) {
  const Rate rate{10, 1};
  for (const std::vector<int>& order : {std::vector<int>{3, 2, 1}, {1, 2, 3}, {2, 3, 1}}) {
    Book book;
    const std::vector<Answer> answers = answer(book, batch_of(4, counts(rate)), kNow);
    const double first = *std::get<Planned>(answers[0]).held.tat;
    Batch back;
    for (const int i : order) {
      back.returns.push_back({counts(rate), std::get<Planned>(answers[static_cast<size_t>(i)]).held});
    }
    answer(book, back, kNow);
    BOOST_TEST(book.buckets["key"].tat == first, boost::test_tools::tolerance(1e-12));
  }
  Book book;
  const std::vector<Answer> answers = answer(book, batch_of(4, counts(rate)), kNow);
  const double tat = book.buckets["key"].tat;
  Batch back;
  back.returns.push_back({counts(rate), std::get<Planned>(answers[2]).held});
  answer(book, back, kNow);
  BOOST_TEST(book.buckets["key"].tat == tat);
}

BOOST_AUTO_TEST_CASE(who_is_not_patient_reserves_nothing) {
  Book book;
  answer(book, batch_of(3, counts({10, 3}, 3)), kNow);
  const Book before = book;
  const std::vector<Answer> refused = answer(book, batch_of(2, counts({10, 3}), false), kNow);
  const std::vector<Answer> full = answer(book, batch_of(2, counts({}, 3), false), kNow);
  for (const Answer& one : {refused[0], refused[1], full[0], full[1]}) BOOST_TEST(is<Refused>(one));
  BOOST_CHECK(book.buckets == before.buckets);
  BOOST_CHECK(book.windows == before.windows);
}

BOOST_AUTO_TEST_CASE(a_process_reserves_a_few_ahead_and_the_others_are_told_when_about) {
  Book book;
  const std::vector<Answer> answers = answer(book, batch_of(12, counts({10, 3})), kNow);
  for (size_t i = 0; i < 12; ++i) {
    const WallMs expected = kNow + (i < 3 ? 0 : 100 * (static_cast<WallMs>(i) - 2));
    const int ahead = i < 3 ? 0 : std::max(1, static_cast<int>(i) - 3);
    if (const auto* planned = std::get_if<Planned>(&answers[i])) {
      BOOST_TEST(i < 3 + kReserved);
      BOOST_TEST(planned->at == expected);
      BOOST_TEST(planned->ahead == ahead);
    } else {
      const auto& in_line = std::get<InLine>(answers[i]);
      BOOST_TEST(in_line.at == expected);
      BOOST_TEST(in_line.ahead == ahead);
    }
  }
  Batch more = batch_of(3, counts({10, 3}));
  more.in_buckets["key"] = kReserved - 1;
  const std::vector<Answer> room_for_one = answer(book, more, kNow);
  BOOST_TEST(is<Planned>(room_for_one[0]));
  BOOST_TEST(is<InLine>(room_for_one[1]));
}

BOOST_AUTO_TEST_CASE(a_full_window_gives_tickets_that_become_places_when_their_time_has_come) {
  Book book;
  const Counts what = counts({}, 2);
  const std::vector<Answer> first = answer(book, batch_of(3, what), kNow);
  BOOST_TEST(std::get<Planned>(first[1]).at == kNow);
  const Ticket third = std::get<Ticket>(first[2]);
  BOOST_TEST(third.at == kNow + kWindow);
  // Before its time it is the same ticket still.
  Batch again;
  again.asks = {{what, true, third.place}};
  const Ticket same = std::get<Ticket>(answer(book, again, kNow + 1000)[0]);
  BOOST_TEST(same.place == third.place);
  BOOST_TEST(same.at == third.at);
  // Who comes later comes after it, also at the very time it may go.
  const std::vector<Answer> late = answer(book, batch_of(2, what), kNow + kWindow);
  BOOST_TEST(is<Planned>(late[0]));
  BOOST_TEST(is<Ticket>(late[1]));
  BOOST_CHECK(std::get<Planned>(answer(book, again, kNow + kWindow)[0]).held.place == third.place);
}

BOOST_AUTO_TEST_CASE(a_window_counts_from_when_requests_really_go) {
  Book book;
  const Counts both = counts({0.1, 1}, 1);  // the bucket holds them up by ten seconds
  const Counts other = counts({0.1, 1});
  answer(book, batch_of(1, other), kNow);
  const Planned held_up = std::get<Planned>(answer(book, batch_of(1, both), kNow)[0]);
  BOOST_TEST(held_up.at == kNow + 10'000);
  BOOST_TEST(std::get<Ticket>(answer(book, batch_of(1, both), kNow)[0]).at == kNow + 10'000 + kWindow);
}

BOOST_AUTO_TEST_CASE(a_model_that_waits_for_its_window_holds_up_no_other_model_of_the_key) {
  Book book;
  const Rate rate{10, 2};
  Batch batch;
  batch.asks = {{{"key", rate, "full", 1}, true, std::nullopt},
                {{"key", rate, "full", 1}, true, std::nullopt},
                {{"key", rate, "full", 1}, true, std::nullopt},
                {{"key", rate, "free", 100}, true, std::nullopt},
                {{"key", rate, "", 0}, true, std::nullopt}};
  const std::vector<Answer> answers = answer(book, batch, kNow);
  BOOST_TEST(is<Ticket>(answers[1]));
  BOOST_TEST(is<Ticket>(answers[2]));
  BOOST_TEST(std::get<Planned>(answers[3]).at == kNow);
  BOOST_TEST(std::get<Planned>(answers[4]).at == kNow + 100);
}

BOOST_AUTO_TEST_CASE(a_place_given_back_is_free) {
  Book book;
  const Counts what = counts({}, 2);
  const std::vector<Answer> both = answer(book, batch_of(2, what), kNow);
  BOOST_TEST(is<Refused>(answer(book, batch_of(1, what, false), kNow)[0]));
  Batch batch = batch_of(1, what, false);
  batch.returns = {{what, std::get<Planned>(both[0]).held}};
  BOOST_TEST(is<Planned>(answer(book, batch, kNow)[0]));
  answer(book, batch, kNow);  // a second time it changes nothing
  BOOST_TEST(book.windows["model"].places.size() == 2u);
}

// In any interval at most burst + rate * time go, for any arrivals, and no token is lost: who waits goes as
// soon as that allows.
BOOST_AUTO_TEST_CASE(a_bucket_is_never_above_its_rate_nor_below_it) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    const Rate rate{0.5 + static_cast<double>(random() % 1000) / 10,
                    1.0 + static_cast<double>(random() % 20)};
    Bucket bucket;
    WallMs now = kNow;
    Times all;
    for (int i = 0; i < 150; ++i) {
      now += random() % 5 == 0 ? random() % 1000 : 0;
      all.push_back(earliest(bucket, rate, now));
      take(bucket, rate, now);
      // As late as this only because the interval before it is full. Two milliseconds: one for rounding up,
      // one for what doubles round.
      if (all.back() <= now) continue;
      bool needed = false;
      for (size_t j = 0; j < all.size(); ++j) {
        const double allowed = rate.burst + rate.rps * static_cast<double>(all.back() - 2 - all[j]) / 1000;
        needed = needed || static_cast<double>(all.size() - j) > allowed;
      }
      BOOST_REQUIRE(needed);
    }
    double above = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t j = i; j < all.size(); ++j) {
        // One millisecond for rounding up.
        const double allowed = rate.burst + rate.rps * static_cast<double>(all[j] - all[i] + 1) / 1000;
        above = std::max(above, static_cast<double>(j - i + 1) - allowed);
      }
    }
    BOOST_REQUIRE(above <= 1e-6);
  }
}
