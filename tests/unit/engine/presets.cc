#include "engine/presets.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "base/text.h"

using namespace coder;
using namespace coder::engine;

namespace {

std::string names(int64_t gigabytes) {
  std::vector<std::string> out;
  for (const Preset* preset : suggested(gigabytes * 1'000'000'000)) out.emplace_back(preset->name);
  return join(out, " ");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(presets_by_name)

BOOST_AUTO_TEST_CASE(the_largest_that_fits_of_each_use) {
  BOOST_TEST(names(0) == "cpu-fim cpu-chat");
  BOOST_TEST(names(6) == "small-fim cpu-chat");
  BOOST_TEST(names(8) == "small-fim small-chat");
  BOOST_TEST(names(12) == "medium-fim small-chat");
  BOOST_TEST(names(24) == "medium-fim medium-chat");
  BOOST_TEST(names(48) == "large");
}

BOOST_AUTO_TEST_CASE(each_has_an_address_of_its_own_and_leaves_room_in_memory) {
  ::unsetenv("HF_ENDPOINT");
  for (const Preset& preset : presets()) {
    BOOST_TEST(find_preset(preset.name) == &preset);
    BOOST_TEST(url_of(preset).ends_with(".gguf"));
    if (preset.least_memory > 0) BOOST_TEST(preset.least_memory > preset.bytes * 11 / 10);
  }
  BOOST_TEST(find_preset("huge") == nullptr);
  ::setenv("HF_ENDPOINT", "https://mirror.example/", 1);
  BOOST_TEST(url_of(presets().front()).starts_with("https://mirror.example/ggml-org/"));
  ::unsetenv("HF_ENDPOINT");
}

BOOST_AUTO_TEST_SUITE_END()
