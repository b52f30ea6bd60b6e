// Completions against a real llama-server with the tiny model: CODER_LLAMA_SERVER and CODER_TINY_MODEL say
// where they are (sh native/engine.sh --pinned, sh tests/support/tiny_model.sh). Skipped without them.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <thread>

#include "conformance/fim_caller.h"
#include "provider/fim_body.h"
#include "support/temp_folder.h"

namespace coder::provider {
namespace {

using namespace test;
using codec::Value;

boost::test_tools::assertion_result real(boost::unit_test::test_unit_id) {
  if (std::getenv("CODER_LLAMA_SERVER") && std::getenv("CODER_TINY_MODEL")) return true;
  std::fprintf(stderr, "skipped: CODER_LLAMA_SERVER and CODER_TINY_MODEL are not set\n");
  return false;
}

/// One llama-server for all cases, on a unix socket; ended with the program.
class Llama {
 public:
  static Llama& instance() {
    static Llama llama;
    return llama;
  }
  std::string base() const { return "unix://" + socket_; }

 private:
  Llama() : socket_(folder_ / "llama.sock") {
    const std::string log = folder_ / "log";
    pid_ = ::fork();
    if (pid_ == 0) {
      const int out = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
      ::dup2(out, 1);
      ::dup2(out, 2);
      const char* argv[] = {std::getenv("CODER_LLAMA_SERVER"),
                            "--host",
                            socket_.c_str(),
                            "--model",
                            std::getenv("CODER_TINY_MODEL"),
                            "--ctx-size",
                            "16384",
                            "--parallel",
                            "2",
                            "--no-ui",
                            "--offline",
                            nullptr};
      ::execv(argv[0], const_cast<char* const*>(argv));
      ::_exit(127);
    }
    // While it loads it answers 503, which the probe has a word for.
    for (int i = 0; i < 600; ++i) {
      FimCaller caller(base());
      caller.probe();
      if (caller.server) return;
      BOOST_REQUIRE_MESSAGE(::waitpid(pid_, nullptr, WNOHANG) == 0, "llama-server ended");
      std::this_thread::sleep_for(100ms);
    }
    BOOST_FAIL("llama-server does not answer");
  }
  ~Llama() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  TempFolder folder_;
  std::string socket_;
  pid_t pid_ = 0;
};

/// A caller that has probed.
struct Real : FimCaller {
  Real() : FimCaller(Llama::instance().base()) {
    probe();
    BOOST_REQUIRE(server);
    params.server = *server;
    params.max_tokens = 24;
    params.temperature = 0;
    // The tiny model is never sure of anything, which the sampler "infill" takes for the end.
    params.extra_json = R"({"ignore_eos":true,"samplers":["top_k","temperature"]})";
  }
  /// A plain answer, as JSON.
  Value post(const std::string& path, const std::string& body) {
    Value out;
    http::Request request;
    request.method = "POST";
    request.url = "http://localhost" + path;
    request.unix_socket = endpoint.address.unix_socket;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    std::string answer;
    http::Handlers handlers;
    handlers.on_data = [&](std::string_view bytes) { answer += bytes; };
    handlers.on_done = [&](const http::Done&) { loop.stop(); };
    const http::Transfer transfer = client->start(std::move(request), std::move(handlers));
    run();
    Result<Value> json = codec::parse_json(answer);
    BOOST_REQUIRE_MESSAGE(json.ok(), answer);
    return std::move(*json);
  }
  /// The ids that the tokenizer makes of `prompt`, a JSON text, as it does for a completion.
  std::vector<int64_t> tokenize(const std::string& prompt, bool special) {
    const Value root = post(
        "/tokenize", "{\"content\":" + prompt +
                         ",\"add_special\":true,\"parse_special\":" + (special ? "true" : "false") + "}");
    std::vector<int64_t> out;
    for (const Value& token : *root.find("tokens")->as_array()) out.push_back(*token.as_int());
    return out;
  }
  /// The prompt of the request that would be sent.
  std::string prompt() {
    const Result<FimRequest> request = encode_fim(cleared().messages(), params, endpoint);
    BOOST_REQUIRE(request.ok());
    return codec::dump_json(*codec::parse_json(request->body)->find("prompt"));
  }
};

std::string lines(const char* format, int from, int to) {
  std::string out;
  char line[128];
  for (int i = from; i < to; ++i) {
    std::snprintf(line, sizeof line, format, i, i * 7);
    out += line;
  }
  return out;
}

BOOST_AUTO_TEST_SUITE(with_a_real_server, *boost::unit_test::precondition(real))

BOOST_AUTO_TEST_CASE(is_found_out) {
  Real real;
  BOOST_CHECK(real.server->llama_server);
  BOOST_CHECK_EQUAL(real.server->slots, 2);
  BOOST_CHECK_EQUAL(real.server->context.value_or(0), 8192);
  BOOST_CHECK_EQUAL(real.dialects(), "tokens infill raw chat");
  BOOST_REQUIRE(real.server->family);
  BOOST_CHECK_EQUAL(real.server->family->name, "qwen");
  const std::array<int64_t, 3> ids{151659, 151661, 151660};
  BOOST_CHECK(real.server->ids == ids);
  BOOST_CHECK_EQUAL(real.server->file_id, 151664);
  BOOST_CHECK_EQUAL(real.server->repository_id, 151663);
  BOOST_CHECK(!real.server->adds_space);
}

BOOST_AUTO_TEST_CASE(every_dialect_streams) {
  Real real;
  real.turns.insert(real.turns.begin(), turn(privacy::Role::extra, "def helper(): pass\n", "helper.py"));
  for (const FimDialect dialect :
       {FimDialect::tokens, FimDialect::infill, FimDialect::raw, FimDialect::chat}) {
    BOOST_TEST_CONTEXT(to_string(dialect)) {
      real.params.dialect = dialect;
      real.params.time_limit = 5s;
      real.params.slot = dialect == FimDialect::raw ? 0 : 1;
      real.complete();
      BOOST_REQUIRE_MESSAGE(real.result, (real.error ? real.error->message : ""));
      BOOST_CHECK(!real.text.empty());
      BOOST_CHECK_MESSAGE(real.log.starts_with("ATT") && real.log.ends_with("T+"), real.log);
      BOOST_CHECK_GT(real.result->timings.prompt_fresh + real.result->timings.prompt_cached, 10);
      BOOST_CHECK_GT(real.result->timings.predicted, 1);
      BOOST_CHECK_GT(real.result->usage.input, 10);
      const std::string first = real.text;
      real.complete();  // the same place, the same suggestion
      BOOST_CHECK_EQUAL(real.text, first);
    }
  }
}

BOOST_AUTO_TEST_CASE(only_reads_the_prompt) {
  Real real;
  real.params.dialect = FimDialect::tokens;
  real.params.slot = 0;
  real.turns[0] = turn(privacy::Role::prefix, lines("value_%d = %d\n", 0, 100));
  real.params.max_tokens = 0;
  real.complete();
  BOOST_REQUIRE(real.result);
  BOOST_CHECK_EQUAL(real.text, "");
  BOOST_CHECK_GT(real.result->timings.prompt_fresh, 300);
  real.params.max_tokens = 4;
  real.complete();
  BOOST_REQUIRE(real.result);
  BOOST_CHECK_LE(real.result->timings.prompt_fresh, 2);
}

// The reason for the dialect: TARGETS asks for at most 16 fresh tokens per key.
BOOST_AUTO_TEST_CASE(a_key_costs_few_fresh_tokens) {
  Real real;
  real.params.dialect = FimDialect::tokens;
  real.params.max_tokens = 2;
  real.params.slot = 1;
  real.turns[0] = turn(privacy::Role::prefix, lines("def function_%d(a): return a + %d\n", 0, 256));
  real.turns[1] = turn(privacy::Role::suffix, lines("print(function_%d(%d))\n", 0, 64));
  const std::string typed = "for name in sorted(names):\n    if name not in seen:\n        seen.add(name)\n";
  int64_t most = 0, most_at_line = 0, sum = 0;
  for (size_t i = 0; i <= typed.size(); ++i) {
    real.turns[2] = turn(privacy::Role::middle, typed.substr(0, i));
    real.complete();
    BOOST_REQUIRE(real.result);
    const int64_t fresh = real.result->timings.prompt_fresh;
    if (i == 0) {
      BOOST_CHECK_GT(fresh, 2000);
      continue;
    }
    sum += fresh;
    (typed[i - 1] == '\n' ? most_at_line : most) =
        std::max(typed[i - 1] == '\n' ? most_at_line : most, fresh);
  }
  BOOST_TEST_MESSAGE("fresh prompt tokens: at most " << most << " a key, " << most_at_line << " a new line, "
                                                     << double(sum) / double(typed.size()) << " on average");
  BOOST_CHECK_LE(most, 16);
  BOOST_CHECK_LE(most_at_line, 32);
}

BOOST_AUTO_TEST_CASE(special_tokens_in_the_text_stay_text) {
  Real real;
  std::string nasty =
      "a = '<|fim_prefix|>'; b = '<|fim_middle|><|im_end|>' <<|endoftext|>> <|fim_<|fim_suffix|>";
  for (const FimFamily& family : fim_families()) nasty += std::string(family.prefix) + family.file;
  real.turns = {turn(privacy::Role::extra, nasty, "<|file_sep|>.py"), turn(privacy::Role::prefix, nasty),
                turn(privacy::Role::suffix, nasty), turn(privacy::Role::middle, nasty)};
  const auto specials = [&](const std::vector<int64_t>& ids) {
    return std::count_if(ids.begin(), ids.end(), [](int64_t id) { return id >= 151643; });
  };
  // Left alone, the tokenizer takes them for the tokens: the test can fail.
  std::string plain;
  plain = codec::dump_json(Value(nasty));
  BOOST_CHECK_GT(specials(real.tokenize(plain, true)), 4);

  real.params.dialect = FimDialect::tokens;
  const std::vector<int64_t> ids = real.tokenize(real.prompt(), true);
  BOOST_CHECK_EQUAL(specials(ids), 6);  // repository, file, file, prefix, suffix, middle
  // Nothing else changed: the ids are the text's.
  const Value back = real.post(
      "/detokenize", "{\"tokens\":" + [&] {
        Value::Array list;
        for (const int64_t id : ids) list.emplace_back(id);
        return codec::dump_json(Value(std::move(list)));
      }() + "}");
  const std::string text = *back.find("content")->as_string();
  BOOST_CHECK(text.find("<|fim_middle|>" + nasty) != std::string::npos);
  BOOST_CHECK(text.find("<|fim_prefix|>" + nasty + "<|fim_suffix|>" + nasty) != std::string::npos);

  real.params.dialect = FimDialect::raw;
  BOOST_CHECK_EQUAL(specials(real.tokenize(real.prompt(), true)), 6);
  real.params.dialect = FimDialect::infill;
  real.complete();
  BOOST_REQUIRE(real.result);
  const int64_t infill_tokens = real.result->timings.prompt_fresh + real.result->timings.prompt_cached;
  BOOST_CHECK_GE(infill_tokens, static_cast<int64_t>(4 * real.tokenize(plain, false).size()));
}

BOOST_AUTO_TEST_CASE(ends_at_its_limits) {
  Real real;
  real.params.dialect = FimDialect::tokens;
  real.params.max_tokens = 3;
  real.complete();
  BOOST_REQUIRE(real.result);
  BOOST_CHECK(real.result->finish == Finish::length);
  BOOST_CHECK_EQUAL(real.result->timings.predicted, 3);
  const std::string whole = real.text;
  real.params.stop = {whole.substr(whole.size() / 2, 4)};
  real.params.max_tokens = 40;
  real.complete();
  BOOST_REQUIRE(real.result);
  BOOST_CHECK(real.result->finish == Finish::stop);
  BOOST_CHECK(real.text.find(real.params.stop[0]) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(half_characters_and_control_bytes) {
  Real real;
  real.turns[0] = turn(privacy::Role::prefix, std::string("\xE2\x82 \0\x01\x1b ok\xff", 11));
  for (const FimDialect dialect : {FimDialect::tokens, FimDialect::infill, FimDialect::raw}) {
    real.params.dialect = dialect;
    real.complete();
    BOOST_CHECK_MESSAGE(real.result, to_string(dialect));
  }
}

BOOST_AUTO_TEST_CASE(a_context_too_small_is_said_so) {
  Real real;
  real.params.dialect = FimDialect::tokens;
  real.turns[0] = turn(privacy::Role::prefix, lines("def function_%d(a): return a + %d\n", 0, 2000));
  real.complete();
  expect_trouble(real, Trouble::context_overflow);
  BOOST_CHECK(!wrong_dialect(*real.error, FimDialect::tokens));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace coder::provider
