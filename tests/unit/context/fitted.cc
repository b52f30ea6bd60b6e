#include <boost/test/unit_test.hpp>

#include "context/gather.h"

using namespace coder;
using context::Chunk;
using context::Form;

namespace {

Chunk chunk(const std::string& path, uint32_t first, uint32_t last, double score) {
  Chunk out;
  out.path = path;
  out.form = first == 0 ? Form::path : Form::body;
  out.first = first;
  out.last = last;
  out.score = score;
  if (first == 0) out.text = path + "\n";
  for (uint32_t i = first; first > 0 && i <= last; ++i) out.text += "line " + std::to_string(i) + "\n";
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_smaller_budget_leaves_out_the_least_likely_files) {
  context::Packed packed;
  packed.chunks = {chunk("a.py", 1, 5, 3), chunk("a.py", 9, 12, 3), chunk("b.py", 2, 40, 1),
                   chunk("c.py", 0, 0, 2)};
  packed.budget = packed.tokens = 1000;
  const auto bytes = [](std::string_view text) { return text.size(); };
  BOOST_TEST(context::fitted(packed, 1000, bytes).chunks.size() == 4U);
  for (size_t budget = 0; budget < 400; ++budget) {
    const context::Packed got = context::fitted(packed, budget, bytes);
    BOOST_TEST(got.tokens <= budget);
    BOOST_TEST(got.tokens == got.text.size());
    BOOST_TEST(got.budget == budget);
    for (const Chunk& one : got.chunks) BOOST_TEST(got.text.find(one.text) != std::string::npos);
  }
  const context::Packed some = context::fitted(packed, 200, bytes);
  BOOST_TEST(some.text.find("line 40") == std::string::npos);
  BOOST_TEST(some.text.find("line 12") != std::string::npos);
  BOOST_TEST(some.text.find("c.py") != std::string::npos);
  BOOST_TEST(context::fitted(packed, 0, bytes).text == "");
}
