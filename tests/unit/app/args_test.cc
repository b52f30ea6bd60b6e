#include "app/args.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using app::Args;

namespace {
const app::CommandSpec kSpec{
    "ask", "PROMPT", "x", {{"--file", "F", "", true}, {"--model", "NAME", ""}, {"--repo", nullptr, ""}}};
}

BOOST_AUTO_TEST_CASE(values_flags_and_positionals) {
  const auto args = Args::parse(kSpec, {"--file", "a", "--file=b", "--repo", "what", "--json", "-"});
  BOOST_REQUIRE(args.ok());
  BOOST_TEST(args->all("--file") == (std::vector<std::string>{"a", "b"}), boost::test_tools::per_element());
  BOOST_TEST(args->has("--repo"));
  BOOST_TEST(args->has("--json"));
  BOOST_TEST(!args->get("--model").has_value());
  BOOST_TEST(args->positional() == (std::vector<std::string>{"what", "-"}), boost::test_tools::per_element());
  BOOST_TEST(Args::parse(kSpec, {"--", "--file"})->positional().at(0) == "--file");
}

BOOST_AUTO_TEST_CASE(mistakes_are_named) {
  BOOST_TEST(Args::parse(kSpec, {"--modle", "x"}).error().hint == "did you mean `--model`?");
  BOOST_TEST(Args::parse(kSpec, {"--model"}).error().message == "`--model` needs a value: NAME");
  BOOST_TEST(!Args::parse(kSpec, {"--repo=yes"}).ok());
  BOOST_TEST(!Args::parse(kSpec, {"--model", "a", "--model", "b"}).ok());
  const app::CommandSpec none{"serve", "", "x", {}};
  BOOST_TEST(!Args::parse(none, {"stray"}).ok());
}

BOOST_AUTO_TEST_CASE(whole_numbers) {
  BOOST_TEST(*app::parse_whole("--n", "12", 1, 100) == 12);
  for (const char* bad : {"", "0", "101", "1.5", "x", "9999999999999999999999", " 1"}) {
    BOOST_TEST(!app::parse_whole("--n", bad, 1, 100).ok());
  }
}
