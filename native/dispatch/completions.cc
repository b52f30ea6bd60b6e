#include "dispatch/completions.h"

#include <algorithm>

#include "base/log.h"
#include "dispatch/endpoint.h"
#include "dispatch/quota.h"

namespace coder::dispatch {

using config::Model;
using provider::ChatError;
using provider::Endpoint;
using provider::FimDialect;
using provider::FimServer;
using provider::Trouble;

namespace {

/// A suggestion that needs longer is of no use; the session gives up before.
constexpr Millis kHeaderLimit{8000};
constexpr Millis kTotalLimit{20000};
/// After a failure the lane is left alone for so long, doubled each time.
constexpr Millis kFirstCool{1000};
constexpr Millis kLongestCool{30000};
/// A slot of our own that does not start within this time is taken by somebody else's long request: for a
/// while the engine chooses.
constexpr Millis kSlotPatience{750};
constexpr Millis kSlotPause{10000};
/// From so many slots on, a second one for requests ahead leaves enough for others.
constexpr int kSlotsForAhead = 4;

bool paid(const Model& model) {
  const bool priced = model.price && (model.price->input > 0 || model.price->output > 0);
  return priced || model.lane == privacy::Lane::cloud;
}

/// Keeps a lease of one of `slots` slots (0: none is wanted), or takes one.
void hold(SlotLease& lease, const std::string& engine, int slots, bool from_top) {
  if (lease.slot().value_or(slots) < slots) return;
  lease = SlotLease();
  if (slots > 0) lease = SlotLease::take(engine, slots, from_top);
}

}  // namespace

/// What is known of one model's server.
struct Completions::Known {
  Model model;
  CompletionLane::State state = CompletionLane::State::unknown;
  Endpoint endpoint;
  FimServer server;
  size_t dialect = 0;  ///< index into server.dialects
  Error error;         ///< with failed
  int failures = 0;
  TimePoint cool_until;
  TimePoint slot_again;
  SlotLease slot, ahead_slot;
  bool fallback_told = false;
  std::unique_ptr<provider::ChatCall> probe;
  std::vector<std::weak_ptr<Run*>> waiting;

  FimDialect current() const { return server.dialects.empty() ? FimDialect::chat : server.dialects[dialect]; }
};

// One completion: choose → (find out what the server can do) → assemble, clear → POST; with a server that
// does not know the dialect once more in the next one.
class Completions::Run final : public Operation {
 public:
  Run(Completions& owner, CompletionRequest request, CompletionHandlers handlers)
      : owner_(owner),
        config_(owner.deps_.config()),
        request_(std::move(request)),
        handlers_(std::move(handlers)),
        self_(std::make_shared<Run*>(this)) {
    begin();
  }
  ~Run() override {
    note_wait();
    *self_ = nullptr;
  }

  /// The server's abilities are known, or they are not to be had.
  void found() {
    if (known_->state == CompletionLane::State::ready) return admit();
    end(known_->error);
  }

 private:
  void begin() {
    Result<std::vector<const Model*>> models = choose_completion(*config_, request_.model, request_.label);
    if (!models) return end_later(std::move(models.error()));
    const Model* model = owner_.pick(*models);
    if (!model) {
      return end_later(owner_.known(*models->front())->error);
    }
    outcome_.model = model->name;
    known_ = owner_.known(*model);
    if (known_->state == CompletionLane::State::ready) return admit();
    known_->waiting.push_back(self_);
    owner_.find_out(known_);
  }

  /// A suggestion that would have to wait for its turn is worth nothing. Local lanes go on at once: a turn of
  /// the loop is a turn of the loop.
  void admit() {
    const Model& model = known_->model;
    if (model.lane == privacy::Lane::local && !model.rpm) return post();
    const Quota quota = quota_of(model, known_->endpoint.key, config_->limits);
    turn_ = owner_.deps_.limits.admit(
        quota, false,
        {{}, [this](bool go) {
           if (go) return post();
           end(Error{ErrorKind::provider, known_->model.name + ": the rate limit is reached", ""});
         }});
  }

  void post() {
    Known& known = *known_;
    std::optional<privacy::Prompt> prompt = request_.assemble(known.model, known.server);
    if (!prompt) return end_later(Error{ErrorKind::interrupted, "the text has changed meanwhile", ""});
    Result<privacy::Cleared> cleared = privacy::clear(*prompt, known.model.destination());
    if (!cleared) return end_later(std::move(cleared.error()));
    dialect_ = known.current();
    const provider::FimParams params = make_params();
    slot_ = params.slot;
    posted_ = owner_.deps_.loop.now();
    provider::FimHandlers handlers;
    handlers.on_accepted = [this] {
      note_wait();
      known_->failures = 0;  // most requests are cancelled before they end well
      if (handlers_.on_accepted) handlers_.on_accepted();
    };
    handlers.on_text = [this](std::string_view text) {
      if (handlers_.on_text) handlers_.on_text(text);
    };
    handlers.on_result = [this](const provider::FimResult& result) {
      outcome_.finish = result.finish;
      end({});
    };
    handlers.on_error = [this](ChatError error) { failed(std::move(error)); };
    call_ = provider::start_fim(owner_.deps_.http, owner_.deps_.loop, known.endpoint, *cleared, params,
                                std::move(handlers));
  }

  provider::FimParams make_params() const {
    const Known& known = *known_;
    provider::FimParams params;
    params.dialect = dialect_;
    params.server = known.server;
    params.max_tokens = request_.max_tokens;
    params.time_limit = request_.time_limit;
    params.extra_json = known.model.extra_json;
    params.temperature = known.model.temperature;
    if (request_.alternative > 0) {
      params.temperature = std::max(known.model.temperature.value_or(0), 0.8);
      params.seed = request_.alternative;
    }
    if (request_.ahead) {
      params.slot = known.ahead_slot.slot();
    } else if (owner_.deps_.loop.now() >= known.slot_again) {
      params.slot = known.slot.slot();
    }
    return params;
  }

  /// Called when the wait for our own slot is over, one way or the other.
  void note_wait() {
    if (!slot_ || request_.ahead) return;
    slot_.reset();
    const TimePoint now = owner_.deps_.loop.now();
    if (now - posted_ < kSlotPatience) return;
    known_->slot_again = now + kSlotPause;
  }

  void failed(ChatError error) {
    slot_.reset();
    Known& known = *known_;
    const std::string words = error.to_error(known.endpoint).message;
    log::info("completion: " + words);
    if (!error.content_seen && provider::wrong_dialect(error, dialect_) && ++posts_ < kMaxDialects) {
      if (known.current() != dialect_) return post();  // another request was there first
      if (known.dialect + 1 < known.server.dialects.size()) {
        ++known.dialect;
        if (!known.fallback_told && owner_.deps_.notice) {
          owner_.deps_.notice(known.model.name + " does not take " + to_string(dialect_) + " completions (" +
                              words + "); ghost text goes on with " + to_string(known.current()));
        }
        known.fallback_told = true;
        owner_.changed();
        return post();
      }
    }
    if (error.trouble == Trouble::context_overflow) {
      known.server.context = known.server.context.value_or(8192) / 2;
    } else {
      owner_.failed(known, error.to_error(known.endpoint), &error);
    }
    end(error.to_error(known.endpoint));
  }

  void end_later(Result<void> result) {
    auto held = std::make_shared<Result<void>>(std::move(result));
    owner_.deps_.loop.post([self = self_, held] {
      if (*self) (*self)->end(std::move(*held));
    });
  }

  void end(Result<void> result) {
    auto on_done = std::move(handlers_.on_done);
    handlers_.on_done = nullptr;
    if (on_done) on_done(std::move(result), std::move(outcome_));  // may destroy this
  }

  static constexpr int kMaxDialects = 3;

  Completions& owner_;
  std::shared_ptr<const config::Config> config_;
  CompletionRequest request_;
  CompletionHandlers handlers_;
  std::shared_ptr<Run*> self_;
  std::shared_ptr<Known> known_;  ///< of the model chosen; lives on when the configuration changes
  CompletionOutcome outcome_;
  FimDialect dialect_ = FimDialect::chat;
  std::unique_ptr<Operation> turn_;
  std::unique_ptr<provider::ChatCall> call_;
  std::optional<int> slot_;  ///< while we wait for our own slot
  int posts_ = 0;
  TimePoint posted_;
};

Completions::Completions(Deps deps) : deps_(std::move(deps)) {}
Completions::~Completions() = default;

std::unique_ptr<Operation> Completions::start(CompletionRequest request, CompletionHandlers handlers) {
  return std::make_unique<Run>(*this, std::move(request), std::move(handlers));
}

const std::shared_ptr<Completions::Known>& Completions::known(const Model& model) {
  std::shared_ptr<Known>& at = known_[model.name];
  if (!at) {
    at = std::make_shared<Known>();
    at->model = model;
  }
  return at;
}

bool Completions::cooling(const Model& model) const {
  const auto found = known_.find(model.name);
  return found != known_.end() && found->second->cool_until > deps_.loop.now();
}

const Model* Completions::pick(const std::vector<const Model*>& models) const {
  const auto open = std::find_if(models.begin(), models.end(), [&](const Model* m) { return !cooling(*m); });
  return open == models.end() ? nullptr : *open;
}

// Whoever waited for it may start others now, or be gone.
void Completions::found(Known& known) {
  std::vector<std::weak_ptr<Run*>> waiting;
  waiting.swap(known.waiting);
  for (const std::weak_ptr<Run*>& weak : waiting) {
    const std::shared_ptr<Run*> run = weak.lock();
    if (run && *run) (*run)->found();
  }
  changed();
}

void Completions::find_out(const std::shared_ptr<Known>& asked) {
  if (asked->state == CompletionLane::State::asking) return;
  asked->state = CompletionLane::State::asking;
  changed();
  // What is forgotten meanwhile is gone, and its probe with it.
  deps_.keys.get(asked->model, [this, weak = std::weak_ptr<Known>(asked),
                                alive = std::weak_ptr<bool>(alive_)](Result<Secret> key) {
    const std::shared_ptr<Known> known = weak.lock();
    if (alive.expired() || !known) return;
    if (!key) {
      failed(*known, key.error(), nullptr);
      return found(*known);
    }
    known->endpoint = endpoint_of(known->model, std::move(*key));
    known->endpoint.header_limit = kHeaderLimit;
    known->endpoint.first_token_limit = kHeaderLimit;
    known->endpoint.total_limit = std::min(known->endpoint.total_limit, kTotalLimit);
    provider::FimProbeHandlers handlers;
    handlers.on_result = [this, weak](FimServer server) {
      if (const std::shared_ptr<Known> over = weak.lock()) ready(*over, std::move(server));
    };
    handlers.on_error = [this, weak](const ChatError& error) {
      const std::shared_ptr<Known> over = weak.lock();
      if (!over) return;
      const std::unique_ptr<provider::ChatCall> probe = std::move(over->probe);
      const Error words = error.to_error(over->endpoint);
      log::info("completion: " + words.message);
      failed(*over, words, &error);
      found(*over);
    };
    known->probe = provider::probe_fim(deps_.http, deps_.loop, known->endpoint,
                                       {known->model.model, known->model.fim_form}, std::move(handlers));
  });
}

void Completions::ready(Known& known, FimServer server) {
  const std::unique_ptr<provider::ChatCall> probe = std::move(known.probe);
  known.state = CompletionLane::State::ready;
  known.server = std::move(server);
  if (known.model.context) known.server.context = known.model.context;
  known.dialect = 0;
  known.failures = 0;
  const std::string engine = known.endpoint.address.url + known.endpoint.address.unix_socket;
  // A lease from before a failure is kept: the prompt's cache is in that slot.
  const int slots = known.server.llama_server ? known.server.slots : 1;
  hold(known.slot, engine, slots > 1 ? slots : 0, false);
  hold(known.ahead_slot, engine, slots >= kSlotsForAhead ? slots : 0, true);
  const std::optional<int> slot = known.slot.slot();
  log::info("completion: " + known.model.name + " speaks " + to_string(known.current()) +
            (slot ? ", slot " + std::to_string(*slot) : std::string()));
  found(known);
}

void Completions::failed(Known& known, const Error& error, const ChatError* cause) {
  known.state = CompletionLane::State::failed;  // asked anew next time: it may be another server by then
  known.error = error;
  Millis wait = kFirstCool;
  for (int i = 0; i < known.failures && wait < kLongestCool; ++i) wait *= 2;
  wait = std::min(wait, kLongestCool);
  if (cause && cause->retry_after) wait = std::max(wait, *cause->retry_after);
  // A model that is being loaded will be there soon.
  if (cause && cause->trouble == Trouble::loading) wait = kFirstCool;
  ++known.failures;
  known.cool_until = deps_.loop.now() + wait;
  if (cause && cause->trouble == Trouble::auth) deps_.keys.forget();
  changed();
}

void Completions::warm(privacy::Label label) {
  const std::shared_ptr<const config::Config> config = deps_.config();
  Result<std::vector<const Model*>> models = choose_completion(*config, std::nullopt, label);
  if (!models) return;
  if (const Model* model = pick(*models)) {
    const std::shared_ptr<Known> server = known(*model);
    if (server->state != CompletionLane::State::ready) find_out(server);
  }
}

CompletionLane Completions::lane(privacy::Label label) const {
  CompletionLane lane;
  const std::shared_ptr<const config::Config> config = deps_.config();
  Result<std::vector<const Model*>> models = choose_completion(*config, std::nullopt, label);
  if (!models) {
    lane.why = models.error().text();
    return lane;
  }
  const Model* open = pick(*models);
  const Model& model = open ? *open : *models->front();
  lane.model = model.name;
  lane.lane = model.lane;
  lane.paid = paid(model);
  lane.rpm = model.rpm;
  const auto found = known_.find(model.name);
  lane.state = found == known_.end() ? CompletionLane::State::unknown : found->second->state;
  if (found == known_.end()) return lane;
  const Known& server = *found->second;
  lane.why = server.error.text();
  if (lane.state == CompletionLane::State::failed && open) lane.state = CompletionLane::State::unknown;
  if (lane.state != CompletionLane::State::ready) return lane;
  lane.dialect = server.current();
  lane.ahead = server.ahead_slot.slot().has_value();
  return lane;
}

void Completions::changed() {
  if (!on_change_) return;
  deps_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired() && on_change_) on_change_();
  });
}

void Completions::forget() {
  std::map<std::string, std::shared_ptr<Known>> old;
  old.swap(known_);
  for (auto& [name, server] : old) {
    server->probe.reset();
    server->state = CompletionLane::State::failed;
    server->error = Error{ErrorKind::interrupted, "the configuration has changed", ""};
    found(*server);
  }
  changed();
}

}  // namespace coder::dispatch
