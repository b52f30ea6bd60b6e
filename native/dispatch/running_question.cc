#include "dispatch/running_question.h"

#include <algorithm>
#include <ctime>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "config/project.h"
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

size_t bytes_of(const privacy::Cleared& cleared) {
  size_t bytes = 0;
  for (const privacy::Message& message : cleared.messages()) bytes += message.text.size();
  return bytes;
}

double random_unit() {
  static std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

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
  if (out.usage.source == provider::UsageSource::none && out.posts > 0) {
    out.usage.input = estimate_tokens(prompt_bytes_);
    out.usage.output = estimate_tokens(output_bytes_);
    out.usage.reasoning = estimate_tokens(reasoning_bytes_);
    out.usage.source = provider::UsageSource::estimated;
  }
  if (model_) out.usd = cost_of(out.usage, model_->price);
  return out;
}

// --- choosing -------------------------------------------------------------------

void RunningQuestion::begin() {
  services_.budget.count_request();
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
  routing::World world = services_.world(*config_);
  if (!request_.folder.empty()) world.budget = config_->projects->lowered(config_->budget, request_.folder);
  decision_ = routing::route(request_.route, *config_, world, services_.loop.now());
  if (config_->router.canary) {
    services_.lanes.note_rollback(config_->router.canary->model, world.canary_rolled_back);
  }
  outcome_.reasons = decision_.reasons;
}

// The queue of a local engine decides only where another lane could take the request.
bool RunningQuestion::read_queue() {
  const std::vector<const Model*>& models = decision_.models;
  const Model& first = *models.front();
  const bool others = std::any_of(models.begin(), models.end(),
                                  [&](const Model* model) { return model->lane != first.lane; });
  if (first.lane != privacy::Lane::local || !others || queue_read_) return false;
  queue_read_ = true;
  services_.keys.get(first, [alive = alive_, &first](Result<Secret> key) {
    if (!*alive) return;
    RunningQuestion& ask = **alive;
    if (key) {
      ask.queue_ = ask.services_.lanes.refresh_queue(first, endpoint_of(first, std::move(*key)), [alive] {
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
  candidate_ = candidate;
  model_ = decision_.models[candidate];
  posts_here_ = 0;
  outcome_.model = model_->name;
  outcome_.model_id = request_.model_id.value_or(model_->model);
  outcome_.lane = model_->lane;
  if (instead.empty()) {
    std::string words;
    for (const std::string& reason : decision_.reasons) words += (words.empty() ? "" : "; ") + reason;
    log::info("route: " + model_->name + " (" + words + ")");
    if (!decision_.left.empty()) {
      services_.lanes.note_left(decision_.left, decision_.left_why, model_->name);
    } else {
      services_.lanes.note_used(model_->name);
    }
    start_shadow();
  }
  if (on_taken_) on_taken_(model_->name, outcome_.reasons);
  Result<privacy::Cleared> cleared =
      privacy::clear(request_.assemble(in_its_window(*model_)), model_->destination());
  if (!cleared) return end(std::move(cleared.error()));
  cleared_.emplace(std::move(*cleared));
  prompt_bytes_ = bytes_of(*cleared_);
  const std::shared_ptr<RunningQuestion*> alive = alive_;
  if (handlers_.on_chosen) {
    handlers_.on_chosen({*model_, cleared_->label(), outcome_.reasons, instead});
  }
  if (!*alive || !phase(Phase::connecting)) return;
  services_.keys.get(*model_, [alive = alive_](Result<Secret> key) {
    if (*alive) (*alive)->got_key(std::move(key));
  });
}

void RunningQuestion::got_key(Result<Secret> key) {
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
  const bool others = candidate_ + 1 < decision_.models.size() && worth_failover({}, outcome_.posts);
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
  provider::ChatHandlers handlers;
  handlers.on_accepted = [this] {
    queue_timer_.stop();
    phase(Phase::prefill);
  };
  handlers.on_text = [this](std::string_view text) {
    output_bytes_ += text.size();
    content(text.size());
    if (!shadow_.expired() && kept_text_.size() < kMaxKeptBytes) kept_text_ += text;
    if (handlers_.on_text) handlers_.on_text(text);
  };
  handlers.on_reasoning = [this](std::string_view text) {
    output_bytes_ += text.size();
    reasoning_bytes_ += text.size();
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
  services_.trials.add(*config_, *model_, true, ttft_);
  usage_ = std::move(result.usage);
  if (usage_.source == provider::UsageSource::reported)
    services_.tokens.learn(model_->name, prompt_bytes_, usage_.input);
  outcome_.finish = result.finish;
  outcome_.tool_calls = std::move(result.tool_calls);
  end({});
}

void RunningQuestion::failed(ChatError error) {
  queue_timer_.stop();
  queue_.reset();
  in_flight_ = false;
  usage_ = error.usage;
  const std::string words = error.to_error(endpoint_).message;
  log::info("dispatch: " + words);
  services_.lanes.failed(*model_, error, words);
  if (server_fault(error)) services_.trials.add(*config_, *model_, false, std::nullopt);
  if (error.trouble == Trouble::auth) services_.keys.forget();  // a command may give a fresh key

  if (error.trouble == Trouble::loading && !error.content_seen && outcome_.posts < kMaxPosts) {
    return loading(words);
  }
  if (error.trouble == Trouble::context_overflow && shrink(error, words)) return;
  const int posts = outcome_.posts;
  const bool others = candidate_ + 1 < decision_.models.size() && worth_failover(error, posts);
  const std::optional<Millis> wait = retry_wait(error, posts, random_unit());
  // A list that could not be had (no POST yet) is not asked for again and again.
  const bool again =
      posts_here_ > 0 && (!others || (posts_here_ == 1 && retry_before_failover(error, posts)));
  if (wait && again && services_.budget.take()) {
    if (phase(Phase::retry, words)) retry_timer_.start(*wait);
    return;
  }
  if (others && take_next(words, error.trouble == Trouble::context_overflow)) return;
  give_up(error);
}

// The server has counted the prompt: what was gathered is cut by that count and sent once more, if it is
// less.
bool RunningQuestion::shrink(const ChatError& error, const std::string& words) {
  if (shrunk_ || error.content_seen || outcome_.posts >= kMaxPosts) return false;
  if (error.window_tokens) services_.lanes.learn_context(*model_, *error.window_tokens);
  if (error.prompt_tokens) services_.tokens.learn(model_->name, prompt_bytes_, *error.prompt_tokens);
  if (!error.window_tokens && !error.prompt_tokens) return false;
  const Result<privacy::Cleared> smaller =
      privacy::clear(request_.assemble(in_its_window(*model_)), model_->destination());
  if (!smaller || bytes_of(*smaller) >= prompt_bytes_) return false;
  shrunk_ = true;
  const std::string instead = words + "; asked again with less context";
  outcome_.reasons.push_back(instead);
  log::info("dispatch: " + instead);
  call_.reset();
  take(candidate_, instead);
  return true;
}

/// The model with the window that its server has told, where the configuration says none or a larger one.
config::Model RunningQuestion::in_its_window(const Model& model) const {
  config::Model out = model;
  const routing::World world = services_.world(*config_);
  const auto lane = world.lanes.find(model.name);
  if (lane == world.lanes.end() || !lane->second.context) return out;
  out.context = std::min(out.context.value_or(*lane->second.context), *lane->second.context);
  return out;
}

// The engine reads its model: another lane answers meanwhile if one may, else the question waits.
void RunningQuestion::loading(const std::string& words) {
  waiting_ = services_.lanes.wait_ready(*model_, endpoint_, [this] { ready(); });
  if (take_next(words, false)) return;
  phase(Phase::warming, model_->name + " is loading the model");
}

/// Fails over to the next lane that can serve now; `larger`: to one with a larger window. False: there is
/// none.
bool RunningQuestion::take_next(const std::string& words, bool larger) {
  const routing::World world = services_.world(*config_);
  const auto window = [&](const Model& model) {
    const auto lane = world.lanes.find(model.name);
    const std::optional<int64_t> live = lane == world.lanes.end() ? std::nullopt : lane->second.context;
    return model.context ? model.context : live;
  };
  for (size_t next = candidate_ + 1; next < decision_.models.size(); ++next) {
    const Model& model = *decision_.models[next];
    const auto lane = world.lanes.find(model.name);
    if (lane != world.lanes.end()) {
      const routing::Circuit::State state = lane->second.circuit.state(services_.loop.now());
      if (!lane->second.shut.empty() || state == routing::Circuit::State::open) continue;
    }
    if (larger && window(model) && window(*model_) && *window(model) <= *window(*model_)) continue;
    waiting_.reset();
    call_.reset();
    const std::string instead = words + "; " + model.name + " answers instead";
    outcome_.reasons.push_back(instead);
    log::info("route: " + instead);
    services_.lanes.note_left(model_->name, words, model.name);
    take(next, instead);
    return true;
  }
  return false;
}

void RunningQuestion::give_up(const ChatError& error) {
  Error words = error.to_error(endpoint_);
  if (error.trouble == Trouble::model_not_found) return advise_on_model(std::move(words));
  const bool down = server_fault(error) || error.trouble == Trouble::loading;
  if (decision_.narrowed && down && !error.content_seen) {
    // What privacy or the budget has left over is down: that is a refusal, and says so.
    const bool label = request_.route.label == privacy::Label::local_only;
    const std::string what = !label ? std::string("the budget is spent")
                             : request_.route.label_origin.empty()
                                 ? std::string("the text is local_only")
                                 : request_.route.label_origin + " is local_only";
    return end(Error{ErrorKind::policy, what + ", and what may still answer does not: " + words.message,
                     "start or mend " + model_->name + "; the question was sent nowhere else"});
  }
  end(std::move(words));
}

void RunningQuestion::advise_on_model(Error error) {
  waiting_ = services_.live.get(endpoint_, true,
                                {[this, error](const provider::ModelList& list) {
                                   Error better = error;
                                   better.hint = advice_on_model(outcome_.model_id, list) +
                                                 " Write it as `model` in [models." + model_->name + "]";
                                   end(std::move(better));
                                 },
                                 [this, error](const ChatError&) { end(error); }});
}

void RunningQuestion::start_shadow() {
  if (!decision_.shadow) return;
  const Model& other = *decision_.shadow;
  Result<privacy::Cleared> cleared = privacy::clear(request_.assemble(other), other.destination());
  if (!cleared) return;
  shadow_ = Shadow::start(services_, config_, other, std::move(*cleared), request_.route.max_tokens,
                          request_.stream);
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
  if (out.usd && out.posts > 0 && model_ && model_->lane == privacy::Lane::cloud) {
    services_.spending.add(*out.usd, std::time(nullptr));
  }
  if (const std::shared_ptr<Shadow> shadow = shadow_.lock()) {
    shadow->beside(out, result.ok(), std::move(kept_text_));
  }
  if (!handlers_.on_done) return;
  auto on_done = std::move(handlers_.on_done);
  handlers_.on_done = nullptr;
  on_done(std::move(result), std::move(out));  // may destroy this
}

}  // namespace coder::dispatch
