#include "dispatch/trials.h"

#include <cstdio>

namespace coder::dispatch {

using config::Config;
using config::Model;

namespace {

/// The model the canary would replace: the first of its lane in the file.
const Model* control_of(const Config& config, const Model& canary) {
  for (const Model& model : config.models) {
    if (&model != &canary && model.chat && model.lane == canary.lane) return &model;
  }
  return nullptr;
}

const Model* canary_of(const Config& config) {
  return config.router.canary ? config.find(config.router.canary->model) : nullptr;
}

/// A canary with another id or share is another trial.
std::string arm_of(const Config& config, const Model& model) {
  if (&model != canary_of(config)) return model.name;
  char percent[32];
  std::snprintf(percent, sizeof percent, "%g", config.router.canary->percent);
  return "canary " + model.name + " " + model.model + " " + percent;
}

std::string arm_words(const routing::Arm& arm) {
  char errors[32];
  std::snprintf(errors, sizeof errors, "%.1f", arm.error_percent());
  const std::optional<Millis> p95 = arm.p95();
  return std::to_string(arm.count()) + " calls, p95 " +
         (p95 ? std::to_string(p95->count()) + " ms" : std::string("unknown")) + ", " + errors + " % errors";
}

}  // namespace

void Trials::add(const Config& config, const Model& model, bool good, std::optional<Millis> ttft) {
  const Model* canary = canary_of(config);
  if (!canary || (&model != canary && &model != control_of(config, *canary))) return;
  arms_[arm_of(config, model)].add({good, ttft});
}

std::string Trials::rolled_back(const Config& config) const {
  const Model* canary = canary_of(config);
  if (!canary) return "";
  const auto arm = arms_.find(arm_of(config, *canary));
  if (arm == arms_.end()) return "";
  const Model* control = control_of(config, *canary);
  const auto other = control ? arms_.find(arm_of(config, *control)) : arms_.end();
  return routing::rollback_reason(arm->second, other == arms_.end() ? routing::Arm() : other->second);
}

std::string Trials::words(const Config& config) const {
  const Model* canary = canary_of(config);
  if (!canary) return "";
  char percent[32];
  std::snprintf(percent, sizeof percent, "%g", config.router.canary->percent);
  std::string out = canary->name + " for " + percent + " % of users";
  if (const auto arm = arms_.find(arm_of(config, *canary)); arm != arms_.end()) {
    out += ": " + arm_words(arm->second);
  }
  if (const Model* control = control_of(config, *canary)) {
    const auto arm = arms_.find(arm_of(config, *control));
    if (arm != arms_.end()) out += "; " + control->name + ": " + arm_words(arm->second);
  }
  const std::string why = rolled_back(config);
  return why.empty() ? out : out + "; rolled back: " + why;
}

}  // namespace coder::dispatch
