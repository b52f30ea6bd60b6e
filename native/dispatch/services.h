// What the calls of one process share. Owned by the Dispatcher.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "config/keys.h"
#include "dispatch/answer_form.h"
#include "dispatch/lanes.h"
#include "dispatch/limits.h"
#include "dispatch/live_models.h"
#include "dispatch/retry.h"
#include "dispatch/token_ratios.h"
#include "dispatch/trials.h"
#include "http/http.h"
#include "ledger/ledger.h"

namespace coder::dispatch {

class Shadow;

struct Services {
  Services(loop::Loop& on, std::string state_file, std::string ledger_file,
           std::function<std::shared_ptr<const config::Config>()> get_config,
           std::function<void(const std::string&)> tell)
      : loop(on),
        config(std::move(get_config)),
        notice(std::move(tell)),
        http(on),
        keys(on),
        lanes(on, http, notice),
        limits(on, state_file, notice),
        live(on, http),
        ledger({on, config, notice}, ledger_file),
        trials(on, state_file) {}

  loop::Loop& loop;
  std::function<std::shared_ptr<const config::Config>()> config;
  std::function<void(const std::string&)> notice;  ///< one line for the user; may be empty
  http::Client http;
  config::Keys keys;
  RetryBudget budget;
  Lanes lanes;
  Limits limits;
  LiveModels live;
  ledger::Ledger ledger;
  TokenRatios tokens;
  AnswerForms forms;
  Trials trials;
  std::set<std::string> no_calls;             ///< NAMEs of models whose servers refuse `tools`
  std::set<std::shared_ptr<Shadow>> shadows;  ///< under way; they end before what they use

  /// How this model asks for tools: as its block says, or in words where its server has refused them.
  config::ToolForm call_form(const config::Model& model) const;

  /// Everything a decision is made of besides the request. `folder`: the project it is about; may be empty.
  routing::World world(const config::Config& of, const std::string& folder = "") const;
};

}  // namespace coder::dispatch
