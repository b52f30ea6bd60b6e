#include "dispatch/dispatcher.h"

#include <utility>

#include "config/project.h"
#include "dispatch/endpoint.h"
#include "dispatch/running_question.h"
#include "dispatch/services.h"

namespace coder::dispatch {

using provider::ChatError;

void add_spent(routing::World& world, const config::Config& config, const ledger::Spent& spent,
               const std::string& folder) {
  const ledger::Spent::Sums cloud = spent.total(to_string(privacy::Lane::cloud));
  world.spent_today = ledger::usd_of(cloud.today);
  world.spent_this_month = ledger::usd_of(cloud.month);
  if (!folder.empty()) world.budget = config.projects->lowered(config.budget, folder);
  // The limits of its own; those over all are above.
  config::Budget own = config.budget;
  static_cast<config::Allowance&>(own) = {};
  for (const config::Model& model : config.models) {
    if (std::string why = ledger::stopped(own, spent, folder, model); !why.empty()) {
      world.stopped[model.name] = std::move(why);
    }
  }
}

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::connecting:
      return "connecting";
    case Phase::limited:
      return "limited";
    case Phase::queued:
      return "queued";
    case Phase::prefill:
      return "prefill";
    case Phase::retry:
      return "retry";
    case Phase::warming:
      return "warming";
  }
  return "";
}

routing::World Services::world(const config::Config& of, const std::string& folder) const {
  routing::World world = lanes.world(of);
  add_spent(world, of, ledger.spent(), folder);
  world.canary_rolled_back = trials.rolled_back(of);
  return world;
}

config::ToolForm Services::call_form(const config::Model& model) const {
  const bool refused = model.tools == config::ToolForm::calls && no_calls.count(model.name) > 0;
  return refused ? config::ToolForm::text : model.tools;
}

class Dispatcher::Models final : public Operation {
 public:
  Models(Services& services, const config::Model& model, GotModels got)
      : services_(services), model_(model), got_(std::move(got)), alive_(std::make_shared<Models*>(this)) {
    services_.keys.get(model_, [alive = alive_](Result<Secret> key) {
      if (*alive) (*alive)->got_key(std::move(key));
    });
  }
  ~Models() override { *alive_ = nullptr; }

 private:
  void got_key(Result<Secret> key) {
    if (!key) return end(std::move(key.error()));
    endpoint_ = endpoint_of(model_, std::move(*key));
    call_ = services_.live.get(endpoint_, true,
                               {[this](const provider::ModelList& list) { learn(list); },
                                [this](const ChatError& error) { end(error.to_error(endpoint_)); }});
  }

  void learn(const provider::ModelList& list) {
    const auto known = list.context.find(provider::resolve_pin(model_.model, list.ids));
    if (known != list.context.end()) services_.lanes.learn_context(model_, known->second);
    end(list);
  }
  void end(Result<provider::ModelList> result) {
    auto got = std::move(got_);
    if (got) got(std::move(result));  // may destroy this
  }

  Services& services_;
  config::Model model_;
  GotModels got_;
  std::shared_ptr<Models*> alive_;
  provider::Endpoint endpoint_;
  std::unique_ptr<Operation> call_;
};

Dispatcher::Dispatcher(loop::Loop& loop, GetConfig config, std::function<void(const std::string&)> notice)
    : services_(std::make_unique<Services>(loop, state_file(), ledger::ledger_file(), std::move(config),
                                           std::move(notice))),
      completions_(std::make_unique<Completions>(
          Completions::Deps{services_->loop, services_->http, services_->keys, services_->config,
                            services_->notice, services_->limits, services_->ledger})) {}
Dispatcher::~Dispatcher() = default;

double Dispatcher::bytes_per_token(const std::string& model) const {
  return services_->tokens.bytes_per_token(model);
}

size_t Dispatcher::count_tokens(const std::string& model, std::string_view text) const {
  return services_->tokens.count(model, text);
}

void Dispatcher::config_changed() {
  learning_.clear();
  services_->keys.forget();
  services_->live.forget();
  services_->lanes.forget();
  services_->no_calls.clear();
  services_->forms.forget();
  completions_->forget();
}

std::unique_ptr<Question> Dispatcher::ask(Request request, Handlers handlers) {
  return std::make_unique<RunningQuestion>(
      *services_, std::move(request), std::move(handlers),
      [this](const std::string& name, const std::vector<std::string>& reasons) {
        last_ = {name, reasons};
      });
}

routing::Decision Dispatcher::decide(const routing::Request& request, const config::Config& config) const {
  return routing::route(request, config, services_->world(config), services_->loop.now());
}

std::unique_ptr<Operation> Dispatcher::models(const config::Model& model, GotModels got) {
  return std::make_unique<Models>(*services_, model, std::move(got));
}

void Dispatcher::settle(unique_function<void()> done) { services_->trials.settle(std::move(done)); }

std::optional<int64_t> Dispatcher::window(const config::Model& model) const {
  const routing::World world = services_->world(*services_->config());
  const auto lane = world.lanes.find(model.name);
  return lane == world.lanes.end() ? std::nullopt : lane->second.context;
}

config::ToolForm Dispatcher::call_form(const config::Model& model) const {
  return services_->call_form(model);
}

void Dispatcher::learn_windows() {
  if (!learning_.empty()) return;
  const std::shared_ptr<const config::Config> config = services_->config();
  for (const config::Model& model : config->models) {
    // A key's command may ask the user for something: not for a question that was not put.
    if (model.context || !model.chat || !model.key.command.empty()) continue;
    learning_.push_back(models(model, [](const Result<provider::ModelList>&) {}));
  }
}

void Dispatcher::engine(const config::Model& model, const std::string& loading, const std::string& failure) {
  services_->lanes.engine(model, loading, failure);
  completions_->engine(model, loading, failure);
}

std::string Dispatcher::lane_state(const config::Model& model) const {
  return services_->lanes.state_words(model);
}

std::string Dispatcher::lane_words(const config::Model& model) const {
  const std::string latency = services_->lanes.latency_words(model);
  return services_->lanes.state_words(model) + (latency.empty() ? "" : "; " + latency);
}

std::string Dispatcher::canary_words() const { return services_->trials.words(*services_->config()); }

ledger::Ledger& Dispatcher::ledger() { return services_->ledger; }

}  // namespace coder::dispatch
