// The only caller of provider: choose a lane, clear the prompt for it, get its key, wait for a turn, send,
// retry or fail over, and say what it cost. One Dispatcher per process, on the loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "dispatch/completions.h"
#include "dispatch/question.h"
#include "ledger/ledger.h"

namespace coder::dispatch {

struct Services;

/// Adds to `world` what was spent and what that stops, for work in the project `folder` (may be empty).
void add_spent(routing::World& world, const config::Config& config, const ledger::Spent& spent,
               const std::string& folder);

class Dispatcher {
 public:
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;
  /// `notice` takes one line for the user, from the loop.
  Dispatcher(loop::Loop& loop, GetConfig config, std::function<void(const std::string&)> notice = {});
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;

  std::unique_ptr<Question> ask(Request request, Handlers handlers);

  /// The decision about a request as things stand now; nothing is sent. Its models live in `config`.
  routing::Decision decide(const routing::Request& request, const config::Config& config) const;

  using GotModels = unique_function<void(Result<provider::ModelList>)>;
  /// The live list of one model's server.
  std::unique_ptr<Operation> models(const config::Model& model, GotModels got);

  Completions& completions() { return *completions_; }

  /// The model of the last decision and its reasons; empty before the first.
  struct Last {
    std::string model;
    std::vector<std::string> reasons;
  };
  const Last& last() const { return last_; }
  /// One line about a lane: its state and how fast it was.
  std::string lane_words(const config::Model& model) const;
  /// The state alone: "ready", "loading the model" …
  std::string lane_state(const config::Model& model) const;
  /// How the canary does; empty without one.
  std::string canary_words() const;
  /// What was spent, by this process and all others.
  ledger::Ledger& ledger();

  /// Tokens of a text for the model of this NAME, by what its server has reported so far.
  double bytes_per_token(const std::string& model) const;
  size_t count_tokens(const std::string& model, std::string_view text) const;

  /// The window of a model as its server has told it, in tokens.
  std::optional<int64_t> window(const config::Model& model) const;
  /// How this model asks for tools, as far as is known now.
  config::ToolForm call_form(const config::Model& model) const;

  /// Asks the servers, once, for the windows of models whose blocks do not say them; for later decisions.
  void learn_windows();

  /// What is known of the engine behind a lane; see Lanes::engine().
  void engine(const config::Model& model, const std::string& loading, const std::string& failure);

  /// Calls `done` once what calls have left behind is written down; before a process ends.
  void settle(unique_function<void()> done);

  /// Keys from commands are asked anew, servers what they can do, and what was given up is tried again.
  void config_changed();

 private:
  class Models;
  std::unique_ptr<Services> services_;
  std::unique_ptr<Completions> completions_;
  Last last_;
  std::vector<std::unique_ptr<Operation>> learning_;
};

}  // namespace coder::dispatch
