#include "dispatch/completions.h"

#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "config/project.h"
#include "dispatch/completions_known.h"
#include "dispatch/endpoint.h"
#include "dispatch/quota.h"
#include "dispatch/recording.h"
#include "provider/engine_state.h"

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
/// Reading a prompt ahead may take its time: an engine that sleeps takes the model back first.
constexpr Millis kReadLimit{120'000};
/// An engine that tells nothing of its queue within this time is at work.
constexpr Millis kQueueLimit{250};
/// A prompt that was being read holds its slot so long after we gave it up, at most.
constexpr Millis kCutPatience{1000};

/// Keeps a lease of one of `slots` slots (0: none is wanted), or takes one.
void hold(SlotLease& lease, const std::string& engine, int slots, bool from_top) {
  if (lease.slot().value_or(slots) < slots) return;
  lease = SlotLease();
  if (slots > 0) lease = SlotLease::take(engine, slots, from_top);
}

}  // namespace

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
    if (reads() && call_ && !over_) known_->cut = owner_.deps_.loop.now();
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
      return end_later(owner_.closed(*models->front()));
    }
    outcome_.model = model->name;
    const config::Budget& budget = config_->budget;
    const bool limited = !budget.models.empty() || !budget.lanes.empty();
    if (!budget.empty() && (limited || model->lane == privacy::Lane::cloud)) {
      spent_ = owner_.deps_.ledger.refresh([this, model] { within_budget(*model); });
      if (!spent_) within_budget(*model);
      return;
    }
    go_to(*model);
  }

  void within_budget(const Model& model) {
    const config::Budget budget = request_.folder.empty()
                                      ? config_->budget
                                      : config_->projects->lowered(config_->budget, request_.folder);
    const std::string why = ledger::stopped(budget, owner_.deps_.ledger.spent(), request_.folder, model);
    if (why.empty()) return go_to(model);
    end_later(Error{ErrorKind::policy, "the budget is used up: " + why, "raise it in [budget]"});
  }

  void go_to(const Model& model) {
    known_ = owner_.known(model);
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

  bool reads() const { return request_.max_tokens == 0; }

  /// Nobody waits for a prompt that is only read: others come first.
  void look() {
    queue_ =
        provider::ask_queue(owner_.deps_.http, known_->endpoint, kQueueLimit,
                            [this](std::optional<provider::Queue> queue, bool has_page) {
                              looked_ = true;
                              const bool works = queue ? queue->running + queue->waiting > 0 : has_page;
                              if (works)
                                return end(Error{ErrorKind::interrupted, "the engine works for others", ""});
                              post();
                            });
  }

  void post() {
    if (reads() && !looked_) return look();
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
      recording_->accepted();
      known_->failures = 0;  // most requests are cancelled before they end well
      if (handlers_.on_accepted) handlers_.on_accepted();
    };
    handlers.on_text = [this](std::string_view text) {
      recording_->text(text.size());
      if (handlers_.on_text) handlers_.on_text(text);
    };
    handlers.on_result = [this](const provider::FimResult& result) {
      outcome_.finish = result.finish;
      recording_->answered(result.usage);
      outcome_.timings = result.timings;
      end({});
    };
    handlers.on_error = [this](ChatError error) { failed(std::move(error)); };
    Endpoint endpoint = known.endpoint;
    if (reads()) endpoint.header_limit = endpoint.first_token_limit = endpoint.total_limit = kReadLimit;
    call_ = provider::start_fim(owner_.deps_.http, owner_.deps_.loop, endpoint, *cleared, params,
                                std::move(handlers));
    // Sent already: hashing and writing are for later.
    recording_ = std::make_unique<Recording>(owner_.deps_.ledger, owner_.deps_.loop, known.model,
                                             Recording::What{request_.folder,
                                                             "complete",
                                                             known.server.model,
                                                             {},
                                                             prompt->label(),
                                                             prompt->pieces(),
                                                             bytes_of(*cleared)});
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
    if (now - posted_ < kSlotPatience || posted_ - known_->cut < kCutPatience) return;
    known_->slot_again = now + kSlotPause;
  }

  void failed(ChatError error) {
    slot_.reset();
    Known& known = *known_;
    const std::string words = error.to_error(known.endpoint).message;
    recording_->failed(error.usage, words);
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
    } else if (!reads() || error.trouble != Trouble::timeout) {
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
    over_ = true;
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
  std::unique_ptr<ledger::Ledger::Refresh> spent_;
  std::unique_ptr<Operation> turn_;
  http::Transfer queue_;
  std::unique_ptr<provider::ChatCall> call_;
  std::unique_ptr<Recording> recording_;  ///< of the POST under way
  bool looked_ = false, over_ = false;
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
    at->server_index = static_cast<size_t>(::getpid()) % model.servers();  // sessions spread
    at->model = model.at_server(at->server_index);
  }
  return at;
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
  known.failures = known.polls = 0;
  known.loading.clear();
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
  known.loading.clear();
  const bool another = next_server(known, cause);
  known.cool_until = another ? TimePoint() : deps_.loop.now() + wait;
  if (cause && cause->trouble == Trouble::loading && !another) wait_for(known);
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
    server->again.reset();
    server->state = CompletionLane::State::failed;
    server->error = Error{ErrorKind::interrupted, "the configuration has changed", ""};
    found(*server);
  }
  changed();
}

}  // namespace coder::dispatch
