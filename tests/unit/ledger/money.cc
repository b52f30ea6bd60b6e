// Costs to the last billionth.
#include "ledger/money.h"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace coder;
using namespace coder::ledger;

namespace {

const config::Price kDeepSeek{0.14, 0.014, 0.42};

}  // namespace

BOOST_AUTO_TEST_CASE(each_class_has_its_price) {
  const Price price = price_of({1.0, 0.1, 2.0, 1.25});
  BOOST_TEST(cost({1'000'000, 0, 0, 0, 0}, price) == kDollar);
  BOOST_TEST(cost({0, 1'000'000, 0, 0, 0}, price) == kDollar / 10);
  BOOST_TEST(cost({0, 0, 1'000'000, 0, 0}, price) == kDollar * 5 / 4);
  BOOST_TEST(cost({0, 0, 0, 1'000'000, 999'999}, price) == 2 * kDollar);  // reasoning is part of the output
  BOOST_TEST(cost({600, 400, 0, 100, 60}, price) == 600'000 + 40'000 + 200'000);
  // Without prices of their own, what is cached or written costs as the rest.
  BOOST_CHECK(price_of({3.0, {}, 15.0}) == (Price{3 * kDollar, 3 * kDollar, 3 * kDollar, 15 * kDollar}));
  BOOST_TEST(price_of(kDeepSeek).version() == "0.14/0.014/0.14/0.42");
}

BOOST_AUTO_TEST_CASE(rounded_once_half_up) {
  // 0.0005 USD per million: a token costs half a billionth.
  const Price price = price_of({0.0005, 0.0005, 0.0005});
  BOOST_TEST(cost({1, 0, 0, 0, 0}, price) == 1);
  BOOST_TEST(cost({1, 0, 0, 1, 0}, price) == 1);
  BOOST_TEST(cost({1, 1, 0, 1, 0}, price) == 2);
}

BOOST_AUTO_TEST_CASE(nothing_overflows) {
  const Price dear = price_of({1e6, 1e6, 1e6});
  const int64_t most = 1'000'000'000'000;
  BOOST_TEST(cost({most, most, most, most, most}, dear) == kMostOfOne);
  BOOST_TEST(nano_of(1e300) == kMostOfOne);
  BOOST_TEST(nano_of(-1) == 0);
  BOOST_TEST(nano_of(std::nan("")) == 0);
  BOOST_TEST(nano_of(0.1) == 100'000'000);
}

BOOST_AUTO_TEST_CASE(the_sum_of_parts_is_the_sum) {
  std::mt19937_64 random(7);
  const Price price = price_of({0.25, 0.03, 1.75, 0.5});
  // Whole dollars-per-million in quarters: no rounding, so any cut of the tokens costs the same.
  for (int round = 0; round < 1000; ++round) {
    const auto count = [&] { return static_cast<int64_t>(random() % 1'000'000) * 100; };
    const Tokens a{count(), count(), count(), count(), 0}, b{count(), count(), count(), count(), 0};
    const Tokens both{a.fresh + b.fresh, a.cached + b.cached, a.written + b.written, a.output + b.output, 0};
    BOOST_TEST(cost(a, price) + cost(b, price) == cost(both, price));
  }
}

BOOST_AUTO_TEST_CASE(estimates_of_the_team) {
  const Price price = price_of(kDeepSeek);
  BOOST_TEST(estimate({18'000'000, 6'000'000, 1'000'000}, 4, price) == 11'088'000'000);
  BOOST_TEST(estimate({0, 10'000'000, 0}, 1, price_of({0, {}, 8.0})) == 80 * kDollar);
  BOOST_TEST(estimate({0, 10'000'000, 0}, 1, price_of({0, {}, 15.0})) == 150 * kDollar);
  BOOST_TEST(estimate({0, 10'000'000, 0}, 1, price) == 4'200'000'000);
  BOOST_TEST(estimate({10'000'000, 0, 500'000}, 1, price) == 770'000'000);
}

BOOST_AUTO_TEST_CASE(tokens_as_people_write_them) {
  BOOST_TEST(tokens_in_words("18M").value() == 18'000'000);
  BOOST_TEST(tokens_in_words("1.5m").value() == 1'500'000);
  BOOST_TEST(tokens_in_words("200k").value() == 200'000);
  BOOST_TEST(tokens_in_words("2G").value() == 2'000'000'000);
  BOOST_TEST(tokens_in_words("0").value() == 0);
  BOOST_TEST(tokens_in_words("4096").value() == 4096);
  for (const char* wrong : {"", "M", "1.2.3M", "-1", "1e6", "18 M", "18Mio", "99999999999999999999"}) {
    BOOST_TEST(!tokens_in_words(wrong).has_value(), wrong);
  }
}

BOOST_AUTO_TEST_CASE(dollars_in_words) {
  BOOST_TEST(dollars(0) == "$0.00");
  BOOST_TEST(dollars(12'345'678'901) == "$12.35");
  BOOST_TEST(dollars(123'400'000) == "$0.123");
  BOOST_TEST(dollars(24'000) == "$0.000024");
}
