#include "dispatch/dispatcher.h"

#include <random>

#include "base/log.h"
#include "dispatch/endpoint.h"

namespace coder::dispatch {

using provider::ChatError;
using provider::Endpoint;

namespace {

double random_unit() {
  static std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

}  // namespace

const char* to_string(Phase phase) {
  switch (phase) {
    case Phase::connecting:
      return "connecting";
    case Phase::queued:
      return "queued";
    case Phase::prefill:
      return "prefill";
    case Phase::retry:
      return "retry";
  }
  return "";
}

// One call: begin → key → (pin) → post, and from post on errors perhaps again.
// `config_` is held so that the chosen Model stays valid over a reload.
class Dispatcher::Ask final : public Question {
 public:
  Ask(Dispatcher& owner, Request request, Handlers handlers)
      : owner_(owner),
        config_(owner.config_()),
        request_(std::move(request)),
        handlers_(std::move(handlers)),
        retry_timer_(owner.loop_, [this] { post(); }),
        alive_(std::make_shared<Ask*>(this)) {
    later([](Ask& ask) { ask.begin(); });
  }
  ~Ask() override { *alive_ = nullptr; }

  Outcome outcome() const override {
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

 private:
  template <class F>
  void later(F f) {
    owner_.loop_.post([alive = alive_, f] {
      if (*alive) f(**alive);
    });
  }

  void begin() {
    Result<const config::Model*> chosen = choose(*config_, request_.wish, request_.label);
    if (!chosen) return end(std::move(chosen.error()));
    model_ = *chosen;
    outcome_.model = model_->name;
    outcome_.model_id = model_->model;
    outcome_.lane = model_->lane;
    Result<privacy::Cleared> cleared = privacy::clear(request_.assemble(*model_), model_->destination());
    if (!cleared) return end(std::move(cleared.error()));
    cleared_.emplace(std::move(*cleared));
    for (const privacy::Message& message : cleared_->messages()) prompt_bytes_ += message.text.size();
    if (handlers_.on_chosen) handlers_.on_chosen(*model_, cleared_->label());
    phase(Phase::connecting);
    owner_.keys_.get(*model_, [alive = alive_](Result<Secret> key) {
      if (*alive) (*alive)->got_key(std::move(key));
    });
  }

  void got_key(Result<Secret> key) {
    if (!key) return end(std::move(key.error()));
    endpoint_ = endpoint_of(*model_, std::move(*key));
    if (model_->model.find('*') == std::string::npos) return post();
    listing_ = provider::list_models(owner_.http_, owner_.loop_, endpoint_,
                                     {[this](provider::ModelList list) { resolve(list); },
                                      [this](ChatError error) { end(error.to_error(endpoint_)); }});
  }

  void resolve(const provider::ModelList& list) {
    outcome_.model_id = provider::resolve_pin(model_->model, list.ids);
    if (outcome_.model_id.empty()) {
      return end(Error{ErrorKind::provider, model_->name + ": no live model matches `" + model_->model + "`",
                       "coder-nvim models " + model_->name + " lists what the server has"});
    }
    post();
  }

  void post() {
    if (outcome_.posts == 0) owner_.budget_.count_request();
    ++outcome_.posts;
    provider::ChatParams params;
    params.model = outcome_.model_id;
    params.stream = request_.stream;
    params.max_tokens = request_.max_tokens ? request_.max_tokens : model_->max_tokens;
    params.temperature = model_->temperature;
    params.extra_json = model_->extra_json;
    provider::ChatHandlers handlers;
    handlers.on_accepted = [this] { phase(Phase::prefill); };
    handlers.on_text = [this](std::string_view text) {
      content(text.size());
      if (handlers_.on_text) handlers_.on_text(text);
    };
    handlers.on_reasoning = [this](std::string_view text) {
      reasoning_bytes_ += text.size();
      content(text.size());
      if (handlers_.on_reasoning) handlers_.on_reasoning(text);
    };
    handlers.on_result = [this](provider::ChatResult result) {
      usage_ = std::move(result.usage);
      outcome_.finish = result.finish;
      outcome_.tool_calls = std::move(result.tool_calls);
      end({});
    };
    handlers.on_error = [this](ChatError error) { failed(std::move(error)); };
    phase(Phase::queued);
    call_ =
        provider::start_chat(owner_.http_, owner_.loop_, endpoint_, *cleared_, params, std::move(handlers));
  }

  void content(size_t bytes) {
    output_bytes_ += bytes;
    if (!outcome_.ttft_ms) outcome_.ttft_ms = millis_between(started_, Clock::now());
  }

  void failed(ChatError error) {
    usage_ = error.usage;
    const std::string words = error.to_error(endpoint_).message;
    log::info("dispatch: " + words);
    const std::optional<Millis> wait = retry_wait(error, outcome_.posts, random_unit());
    if (!wait || !owner_.budget_.take()) {
      if (error.trouble == provider::Trouble::auth) owner_.keys_.forget();  // a command may give a fresh key
      return end(error.to_error(endpoint_));
    }
    phase(Phase::retry, words);
    retry_timer_.start(*wait);
  }

  void phase(Phase phase, const std::string& detail = "") {
    if (handlers_.on_phase) handlers_.on_phase(phase, detail);
  }

  void end(Result<void> result) {
    Outcome out = outcome();
    if (handlers_.on_done) {
      auto on_done = std::move(handlers_.on_done);
      on_done(std::move(result), std::move(out));  // may destroy this
    }
  }

  Dispatcher& owner_;
  std::shared_ptr<const config::Config> config_;
  Request request_;
  Handlers handlers_;
  loop::Timer retry_timer_;
  std::shared_ptr<Ask*> alive_;
  const config::Model* model_ = nullptr;
  std::optional<privacy::Cleared> cleared_;
  Endpoint endpoint_;
  std::unique_ptr<provider::ChatCall> listing_;
  std::unique_ptr<provider::ChatCall> call_;
  Outcome outcome_;
  provider::Usage usage_;
  size_t prompt_bytes_ = 0;
  size_t output_bytes_ = 0;
  size_t reasoning_bytes_ = 0;
  TimePoint started_ = Clock::now();
};

class Dispatcher::Models final : public Operation {
 public:
  Models(Dispatcher& owner, const config::Model& model, GotModels got)
      : owner_(owner), model_(model), got_(std::move(got)), alive_(std::make_shared<Models*>(this)) {
    owner_.keys_.get(model_, [alive = alive_](Result<Secret> key) {
      if (*alive) (*alive)->got_key(std::move(key));
    });
  }
  ~Models() override { *alive_ = nullptr; }

 private:
  void got_key(Result<Secret> key) {
    if (!key) return end(std::move(key.error()));
    endpoint_ = endpoint_of(model_, std::move(*key));
    call_ = provider::list_models(owner_.http_, owner_.loop_, endpoint_,
                                  {[this](provider::ModelList list) { end(std::move(list)); },
                                   [this](ChatError error) { end(error.to_error(endpoint_)); }});
  }
  void end(Result<provider::ModelList> result) {
    auto got = std::move(got_);
    if (got) got(std::move(result));  // may destroy this
  }

  Dispatcher& owner_;
  config::Model model_;
  GotModels got_;
  std::shared_ptr<Models*> alive_;
  Endpoint endpoint_;
  std::unique_ptr<provider::ChatCall> call_;
};

Dispatcher::Dispatcher(loop::Loop& loop, GetConfig config, std::function<void(const std::string&)> notice)
    : loop_(loop),
      config_(std::move(config)),
      http_(loop),
      keys_(loop),
      completions_({loop_, http_, keys_, config_, std::move(notice)}) {}
Dispatcher::~Dispatcher() = default;

void Dispatcher::config_changed() {
  keys_.forget();
  completions_.forget();
}

std::unique_ptr<Question> Dispatcher::ask(Request request, Handlers handlers) {
  return std::make_unique<Ask>(*this, std::move(request), std::move(handlers));
}

std::unique_ptr<Operation> Dispatcher::models(const config::Model& model, GotModels got) {
  return std::make_unique<Models>(*this, model, std::move(got));
}

}  // namespace coder::dispatch
