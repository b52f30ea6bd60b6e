// Private text and the cloud, as in leak.cc, through whole sessions: what the plugin's Lua sends and keeps is
// played by FakeNeovim, all else is the product.
//
// CODER_LEAK_SEED chooses the requests (timing still differs from run to run; "random" draws one),
// CODER_LEAK_REQUESTS sets how many questions there are.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "conformance/leak_run.h"
#include "conformance/leak_session.h"
#include "support/script_server.h"

using namespace coder;
using namespace coder::test;

namespace {

/// Two lanes; the trusted one answers with a text of the test's.
struct Two {
  explicit Two(const std::string& answer, const std::string& more = "")
      : search(leak_words()),
        cloud(search, {"cloud", 1, {0}, {}, "", false}),
        trusted([answer](ScriptServer::Connection& connection) {
          while (!connection.read_request().empty()) {
            connection.send(response("200 OK", "application/json",
                                     "{\"choices\":[{\"index\":0,\"message\":{\"content\":" +
                                         codec::dump_json(codec::Value(answer)) +
                                         "},\"finish_reason\":\"stop\"}]}"));
          }
        }),
        neovim(loop, folder.file("config.toml", config(more))) {
    folder.folder("repo/.git");
  }

  std::string config(const std::string& more) const {
    return more + "[models.box]\nprovider = \"openai\"\nbase_url = \"" + trusted.url() +
           "/v1\"\nmodel = \"m\"\nlane = \"local\"\n[models.relay]\nprovider = \"openai\"\nbase_url = \"" +
           cloud.url() + "/v1\"\nmodel = \"m\"\nlane = \"cloud\"\nfim = \"suffix\"\n";
  }
  std::string path(const std::string& name) const { return folder / "repo/" + name; }

  FakeNeovim::Answered ask(int64_t chat, std::optional<int64_t> source = std::nullopt) {
    FakeNeovim::Answered got;
    neovim.ask(chat, source, std::nullopt, [&](const FakeNeovim::Answered& answered) {
      got = answered;
      loop.stop();
    });
    run(5000);
    return got;
  }
  void run(int ms) {
    loop::Timer limit(loop, [this] { loop.stop(); });
    limit.start(Millis(ms));
    loop.run();
  }
  int found() { return cloud.tally().found_from(0, kPrivateWords); }

  WordSearch search;
  TempFolder folder;
  ScopedFolder here{folder.path()};
  ScopedEnv state{"XDG_STATE_HOME", folder.path()};
  ScopedEnv cache{"XDG_CACHE_HOME", folder.path()};
  loop::Loop loop;
  MockLane cloud;
  ScriptServer trusted;
  FakeNeovim neovim;
};

const std::string kRules = "[privacy]\nlocal_only = [\"client-x/**\"]\n";

BOOST_AUTO_TEST_CASE(an_answer_to_private_text_stays_private_where_it_is_put) {
  Two two("It is computed from " + leak_words()[0] + " by hand.", kRules);
  const int64_t source = two.neovim.open(two.path("client-x/a.py"), {"secret = 1"});
  const int64_t chat = two.neovim.new_chat();
  two.neovim.append(chat, {"What is in it?"});
  // Only the context gathered by itself is private.
  two.neovim.mode("local", "");
  const FakeNeovim::Answered first = two.ask(chat, source);
  BOOST_REQUIRE_EQUAL(first.begun.size(), 1U);
  BOOST_TEST(first.begun[0].private_text);
  BOOST_REQUIRE(holds_private(first.text));
  two.neovim.mode("cloud", "");
  const std::vector<std::string>& lines = two.neovim.buffer(chat).lines;
  const auto answer =
      std::find_if(lines.begin(), lines.end(), [](const auto& line) { return holds_private(line); });
  BOOST_REQUIRE(answer != lines.end());
  const std::vector<std::string> yanked =
      two.neovim.yank(chat, static_cast<size_t>(answer - lines.begin()), 1);
  const int64_t other = two.neovim.new_chat();
  two.neovim.append(other, yanked);
  const FakeNeovim::Answered second = two.ask(other);
  BOOST_REQUIRE(second.error.has_value());
  BOOST_TEST(two.found() == 0);
}

BOOST_AUTO_TEST_CASE(text_put_below_an_answer_is_judged_too) {
  Two two("", "mode = \"cloud\"\n" + kRules);
  const int64_t source =
      two.neovim.open(two.path("client-x/a.py"), {"the_key = \"" + leak_words()[0] + "\""});
  const int64_t chat = two.neovim.new_chat();
  two.run(50);
  two.neovim.append(chat, {"Hello.", "", task::answer_heading("relay", "cloud"), "", "An answer."});
  two.neovim.append(chat, two.neovim.yank(source, 0, 1));
  two.neovim.append(chat, {"", std::string(task::kUserHeading), "", "Go on."});
  const FakeNeovim::Answered got = two.ask(chat);
  BOOST_REQUIRE(got.error.has_value());
  BOOST_TEST(two.found() == 0);
}

BOOST_AUTO_TEST_CASE(a_diff_is_judged_by_the_repositories_that_are_open) {
  Two two("", "mode = \"cloud\"\n");
  two.folder.file("repo/tight/.coder.toml", "[privacy]\nlocal_only = [\"**\"]\n");
  const std::string line = "the_key = \"" + leak_words()[0] + "\"";
  const std::string diff = "--- a/tight/a.py\n+++ b/tight/a.py\n@@ -0,0 +1 @@\n+" + line + "\n";
  two.neovim.open(two.path("src/b.py"), {"b = 1"});
  const int64_t chat = two.neovim.new_chat();
  two.neovim.append(chat, split_lines("Review this:\n" + diff));
  BOOST_TEST(two.ask(chat).error.has_value());
  // A part of it, without what says of which file it is.
  const int64_t part = two.neovim.new_chat();
  two.neovim.append(part, {"And this?", "+" + line});
  BOOST_TEST(two.ask(part).error.has_value());
  // The same in a buffer without a name, which then goes along as context.
  const int64_t unnamed = two.neovim.open("", {""});
  two.neovim.append(unnamed, split_lines(diff));
  const int64_t other = two.neovim.new_chat();
  two.neovim.append(other, {"Review it."});
  BOOST_TEST(!two.ask(other, unnamed).begun.empty());
  BOOST_TEST(two.cloud.tally().prompts > 0);
  BOOST_TEST(two.found() == 0);
}

BOOST_AUTO_TEST_CASE(background_of_completions_follows_the_rules) {
  const std::string ghost = "[completion]\nmodel = \"relay\"\n";
  Two two("", ghost);
  const int64_t first =
      two.neovim.open(two.path("client-x/a.py"), {"key = \"" + leak_words()[0] + "\"", "", "end"});
  const int64_t second = two.neovim.open(two.path("src/b.py"), {"def f():", "  ", "end"});
  two.run(50);
  two.neovim.cursor(first, 2, 0);
  two.run(300);
  BOOST_TEST(two.found() > 0);  // as yet it may
  two.neovim.cursor(second, 1, 2);
  two.run(300);
  const int before = two.found();
  two.neovim.write_config(two.config(kRules + ghost));
  for (int i = 0; i < 100 && two.neovim.configurations() == 0; ++i) two.run(20);
  BOOST_REQUIRE(two.neovim.configurations() > 0);
  int asked = two.cloud.tally().prompts;
  for (int i = 0; i < 3; ++i) {
    two.neovim.edit(second, 1, 2, {"  return " + std::to_string(i)});
    two.neovim.cursor(second, 1, 10);
    two.run(300);
  }
  BOOST_TEST(two.cloud.tally().prompts > asked);
  asked = two.cloud.tally().prompts;
  // Elsewhere the prompt is laid out anew, with what was gathered before.
  const int64_t third = two.neovim.open(two.path("src/c.py"), {"def g():", "  ", "end"});
  two.run(50);
  two.neovim.complete(third, 1, 2, [&](bool) { two.loop.stop(); });
  two.run(5000);
  BOOST_TEST(two.cloud.tally().prompts > asked);
  BOOST_TEST(two.found() == before);
}

BOOST_AUTO_TEST_CASE(private_text_of_sessions_never_reaches_the_cloud) {
  LeakRun run("session");
  run.go<LeakSession>(static_cast<int>(LeakRun::number_from("CODER_LEAK_REQUESTS", kSlow ? 600 : 2400)), 60);
  run.check();
}

}  // namespace
