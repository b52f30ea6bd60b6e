#include "unit/routing/random_world.h"

#include <utility>

namespace coder::routing {

using namespace std::chrono_literals;
using config::Mode;
using config::Model;
using privacy::Label;
using privacy::Lane;

namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all = {"cloudy", "gpt", "new", "vllm", "mine", "box", "fim", "rack"};
  return all;
}
std::string name(Dice& dice) { return names()[dice.below(names().size())]; }

Model model(Dice& dice, const std::string& called) {
  Model out;
  out.name = called;
  out.lane = dice.any({Lane::local, Lane::cloud});
  out.base_url = out.lane == Lane::local ? "http://10.0.0.42:8000/v1" : "https://relay.example/v1";
  out.address = privacy::parse_address(out.base_url).value();
  out.trusted = dice.one_in(out.lane == Lane::local ? 2 : 8);
  out.trust_unwritten = !out.trusted && dice.one_in(2);
  out.chat = !dice.one_in(8);
  if (dice.one_in(2)) out.context = dice.any<int64_t>({1, 4096, 32768, 65536, 1000000});
  if (dice.one_in(4)) out.max_tokens = dice.any<int64_t>({1, 1024, 100000});
  return out;
}

}  // namespace

config::Config random_config(Dice& dice) {
  config::Config out;
  out.file = "config.toml";
  out.mode = dice.any({Mode::automatic, Mode::automatic, Mode::local, Mode::cloud});
  for (const std::string& called : names()) {
    if (!dice.one_in(3)) out.models.push_back(model(dice, called));
  }
  for (size_t i = out.models.size(); i > 1; --i) std::swap(out.models[i - 1], out.models[dice.below(i)]);
  if (dice.one_in(3)) out.router.tasks["review"] = dice.one_in(2) ? name(dice) : dice.any({"local", "cloud"});
  if (dice.one_in(2)) out.router.canary = {name(dice), dice.any({0.0, 10.0, 50.0, 100.0})};
  if (dice.one_in(2)) out.router.shadow = dice.one_in(2) ? "" : name(dice);
  if (dice.one_in(2)) out.router.slo_ttft = 800ms;
  if (dice.one_in(3)) out.budget.daily_usd = dice.any({0.0, 1.0, 5.0});
  if (dice.one_in(3)) out.budget.monthly_usd = dice.any({0.0, 20.0, 40.0});
  return out;
}

LaneState random_state(Dice& dice) {
  LaneState out;
  switch (dice.below(6)) {
    case 0:
      out.circuit.trip(kNow - Millis(dice.below(5000)), "connection refused");
      break;
    case 1:
      out.circuit.trip(kNow - 6s, "connection refused");
      if (dice.one_in(2)) out.circuit.begin(kNow - 1s);
      break;
    default:
      break;
  }
  if (dice.one_in(5)) {
    for (int i = 0; i < 3; ++i) out.objective.sample(kNow - dice.any<Millis>({1s, 40s}), 2s, 800ms);
  }
  if (dice.one_in(6)) out.warming = "loading the model";
  if (dice.one_in(8)) out.shut = "the key was refused";
  if (dice.one_in(5)) out.waiting = static_cast<int>(1 + dice.below(4));
  if (dice.one_in(5)) out.context = dice.any<int64_t>({0, 8192, 131072});
  return out;
}

World random_world(Dice& dice) {
  World out;
  for (const std::string& called : names()) {
    if (dice.one_in(2)) out.lanes[called] = random_state(dice);
  }
  if (dice.one_in(4)) out.spent_today = dice.any({0.5, 1.0, 6.0});
  if (dice.one_in(4)) out.spent_this_month = dice.any({19.0, 30.0, 50.0});
  if (dice.one_in(8)) out.canary_rolled_back = "12.5 % errors";
  if (dice.one_in(8)) out.budget = config::Budget{{1.0, 1.0}, {}, {}, {}};
  return out;
}

Request random_request(Dice& dice) {
  Request out;
  out.task = dice.any({"ask", "ask", "review"});
  out.label = dice.any({Label::any, Label::any, Label::local_only});
  if (out.label == Label::local_only && dice.one_in(2)) out.label_origin = "src/x.py";
  out.repo_scope = dice.one_in(5);
  if (dice.one_in(8)) out.marker = "ctx_repo:";
  out.chars = dice.any<int64_t>({0, 800, 24000, 24001, 300000});
  out.tokens = out.chars / 3;
  if (dice.one_in(6)) out.max_tokens = dice.any<int64_t>({0, 100, 1000000});
  if (dice.one_in(5)) out.model = dice.one_in(4) ? "no-such" : name(dice);
  if (dice.one_in(4)) out.mode = dice.any({Mode::automatic, Mode::local, Mode::cloud});
  if (dice.one_in(4)) out.avoid = dice.any({Lane::local, Lane::cloud});
  out.user = "user-" + std::to_string(dice.below(50));
  return out;
}

}  // namespace coder::routing
