// Which lane completions may use now: what is loading, failed or cooling, and which of a model's servers.
#include <algorithm>

#include "base/log.h"
#include "dispatch/completions_known.h"

namespace coder::dispatch {

using config::Model;
using provider::ChatError;
using provider::FimDialect;
using provider::Trouble;

namespace {

/// A server without a keeper that loads its model is asked again so often, for ten minutes.
constexpr Millis kLoadingPoll{1000};
constexpr int kLoadingPolls = 600;

bool paid(const Model& model) {
  const bool priced = model.price && (model.price->input > 0 || model.price->output > 0);
  return priced || model.lane == privacy::Lane::cloud;
}

}  // namespace

std::string Completions::loading(const Model& model) const {
  const auto kept = kept_.find(model.name);
  if (kept != kept_.end() && !kept->second.loading.empty()) return kept->second.loading;
  const auto found = known_.find(model.name);
  return found == known_.end() ? "" : found->second->loading;
}

bool Completions::open(const Model& model) const {
  const auto kept = kept_.find(model.name);
  if (!loading(model).empty() || (kept != kept_.end() && !kept->second.failure.empty())) return false;
  const auto found = known_.find(model.name);
  return found == known_.end() || found->second->cool_until <= deps_.loop.now();
}

Error Completions::closed(const Model& model) {
  const auto kept = kept_.find(model.name);
  if (kept != kept_.end() && !kept->second.failure.empty())
    return Error{ErrorKind::provider, model.name + ": " + kept->second.failure, ""};
  const std::string loads = loading(model);
  if (!loads.empty()) return Error{ErrorKind::provider, model.name + ": the engine is " + loads, ""};
  return known(model)->error;
}

const Model* Completions::pick(const std::vector<const Model*>& models) const {
  const auto found = std::find_if(models.begin(), models.end(), [&](const Model* m) { return open(*m); });
  return found == models.end() ? nullptr : *found;
}

void Completions::engine(const Model& model, const std::string& loading, const std::string& failure) {
  Kept now{loading, failure};
  Kept& at = kept_[model.name];
  if (at == now) return;
  const bool was_up = at == Kept{};
  at = std::move(now);
  if (!was_up && at == Kept{}) {
    // What failed while there was none says nothing about the one there is now; it may be another model.
    const std::shared_ptr<Known> server = known(model);
    server->probe.reset();
    server->state = CompletionLane::State::unknown;
    server->cool_until = {};
    server->failures = 0;
    server->loading.clear();
    find_out(server);
  }
  changed();
}

/// A server without a keeper loads: it is asked again, so that whoever rests gets ghost text when it is up.
void Completions::wait_for(Known& known) {
  if (known.model.lane != privacy::Lane::local || ++known.polls > kLoadingPolls) return;
  known.loading = "loading the model";
  if (!known.again) {
    known.again = std::make_unique<loop::Timer>(deps_.loop, [this, name = known.model.name] {
      const auto found = known_.find(name);
      if (found != known_.end()) find_out(found->second);
    });
  }
  known.again->start(kLoadingPoll);
}

/// The next request goes to the next server of the model, unless all have failed in a row.
bool Completions::next_server(Known& known, const ChatError* cause) {
  const std::shared_ptr<const config::Config> config = deps_.config();
  const Model* model = config->find(known.model.name);
  const size_t servers = model ? model->servers() : 1;
  if (servers < 2 || !cause || cause->trouble == Trouble::auth || cause->trouble == Trouble::payment)
    return false;
  known.server_index = (known.server_index + 1) % servers;
  known.model = model->at_server(known.server_index);
  known.slot = SlotLease();
  known.ahead_slot = SlotLease();
  log::info("completion: " + known.model.name + " goes on at " + known.model.destination().address);
  return known.failures % static_cast<int>(servers) != 0;
}

CompletionLane Completions::lane(privacy::Label label) const {
  CompletionLane lane;
  const std::shared_ptr<const config::Config> config = deps_.config();
  Result<std::vector<const Model*>> models = choose_completion(*config, std::nullopt, label);
  if (!models) {
    lane.why = models.error().text();
    return lane;
  }
  const Model* picked = pick(*models);
  const Model& model = picked ? *picked : *models->front();
  lane.model = model.name;
  lane.lane = model.lane;
  lane.paid = paid(model);
  lane.rpm = model.rpm;
  const auto found = known_.find(model.name);
  lane.state = found == known_.end() ? CompletionLane::State::unknown : found->second->state;
  if (const auto kept = kept_.find(model.name); kept != kept_.end() && !kept->second.failure.empty()) {
    lane.state = CompletionLane::State::failed;
    lane.why = kept->second.failure;
    return lane;
  }
  if (std::string loads = loading(model); !loads.empty()) {
    lane.state = CompletionLane::State::loading;
    lane.why = std::move(loads);
    return lane;
  }
  if (found == known_.end()) return lane;
  const Known& server = *found->second;
  lane.why = server.error.text();
  if (lane.state == CompletionLane::State::failed && picked) lane.state = CompletionLane::State::unknown;
  if (lane.state != CompletionLane::State::ready) return lane;
  lane.dialect = server.current();
  lane.ahead = server.ahead_slot.slot().has_value();
  const bool keeps = lane.dialect == FimDialect::tokens || lane.dialect == FimDialect::infill;
  // Where all slots are taken, what is read would drive out what others have there.
  const bool room = server.slot.slot().has_value() || server.server.slots == 1;
  lane.reads = !lane.paid && server.server.llama_server && keeps && room;
  return lane;
}

}  // namespace coder::dispatch
