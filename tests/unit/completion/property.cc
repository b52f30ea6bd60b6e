// Random interleavings of keys, tokens, ends, errors and lanes: see session_simulation.h for what must hold.
#include <boost/test/unit_test.hpp>
#include <random>

#include "unit/completion/session_simulation.h"

namespace coder::completion {
namespace {

BOOST_AUTO_TEST_CASE(ghost_text_holds_under_random_interleavings) {
  constexpr int64_t kSteps = 20000;
  Counters sum;
  for (const uint32_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
    std::mt19937 random(seed);
    Simulation simulation([&](size_t n) { return random() % n; });
    bool fine = true;
    while (fine && simulation.steps() < kSteps) fine = simulation.run();
    fine = fine && simulation.finish();
    BOOST_TEST_REQUIRE(fine, "seed " << seed << ": " << simulation.trouble());
    const Counters& counters = simulation.counters();
    sum.asked += counters.asked;
    sum.cancelled += counters.cancelled;
    sum.saved += counters.saved;
    sum.shown += counters.shown;
    sum.accepted += counters.accepted;
    sum.ahead_used += counters.ahead_used;
  }
  // The random walk got everywhere.
  BOOST_TEST_MESSAGE("asked " << sum.asked << " cancelled " << sum.cancelled << " saved " << sum.saved
                              << " shown " << sum.shown << " accepted " << sum.accepted << " ahead used "
                              << sum.ahead_used);
  for (const int64_t count : {sum.asked, sum.cancelled, sum.saved, sum.shown, sum.accepted, sum.ahead_used}) {
    BOOST_TEST(count > 20);
  }
}

}  // namespace
}  // namespace coder::completion
