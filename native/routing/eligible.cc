#include "routing/eligible.h"

#include "routing/preference.h"
#include "routing/words.h"

namespace coder::routing {

using config::Mode;
using config::Model;
using privacy::Label;
using privacy::Lane;

namespace {

/// Why the canary takes no part for this user; empty when it does.
std::string no_canary_why(const Request& request, const config::Router::Canary& canary, const World& world) {
  if (!world.canary_rolled_back.empty()) {
    return "the canary was rolled back: " + said(world.canary_rolled_back);
  }
  if (on_canary_side(request.user, canary.model, canary.percent)) return "";
  std::string percent = one_decimal(canary.percent);
  if (percent.size() > 2 && percent.compare(percent.size() - 2, 2, ".0") == 0)
    percent.resize(percent.size() - 2);
  return "a canary for " + percent + " % of the users, not for this one";
}

}  // namespace

const Model* canary_of(const Request& request, const config::Config& config) {
  if (!config.router.canary || request.model) return nullptr;
  const Model* canary = config.find(config.router.canary->model);
  return canary && canary != model_of_task(request, config) ? canary : nullptr;
}

std::string spent_budget(const config::Config& config, const World& world) {
  const config::Budget& budget = world.budget ? *world.budget : config.budget;
  std::string spent;
  if (budget.daily_usd && world.spent_today >= *budget.daily_usd) {
    spent = dollars(world.spent_today) + " of " + dollars(*budget.daily_usd) + " spent today";
  }
  if (budget.monthly_usd && world.spent_this_month >= *budget.monthly_usd) {
    spent += (spent.empty() ? "" : ", ") + dollars(world.spent_this_month) + " of " +
             dollars(*budget.monthly_usd) + " spent this month";
  }
  return spent;
}

Eligible eligible(const Request& request, const config::Config& config, const World& world, Mode mode) {
  Eligible result;
  const Model* const canary = canary_of(request, config);
  const std::string no_canary = canary ? no_canary_why(request, *config.router.canary, world) : "";
  const bool cloud_open = request.over_budget || spent_budget(config, world).empty();
  for (const Model& model : config.models) {
    if (request.model ? model.name != *request.model : !allows(mode, model.lane)) continue;
    if (!model.chat) continue;
    if (&model == canary && !no_canary.empty()) {
      result.no_canary = &model;
      result.no_canary_why = no_canary;
    } else if (request.label == Label::local_only && !model.trusted) {
      result.untrusted.push_back(&model);
    } else if ((model.lane == Lane::cloud && !cloud_open) ||
               (!request.over_budget && world.stopped.count(model.name) > 0)) {
      result.over_budget.push_back(&model);
      const auto own = world.stopped.find(model.name);
      const std::string why =
          model.lane == Lane::cloud && !cloud_open ? spent_budget(config, world) : own->second;
      std::string& all = result.over_budget_why;
      if (all.find(why) == std::string::npos) all += (all.empty() ? "" : ", ") + why;
    } else {
      result.models.push_back(&model);
      result.canary = result.canary || &model == canary;
    }
  }
  return result;
}

}  // namespace coder::routing
