#include <boost/test/unit_test.hpp>

#include "base/text.h"
#include "provider/model_list.h"

namespace coder::provider {
namespace {

std::string ids(const std::string& body) {
  Result<ModelList> list = parse_model_list(body);
  if (!list) return "error";
  std::string out;
  for (const std::string& id : list->ids) {
    out += (out.empty() ? "" : " ") + id;
    const auto context = list->context.find(id);
    if (context != list->context.end()) out += "=" + std::to_string(context->second);
  }
  return out;
}

BOOST_AUTO_TEST_CASE(shapes) {
  BOOST_CHECK_EQUAL(ids(R"({"object":"list","data":[{"id":"a"},{"id":"b","max_model_len":4096}]})"),
                    "a b=4096");
  BOOST_CHECK_EQUAL(ids(R"({"models":[{"name":"qwen3:8b","model":"qwen3:8b"}]})"), "qwen3:8b");
  // llama-server sends both.
  BOOST_CHECK_EQUAL(ids(R"({"models":[{"name":"x"}],"data":[{"id":"x","meta":{"n_ctx_train":32768}}]})"),
                    "x=32768");
  BOOST_CHECK_EQUAL(ids(R"([{"id":"a","context_length":8},"b"])"), "a=8 b");
  BOOST_CHECK_EQUAL(ids(R"({"data":[]})"), "");
  BOOST_CHECK_EQUAL(ids(R"({"data":[],"models":["m"]})"), "m");
  BOOST_CHECK_EQUAL(ids(R"({"data":[{"id":"a"},{"id":"a"},{"id":""},{"id":7},null,{}]})"), "a");
  BOOST_CHECK_EQUAL(ids(R"({"data":[{"id":"a","max_model_len":-1,"context_window":"x"}]})"), "a");
  for (const char* bad : {"", "{}", "7", "<html>", R"({"data":{}})", R"({"error":"x"})"}) {
    BOOST_CHECK_EQUAL(ids(bad), "error");
  }
}

BOOST_AUTO_TEST_CASE(natural_order) {
  const std::vector<std::string> sorted = {"",
                                           "deepseek-chat",
                                           "deepseek-v3",
                                           "deepseek-v3.1",
                                           "deepseek-v3.9",
                                           "deepseek-v3.10",
                                           "deepseek-v4-lite",
                                           "gpt-4o-2024-05-13",
                                           "gpt-4o-2024-08-06",
                                           "qwen3:8b",
                                           "qwen3:32b",
                                           "qwen3:32b-x"};
  for (size_t i = 0; i < sorted.size(); ++i) {
    for (size_t j = 0; j < sorted.size(); ++j) {
      BOOST_CHECK_MESSAGE(natural_less(sorted[i], sorted[j]) == (i < j), sorted[i] << " < " << sorted[j]);
    }
  }
  const std::string huge(400, '9');
  BOOST_CHECK(natural_less("v" + huge, "v1" + huge));
  BOOST_CHECK(natural_less("v007", "v10"));
}

BOOST_AUTO_TEST_CASE(pins) {
  const std::vector<std::string> live = {"deepseek-v3.10", "gpt-oss", "deepseek-v3.9", "deepseek-chat",
                                         "Qwen/Qwen3-Coder"};
  BOOST_CHECK_EQUAL(resolve_pin("deepseek-chat", live), "deepseek-chat");
  BOOST_CHECK_EQUAL(resolve_pin("deepseek*", live), "deepseek-v3.10");
  BOOST_CHECK_EQUAL(resolve_pin("deepseek-c*", live), "deepseek-chat");
  BOOST_CHECK_EQUAL(resolve_pin("*coder", live), "Qwen/Qwen3-Coder");
  BOOST_CHECK_EQUAL(resolve_pin("*3.9*", live), "deepseek-v3.9");
  BOOST_CHECK_EQUAL(resolve_pin("*", {"a"}), "a");
  BOOST_CHECK_EQUAL(resolve_pin("deepseek", live), "");
  BOOST_CHECK_EQUAL(resolve_pin("llama*", live), "");
  BOOST_CHECK_EQUAL(resolve_pin("*", {}), "");
  BOOST_CHECK_EQUAL(resolve_pin("", live), "");
}

}  // namespace
}  // namespace coder::provider
