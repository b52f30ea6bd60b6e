#include "unit/routing/table.h"

#include <boost/test/unit_test.hpp>

namespace coder::routing {

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const Situation s = situation(row.request, row.config, row.states);
    const Decision decision = route(s.request, s.config, s.world, s.now);
    const std::string why = reasons(decision);
    BOOST_TEST(order(decision) == row.order, "[" << row.request << "] to [" << row.config << "] when ["
                                                 << row.states << "]: " << order(decision) << ", not "
                                                 << row.order << "; reasons:\n"
                                                 << why);
    BOOST_TEST(why.find(row.reason) != std::string::npos,
               "[" << row.request << "] to [" << row.config << "] when [" << row.states
                   << "]: no reason has \"" << row.reason << "\" in:\n"
                   << why);
  }
}

}  // namespace coder::routing
