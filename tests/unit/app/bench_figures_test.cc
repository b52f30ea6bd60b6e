#include "app/bench_figures.h"

#include <boost/test/unit_test.hpp>

#include "base/text.h"

using namespace coder;
using namespace coder::app;

namespace {

LaneFigures lane(const std::string& name, privacy::Lane where, double ttft, double alone, double of_two) {
  LaneFigures out;
  out.name = name;
  out.lane = where;
  out.ttft_ms = {ttft, ttft, ttft};
  out.alone = {alone};
  out.of_two = {of_two, of_two};
  out.ttft_of_two_ms = {ttft, ttft};
  out.complete = true;
  return out;
}

std::string advice(const std::vector<LaneFigures>& lanes) { return join(bench_advice(lanes), "\n"); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(bench_figures)

BOOST_AUTO_TEST_CASE(nearest_rank) {
  BOOST_TEST(!percentile({}, 50).has_value());
  BOOST_TEST(*percentile({7}, 50) == 7);
  BOOST_TEST(*percentile({7}, 95) == 7);
  std::vector<double> twenty;
  for (int i = 20; i > 0; --i) twenty.push_back(i);
  BOOST_TEST(*percentile(twenty, 50) == 10);
  BOOST_TEST(*percentile(twenty, 95) == 19);
  BOOST_TEST(*percentile(twenty, 100) == 20);
  BOOST_TEST(*percentile(twenty, 0) == 1);
}

BOOST_AUTO_TEST_CASE(the_speed_of_an_answer_counts_from_its_first_token) {
  BOOST_TEST((BenchAnswer{100, 1100, 101, 0}.rate()) == 100);
  BOOST_TEST((BenchAnswer{100, 100, 101, 0}.rate()) == 0);
  BOOST_TEST((BenchAnswer{100, 1100, 1, 0}.rate()) == 0);
}

BOOST_AUTO_TEST_CASE(which_lane_for_what) {
  LaneFigures mine = lane("mine", privacy::Lane::local, 40, 30, 29);
  LaneFigures relay = lane("relay", privacy::Lane::cloud, 400, 90, 90);
  relay.price = config::Price{1, {}, 2};
  mine.context = 8000;
  relay.context = 120000;
  const std::string words = advice({mine, relay});
  BOOST_TEST(has(words, "short questions: mine (first token after 40 ms)"), words);
  BOOST_TEST(has(words, "refactors: relay (90.0 tok/s)"), words);
  BOOST_TEST(has(words, "Large prompts: relay (120000 tokens"), words);
  BOOST_TEST(has(words, "Batches: mine (its tokens cost nothing)"), words);
  BOOST_TEST(has(words, "need not spill over"), words);
  // One lane alone is best at everything: nobody needs to hear it.
  BOOST_TEST(!has(advice({mine}), "Batches"));
}

BOOST_AUTO_TEST_CASE(when_to_spill_over) {
  const LaneFigures crowded = lane("mine", privacy::Lane::local, 40, 30, 16);
  const LaneFigures relay = lane("relay", privacy::Lane::cloud, 400, 90, 90);
  const std::string words = advice({crowded, relay});
  BOOST_TEST(has(words, "16.0 tok/s each instead of 30.0"), words);
  BOOST_TEST(has(words, "slo_ttft_ms = 200"), words);
  BOOST_TEST(has(words, "go to relay"), words);
  BOOST_TEST(has(advice({crowded}), "no other lane"));
  // One slot: the second waits for the first, then is as fast.
  LaneFigures queued = lane("mine", privacy::Lane::local, 400, 30, 30);
  queued.ttft_of_two_ms = {400, 9000};
  BOOST_TEST(has(advice({queued, relay}), "slo_ttft_ms = 800"));
  // A lane that does not answer is nowhere to go to.
  LaneFigures dead;
  dead.name = "dead";
  dead.error = Error{ErrorKind::provider, "refused", ""};
  BOOST_TEST(has(advice({crowded, dead}), "no other lane"));
  BOOST_TEST(has(advice({crowded, dead}), "dead did not answer"));
}

BOOST_AUTO_TEST_CASE(a_table_says_what_is_missing_and_why) {
  LaneFigures dead;
  dead.name = "dead-one";
  dead.error = Error{ErrorKind::provider, "refused", ""};
  LaneFigures cut = lane("cut", privacy::Lane::local, 4.25, 30, 16);
  cut.complete = false;
  const std::string table = bench_table({dead, cut});
  BOOST_TEST(has(table, "dead-one"), table);
  BOOST_TEST(has(table, "dead-one: failed: refused"), table);
  BOOST_TEST(has(table, "4.2 ms"), table);
  BOOST_TEST(has(table, "cut: interrupted"), table);
  for (const std::string_view line : split(table, '\n')) BOOST_TEST(!line.ends_with(' '));
}

BOOST_AUTO_TEST_SUITE_END()
