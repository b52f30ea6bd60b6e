#include <boost/test/unit_test.hpp>

#include "dispatch/dispatcher.h"

using namespace coder;
using config::Mode;
using dispatch::choose;
using privacy::Label;
using provider::ChatError;
using provider::Trouble;

namespace {

config::Config two_lanes() {
  return config::parse(R"([models.cloudy]
provider = "openai"
base_url = "https://relay.example/v1"
model = "big"
[models.vllm]
provider = "openai"
base_url = "http://10.0.0.42:8000/v1"
model = "qwen"
[models.mine]
provider = "openai"
base_url = "http://10.0.0.43:8000/v1"
model = "qwen"
lane = "local"
)",
                       "config.toml");
}

std::string chosen(const config::Config& config, const dispatch::Wish& wish, Label label) {
  const auto result = choose(config, wish, label);
  return result ? (*result)->name : std::string(to_string(result.error().kind));
}

ChatError error_of(Trouble trouble) {
  ChatError error;
  error.trouble = trouble;
  return error;
}

}  // namespace

BOOST_AUTO_TEST_CASE(choice_by_mode_scope_and_label) {
  const config::Config config = two_lanes();
  BOOST_REQUIRE(config.models.size() == 3u);
  dispatch::Wish wish;
  BOOST_TEST(chosen(config, wish, Label::any) == "cloudy");
  BOOST_TEST(chosen(config, wish, Label::local_only) == "mine");
  wish.repo_scope = true;
  BOOST_TEST(chosen(config, wish, Label::any) == "vllm");
  wish = {};
  wish.mode = Mode::local;
  BOOST_TEST(chosen(config, wish, Label::any) == "vllm");
  BOOST_TEST(chosen(config, wish, Label::local_only) == "mine");
  wish.mode = Mode::cloud;
  BOOST_TEST(chosen(config, wish, Label::local_only) == "cloudy");  // clear() refuses it
  wish = {};
  wish.model = "vllm";
  BOOST_TEST(chosen(config, wish, Label::local_only) == "vllm");  // and this
  wish.model = "mien";
  BOOST_TEST(chosen(config, wish, Label::any) == "config");
  BOOST_TEST(choose(config, wish, Label::any).error().hint == "did you mean `mine`?");
  BOOST_TEST(chosen(config::parse("", "config.toml"), {}, Label::any) == "config");
}

BOOST_AUTO_TEST_CASE(retries_back_off_and_end) {
  using dispatch::retry_wait;
  BOOST_TEST((retry_wait(error_of(Trouble::server), 1, 0) == Millis(500)));
  BOOST_TEST((retry_wait(error_of(Trouble::server), 2, 0) == Millis(1000)));
  BOOST_TEST((retry_wait(error_of(Trouble::server), 1, 1) == Millis(375)));
  BOOST_TEST(!retry_wait(error_of(Trouble::server), 3, 0));
  for (const Trouble final : {Trouble::auth, Trouble::payment, Trouble::model_not_found, Trouble::not_found,
                              Trouble::context_overflow, Trouble::bad_request, Trouble::malformed}) {
    BOOST_TEST(!retry_wait(error_of(final), 1, 0));
  }
  ChatError seen = error_of(Trouble::truncated);
  BOOST_TEST(retry_wait(seen, 1, 0).has_value());
  seen.content_seen = true;
  BOOST_TEST(!retry_wait(seen, 1, 0));

  ChatError refused = error_of(Trouble::unreachable);
  BOOST_TEST(retry_wait(refused, 1, 0).has_value());
  refused.hopeless = true;
  BOOST_TEST(!retry_wait(refused, 1, 0));

  ChatError told = error_of(Trouble::rate_limit);
  told.retry_after = Millis(1234);
  BOOST_TEST((retry_wait(told, 1, 0.5) == Millis(1234)));
  told.retry_after = Millis(5001);
  BOOST_TEST(!retry_wait(told, 1, 0));

  ChatError bad = error_of(Trouble::bad_request);
  bad.status = 409;
  BOOST_TEST(retry_wait(bad, 1, 0).has_value());
  bad.should_retry = false;
  BOOST_TEST(!retry_wait(bad, 1, 0));
}

BOOST_AUTO_TEST_CASE(retries_are_a_tenth_of_requests_with_a_floor_of_two) {
  dispatch::RetryBudget budget;
  budget.count_request();
  BOOST_TEST(budget.take());
  BOOST_TEST(budget.take());
  BOOST_TEST(!budget.take());
  for (int i = 0; i < 29; ++i) budget.count_request();
  BOOST_TEST(budget.take());
  BOOST_TEST(!budget.take());
}

BOOST_AUTO_TEST_CASE(cost_by_class_of_token) {
  provider::Usage usage;
  usage.input = 1000;
  usage.cached_input = 400;
  usage.output = 100;
  usage.reasoning = 60;  // part of output: not paid twice
  BOOST_TEST(!dispatch::cost_of(usage, std::nullopt).has_value());
  config::Price price{1.0, 0.1, 2.0};
  BOOST_TEST(*dispatch::cost_of(usage, price) == (600 * 1.0 + 400 * 0.1 + 100 * 2.0) / 1e6,
             boost::test_tools::tolerance(1e-12));
  price.cached_input.reset();
  BOOST_TEST(*dispatch::cost_of(usage, price) == (1000 * 1.0 + 100 * 2.0) / 1e6,
             boost::test_tools::tolerance(1e-12));
  usage.cost = 0.5;
  BOOST_TEST(*dispatch::cost_of(usage, price) == 0.5);
  BOOST_TEST(dispatch::estimate_tokens(0) == 0);
  BOOST_TEST(dispatch::estimate_tokens(36) == 10);
  BOOST_TEST(dispatch::estimate_tokens(37) == 11);
}
