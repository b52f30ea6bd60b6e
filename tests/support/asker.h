// Questions through a whole Dispatcher against scripted servers, everything they say written down.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/tokens.h"
#include "dispatch/dispatcher.h"
#include "loop/loop.h"
#include "support/chat_caller.h"
#include "support/temp_folder.h"

namespace coder::test {

/// A whole streamed answer.
inline std::string answer(const std::string& text) {
  return chunked_head() + [&] {
    const std::string body = event(text) + kStop + kUsage + kDone;
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return size + body + "\r\n0\r\n\r\n";
  }();
}

/// A script that answers every POST to /chat/completions with `reply` (called with the request), and
/// everything else with 404.
inline ScriptServer::Script chat_script(std::function<std::string(const std::string& request)> reply) {
  return [reply = std::move(reply)](ScriptServer::Connection& connection) {
    for (std::string request = connection.read_request(); !request.empty();
         request = connection.read_request()) {
      const bool chat = request.compare(0, 5, "POST ") == 0;
      if (!connection.send(chat ? reply(request) : response("404 Not Found", "text/plain", "no"))) return;
    }
  };
}

inline int count_posts(const ScriptServer& server) {
  int count = 0;
  for (const std::string& request : server.requests()) count += request.compare(0, 5, "POST ") == 0 ? 1 : 0;
  return count;
}

struct Answer {
  std::string text;
  std::optional<Error> error;
  dispatch::Outcome outcome;
  std::vector<std::string> chosen;   ///< NAMEs, in order
  std::vector<std::string> instead;  ///< words of the failovers
  std::vector<std::string> phases;   ///< "limited: …"
};

struct Asker {
  explicit Asker(const std::string& toml) { set(toml); }

  void set(const std::string& toml) {
    config = std::make_shared<const config::Config>(config::parse(toml, "config.toml"));
    for (const config::Problem& problem : config->problems) {
      BOOST_TEST_MESSAGE(problem.text());
      BOOST_REQUIRE(problem.severity != config::Severity::error);
    }
    if (dispatcher) dispatcher->config_changed();
  }

  dispatch::Request request(const std::string& text, privacy::Label label = privacy::Label::any) {
    dispatch::Request out;
    out.route.label = label;
    out.route.chars = static_cast<int64_t>(text.size());
    out.route.tokens = estimate_tokens(text.size());
    out.route.label_origin = label == privacy::Label::any ? "" : "src/secret.py (rule src/**)";
    out.assemble = [text, label](const config::Model&) {
      privacy::Prompt prompt;
      privacy::Turn turn;
      turn.parts.push_back({text, label, "src/secret.py"});
      prompt.turns.push_back(std::move(turn));
      return prompt;
    };
    return out;
  }

  /// `on_text` may look at what has come so far.
  Answer ask(dispatch::Request request, std::function<void(const std::string&)> on_text = {}) {
    Answer got;
    dispatch::Handlers handlers;
    handlers.on_chosen = [&](const dispatch::Chosen& chosen) {
      got.chosen.push_back(chosen.model.name);
      if (!chosen.instead.empty()) got.instead.push_back(chosen.instead);
    };
    handlers.on_phase = [&](dispatch::Phase phase, const std::string& detail) {
      got.phases.push_back(std::string(to_string(phase)) + ": " + detail);
    };
    handlers.on_text = [&](std::string_view text) {
      got.text += text;
      if (on_text) on_text(got.text);
    };
    handlers.on_done = [&](Result<void> result, dispatch::Outcome outcome) {
      if (!result) got.error = std::move(result.error());
      got.outcome = std::move(outcome);
      loop.stop();
    };
    std::unique_ptr<dispatch::Question> question = dispatcher->ask(std::move(request), std::move(handlers));
    loop.run();
    return got;
  }

  Answer ask(const std::string& text, privacy::Label label = privacy::Label::any) {
    return ask(request(text, label));
  }

  TempFolder folder;
  ScopedEnv state{"XDG_STATE_HOME", folder.path()};
  loop::Loop loop;
  std::shared_ptr<const config::Config> config;
  std::vector<std::string> notices;
  std::unique_ptr<dispatch::Dispatcher> dispatcher = std::make_unique<dispatch::Dispatcher>(
      loop, [this] { return config; }, [this](const std::string& text) { notices.push_back(text); });
};

/// One [models.NAME] block.
inline std::string block(const std::string& name, const std::string& url, const std::string& lane,
                         const std::string& more = "") {
  return "[models." + name + "]\nprovider = \"openai\"\nbase_url = \"" + url + "/v1\"\nmodel = \"m-" + name +
         "\"\nlane = \"" + lane + "\"\n" + more + "\n";
}

}  // namespace coder::test
