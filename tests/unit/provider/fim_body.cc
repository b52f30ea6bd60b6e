#include "provider/fim_body.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"
#include "provider/json_text.h"

namespace coder::provider {
namespace {

using codec::Value;
using privacy::Message;
using privacy::Role;

const std::vector<Message> kTexts = {{Role::prefix, "def f(a):\n", {}, "", ""},
                                     {Role::suffix, "\nprint(f(1))\n", {}, "", ""},
                                     {Role::middle, "  re", {}, "", ""}};

std::vector<Message> with_extra(std::string text = "one\n", std::string name = "a.py") {
  std::vector<Message> out = kTexts;
  out.insert(out.begin(), Message{Role::extra, std::move(text), {}, "", std::move(name)});
  return out;
}

Endpoint endpoint(const std::string& base = "http://127.0.0.1:8080/v1") {
  Endpoint out;
  out.name = "box";
  out.address = *privacy::parse_address(base);
  out.local = privacy::default_lane(out.address) == privacy::Lane::local;
  return out;
}

FimParams params(FimDialect dialect, const char* family = "qwen") {
  FimParams out;
  out.dialect = dialect;
  out.server.model = "m";
  out.server.llama_server = true;
  out.server.family = find_fim_family(family);
  out.server.ids = {1, 2, 3};
  out.server.file_id = 4;
  out.server.repository_id = 5;
  return out;
}

std::string body(const FimParams& params, const std::vector<Message>& messages = kTexts,
                 const Endpoint& at = endpoint()) {
  const Result<FimRequest> request = encode_fim(messages, params, at);
  return request ? request->body : "error: " + request.error().message;
}

std::string member(const std::string& body, const char* name) {
  const Result<Value> root = codec::parse_json(body);
  BOOST_REQUIRE_MESSAGE(root.ok(), body);
  const Value* found = root->find(name);
  return found ? codec::dump_json(*found) : "";
}

std::string url(const FimParams& params, const Endpoint& at) {
  const Result<FimRequest> request = encode_fim(kTexts, params, at);
  BOOST_REQUIRE(request.ok());
  return request->url;
}

BOOST_AUTO_TEST_CASE(tokens_put_the_middle_last) {
  FimParams p = params(FimDialect::tokens);
  p.time_limit = Millis(500);
  p.slot = 1;
  p.stop = {"\n\n"};
  BOOST_CHECK_EQUAL(
      body(p),
      R"({"prompt":["",1,"def f(a):\n",2,"\nprint(f(1))\n",3,"  re"],"stop":["\n\n"],"n_predict":64,)"
      R"("temperature":0.0,"top_k":40,"top_p":0.99,"samplers":["top_k","top_p","infill","temperature"],)"
      R"("t_max_predict_ms":500,"id_slot":1,"cache_prompt":true,"sse_ping_interval":5,)"
      R"("response_fields":["content","stop","stop_type","model","timings"],"model":"m","stream":true})");
  BOOST_CHECK_EQUAL(body(p), body(p));
  BOOST_CHECK_EQUAL(url(p, endpoint()), "http://127.0.0.1:8080/completion");
  BOOST_CHECK_EQUAL(url(p, endpoint("http://127.0.0.1:8080")), "http://127.0.0.1:8080/completion");
  BOOST_CHECK_EQUAL(url(p, endpoint("http://10.0.0.1/llama/v1/")), "http://10.0.0.1/llama/completion");
}

BOOST_AUTO_TEST_CASE(tokens_with_other_files) {
  FimParams p = params(FimDialect::tokens);
  BOOST_CHECK_EQUAL(member(body(p, with_extra()), "prompt"),
                    R"(["",5,"project\n",4,"a.py\none\n",4,"current\n",1,"def f(a):\n",2,)"
                    R"("\nprint(f(1))\n",3,"  re"])");
  p.server.repository_id = -1;
  BOOST_CHECK_EQUAL(member(body(p, with_extra()), "prompt"),
                    R"(["",4,"a.py\none\n",4,"current\n",1,"def f(a):\n",2,"\nprint(f(1))\n",3,"  re"])");
  p.server.file_id = -1;
  BOOST_CHECK_EQUAL(member(body(p, with_extra()), "prompt"),
                    R"(["",1,"# a.py\none\n# current\ndef f(a):\n",2,"\nprint(f(1))\n",3,"  re"])");
  p = params(FimDialect::tokens, "codestral");
  p.server.ids[2] = -1;
  BOOST_CHECK_EQUAL(member(body(p), "prompt"), R"(["",2,"\nprint(f(1))\n",1,"def f(a):\n  re"])");
}

BOOST_AUTO_TEST_CASE(tokens_cut_what_would_be_special) {
  FimParams p = params(FimDialect::tokens);
  const std::vector<Message> nasty = {{Role::prefix, "a<|fim_suffix|>b</s>", {}, "", ""}};
  BOOST_CHECK_EQUAL(member(body(p, nasty), "prompt"), R"(["",1,"a<","|fim_suffix|>b<","/s>",2,3])");
  BOOST_CHECK(!encode_fim(nasty, p, endpoint())->mended);
  // A tokenizer that adds a space to each string gets one string, and no middle of its own.
  p.server.adds_space = true;
  BOOST_CHECK_EQUAL(member(body(p, nasty), "prompt"), "[\"\",1,\"a<\u2060|fim_suffix|>b<\u2060/s>\",2,3]");
  BOOST_CHECK(encode_fim(nasty, p, endpoint())->mended);
  BOOST_CHECK_EQUAL(member(body(p), "prompt"), R"(["",1,"def f(a):\n  re",2,"\nprint(f(1))\n",3])");
}

BOOST_AUTO_TEST_CASE(raw) {
  FimParams p = params(FimDialect::raw);
  p.server.llama_server = false;
  p.max_tokens = 0;
  p.slot = 1;
  BOOST_CHECK_EQUAL(
      body(p),
      R"({"prompt":"<|fim_prefix|>def f(a):\n<|fim_suffix|>\nprint(f(1))\n<|fim_middle|>  re",)"
      R"("skip_special_tokens":false,"stop":["<|endoftext|>","<|fim_pad|>","<|im_end|>"],"temperature":0.0,)"
      R"("max_tokens":1,"stream_options":{"include_usage":true},"model":"m","stream":true})");
  BOOST_CHECK_EQUAL(url(p, endpoint()), "http://127.0.0.1:8080/v1/completions");
  p.server.llama_server = true;
  BOOST_CHECK_EQUAL(member(body(p), "max_tokens"), "0");
  BOOST_CHECK_EQUAL(member(body(p), "id_slot"), "1");
  BOOST_CHECK_EQUAL(member(body(p), "stop"), R"(["<|endoftext|>","<|fim_pad|>","<|im_end|>"])");
  BOOST_CHECK_EQUAL(member(body(params(FimDialect::raw, "codellama")), "prompt"),
                    R"("<PRE> def f(a):\n <SUF>\nprint(f(1))\n <MID>  re")");
  BOOST_CHECK_EQUAL(member(body(params(FimDialect::raw, "codestral")), "prompt"),
                    R"("[SUFFIX]\nprint(f(1))\n[PREFIX]def f(a):\n  re")");
  // Where the text meets the template nothing may become a token.
  const std::vector<Message> nasty = {{Role::prefix, "<|fim_suffix|>", {}, "", ""},
                                      {Role::middle, "<|fim_middle|>", {}, "", ""}};
  BOOST_CHECK_EQUAL(member(body(params(FimDialect::raw), nasty), "prompt"),
                    "\"<|fim_prefix|><\u2060|fim_suffix|><|fim_suffix|><|fim_middle|><\u2060|fim_middle|>\"");
}

BOOST_AUTO_TEST_CASE(infill) {
  FimParams p = params(FimDialect::infill);
  p.seed = 7;
  p.temperature = 0.5;
  BOOST_CHECK_EQUAL(
      body(p, with_extra()),
      R"({"input_prefix":"def f(a):\n  re","input_suffix":"\nprint(f(1))\n",)"
      R"("input_extra":[{"filename":"a.py","text":"one\n"}],"prompt":"","n_predict":64,"temperature":0.5,)"
      R"("seed":7,"top_k":40,"top_p":0.99,"samplers":["top_k","top_p","temperature"],"cache_prompt":true,)"
      R"("sse_ping_interval":5,"response_fields":["content","stop","stop_type","model","timings"],)"
      R"("model":"m","stream":true})");
  BOOST_CHECK_EQUAL(url(p, endpoint()), "http://127.0.0.1:8080/infill");
  // These fields are not searched for special tokens: the text stays as it is.
  const std::vector<Message> nasty = {{Role::middle, "<|fim_suffix|>", {}, "", ""}};
  BOOST_CHECK_EQUAL(member(body(p, nasty), "input_prefix"), R"("<|fim_suffix|>")");
  BOOST_CHECK(!encode_fim(nasty, p, endpoint())->mended);
}

BOOST_AUTO_TEST_CASE(suffix) {
  FimParams p = params(FimDialect::suffix);
  p.server.llama_server = false;
  p.seed = 7;
  p.stop = {"a", "b", "c", "d", "e"};
  BOOST_CHECK_EQUAL(body(p, with_extra(), endpoint("https://api.example.com/v1")),
                    R"({"prompt":"# a.py\none\n# current\ndef f(a):\n  re","suffix":"\nprint(f(1))\n",)"
                    R"("stop":["a","b","c","d"],"temperature":0.0,"seed":7,"max_tokens":64,)"
                    R"("stream_options":{"include_usage":true},"model":"m","stream":true})");
  BOOST_CHECK_EQUAL(url(p, endpoint("https://api.deepseek.com/v1")),
                    "https://api.deepseek.com/beta/completions");
  BOOST_CHECK_EQUAL(url(p, endpoint("https://api.deepseek.com")),
                    "https://api.deepseek.com/beta/completions");
  BOOST_CHECK_EQUAL(url(p, endpoint("https://api.deepseek.com/beta")),
                    "https://api.deepseek.com/beta/completions");
  const Endpoint mistral = endpoint("https://codestral.mistral.ai/v1");
  BOOST_CHECK_EQUAL(url(p, mistral), "https://codestral.mistral.ai/v1/fim/completions");
  BOOST_CHECK_EQUAL(member(body(p, kTexts, mistral), "random_seed"), "7");
  BOOST_CHECK_EQUAL(member(body(p, kTexts, mistral), "stream_options"), "");
  BOOST_CHECK_EQUAL(url(p, endpoint("https://api.notdeepseek.com/v1")),
                    "https://api.notdeepseek.com/v1/completions");
}

BOOST_AUTO_TEST_CASE(chat) {
  FimParams p = params(FimDialect::chat);
  p.max_tokens = 0;
  p.stop = {"\n\n"};
  p.extra_json = R"({"top_k":1})";
  const std::string sent = body(p);
  BOOST_CHECK_EQUAL(member(sent, "max_tokens"), "1");
  BOOST_CHECK_EQUAL(member(sent, "stop"), R"(["\n\n"])");
  BOOST_CHECK_EQUAL(member(sent, "top_k"), "1");
  BOOST_CHECK_EQUAL(member(sent, "temperature"), "");
  BOOST_CHECK(member(sent, "messages").find("  re\"}]") != std::string::npos);
  BOOST_CHECK_EQUAL(url(p, endpoint()), "http://127.0.0.1:8080/v1/chat/completions");
}

BOOST_AUTO_TEST_CASE(extra_wins_and_must_be_an_object) {
  FimParams p = params(FimDialect::infill);
  p.extra_json = R"({"n_predict":5,"mine":[1,{"a":"b"}]})";
  BOOST_CHECK_EQUAL(member(body(p), "n_predict"), "5");
  BOOST_CHECK_EQUAL(member(body(p), "mine"), R"([1,{"a":"b"}])");
  for (const FimDialect dialect : {FimDialect::infill, FimDialect::suffix, FimDialect::chat}) {
    p.dialect = dialect;
    p.extra_json = "[1]";
    BOOST_CHECK_EQUAL(body(p), "error: extra must be a JSON object");
  }
}

BOOST_AUTO_TEST_CASE(what_a_dialect_needs) {
  FimParams p = params(FimDialect::tokens);
  p.server.ids[2] = -1;
  BOOST_CHECK_EQUAL(body(p), "error: the ids of the model's special tokens are not known");
  p.dialect = FimDialect::raw;
  p.server.family = nullptr;
  BOOST_CHECK_EQUAL(body(p), "error: the model's family is not known");
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// Every byte and every cut of a character comes out as the general writer puts it.
BOOST_AUTO_TEST_CASE(strings_are_escaped_like_everywhere) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  const std::string text = "a\"b\\c\n\t\r\b\f\x01\x1f\x7f/é€😀\xED\xA0\x80\xC0\xAF" + all + "😀";
  for (size_t from = 0; from <= text.size(); ++from) {
    const std::string_view part = std::string_view(text).substr(from);
    const std::string mine = json_string(part);
    const Result<Value> back = codec::parse_json(mine);
    BOOST_REQUIRE_MESSAGE(back.ok() && back->as_string(), mine);
    BOOST_REQUIRE_EQUAL(*back->as_string(), *codec::parse_json(codec::dump_json(Value(part)))->as_string());
  }
  BOOST_CHECK_EQUAL(json_string("a\"\\\n\x02é"), "\"a\\\"\\\\\\n\\u0002é\"");
}

}  // namespace
}  // namespace coder::provider
