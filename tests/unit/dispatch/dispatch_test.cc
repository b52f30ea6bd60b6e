#include <boost/test/unit_test.hpp>

#include <cstdlib>

#include "dispatch/live_models.h"
#include "dispatch/question.h"
#include "dispatch/recording.h"
#include "dispatch/retry.h"
#include "dispatch/shadow.h"

using namespace coder;
using provider::ChatError;
using provider::Trouble;

namespace {

ChatError error_of(Trouble trouble) {
  ChatError error;
  error.trouble = trouble;
  return error;
}

}  // namespace

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

BOOST_AUTO_TEST_CASE(servers_that_take_no_tools_are_known_by_what_they_say) {
  const auto refused = [](Trouble trouble, int status, const std::string& message) {
    ChatError error = error_of(trouble);
    error.status = status;
    error.message = message;
    return dispatch::refuses_calls(error);
  };
  BOOST_TEST(refused(Trouble::server, 500, "tools param requires --jinja flag"));
  BOOST_TEST(refused(Trouble::bad_request, 400, "registry/library/x does not support tools"));
  BOOST_TEST(refused(Trouble::bad_request, 400, "x does not support Function Calling"));
  BOOST_TEST(refused(Trouble::bad_request, 400, "\"auto\" tool choice requires --enable-auto-tool-choice"));
  BOOST_TEST(refused(Trouble::model_not_found, 404, "No endpoints found that support tool use"));
  BOOST_TEST(
      refused(Trouble::bad_request, 400, "Missing `reasoning_content` field in the assistant message"));
  BOOST_TEST(!refused(Trouble::bad_request, 400, "temperature is too high"));
  BOOST_TEST(!refused(Trouble::auth, 401, "no tools for this key"));
  BOOST_TEST(!refused(Trouble::rate_limit, 429, "too many tools"));
  BOOST_TEST(!refused(Trouble::context_overflow, 400, "tools and prompt are too long"));
  BOOST_TEST(!refused(Trouble::server, 0, "tools"));
}

BOOST_AUTO_TEST_CASE(another_lane_is_asked_unless_the_request_is_at_fault) {
  using dispatch::retry_before_failover;
  using dispatch::worth_failover;
  for (const Trouble trouble :
       {Trouble::auth, Trouble::payment, Trouble::rate_limit, Trouble::model_not_found, Trouble::not_found,
        Trouble::context_overflow, Trouble::loading, Trouble::server, Trouble::unreachable, Trouble::timeout,
        Trouble::truncated, Trouble::malformed}) {
    BOOST_TEST(worth_failover(error_of(trouble), 1), to_string(trouble));
    BOOST_TEST(worth_failover(error_of(trouble), 2), to_string(trouble));
    BOOST_TEST(!worth_failover(error_of(trouble), 3), to_string(trouble));
    ChatError seen = error_of(trouble);
    seen.content_seen = true;
    BOOST_TEST(!worth_failover(seen, 1), to_string(trouble));
  }
  BOOST_TEST(!worth_failover(error_of(Trouble::bad_request), 1));

  // One more try where the server answers, and only while a POST is left for the other lane.
  BOOST_TEST(retry_before_failover(error_of(Trouble::server), 1));
  BOOST_TEST(!retry_before_failover(error_of(Trouble::server), 2));
  BOOST_TEST(!retry_before_failover(error_of(Trouble::unreachable), 1));
  BOOST_TEST(!retry_before_failover(error_of(Trouble::timeout), 1));
  ChatError later = error_of(Trouble::rate_limit);
  later.retry_after = Millis(60000);
  BOOST_TEST(!retry_before_failover(later, 1));
}

BOOST_AUTO_TEST_CASE(advice_names_the_nearest_live_model) {
  provider::ModelList list;
  list.ids = {"deepseek-v3.2", "qwen3-coder-32b", "gpt-4.1"};
  BOOST_TEST(dispatch::advice_on_model("deepseek-v3.1", list) == "did you mean `deepseek-v3.2`?");
  BOOST_TEST(dispatch::advice_on_model("something else altogether", list) ==
             "it has: deepseek-v3.2, qwen3-coder-32b, gpt-4.1");
  BOOST_TEST(dispatch::advice_on_model("x", {}) == "the server lists no model at all");
}

BOOST_AUTO_TEST_CASE(answers_are_compared_by_lines) {
  using dispatch::alike_percent;
  BOOST_TEST(alike_percent("a\nb\n", "a\nb") == 100);
  BOOST_TEST(alike_percent("a\nb", "c\nd") == 0);
  BOOST_TEST(alike_percent("a\nb", " b\nc") == 50);
  BOOST_TEST(alike_percent("", "") == 100);
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
  BOOST_TEST(*dispatch::cost_of(usage, price) == 600'000 + 40'000 + 200'000);
  usage.cache_write = 500;
  price.cache_write = 1.25;
  BOOST_TEST(*dispatch::cost_of(usage, price) == 100'000 + 40'000 + 625'000 + 200'000);
  price.cached_input.reset();
  price.cache_write.reset();
  BOOST_TEST(*dispatch::cost_of(usage, price) == 1'000'000 + 200'000);
  usage.cost = 0.5;
  BOOST_TEST(*dispatch::cost_of(usage, price) == ledger::kDollar / 2);
  BOOST_TEST(*dispatch::cost_of(usage, std::nullopt) == ledger::kDollar / 2);
}
