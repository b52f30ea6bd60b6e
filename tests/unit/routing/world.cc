#include "unit/routing/world.h"

#include <sstream>
#include <stdexcept>

#include "base/text.h"

namespace coder::routing {

using namespace std::chrono_literals;
using config::Mode;
using privacy::Lane;

namespace {

using Words = std::vector<std::string>;

/// The items between separators, as words.
std::vector<Words> items(const std::string& text, char separator) {
  std::vector<Words> out;
  for (const std::string_view part : split(text, separator)) {
    std::istringstream stream{std::string(part)};
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    if (!words.empty()) out.push_back(words);
  }
  return out;
}

[[noreturn]] void not_understood(const Words& words) {
  throw std::invalid_argument("not understood: " + join(words, " "));
}

Lane lane_of(const std::string& word) { return word == "local" ? Lane::local : Lane::cloud; }

config::Model model_of(const Words& words) {
  config::Model model;
  model.name = words[0];
  model.lane = lane_of(words.at(1));
  model.base_url = model.lane == Lane::local ? "http://10.0.0.42:8000/v1" : "https://relay.example/v1";
  model.address = privacy::parse_address(model.base_url).value();
  for (size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "trusted") {
      model.trusted = true;
    } else if (word == "unwritten") {
      model.trust_unwritten = true;
    } else if (word == "completes") {
      model.chat = false;
    } else if (word == "window") {
      model.context = std::stoll(words.at(++i));
    } else if (word == "answer") {
      model.max_tokens = std::stoll(words.at(++i));
    } else {
      not_understood(words);
    }
  }
  return model;
}

}  // namespace

Request request_of(const std::string& text) {
  Request request;
  request.chars = 800;
  request.tokens = 220;
  for (const Words& words : items(text, ',')) {
    const std::string& first = words[0];
    const std::string second = words.size() > 1 ? words[1] : "";
    if (first == "plain") {
    } else if (second == "chars") {
      request.chars = std::stoll(first);
    } else if (second == "tokens") {
      request.tokens = std::stoll(first);
    } else if (first == "answer") {
      request.max_tokens = std::stoll(second);
    } else if (first == "repo-wide") {
      request.repo_scope = true;
    } else if (first == "marked") {
      request.marker = second;
    } else if (first == "private") {
      request.label = privacy::Label::local_only;
      request.label_origin = "src/x.py (rule src/**)";
    } else if (first == "mode") {
      request.mode = mode_of(second).value();
    } else if (first == "model") {
      request.model = second;
    } else if (first == "avoid") {
      request.avoid = lane_of(second);
    } else if (first == "user") {
      request.user = second;
    } else if (first == "task") {
      request.task = second;
    } else {
      not_understood(words);
    }
  }
  return request;
}

config::Config config_of(const std::string& text) {
  config::Config config;
  config.file = "config.toml";
  for (const Words& words : items(text, ';')) {
    const std::string& first = words[0];
    const std::string second = words.size() > 1 ? words[1] : "";
    if (first == "mode") {
      config.mode = mode_of(second).value();
    } else if (first == "task") {
      config.router.tasks[second] = words.at(3);
    } else if (first == "canary") {
      config.router.canary = {second, std::stod(words.at(2))};
    } else if (first == "shadow") {
      config.router.shadow = second;
    } else if (first == "daily") {
      config.budget.daily_usd = std::stod(second);
    } else if (first == "monthly") {
      config.budget.monthly_usd = std::stod(second);
    } else if (first == "objective") {
      config.router.slo_ttft = Millis(std::stoll(second));
    } else if (first == "large") {
      config.router.large_prompt_chars = std::stoll(second);
    } else {
      config.models.push_back(model_of(words));
    }
  }
  return config;
}

World world_of(const std::string& text, TimePoint now) {
  World world;
  for (const Words& words : items(text, ';')) {
    const std::string& first = words[0];
    const std::string what = words.at(1);
    if (first == "spent") {
      (words.size() > 2 ? world.spent_this_month : world.spent_today) = std::stod(what);
      continue;
    }
    if (first == "rolled") {
      world.canary_rolled_back = "12.5 % errors against 2.0 %";
      continue;
    }
    LaneState& lane = world.lanes[first];
    const auto late_at = [&](TimePoint at) {
      for (int i = 0; i < 3; ++i) lane.objective.sample(at, 2310ms, 800ms);
    };
    if (what == "fails") {
      lane.circuit.trip(now - 1s, "connection refused");
    } else if (what == "half-open") {
      lane.circuit.trip(now - 6s, "connection refused");
    } else if (what == "probing") {
      lane.circuit.trip(now - 6s, "connection refused");
      lane.circuit.begin(now - 1s);
    } else if (what == "loads") {
      lane.warming = "loading the model";
    } else if (what == "is") {
      lane.shut = "the key was refused";
    } else if (what == "slow") {
      late_at(now - 1s);
    } else if (what == "on") {
      late_at(now - 31s);
    } else if (what == "queue") {
      lane.waiting = std::stoi(words.at(2));
    } else if (what == "window") {
      lane.context = std::stoll(words.at(2));
    } else {
      not_understood(words);
    }
  }
  return world;
}

Situation situation(const std::string& request, const std::string& config, const std::string& states) {
  const TimePoint now(1000h);
  return {request_of(request), config_of(config), world_of(states, now), now};
}

std::string order(const Decision& decision) {
  if (decision.refused) return std::string("refused ") + to_string(decision.refused->kind);
  std::vector<std::string> names;
  for (const config::Model* model : decision.models) names.push_back(model->name);
  return join(names, ", ");
}

std::string reasons(const Decision& decision) {
  std::string text = join(decision.reasons, "\n");
  if (decision.refused) text += "\n" + decision.refused->text();
  return text;
}

}  // namespace coder::routing
