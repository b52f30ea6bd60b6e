#include "provider/fim_probe.h"

#include <boost/test/unit_test.hpp>

#include "codec/json.h"

namespace coder::provider {
namespace {

using codec::Value;

Endpoint endpoint(const std::string& base = "http://127.0.0.1:8080/v1") {
  Endpoint out;
  out.name = "box";
  out.address = *privacy::parse_address(base);
  out.local = privacy::default_lane(out.address) == privacy::Lane::local;
  return out;
}

BOOST_AUTO_TEST_CASE(props) {
  const auto all = read_props(
      R"({"default_generation_settings":{"n_ctx":4096},"total_slots":2,"model_alias":"q","model_path":"/a/b.gguf"})");
  BOOST_REQUIRE(all);
  BOOST_CHECK_EQUAL(all->slots, 2);
  BOOST_CHECK_EQUAL(all->context.value_or(0), 4096);
  BOOST_CHECK_EQUAL(all->alias, "q");
  BOOST_CHECK_EQUAL(all->path, "/a/b.gguf");
  const auto odd = read_props(R"({"total_slots":99999999999,"default_generation_settings":{"n_ctx":-1}})");
  BOOST_REQUIRE(odd);
  BOOST_CHECK_EQUAL(odd->slots, 1024);
  BOOST_CHECK(!odd->context);
  for (const char* other : {"", "{}", "[]", "ok", R"({"total_slots":"2"})", R"({"detail":"Not Found"})",
                            "<html></html>", R"({"total_slots":0})"}) {
    BOOST_CHECK_MESSAGE(!read_props(other), other);
  }
}

/// The answer of a server whose vocabulary has `family`'s tokens, with ids from 100 on, and nothing else.
std::string vocabulary_of(const char* family, const char* space = "7") {
  const Result<Value> asked = codec::parse_json(tokenize_body());
  BOOST_REQUIRE(asked.ok());
  const FimFamily* known = find_fim_family(family);
  std::string out = "{\"tokens\":[" + std::string(space);
  size_t count = 0;
  for (const Value& item : *asked->find("content")->as_array()) {
    if (count++ == 0) continue;  // the test for a space
    if (item.as_int()) {
      out += "," + std::to_string(*item.as_int());
      continue;
    }
    const std::string& token = *item.as_string();
    const char* names[] = {known ? known->prefix : "", known ? known->suffix : "", known ? known->middle : "",
                           known ? known->file : "", known ? known->repository : ""};
    int64_t id = -1;
    for (size_t i = 0; i < 5; ++i) {
      if (token == names[i]) id = static_cast<int64_t>(100 + i);
    }
    out += id > 0 ? "," + std::to_string(id) : ",11,12,13";
  }
  return out + "]}";
}

BOOST_AUTO_TEST_CASE(vocabularies) {
  for (const FimFamily& family : fim_families()) {
    const Vocabulary vocabulary = read_vocabulary(vocabulary_of(family.name));
    BOOST_REQUIRE_EQUAL(vocabulary.families.size(), fim_families().size());
    BOOST_CHECK(!vocabulary.adds_space);
    for (const FamilyIds& ids : vocabulary.families) {
      if (ids.family != &family) continue;
      BOOST_CHECK(ids.usable());
      BOOST_CHECK_EQUAL(ids.prefix, 100);
      BOOST_CHECK_EQUAL(ids.suffix, 101);
      BOOST_CHECK_EQUAL(ids.middle, *family.middle ? 102 : -1);
      BOOST_CHECK_EQUAL(ids.file, *family.file ? 103 : -1);
      BOOST_CHECK_EQUAL(ids.repository, *family.repository ? 104 : -1);
    }
  }
  BOOST_CHECK(read_vocabulary(vocabulary_of("qwen", "7,8")).adds_space);
  for (const FamilyIds& ids : read_vocabulary(vocabulary_of("none")).families) BOOST_CHECK(!ids.usable());
  for (const char* other : {"", "{}", R"({"tokens":[]})", R"({"tokens":[1,2,-1]})", R"({"tokens":["a"]})",
                            R"({"tokens":{"a":1}})"}) {
    BOOST_CHECK_MESSAGE(read_vocabulary(other).families.empty(), other);
  }
}

BOOST_AUTO_TEST_CASE(owner) {
  BOOST_CHECK_EQUAL(list_owner(R"({"data":[{"id":"a","owned_by":"library"}]})"), "library");
  BOOST_CHECK_EQUAL(list_owner(R"({"data":[]})"), "");
  BOOST_CHECK_EQUAL(list_owner("no"), "");
}

std::string dialects(const FimServer& server) {
  std::string out;
  for (const FimDialect dialect : server.dialects)
    out += std::string(out.empty() ? "" : " ") + to_string(dialect);
  return out;
}

FimFindings llama(const char* family = "", const char* file = "x.gguf") {
  FimFindings out;
  out.model = "m";
  out.file = file;
  out.props = ServerProps{2, 4096, "", file};
  if (*family) out.vocabulary = read_vocabulary(vocabulary_of(family));
  return out;
}

BOOST_AUTO_TEST_CASE(dialects_of_llama_server) {
  FimServer server = conclude_fim(endpoint(), {}, llama("qwen"));
  BOOST_CHECK_EQUAL(dialects(server), "tokens infill raw chat");
  BOOST_CHECK_EQUAL(server.family->name, "qwen");
  BOOST_CHECK_EQUAL(server.ids[2], 102);
  BOOST_CHECK_EQUAL(server.slots, 2);
  BOOST_CHECK_EQUAL(server.context.value_or(0), 4096);
  BOOST_CHECK_EQUAL(dialects(conclude_fim(endpoint(), {}, llama())), "infill chat");
  server = conclude_fim(endpoint(), {}, llama("", "Qwen2.5-Coder-7B-Q8_0.gguf"));
  BOOST_CHECK_EQUAL(dialects(server), "infill raw chat");
  BOOST_CHECK_EQUAL(server.ids[0], -1);
  // The vocabulary knows better than the name.
  server = conclude_fim(endpoint(), {}, llama("starcoder", "codellama-finetune.gguf"));
  BOOST_CHECK_EQUAL(server.family->name, "starcoder");
  // Granite shares StarCoder's tokens; the name says which files' tokens.
  server = conclude_fim(endpoint(), {}, llama("granite", "granite-8b-code-base.gguf"));
  BOOST_CHECK_EQUAL(server.family->name, "granite");
  BOOST_CHECK_EQUAL(server.file_id, 103);
}

BOOST_AUTO_TEST_CASE(dialects_of_other_servers) {
  const auto by = [](const char* base, const char* model, bool ollama = false) {
    FimFindings findings;
    findings.model = model;
    findings.ollama = ollama;
    return dialects(conclude_fim(endpoint(base), {}, findings));
  };
  BOOST_CHECK_EQUAL(by("http://10.0.0.1:8000/v1", "Qwen/Qwen2.5-Coder-7B"), "raw chat");
  BOOST_CHECK_EQUAL(by("http://10.0.0.1:8000/v1", "Llama-3.1-8B"), "suffix chat");
  BOOST_CHECK_EQUAL(by("http://127.0.0.1:11434/v1", "qwen2.5-coder:7b", true), "suffix chat");
  BOOST_CHECK_EQUAL(by("https://api.deepseek.com/v1", "deepseek-chat"), "suffix chat");
  BOOST_CHECK_EQUAL(by("https://api.mistral.ai/v1", "codestral-latest"), "suffix chat");
  BOOST_CHECK_EQUAL(by("https://api.example.com/v1", "qwen2.5-coder-32b"), "raw suffix chat");
  BOOST_CHECK_EQUAL(by("https://api.example.com/v1", "gpt-5"), "suffix chat");
}

BOOST_AUTO_TEST_CASE(what_is_configured_wins) {
  const auto with = [](const char* form, const FimFindings& findings) {
    FimWish wish;
    wish.form = form;
    return conclude_fim(endpoint(), wish, findings);
  };
  for (const char* form : {"infill", "suffix", "chat", "tokens"}) {
    BOOST_CHECK_EQUAL(dialects(with(form, llama("qwen"))), form);
  }
  BOOST_CHECK_EQUAL(dialects(with("raw", llama("qwen"))), "raw");
  BOOST_CHECK_EQUAL(dialects(with("starcoder", llama("starcoder", "mine.gguf"))), "tokens raw");
  FimServer server = with("deepseek", llama("qwen", "Qwen2.5-Coder.gguf"));
  BOOST_CHECK_EQUAL(dialects(server), "raw");
  BOOST_CHECK_EQUAL(server.family->name, "deepseek");
  // What cannot be is not done.
  BOOST_CHECK_EQUAL(dialects(with("tokens", llama())), "infill chat");
  BOOST_CHECK_EQUAL(dialects(with("raw", llama())), "infill chat");
  BOOST_CHECK_EQUAL(dialects(with("nonsense", llama())), "infill chat");
}

ChatError error(int status, std::string message, Trouble trouble = Trouble::bad_request) {
  ChatError out;
  out.status = status;
  out.message = std::move(message);
  out.trouble = trouble;
  return out;
}

BOOST_AUTO_TEST_CASE(errors_of_a_wrong_dialect) {
  const FimDialect infill = FimDialect::infill, suffix = FimDialect::suffix, raw = FimDialect::raw;
  // Each text as the server sends it.
  BOOST_CHECK(wrong_dialect(
      error(501, "Infill is not supported by this model: prefix token is missing", Trouble::server), infill));
  BOOST_CHECK(wrong_dialect(error(404, "File Not Found", Trouble::not_found), infill));
  BOOST_CHECK(wrong_dialect(error(405, "Method Not Allowed"), infill));
  BOOST_CHECK(wrong_dialect(error(400, "suffix is not currently supported"), suffix));
  BOOST_CHECK(wrong_dialect(error(400, "registry.ollama.ai/library/llama3 does not support insert"), suffix));
  BOOST_CHECK(
      wrong_dialect(error(404, "This is a chat model and not supported in the v1/completions endpoint",
                          Trouble::model_not_found),
                    raw));
  BOOST_CHECK(wrong_dialect(error(400, "\"prompt\" elements must be a string"), FimDialect::tokens));
  BOOST_CHECK(wrong_dialect(error(200, "the answer has no \"choices\"", Trouble::malformed), infill));

  BOOST_CHECK(!wrong_dialect(error(501, "no"), FimDialect::chat));
  BOOST_CHECK(!wrong_dialect(error(404, "The model `x` does not exist", Trouble::model_not_found), raw));
  BOOST_CHECK(!wrong_dialect(
      error(400, "the request exceeds the available context size", Trouble::context_overflow), infill));
  for (const int status : {0, 401, 403, 408, 429, 500, 502, 503}) {
    BOOST_CHECK(!wrong_dialect(error(status, "sorry", Trouble::server), infill));
  }
  ChatError late = error(501, "not supported", Trouble::server);
  late.content_seen = true;
  BOOST_CHECK(!wrong_dialect(late, infill));
}

}  // namespace
}  // namespace coder::provider
