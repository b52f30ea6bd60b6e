#include "dispatch/completions.h"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "base/folders.h"
#include "support/temp_folder.h"

using namespace coder;
using dispatch::choose_completion;
using dispatch::SlotLease;
using privacy::Label;

namespace {

config::Config lanes(const std::string& completion) {
  return config::parse(R"([models.cloudy]
provider = "openai"
base_url = "https://relay.example/v1"
model = "big"
[models.vllm]
provider = "openai"
base_url = "http://10.0.0.42:8000/v1"
model = "qwen"
[models.talker]
provider = "openai"
base_url = "http://127.0.0.1:8001/v1"
model = "llama"
roles = ["chat"]
[models.mine]
provider = "openai"
base_url = "http://10.0.0.43:8000/v1"
model = "qwen"
lane = "local"
)" + completion,
                       "config.toml");
}

std::string chosen(const config::Config& config, Label label, const std::optional<std::string>& wish = {}) {
  const auto models = choose_completion(config, wish, label);
  if (!models) return to_string(models.error().kind);
  std::string out;
  for (const config::Model* model : *models) out += (out.empty() ? "" : " ") + model->name;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(completions)

BOOST_AUTO_TEST_CASE(only_local_lanes_that_complete_code) {
  const config::Config config = lanes("");
  BOOST_REQUIRE(config.models.size() == 4U);
  BOOST_TEST(chosen(config, Label::any) == "vllm mine");
  BOOST_TEST(chosen(config, Label::local_only) == "mine");
  BOOST_TEST(chosen(config::parse("", "config.toml"), Label::any) == "config");
}

BOOST_AUTO_TEST_CASE(a_cloud_lane_only_by_name_and_never_for_private_text) {
  const config::Config config = lanes("[completion]\nmodel = \"cloudy\"\n");
  BOOST_TEST(chosen(config, Label::any) == "cloudy");
  BOOST_TEST(chosen(config, Label::local_only) == "mine");
  BOOST_TEST(chosen(lanes(""), Label::any, "cloudy") == "cloudy");
  BOOST_TEST(chosen(lanes(""), Label::local_only, "cloudy") == "policy");
  BOOST_TEST(chosen(lanes(""), Label::local_only, "vllm") == "policy");
}

BOOST_AUTO_TEST_CASE(a_name_that_is_none_is_told_with_the_nearest) {
  const auto models = choose_completion(lanes("[completion]\nmodel = \"mien\"\n"), std::nullopt, Label::any);
  BOOST_REQUIRE(!models);
  BOOST_TEST(models.error().hint == "did you mean `mine`?");
}

BOOST_AUTO_TEST_CASE(private_text_without_a_trusted_lane_is_refused) {
  const config::Config config = config::parse(R"([models.vllm]
provider = "openai"
base_url = "http://10.0.0.42:8000/v1"
model = "qwen"
)",
                                              "config.toml");
  BOOST_TEST(chosen(config, Label::any) == "vllm");
  BOOST_TEST(chosen(config, Label::local_only) == "policy");
}

BOOST_AUTO_TEST_CASE(slots_are_held_once_and_let_go) {
  const test::TempFolder folder;
  const test::ScopedEnv runtime("XDG_RUNTIME_DIR", folder.path());
  SlotLease first = SlotLease::take("http://127.0.0.1:8080", 4, false);
  SlotLease second = SlotLease::take("http://127.0.0.1:8080", 4, false);
  SlotLease top = SlotLease::take("http://127.0.0.1:8080", 4, true);
  const SlotLease other = SlotLease::take("http://127.0.0.1:8012", 4, false);
  BOOST_TEST(first.slot().value_or(-1) == 0);
  BOOST_TEST(second.slot().value_or(-1) == 1);
  BOOST_TEST(top.slot().value_or(-1) == 3);
  BOOST_TEST(other.slot().value_or(-1) == 0);
  const SlotLease last = SlotLease::take("http://127.0.0.1:8080", 4, true);
  BOOST_TEST(last.slot().value_or(-1) == 2);
  BOOST_TEST(!SlotLease::take("http://127.0.0.1:8080", 4, false).slot());
  first = SlotLease();
  BOOST_TEST(SlotLease::take("http://127.0.0.1:8080", 4, false).slot().value_or(-1) == 0);
}

BOOST_AUTO_TEST_CASE(a_runtime_folder_others_may_enter_is_not_used) {
  const test::TempFolder folder;
  const test::ScopedEnv runtime("XDG_RUNTIME_DIR", folder.path());
  BOOST_TEST(runtime_folder() == folder.path() + "/coder-nvim");
  ::chmod((folder.path() + "/coder-nvim").c_str(), 0755);
  BOOST_TEST(runtime_folder() == "");
  BOOST_TEST(!SlotLease::take("http://127.0.0.1:8080", 4, false).slot());
}

BOOST_AUTO_TEST_SUITE_END()
