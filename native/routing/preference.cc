#include "routing/preference.h"

#include "routing/words.h"

namespace coder::routing {

using config::Mode;
using config::Model;
using privacy::Lane;

namespace {

/// What the task table says for this task; nullptr when nothing.
const std::string* entry_of(const Request& request, const config::Config& config) {
  const auto at = config.router.tasks.find(request.task);
  return at == config.router.tasks.end() ? nullptr : &at->second;
}

std::optional<Lane> lane_of(const std::string& entry) {
  if (entry == "local") return Lane::local;
  if (entry == "cloud") return Lane::cloud;
  return std::nullopt;
}

std::string first(Lane lane) { return std::string(": ") + privacy::to_string(lane) + " first"; }

/// The request's own size and scope, in auto mode.
void by_size(Preference& preference, const Request& request, const config::Router& router) {
  const std::string length = grouped(request.chars) + " characters";
  std::string why;
  if (request.repo_scope) {
    why = "repository-wide";
  } else if (!request.marker.empty()) {
    why = "marked `" + said(request.marker) + "`";
  } else if (request.chars > router.large_prompt_chars) {
    why = length + " > " + grouped(router.large_prompt_chars);
  }
  preference.lane = why.empty() ? Lane::cloud : Lane::local;
  preference.lane_reason = (why.empty() ? length + ", not repository-wide" : why) + first(*preference.lane);
}

/// The model the task table names. Where it cannot be had, why.
void by_task(Preference& preference, const Request& request, const config::Config& config, Mode mode) {
  const std::string* entry = entry_of(request, config);
  if (!entry || lane_of(*entry)) return;
  const std::string task = "task " + said(request.task);
  const Model* named = config.find(*entry);
  if (!named) {
    preference.reasons.push_back(task + " names " + said(*entry) + ", which is not configured");
  } else if (!named->chat) {
    preference.reasons.push_back(task + " names " + named->name + ", which is not for chat");
  } else if (!allows(mode, named->lane)) {
    preference.reasons.push_back(task + " names " + named->name + ", which is not of this mode");
  } else {
    preference.named = named;
    if (named->lane != preference.avoid) preference.reasons.push_back(task + ": " + named->name + " first");
  }
}

}  // namespace

const Model* model_of_task(const Request& request, const config::Config& config) {
  const std::string* entry = entry_of(request, config);
  return entry && !lane_of(*entry) ? config.find(*entry) : nullptr;
}

Preference preference_of(const Request& request, const config::Config& config, Mode mode) {
  Preference preference;
  if (request.avoid && mode == Mode::automatic) {
    preference.avoid = request.avoid;
    preference.reasons.push_back(std::string("another lane than ") + privacy::to_string(*request.avoid) +
                                 " is asked for" + first(other(*request.avoid)));
  } else if (request.avoid && !allows(mode, other(*request.avoid))) {
    preference.reasons.push_back(std::string("another lane than ") + privacy::to_string(*request.avoid) +
                                 " is asked for, but this mode allows no other");
  }
  by_task(preference, request, config, mode);
  if (preference.avoid) {
    preference.lane = other(*preference.avoid);
    return preference;
  }
  if (mode != Mode::automatic) return preference;
  const std::string* entry = entry_of(request, config);
  if (const std::optional<Lane> lane = entry ? lane_of(*entry) : std::nullopt) {
    preference.lane = lane;
    preference.lane_reason = "task " + said(request.task) + first(*lane);
  } else {
    by_size(preference, request, config.router);
  }
  return preference;
}

}  // namespace coder::routing
