#include "provider/engine_state.h"

#include <boost/test/unit_test.hpp>

using namespace coder;
using provider::parse_queue;

BOOST_AUTO_TEST_CASE(the_queue_of_a_llama_server) {
  const auto queue = parse_queue(
      "# HELP llamacpp:requests_processing Number of requests processing.\n"
      "# TYPE llamacpp:requests_processing gauge\n"
      "llamacpp:requests_processing 4\n"
      "llamacpp:requests_deferred 3\n"
      "llamacpp:n_busy_slots_per_decode 1.5\n");
  BOOST_REQUIRE(queue.has_value());
  BOOST_TEST(queue->running == 4);
  BOOST_TEST(queue->waiting == 3);
}

BOOST_AUTO_TEST_CASE(the_queues_of_a_vllm_with_two_engines) {
  const auto queue = parse_queue(
      "vllm:num_requests_running{engine=\"0\",model_name=\"a} 9\"} 2.0\r\n"
      "vllm:num_requests_waiting{engine=\"0\"} 1.0\n"
      "vllm:num_requests_waiting{engine=\"1\"} 4.0 1700000000000\n"
      "vllm:num_requests_waiting_by_reason{reason=\"x\"} 70\n");
  BOOST_REQUIRE(queue.has_value());
  BOOST_TEST(queue->running == 2);
  BOOST_TEST(queue->waiting == 5);
}

BOOST_AUTO_TEST_CASE(what_is_no_queue) {
  BOOST_TEST(!parse_queue("").has_value());
  BOOST_TEST(!parse_queue("<html>404</html>").has_value());
  BOOST_TEST(!parse_queue("llamacpp:requests_deferred").has_value());
  BOOST_TEST(!parse_queue("llamacpp:requests_deferred nan\n").has_value());
  BOOST_TEST(!parse_queue("llamacpp:requests_deferred -1\n").has_value());
  BOOST_TEST(!parse_queue("llamacpp:requests_deferred{ 1\n").has_value());
  BOOST_TEST(!parse_queue("llamacpp:requests_deferred 1e300\n").has_value());
}
