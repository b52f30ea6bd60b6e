#include "dispatch/shadow.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "base/tokens.h"
#include "dispatch/endpoint.h"
#include "dispatch/quota.h"
#include "dispatch/recording.h"

namespace coder::dispatch {

namespace {

/// Of each answer, for the comparison.
constexpr size_t kMaxKeptBytes = 256u << 10;

std::string figures(const std::string& model, double ms, const std::optional<double>& ttft, int64_t out,
                    const std::optional<double>& usd) {
  char text[200];
  std::snprintf(text, sizeof text, " %.0f ms, first token %s, out=%lld, %s", ms,
                ttft ? (std::to_string(static_cast<int64_t>(*ttft)) + " ms").c_str() : "never",
                static_cast<long long>(out), usd ? ("$" + std::to_string(*usd)).c_str() : "$?");
  return model + text;
}

}  // namespace

struct Shadow::State {
  State(Services& with, std::shared_ptr<const config::Config> of, const config::Model& to,
        privacy::Cleared prompt)
      : services(with), config(std::move(of)), model(to), cleared(std::move(prompt)) {}

  Services& services;
  std::shared_ptr<const config::Config> config;
  const config::Model& model;
  privacy::Cleared cleared;
  provider::ChatParams params;
  std::shared_ptr<Shadow*> self;
  Quota quota;
  provider::Endpoint endpoint;
  std::unique_ptr<Operation> waiting;
  std::unique_ptr<provider::ChatCall> call;
  std::string text;
  size_t bytes = 0;
  TimePoint sent;
  std::optional<double> ttft;
  double ms = 0;
  provider::Usage usage;
  std::string failure;
  bool over = false;
  std::optional<std::string> other;  ///< figures of the answer that counts
  bool other_well = false;
  std::string other_text;
  Recording::What what;
  std::unique_ptr<Recording> recording;
};

std::shared_ptr<Shadow> Shadow::start(Services& services, std::shared_ptr<const config::Config> config,
                                      const config::Model& model, privacy::Cleared cleared,
                                      std::optional<int64_t> max_tokens, bool stream, Recording::What what) {
  auto shadow = std::make_shared<Shadow>(services, std::move(config), model, std::move(cleared), max_tokens,
                                         stream, std::move(what));
  services.shadows.insert(shadow);
  return shadow;
}

Shadow::Shadow(Services& services, std::shared_ptr<const config::Config> config, const config::Model& model,
               privacy::Cleared cleared, std::optional<int64_t> max_tokens, bool stream, Recording::What what)
    : state_(std::make_unique<State>(services, std::move(config), model, std::move(cleared))) {
  state_->self = std::make_shared<Shadow*>(this);
  state_->what = std::move(what);
  state_->params.model = model.model;
  state_->params.stream = stream;
  state_->params.max_tokens = max_tokens ? max_tokens : model.max_tokens;
  state_->params.temperature = model.temperature;
  state_->params.extra_json = model.extra_json;
  services.keys.get(model, [alive = state_->self](Result<Secret> key) {
    if (!*alive) return;
    if (key) return (*alive)->got_key(std::move(*key));
    (*alive)->failed(key.error().message);
  });
}

Shadow::~Shadow() { *state_->self = nullptr; }

void Shadow::got_key(Secret key) {
  State& s = *state_;
  s.quota = quota_of(s.model, key, s.config->limits);
  s.endpoint = endpoint_of(s.model, std::move(key));
  if (s.model.model.find('*') == std::string::npos) return admit();
  s.waiting = s.services.live.get(
      s.endpoint, false,
      {[this](const provider::ModelList& list) {
         state_->params.model = provider::resolve_pin(state_->model.model, list.ids);
         if (!state_->params.model.empty()) return admit();
         failed("no live model matches `" + state_->model.model + "`");
       },
       [this](const provider::ChatError& error) { failed(error.to_error(state_->endpoint).message); }});
}

void Shadow::admit() {
  State& s = *state_;
  s.waiting = s.services.limits.admit(s.quota, false, {{}, [this](bool go) {
                                                         if (go) return post();
                                                         failed("left out: the rate limit is reached");
                                                       }});
}

void Shadow::post() {
  State& s = *state_;
  s.sent = s.services.loop.now();
  s.what.model_id = s.params.model;
  s.recording = std::make_unique<Recording>(s.services.ledger, s.services.loop, s.model, std::move(s.what));
  provider::ChatHandlers handlers;
  handlers.on_accepted = [this] { state_->recording->accepted(); };
  const auto content = [this](std::string_view text) {
    if (!state_->ttft) state_->ttft = millis_between(state_->sent, state_->services.loop.now());
    state_->bytes += text.size();
  };
  handlers.on_text = [this, content](std::string_view text) {
    content(text);
    state_->recording->text(text.size());
    if (state_->text.size() < kMaxKeptBytes) {
      state_->text += text.substr(0, kMaxKeptBytes - state_->text.size());
    }
  };
  handlers.on_reasoning = [this, content](std::string_view text) {
    content(text);
    state_->recording->reasoning(text.size());
  };
  handlers.on_result = [this](provider::ChatResult result) {
    state_->usage = std::move(result.usage);
    state_->recording->answered(state_->usage);
    ended();
  };
  handlers.on_error = [this](const provider::ChatError& error) {
    state_->usage = error.usage;
    state_->recording->failed(error.usage, error.to_error(state_->endpoint).message);
    failed(error.to_error(state_->endpoint).message);
  };
  s.call = provider::start_chat(s.services.http, s.services.loop, s.endpoint, s.cleared, s.params,
                                std::move(handlers));
}

void Shadow::failed(std::string why) {
  state_->failure = std::move(why);
  ended();
}

void Shadow::ended() {
  State& s = *state_;
  s.over = true;
  s.ms = s.sent == TimePoint() ? 0 : millis_between(s.sent, s.services.loop.now());
  if (s.ttft) {
    s.services.lanes.first_token(s.model, Millis(static_cast<int64_t>(*s.ttft)), s.config->router);
  }
  if (s.usage.source == provider::UsageSource::none && s.bytes > 0) s.usage.output = estimate_tokens(s.bytes);
  if (s.other) say();
}

void Shadow::beside(const Outcome& outcome, bool well, std::string text) {
  State& s = *state_;
  s.other = figures(outcome.model, outcome.ms, outcome.ttft_ms, outcome.usage.output, outcome.usd);
  s.other_well = well;
  s.other_text = std::move(text);
  if (s.over) say();
}

void Shadow::say() {
  State& s = *state_;
  std::string line = "shadow: ";
  if (s.failure.empty()) {
    const std::optional<ledger::Nano> cost = cost_of(s.usage, s.model.price);
    line += figures(s.model.name, s.ms, s.ttft, s.usage.output,
                    cost ? std::optional(ledger::usd_of(*cost)) : std::nullopt);
  } else {
    line += s.model.name + " failed (" + s.failure + ")";
  }
  line += "; beside " + *s.other + (s.other_well ? "" : " (did not end well)");
  if (s.failure.empty() && s.other_well) {
    line += "; " + std::to_string(alike_percent(s.text, s.other_text)) + " % of the lines alike";
  }
  log::info(line);
  // Not from inside one of its own callbacks.
  s.services.loop.post([&services = s.services, alive = s.self] {
    if (!*alive) return;
    for (auto at = services.shadows.begin(); at != services.shadows.end(); ++at) {
      if (at->get() != *alive) continue;
      services.shadows.erase(at);
      return;
    }
  });
}

int alike_percent(const std::string& a, const std::string& b) {
  std::map<std::string_view, int> lines;
  size_t total = 0, common = 0;
  for (const std::string_view line : split(a, '\n')) {
    if (trim(line).empty()) continue;
    ++lines[trim(line)];
    ++total;
  }
  for (const std::string_view line : split(b, '\n')) {
    if (trim(line).empty()) continue;
    ++total;
    int& left = lines[trim(line)];
    if (left > 0) {
      --left;
      ++common;
    }
  }
  return total == 0 ? 100 : static_cast<int>(200 * common / total);
}

}  // namespace coder::dispatch
