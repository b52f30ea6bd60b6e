#include "config/keys.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "base/log.h"
#include "support/temp_folder.h"

using namespace coder;
using namespace coder::config;
using test::ScopedEnv;
using test::TempFolder;

namespace {

Model from_command(std::vector<std::string> command) {
  Model model;
  model.name = "m";
  model.key.command = std::move(command);
  model.key.where = "command `tool`";
  return model;
}

Model from_env(const std::string& name) {
  Model model;
  model.name = "m";
  model.key.env = name;
  model.key.where = "$" + name;
  return model;
}

/// Asks `count` times at once; every answer as "key:…" or "error:…".
std::vector<std::string> ask(loop::Loop& loop, Keys& keys, const Model& model, int count = 1) {
  std::vector<std::string> out;
  bool inside = true;
  loop::Timer guard(loop, [&] { loop.stop(); });
  guard.start(Millis(10000));
  for (int i = 0; i < count; ++i) {
    keys.get(model, [&](Result<Secret> key) {
      BOOST_TEST(!inside);
      BOOST_TEST((key.ok() || key.error().kind == ErrorKind::config));
      out.push_back(key ? "key:" + key->reveal() : "error:" + key.error().text());
      if (out.size() == static_cast<size_t>(count)) loop.stop();
    });
  }
  inside = false;
  loop.run();
  return out;
}

std::string ask_once(const Model& model) {
  loop::Loop loop;
  Keys keys(loop);
  const std::vector<std::string> answers = ask(loop, keys, model);
  return answers.size() == 1 ? answers[0] : std::to_string(answers.size()) + " answers";
}

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_key_and_a_literal) {
  Model model;
  BOOST_TEST(ask_once(model) == "key:");
  model.key.literal = Secret("sk-1");
  BOOST_TEST(ask_once(model) == "key:sk-1");
}

BOOST_AUTO_TEST_CASE(a_variable) {
  const Model model = from_env("CODER_TEST_KEY");
  const struct {
    const char* value;
    const char* answer;
  } cases[] = {
      {"sk-1", "key:sk-1"},
      {" 'sk-1'\n", "key:sk-1"},
      {"", "error:m: the key from $CODER_TEST_KEY is empty. set it, or take it out of [models.m]"},
      {"  ", "error:m: the key from $CODER_TEST_KEY is empty. set it, or take it out of [models.m]"},
      {"SECRET two",
       "error:m: the key from $CODER_TEST_KEY holds a space or a character that no key has. check its value"},
      {"SECRET\r\nHeader: x",
       "error:m: the key from $CODER_TEST_KEY holds a space or a character that no key has. check its value"},
  };
  for (const auto& c : cases) {
    const ScopedEnv env("CODER_TEST_KEY", c.value);
    BOOST_TEST(ask_once(model) == c.answer);
  }
  const ScopedEnv env("CODER_TEST_KEY", std::nullopt);
  BOOST_TEST(ask_once(model) ==
             "error:m: the key from $CODER_TEST_KEY is not there: the variable is not set. export "
             "CODER_TEST_KEY, or use "
             "api_key_cmd");
}

BOOST_AUTO_TEST_CASE(a_command) {
  const struct {
    std::vector<std::string> command;
    const char* answer;
  } cases[] = {
      {{"printf", "sk-1\\n"}, "key:sk-1"},
      {{"printf", "sk-1\\nlogin: me\\n"}, "key:sk-1"},
      {{"printf", "\\n 'sk-1' \\n"}, "key:sk-1"},
      {{"echo", "a;b", "$HOME"},
       "error:m: the key from command `tool` holds a space or a character that no key has. "
       "check its value"},  // no shell
      {{"printf", "%s", "$HOME;x"}, "key:$HOME;x"},
      {{"true"}, "error:m: the key from command `tool` is empty. set it, or take it out of [models.m]"},
      {{"sh", "-c", "echo SECRET; echo SECRET >&2; exit 3"},
       "error:m: the key from command `tool` could not be had: exit status 3. run it by hand: it must print "
       "the key and "
       "exit with 0"},
      {{"sh", "-c", "kill -9 $$"},
       "error:m: the key from command `tool` could not be had: exit status 137. run it by hand: it must "
       "print the key and "
       "exit with 0"},
      {{"/no/such/program", "SECRET"},
       "error:m: the key from command `tool` could not be had: no such program. run it by hand: it must "
       "print the key and "
       "exit with 0"},
  };
  for (const auto& c : cases) {
    BOOST_TEST_CONTEXT(c.command[0]) { BOOST_TEST(ask_once(from_command(c.command)) == c.answer); }
  }
}

BOOST_AUTO_TEST_CASE(a_command_runs_once_and_is_shared) {
  const TempFolder temp;
  const std::string count = temp / "count";
  const Model model = from_command({"sh", "-c", "echo x >> '" + count + "'; sleep 0.1; echo sk-1"});
  loop::Loop loop;
  Keys keys(loop);
  BOOST_TEST(read_file(count) == "");  // never at start-up
  for (const std::string& answer : ask(loop, keys, model, 5)) BOOST_TEST(answer == "key:sk-1");
  BOOST_TEST(read_file(count) == "x\n");
  BOOST_TEST(ask(loop, keys, model)[0] == "key:sk-1");
  BOOST_TEST(read_file(count) == "x\n");
  keys.forget();
  BOOST_TEST(ask(loop, keys, model)[0] == "key:sk-1");
  BOOST_TEST(read_file(count) == "x\nx\n");
}

BOOST_AUTO_TEST_CASE(a_failed_command_is_tried_again) {
  const TempFolder temp;
  const Model model = from_command({"cat", temp / "key"});
  loop::Loop loop;
  Keys keys(loop);
  BOOST_TEST(ask(loop, keys, model)[0].find("error:") == 0u);
  temp.file("key", "sk-1\n");
  BOOST_TEST(ask(loop, keys, model)[0] == "key:sk-1");
}

BOOST_AUTO_TEST_CASE(what_was_forgotten_while_it_ran_is_answered_but_not_kept_or_shared) {
  const TempFolder temp;
  const std::string count = temp / "count";
  const Model model = from_command({"sh", "-c", "echo x >> '" + count + "'; sleep 0.1; echo sk-1"});
  loop::Loop loop;
  Keys keys(loop);
  std::string answers;
  const auto note = [&](Result<Secret> key) {
    answers += key ? key->reveal() + " " : "error ";
    if (answers == "sk-1 sk-1 ") loop.stop();
  };
  loop::Timer guard(loop, [&] { loop.stop(); });
  guard.start(Millis(10000));
  keys.get(model, note);
  keys.forget();
  keys.get(model, note);
  loop.run();
  BOOST_TEST(answers == "sk-1 sk-1 ");
  BOOST_TEST(read_file(count) == "x\nx\n");
}

BOOST_AUTO_TEST_CASE(destroying_it_cancels) {
  loop::Loop loop;
  int calls = 0;
  const auto count = [&](const Result<Secret>&) { ++calls; };
  auto keys = std::make_unique<Keys>(loop);
  keys->get(from_command({"sh", "-c", "sleep 5; echo sk-1"}), count);
  keys->get(Model{}, count);
  keys.reset();
  loop::Timer guard(loop, [&] { loop.stop(); });
  guard.start(Millis(100));
  loop.run();
  BOOST_TEST(calls == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_may_destroy_it) {
  for (const Model& model : {from_command({"echo", "sk-1"}), Model{}}) {
    loop::Loop loop;
    auto keys = std::make_unique<Keys>(loop);
    int calls = 0;
    for (int i = 0; i < 3; ++i) {
      keys->get(model, [&](const Result<Secret>&) {
        ++calls;
        keys.reset();
        loop.stop();
      });
    }
    loop::Timer guard(loop, [&] { loop.stop(); });
    guard.start(Millis(5000));
    loop.run();
    guard.start(Millis(50));
    loop.run();
    BOOST_TEST(calls == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_cleaned_key_is_logged_once_and_never_shown) {
  const TempFolder temp;
  const std::string log_file = temp / "log";
  BOOST_TEST_REQUIRE(log::open_file(log_file));
  const ScopedEnv env("CODER_TEST_KEY", "'sk-SECRET'");
  loop::Loop loop;
  Keys keys(loop);
  BOOST_TEST(ask(loop, keys, from_env("CODER_TEST_KEY"), 3)[0] == "key:sk-SECRET");
  const std::string text = read_file(log_file);
  BOOST_TEST(text.find("warn: m: the key from $CODER_TEST_KEY has spaces, line ends or quotes") !=
             std::string::npos);
  BOOST_TEST(text.find("has spaces") == text.rfind("has spaces"));
  BOOST_TEST(text.find("SECRET") == std::string::npos);
}
