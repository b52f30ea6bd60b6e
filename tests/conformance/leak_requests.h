// Random questions and completions for the leak test, put together as the rooms above dispatch do it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conformance/leak_fleet.h"
#include "conformance/leak_sources.h"
#include "dispatch/dispatcher.h"
#include "task/describe.h"

namespace coder::test {

/// What must hold for a request.
struct Expected {
  std::string kind;
  bool hidden = false;    ///< the user named private text: to trusted models only
  bool careless = false;  ///< its assembling callback does not look who asks: the door has to
};

struct Question {
  dispatch::Request request;
  Expected expected;
};
struct Completion {
  dispatch::CompletionRequest request;
  Expected expected;
};

class LeakRequests {
 public:
  LeakRequests(const LeakFleet& fleet, LeakEditor& editor) : project_(fleet.project()), editor_(editor) {}

  /// An error, kind policy: it names a file that is never sent.
  Result<Question> question(Dice& dice, const std::string& serial, const config::Config& config) {
    static const std::vector<std::string> kTasks = {"ask",  "refactor", "review", "doc",
                                                    "test", "explain",  "pr",     "fix"};
    Question out;
    Result<std::vector<privacy::Turn>> turns = named(dice, serial, config, out.expected);
    if (!turns) return std::move(turns.error());
    dispatch::Request& request = out.request;
    task::describe(*turns, config.router.repo_markers, request.route);
    BOOST_CHECK_MESSAGE(out.expected.hidden == (request.route.label == Label::local_only),
                        "wrong label: " << out.expected.kind);
    request.route.task = dice.any(kTasks);
    request.route.user = "user" + std::to_string(dice.below(40));
    request.route.repo_scope = dice.percent(15);
    if (dice.percent(30)) request.route.mode = dice.any(kModes);
    if (dice.percent(15)) request.route.model = name(dice, config);
    if (dice.percent(15))
      request.route.avoid = dice.percent(50) ? privacy::Lane::local : privacy::Lane::cloud;
    if (dice.percent(20)) request.route.max_tokens = 1 + static_cast<int64_t>(dice.below(3000));
    if (dice.percent(50)) request.folder = project_.root();
    request.stream = dice.percent(85);
    if (request.route.model && dice.percent(20)) request.model_id = "m-2";
    gather(dice, std::move(*turns), out);
    return out;
  }

  /// nullopt: the buffer is one that is never sent.
  std::optional<Completion> completion(Dice& dice, const std::string& serial, const config::Config& config) {
    const LeakEditor::Piece piece = editor_.any(dice);
    if (piece.verdict.never_send) return std::nullopt;
    Completion out;
    out.expected.kind = "completion";
    completion::Texts texts;
    const std::string text = piece.text();
    const size_t cut = dice.below(text.size() + 1);
    texts.prefix = "# " + serial + "\n" + text.substr(0, cut);
    texts.suffix = text.substr(cut);
    texts.middle = dice.percent(50) ? "" : public_line(dice);
    completion::Origin origin{piece.path, piece.verdict.label, piece.verdict.rule,
                              completion::shown_name(piece.path)};
    std::vector<completion::Extra> extras;
    for (size_t i = dice.below(4); i > 0; --i) {
      const LeakEditor::Piece other = editor_.any(dice);
      if (other.verdict.never_send) continue;
      extras.push_back({completion::shown_name(other.path), other.text(), other.verdict.label, other.path});
    }
    dispatch::CompletionRequest& request = out.request;
    request.label = piece.verdict.label;
    if (origin.label == Label::local_only && dice.percent(20)) {
      request.label = Label::any;  // asked for without a look at the buffer
      out.expected.careless = true;
    }
    out.expected.hidden = request.label == Label::local_only;
    if (dice.percent(25)) request.model = name(dice, config);
    request.max_tokens = dice.percent(10) ? 0 : 32;
    request.ahead = dice.percent(10);
    request.alternative = dice.percent(20) ? 3 : 0;
    const bool blind = dice.percent(20);
    out.expected.careless = out.expected.careless || blind;
    request.assemble = [texts, extras, origin, blind](const config::Model& model,
                                                      const provider::FimServer&) {
      config::Model seen = model;
      seen.trusted = seen.trusted || blind;  // takes every lane for one of ours
      return std::optional<privacy::Prompt>(completion::make_prompt(texts, extras, origin, seen));
    };
    return out;
  }

 private:
  inline static const std::vector<config::Mode> kModes = {config::Mode::local, config::Mode::cloud,
                                                          config::Mode::automatic};
  inline static const std::vector<LeakEditor::Copy> kCopies = {
      LeakEditor::Copy::lines, LeakEditor::Copy::yanked, LeakEditor::Copy::word};
  using Turns = Result<std::vector<privacy::Turn>>;

  /// A model's NAME, most often one that there is.
  static std::string name(Dice& dice, const config::Config& config) {
    const bool real = !config.models.empty() && dice.percent(85);
    return real ? dice.any(config.models).name : dice.any(LeakFleet::names());
  }

  /// What the user names, labelled; `expected` by what is in it.
  Turns named(Dice& dice, const std::string& serial, const config::Config& config, Expected& expected) {
    std::string prompt = dice.word({"", "", "", "ctx_repo: ", "[REPO_CTX] "}) + "What about " + serial;
    prompt += "\n" + joined(lines_of(dice, false, dice.percent(2) ? 900 : dice.below(12)));
    expected.kind = dice.any(kKinds);
    const bool plain = expected.kind == "plain" || expected.kind == "gathered" || expected.kind == "careless";
    expected.hidden = !plain;
    if (expected.kind == "file" || expected.kind == "plain")
      return files(dice, prompt, config, expected.hidden);
    if (expected.kind == "diff") {
      return app::named_turns(prompt + diff_of(dice, true), {}, project_.root(), config);
    }
    if (expected.kind == "never") {
      if (dice.percent(50)) {
        Result<task::Source> source =
            task::read_source(dice.any(project_.never()), project_.root(), config.path_rules());
        BOOST_REQUIRE(!source);
        return std::move(source.error());
      }
      return app::named_turns("--- a/.env\n+++ b/.env\n@@ -1 +1 @@\n-" + leak_words()[kPrivateWords] + "\n",
                              {}, project_.root(), config);
    }
    if (expected.kind == "tools") return tools(dice, prompt);
    if (plain) return app::named_turns(prompt, {}, project_.root(), config);
    return conversation(dice, prompt, expected);
  }

  /// `coder-nvim ask --file`.
  Turns files(Dice& dice, const std::string& prompt, const config::Config& config, bool hidden) {
    std::vector<std::string> paths;
    for (size_t i = dice.below(3); i > 0; --i) paths.push_back(dice.any(project_.open()));
    if (hidden) paths.push_back(dice.any(project_.hidden()));
    std::shuffle(paths.begin(), paths.end(), dice.random);
    std::vector<task::Source> sources;
    for (const std::string& path : paths) {
      Result<task::Source> source = task::read_source(path, project_.root(), config.path_rules());
      BOOST_REQUIRE_MESSAGE(source, path);
      sources.push_back(std::move(*source));
    }
    return app::named_turns(prompt, sources, project_.root(), config);
  }

  /// A chat buffer, as the session reads it.
  Turns conversation(Dice& dice, const std::string& prompt, Expected& expected) {
    std::vector<std::string> lines = {"## You", ""};
    const auto add = [&](const std::vector<std::string>& more) {
      lines.insert(lines.end(), more.begin(), more.end());
    };
    privacy::Verdict label;  // of the buffer
    const auto earlier = [&](const std::vector<std::string>& question) {
      add(question);
      add({"", task::answer_heading("box", "local"), "", "An answer."});
      if (expected.kind == "kept") add(lines_of(dice, true, 2));
      add({"", std::string(task::kUserHeading), ""});
    };
    if (expected.kind == "kept") {
      label = {Label::local_only, false, "held private text before"};
      earlier({"A question"});
    } else if (expected.kind == "pasted") {
      const std::vector<std::string> text = editor_.copied(dice, dice.any(kCopies));
      if (dice.percent(50)) {
        earlier(text);
      } else {
        add(text);
      }
    } else if (expected.kind == "inline") {
      const LeakEditor::Copy how = dice.percent(50) ? LeakEditor::Copy::yanked : LeakEditor::Copy::word;
      for (const std::string& line : editor_.copied(dice, how)) add({"and what of " + line + " then?"});
    } else {
      LeakEditor::Piece piece = editor_.any(dice);
      while (piece.verdict.never_send) piece = editor_.any(dice);
      add(task::quotation(task::shown_path(piece.path, project_.root()), 1, piece.lines.size(), piece.lines));
      label = piece.verdict;
      expected.hidden = label.label == Label::local_only;
    }
    add(split_lines(prompt));
    Turns turns = task::parse_conversation(lines, label.label);
    BOOST_REQUIRE(turns);
    for (const privacy::Turn& turn : *turns) {
      label = privacy::stricter(label, editor_.judge(turn.role, turn.parts.front().text));
    }
    for (privacy::Turn& turn : *turns) {
      turn.parts.front().label = label.label;
      turn.parts.front().rule = label.rule;
    }
    return turns;
  }

  /// A question whose answer went through a tool that read a private file, or was called with its text.
  Turns tools(Dice& dice, const std::string& prompt) {
    std::vector<privacy::Turn> turns(4);
    turns[0].parts.push_back({prompt, Label::any, "prompt"});
    turns[1].role = Role::assistant;
    turns[1].tool_calls.push_back({"c1", "grep", "{\"pattern\":\"x\"}", ""});
    turns[2].role = Role::tool;
    turns[2].tool_call_id = "c1";
    turns[2].parts.push_back({"nothing", Label::any, "grep"});
    turns[3].parts.push_back({"Go on.", Label::any, "prompt"});
    const std::string text = joined(lines_of(dice, true, 2));
    if (dice.percent(50)) {
      turns[1].tool_calls[0].arguments =
          codec::dump_json(codec::Value(codec::Value::Map{{"pattern", codec::Value(text)}}));
      turns[1].call_label = Label::local_only;
    } else {
      turns[2].parts.push_back({text, Label::local_only, "client-x/secret.py", "client-x/**"});
    }
    return turns;
  }

  /// The assembling callback, with context gathered by itself for some kinds.
  void gather(Dice& dice, std::vector<privacy::Turn> turns, Question& out) {
    const bool careless = out.expected.kind == "careless";
    std::vector<task::Source> sources;
    if (careless || dice.percent(30) || out.expected.kind == "gathered") {
      LeakEditor::Piece piece = editor_.any(dice);
      while (piece.verdict.never_send) piece = editor_.any(dice);
      sources.push_back({task::shown_path(piece.path, project_.root()), piece.text(), piece.verdict.label,
                         piece.verdict.rule, 1});
    }
    out.expected.careless = careless;
    out.request.assemble = [turns = std::move(turns), sources, careless](const config::Model& model) {
      privacy::Prompt prompt;
      for (const task::Source& source : sources) {
        if (source.label == Label::local_only && !model.trusted && !careless) continue;
        prompt.turns = task::context_turns({source});
      }
      prompt.turns.insert(prompt.turns.end(), turns.begin(), turns.end());
      return prompt;
    };
  }

  inline static const std::vector<std::string> kKinds = {
      "plain",    "plain",    "plain",    "plain",  "plain",  "plain", "gathered", "gathered",
      "gathered", "careless", "careless", "file",   "file",   "diff",  "diff",     "pasted",
      "pasted",   "inline",   "kept",     "quoted", "quoted", "tools", "never"};

  const LeakProject& project_;
  LeakEditor& editor_;
};

}  // namespace coder::test
