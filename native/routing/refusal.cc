#include <algorithm>

#include "base/text.h"
#include "config/project.h"
#include "routing/eligible.h"
#include "routing/preference.h"
#include "routing/words.h"

namespace coder::routing {

using config::Config;
using config::Mode;
using config::Model;
using privacy::Label;
using privacy::Lane;

Error no_models(const Config& config) {
  for (const config::Problem& problem : config.problems) {
    if (problem.severity == config::Severity::error) {
      return {ErrorKind::config, "no usable model: " + problem.text(),
              "coder-nvim config check lists every problem"};
    }
  }
  return {ErrorKind::config, "no model is configured in " + config.file,
          "add a [models.NAME] block with provider, base_url and model; see :help coder-config"};
}

Error no_such_model(const Config& config, const std::string& name) {
  if (config.models.empty()) return no_models(config);
  std::vector<std::string> names;
  for (const Model& model : config.models) names.push_back(model.name);
  const std::string near = nearest(name, names);
  return {ErrorKind::config, "no model is called `" + one_line(name, 60) + "` in " + config.file,
          near.empty() ? "there are: " + join(names, ", ") : "did you mean `" + near + "`?"};
}

namespace {

/// Models there are, but none of the mode's lane, or none that chats.
Error none_on_the_lane(const Config& config, Mode mode) {
  const bool some = std::any_of(config.models.begin(), config.models.end(),
                                [&](const Model& model) { return allows(mode, model.lane); });
  if (mode == Mode::automatic) {
    return {ErrorKind::config, "no model in " + config.file + " is for chat",
            "add \"chat\" to the roles of one, or add a model"};
  }
  const std::string lane = to_string(mode);
  return {ErrorKind::config,
          "mode is " + lane + ", but no " + lane + " model " + (some ? "for chat " : "") +
              "is configured in " + config.file,
          "set another mode or add a model to that lane"};
}

Error only_a_canary(const Eligible& left, Mode mode) {
  const std::string& name = left.no_canary->name;
  return {ErrorKind::config,
          std::string("mode is ") + to_string(mode) + ", and the only model for it, " + name +
              ", is passed over: " + left.no_canary_why,
          "ask it by name (--model " + name +
              "), add a model to that lane, or take it out of `canary` in [router]"};
}

/// A private address whose block just does not say that it may be trusted.
bool needs_a_word(const Model& model) {
  return !model.trusted && model.trust_unwritten && default_lane(model.address) == Lane::local;
}

/// Privacy leaves nobody: which block to change, or whom else to ask.
Error not_trusted(const Eligible& left, const Request& request, const Config& config) {
  const Model* untrusted = left.untrusted.front();
  for (const Model* model : left.untrusted) {
    if (needs_a_word(*model)) {
      untrusted = model;
      break;
    }
  }
  // What the user's own wish (a mode, a name) keeps the request from.
  const Model* trusted = nullptr;
  const Model* unwritten = nullptr;
  for (const Model& model : config.models) {
    if (!model.chat || &model == left.no_canary) continue;
    if (model.trusted && !trusted) trusted = &model;
    if (needs_a_word(model) && !unwritten) unwritten = &model;
  }
  const auto write = [](const Model& model) {
    return "write lane = \"local\" in [models." + model.name + "] if that machine is yours";
  };
  const std::string ask = !trusted                       ? ""
                          : trusted->lane == Lane::local ? "--mode local"
                                                         : "--model " + trusted->name;
  std::string hint;
  if (needs_a_word(*untrusted)) {
    hint = write(*untrusted) + (trusted ? ", or use " + ask : "");
  } else if (trusted) {
    hint = "ask a trusted model instead: " + ask;
  } else if (unwritten) {
    hint = write(*unwritten) + ", and use --mode local";
  } else {
    hint = "no model is trusted: write lane = \"local\" in the block of one that is yours, or add such a one";
  }
  const std::string origin = request.label_origin.empty() ? "the request" : said(request.label_origin);
  return {ErrorKind::policy,
          origin + " is local_only and lane " + untrusted->name + " at " + untrusted->destination().address +
              " is not trusted",
          hint};
}

/// The file in which `reached`, a limit that counts, is written.
std::string file_of(const std::optional<double>& reached, const std::optional<double>& configured,
                    const Config& config) {
  return reached == configured ? config.file : std::string("the project's ") + config::kProjectFile;
}

Error over_budget(const Eligible& left, const Request& request, const Config& config, const World& world) {
  const config::Budget& budget = world.budget ? *world.budget : config.budget;
  std::string hint;
  const auto raise = [&](const char* key, const std::optional<double>& limit, double spent,
                         const std::optional<double>& configured) {
    if (!limit || spent < *limit) return;
    hint += (hint.empty() ? "raise " : " and ") + std::string(key) + " in [budget] of " +
            file_of(limit, configured, config);
  };
  raise("daily_usd", budget.daily_usd, world.spent_today, config.budget.daily_usd);
  raise("monthly_usd", budget.monthly_usd, world.spent_this_month, config.budget.monthly_usd);
  if (hint.empty()) hint = "raise that limit in [budget] of " + config.file;
  const bool local = std::any_of(config.models.begin(), config.models.end(), [&](const Model& model) {
    return model.chat && model.lane == Lane::local && &model != left.no_canary &&
           (request.label == Label::any || model.trusted);
  });
  if (local) hint += ", or use --mode local";
  hint += "; to go on once: --over-budget, or :CoderCost continue";
  std::string message = "the budget is used up: " + left.over_budget_why + ", so " +
                        (spent_budget(config, world).empty() ? listed(left.over_budget) + " is not asked"
                                                             : std::string("no cloud lane is asked"));
  if (!left.untrusted.empty()) {
    message += "; not trusted with local_only text: " + listed(left.untrusted);
  }
  return {ErrorKind::policy, message, hint};
}

}  // namespace

Error refusal(const Eligible& left, const Request& request, const Config& config, const World& world,
              Mode mode) {
  if (config.models.empty()) return no_models(config);
  if (request.model) {
    const Model* named = config.find(*request.model);
    if (!named) return no_such_model(config, *request.model);
    if (!named->chat) {
      return {ErrorKind::config, "model " + named->name + " is not for chat",
              "add \"chat\" to `roles` in [models." + named->name + "], or name another model"};
    }
  }
  if (!left.over_budget.empty()) return over_budget(left, request, config, world);
  if (!left.untrusted.empty()) return not_trusted(left, request, config);
  if (left.no_canary) return only_a_canary(left, mode);
  return none_on_the_lane(config, mode);
}

}  // namespace coder::routing
