#include "rpc/protocol.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

using namespace coder;

namespace {
std::string read(const std::string& path) {
  std::ifstream in(std::string(CODER_SOURCE) + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
}  // namespace

// When these fail: coder-nvim --dump-protocol=lua > lua/coder/protocol.lua, and =md > doc/protocol.md.
BOOST_AUTO_TEST_CASE(the_lua_copy_of_the_table_is_current) {
  BOOST_CHECK(read("/lua/coder/protocol.lua") == rpc::protocol_lua());
}
BOOST_AUTO_TEST_CASE(the_documented_table_is_current) {
  BOOST_CHECK(read("/doc/protocol.md") == rpc::protocol_markdown());
}
