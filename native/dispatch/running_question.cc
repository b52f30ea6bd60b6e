#include "dispatch/running_question.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dispatch/endpoint.h"
#include "dispatch/quota.h"

namespace coder::dispatch {

using config::Model;
using provider::ChatError;
using provider::Trouble;

namespace {

/// Longest wait for the response head where another lane could answer: enough for a queue that moves.
constexpr Millis kHeaderLimitWithOthers{30000};
/// The same for the one request that finds out whether a server has come back.
constexpr Millis kHeaderLimitOfProbe{10000};
constexpr Millis kQueueShown{1000};
constexpr size_t kMaxKeptBytes = 256u << 10;

}  // namespace

template <class F>
void RunningQuestion::later(F f) {
  services_.loop.post([alive = alive_, f] {
    if (*alive) f(**alive);
  });
}

RunningQuestion::RunningQuestion(Services& services, Request request, Handlers handlers, OnTaken on_taken)
    : services_(services),
      config_(services.config()),
      request_(std::move(request)),
      handlers_(std::move(handlers)),
      on_taken_(std::move(on_taken)),
      alive_(std::make_shared<RunningQuestion*>(this)),
      retry_timer_(services.loop, [this] { ready(); }),
      queue_timer_(services.loop, [this] { watch_queue(); }),
      started_(services.loop.now()) {
  later([](RunningQuestion& ask) { ask.begin(); });
}

RunningQuestion::~RunningQuestion() {
  *alive_ = nullptr;
  if (!in_flight_) return;
  std::optional<Millis> waited;
  if (!first_token_) waited = std::chrono::duration_cast<Millis>(services_.loop.now() - sent_);
  services_.lanes.cancelled(*model_, waited, config_->router);
}

Outcome RunningQuestion::outcome() const {
  Outcome out = outcome_;
  out.ms = millis_between(started_, Clock::now());
  out.usage = usage_;
  if (out.posts > 0) out.usage = estimated(usage_, prompt_bytes_, output_bytes_, reasoning_bytes_);
  if (!model_) return out;
  if (const std::optional<ledger::Nano> cost = cost_of(out.usage, model_->price)) {
    out.usd = ledger::usd_of(before_ + *cost);
  }
  return out;
}

// --- choosing -------------------------------------------------------------------

void RunningQuestion::begin() {
  services_.budget.count_request();
  spent_ = services_.ledger.refresh([this] { know_trials(); });
  if (!spent_) know_trials();
}

void RunningQuestion::know_trials() {
  trials_ = services_.trials.refresh(*config_, [this] { choose(); });
  if (!trials_) choose();
}

void RunningQuestion::choose() {
  decide();
  if (decision_.refused) {
    outcome_.reasons = decision_.reasons;
    return end(std::move(*decision_.refused));
  }
  if (!read_queue()) take(0, "");
}

void RunningQuestion::decide() {
  const routing::World world = services_.world(*config_, request_.folder);
  decision_ = routing::route(request_.route, *config_, world, services_.loop.now());
  if (config_->router.canary) {
    services_.lanes.note_rollback(config_->router.canary->model, world.canary_rolled_back);
  }
  outcome_.reasons = decision_.reasons;
}

// The queue of a local engine decides only where another lane, or another server of it, could take the
// request.
bool RunningQuestion::read_queue() {
  const std::vector<const Model*>& models = decision_.models;
  const Model& first = *models.front();
  const bool others = std::any_of(models.begin(), models.end(),
                                  [&](const Model* model) { return model->lane != first.lane; });
  if (first.lane != privacy::Lane::local || !(others || first.servers() > 1) || queue_read_) return false;
  queue_read_ = true;
  services_.keys.get(first, [alive = alive_, &first](Result<Secret> key) {
    if (!*alive) return;
    RunningQuestion& ask = **alive;
    if (key) {
      ask.queue_ = ask.services_.lanes.refresh_queues(first, endpoint_of(first, std::move(*key)), [alive] {
        if (!*alive) return;
        (*alive)->decide();
        (*alive)->take(0, "");
      });
      if (ask.queue_) return;
    }
    ask.take(0, "");
  });
  return true;
}

void RunningQuestion::take(size_t candidate, const std::string& instead) {
  if (candidate != candidate_) tried_.clear();
  candidate_ = candidate;
  const Model& chosen = *decision_.models[candidate];
  const std::optional<routing::ReplicaPick> server = services_.lanes.pick_server(chosen, tried_);
  server_ = server ? server->index : 0;
  here_ = chosen.at_server(server_);
  model_ = &here_;
  if (server && instead.empty() && !server->why.empty()) outcome_.reasons.push_back(server->why);
  posts_here_ = 0;
  outcome_.model = model_->name;
  outcome_.model_id = request_.model_id.value_or(model_->model);
  outcome_.lane = model_->lane;
  if (instead.empty()) {
    std::string words;
    for (const std::string& reason : outcome_.reasons) words += (words.empty() ? "" : "; ") + reason;
    log::info("route: " + model_->name + " (" + words + ")");
    if (!decision_.left.empty()) {
      services_.lanes.note_left(decision_.left, decision_.left_why, model_->name);
    } else {
      services_.lanes.note_used(model_->name);
    }
    start_shadow();
  }
  if (on_taken_) on_taken_(model_->name, outcome_.reasons);
  const privacy::Prompt prompt = request_.assemble(in_its_window(*model_));
  Result<privacy::Cleared> cleared = privacy::clear(prompt, model_->destination());
  if (!cleared) return end(std::move(cleared.error()));
  pieces_ = prompt.pieces();
  cleared_.emplace(std::move(*cleared));
  prompt_bytes_ = bytes_of(*cleared_);
  const std::shared_ptr<RunningQuestion*> alive = alive_;
  if (handlers_.on_chosen) {
    handlers_.on_chosen({chosen, cleared_->label(), outcome_.reasons, instead});
  }
  if (!*alive || !phase(Phase::connecting)) return;
  services_.keys.get(*model_, [alive = alive_](Result<Secret> key) {
    if (*alive) (*alive)->got_key(std::move(key));
  });
}

void RunningQuestion::got_key(Result<Secret> key) {
  if (const std::string why = services_.lanes.engine_failure(*model_); !why.empty()) {
    if (take_next(why, false)) return;
    return end(Error{ErrorKind::provider, model_->name + ": " + why, ""});
  }
  if (!key) {
    services_.lanes.shut(*model_, key.error().message);
    if (take_next(key.error().message, false)) return;
    return end(std::move(key.error()));
  }
  quota_ = quota_of(*model_, *key, config_->limits);
  endpoint_ = endpoint_of(*model_, std::move(*key));
  if (!services_.lanes.warming(*model_)) return ready();
  if (!phase(Phase::warming, model_->name + " is loading the model")) return;
  waiting_ = services_.lanes.wait_ready(*model_, endpoint_, [this] { ready(); });
}

void RunningQuestion::ready() {
  if (outcome_.model_id.find('*') == std::string::npos) return admit();
  waiting_ = services_.live.get(endpoint_, false,
                                {[this](const provider::ModelList& list) { resolve(list); },
                                 [this](ChatError error) { failed(std::move(error)); }});
}

void RunningQuestion::resolve(const provider::ModelList& list) {
  const std::string id = provider::resolve_pin(outcome_.model_id, list.ids);
  if (id.empty()) {
    const std::string words = model_->name + ": no live model matches `" + model_->model + "`";
    services_.lanes.shut(*model_, words);
    if (take_next(words, false)) return;
    return end(Error{ErrorKind::provider, words, advice_on_model(model_->model, list)});
  }
  outcome_.model_id = id;
  if (const auto known = list.context.find(id); known != list.context.end()) {
    services_.lanes.learn_context(*model_, known->second);
  }
  admit();
}

void RunningQuestion::admit() {
  Limits::Handlers handlers;
  handlers.on_wait = [this](int ahead, Millis wait) {
    phase(Phase::limited, "number " + std::to_string(ahead + 1) + " under the rate limit of " + model_->name +
                              ", " + std::to_string((wait.count() + 999) / 1000) + " s");
  };
  handlers.on_go = [this](bool) { post(); };
  waiting_ = services_.limits.admit(quota_, true, std::move(handlers));
}

// --- the call -------------------------------------------------------------------

void RunningQuestion::post() {
  ++outcome_.posts;
  ++posts_here_;
  before_ += std::exchange(last_, 0);
  const bool others =
      (candidate_ + 1 < decision_.models.size() || replica_left()) && worth_failover({}, outcome_.posts);
  const auto state = services_.world(*config_).lanes[model_->name].circuit.state(services_.loop.now());
  endpoint_.header_limit.reset();
  if (others) {
    endpoint_.header_limit =
        state == routing::Circuit::State::closed ? kHeaderLimitWithOthers : kHeaderLimitOfProbe;
  }
  provider::ChatParams params;
  params.model = outcome_.model_id;
  params.stream = request_.stream;
  params.max_tokens = request_.route.max_tokens ? request_.route.max_tokens : model_->max_tokens;
  params.temperature = model_->temperature;
  params.extra_json = model_->extra_json;
  if (takes_calls()) {
    params.tools = request_.tools;
    params.tool_choice = request_.tool_choice;
  } else {
    services_.forms.put(*model_, request_.answer_schema, params);
  }
  provider::ChatHandlers handlers;
  handlers.on_accepted = [this] {
    queue_timer_.stop();
    recording_->accepted();
    phase(Phase::prefill);
  };
  handlers.on_text = [this](std::string_view text) {
    output_bytes_ += text.size();
    recording_->text(text.size());
    content(text.size());
    if (!shadow_.expired() && kept_text_.size() < kMaxKeptBytes) kept_text_ += text;
    if (handlers_.on_text) handlers_.on_text(text);
  };
  handlers.on_reasoning = [this](std::string_view text) {
    output_bytes_ += text.size();
    reasoning_bytes_ += text.size();
    recording_->reasoning(text.size());
    content(text.size());
    if (handlers_.on_reasoning) handlers_.on_reasoning(text);
  };
  handlers.on_result = [this](provider::ChatResult result) { answered(std::move(result)); };
  handlers.on_error = [this](ChatError error) { failed(std::move(error)); };
  if (!phase(Phase::queued)) return;
  if (model_->lane == privacy::Lane::local) queue_timer_.start(kQueueShown);
  services_.lanes.begin(*model_);
  in_flight_ = true;
  first_token_ = false;
  ttft_.reset();
  sent_ = services_.loop.now();
  call_ =
      provider::start_chat(services_.http, services_.loop, endpoint_, *cleared_, params, std::move(handlers));
  // Sent already: hashing and writing are for later.
  recording_ = std::make_unique<Recording>(
      services_.ledger, services_.loop, *model_,
      Recording::What{request_.folder, request_.route.task, outcome_.model_id, outcome_.reasons,
                      cleared_->label(), pieces_, prompt_bytes_});
}

// Sent, and no slot has begun on it: show how many wait there.
void RunningQuestion::watch_queue() {
  queue_timer_.start(kQueueShown);
  queue_ = services_.lanes.refresh_queue(*model_, endpoint_, [this] {
    const int waiting = services_.lanes.waiting(*model_);
    if (!queue_timer_.active() || waiting == 0) return;
    phase(Phase::queued, std::to_string(waiting) + " waiting at " + model_->name);
  });
}

void RunningQuestion::content(size_t) {
  const TimePoint now = services_.loop.now();
  if (!outcome_.ttft_ms) outcome_.ttft_ms = millis_between(started_, now);
  if (first_token_) return;
  first_token_ = true;
  if (!request_.stream) return;  // a whole answer says nothing about its first token
  ttft_ = std::chrono::duration_cast<Millis>(now - sent_);
  services_.lanes.first_token(*model_, *ttft_, config_->router);
}

void RunningQuestion::answered(provider::ChatResult result) {
  in_flight_ = false;
  services_.lanes.succeeded(*model_);
  services_.trials.add(*config_, *decision_.models[candidate_], true, ttft_);
  usage_ = std::move(result.usage);
  recording_->answered(usage_);
  if (usage_.source == provider::UsageSource::reported)
    services_.tokens.learn(model_->name, prompt_bytes_, usage_.input);
  outcome_.trouble.reset();
  outcome_.retry_after.reset();
  outcome_.finish = result.finish;
  outcome_.tool_calls = std::move(result.tool_calls);
  end({});
}

void RunningQuestion::start_shadow() {
  if (!decision_.shadow || !request_.tools.empty()) return;  // what it would call is nobody's to answer
  const Model& other = *decision_.shadow;
  const privacy::Prompt prompt = request_.assemble(other);
  Result<privacy::Cleared> cleared = privacy::clear(prompt, other.destination());
  if (!cleared) return;
  const size_t bytes = bytes_of(*cleared);
  shadow_ = Shadow::start(
      services_, config_, other, std::move(*cleared), request_.route.max_tokens, request_.stream,
      {request_.folder, request_.route.task, "", {"shadow"}, prompt.label(), prompt.pieces(), bytes});
}

/// False: it was given up there.
bool RunningQuestion::phase(Phase phase, const std::string& detail) {
  const std::shared_ptr<RunningQuestion*> alive = alive_;
  if (handlers_.on_phase) handlers_.on_phase(phase, detail);
  return *alive != nullptr;
}

void RunningQuestion::end(Result<void> result) {
  in_flight_ = false;
  queue_timer_.stop();
  retry_timer_.stop();
  Outcome out = outcome();
  if (const std::shared_ptr<Shadow> shadow = shadow_.lock()) {
    shadow->beside(out, result.ok(), std::move(kept_text_));
  }
  if (!handlers_.on_done) return;
  auto on_done = std::move(handlers_.on_done);
  handlers_.on_done = nullptr;
  on_done(std::move(result), std::move(out));  // may destroy this
}

}  // namespace coder::dispatch
