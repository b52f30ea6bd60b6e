#include "app/bench_lane.h"

#include <algorithm>

#include "dispatch/question.h"
#include "loop/child.h"

namespace coder::app {
namespace {

/// Rounds for a speed: the median of three is not thrown off by one.
constexpr int kRounds = 3;
/// A lane that fails so often in a row is not asked further.
constexpr int kMostFailures = 3;
constexpr int64_t kShortAnswer = 8;
/// Of a short prompt, the chat template included, in tokens.
constexpr int64_t kShortPrompt = 40;
/// What a chat template and the answer take of the window.
constexpr int64_t kAround = 64;
/// The first prompt of the search shows how many bytes the lane's tokens have.
constexpr int64_t kFirstContext = 2'000;
/// The search ends when it is as exact as this share, and after so many prompts.
constexpr int64_t kExact = 32;
constexpr int kMostTries = 10;
/// A prompt that is not begun upon within this counts as too long.
constexpr Millis kPatience{60'000};
constexpr Millis kEngine{600'000};
/// Of the cost of the largest prompt what all of a search may come to: half of it, three quarters …
constexpr double kSearchFactor = 3;
/// Fewer tokens than this share of those sent: the server has cut the prompt.
constexpr double kCut = 0.9;
/// No tokenizer makes tokens of so many bytes of such text: the server's count is none.
constexpr double kMostBytesPerToken = 12;

std::string short_prompt(size_t number) {
  return "Answer with the one word ready. This is request " + std::to_string(number) + ".";
}

const char* const kLongPrompt = "Count from one to three hundred in words, separated by commas.";

/// Lines that no tokenizer makes one token of. Longer ones begin like shorter ones, so that a prefix cache
/// helps.
std::string filler(size_t bytes) {
  std::string out = "Answer with the one word ready. Below are lines that do not matter.\n";
  for (uint64_t i = 1; out.size() < bytes; ++i) {
    out += "line " + std::to_string(i) + ": value " + std::to_string(i * 2654435761u % 99991) + " of " +
           std::to_string(i * 40503u % 9973) + "\n";
  }
  return out;
}

}  // namespace

bool is_paid(const config::Model& model) {
  return model.lane == privacy::Lane::cloud ||
         (model.price && (model.price->input > 0 || model.price->output > 0));
}

BenchBound bench_bound(const config::Model& model, const BenchOptions& options) {
  BenchBound out;
  const int64_t speeds = 3 * kRounds;  // one alone and two at once
  out.requests = 1 + options.requests + speeds;
  out.input = out.requests * kShortPrompt;
  out.output = (1 + options.requests) * kShortAnswer + speeds * options.tokens;
  if (!is_paid(model) || options.paid_context) {
    const int64_t most = std::min(model.context.value_or(options.max_context), options.max_context);
    out.requests += kMostTries;
    out.input += kFirstContext + static_cast<int64_t>(kSearchFactor * static_cast<double>(most));
    out.output += kMostTries;
  }
  if (model.price) {
    out.usd = (static_cast<double>(out.input) * model.price->input +
               static_cast<double>(out.output) * model.price->output) /
              1e6;
  } else if (!is_paid(model)) {
    out.usd = 0;
  }
  return out;
}

/// A request under way.
struct LaneBench::Running {
  std::unique_ptr<dispatch::Question> question;
  std::unique_ptr<loop::Timer> patience;
  Answered answered;
  TimePoint sent = Clock::now();
  std::optional<TimePoint> first, last;
  bool ended = false;
};

LaneBench::LaneBench(loop::Loop& loop, dispatch::Dispatcher& dispatcher, const config::Model& model,
                     bool own_engine, const BenchOptions& options, double& left_usd, Handlers handlers)
    : loop_(loop),
      dispatcher_(dispatcher),
      model_(model),
      own_engine_(own_engine),
      options_(options),
      left_usd_(left_usd),
      handlers_(std::move(handlers)) {
  figures_.name = model.name;
  figures_.model = model.model;
  figures_.lane = model.lane;
  figures_.address = model.base_url;
  figures_.price = model.price;
  if (is_paid(model) && !model.price) figures_.usd.reset();
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) next();
  });
}

LaneBench::~LaneBench() = default;

void LaneBench::progress(const std::string& what, int64_t done, int64_t of) const {
  if (handlers_.on_progress) handlers_.on_progress(what, done, of);
}

void LaneBench::give_up(Error error) {
  figures_.error = std::move(error);
  stage_ = Stage::done;
}

/// Goes on with the present stage, or with the one after it.
void LaneBench::next() {
  switch (stage_) {
    case Stage::engine:
      stage_ = Stage::cold;
      return own_engine_ ? start_engine() : next();
    case Stage::cold:
      return cold();
    case Stage::warm:
      return warm();
    case Stage::alone:
      return alone();
    case Stage::two:
      return two();
    case Stage::context:
      return first_context();
    case Stage::done:
      break;
  }
  figures_.complete = !figures_.error;
  if (auto done = std::exchange(handlers_.on_done, nullptr)) done();
}

// --- one request ------------------------------------------------------------------

/// Whether one more request may be sent without passing the cost cap.
bool LaneBench::affordable(int64_t input, int64_t output) {
  if (!is_paid(model_) || !model_.price) return true;
  const double usd = (static_cast<double>(input) * model_.price->input +
                      static_cast<double>(output) * model_.price->output) /
                     1e6;
  if (usd <= left_usd_) return true;
  give_up(Error{ErrorKind::policy, "the cost cap is reached", "--max-usd raises it"});
  return false;
}

void LaneBench::ask(const std::string& prompt, int64_t max_tokens, Answered answered) {
  running_.push_back(std::make_unique<Running>());
  Running& running = *running_.back();
  running.answered = std::move(answered);
  sent_bytes_ = static_cast<int64_t>(prompt.size());
  dispatch::Request request;
  request.route.task = "bench";
  request.route.model = model_.name;
  request.route.max_tokens = max_tokens;
  request.assemble = [prompt](const config::Model&) {
    privacy::Turn turn;
    turn.role = privacy::Role::user;
    turn.parts.push_back({prompt, privacy::Label::any, "the benchmark"});
    return privacy::Prompt{{turn}};
  };
  dispatch::Handlers handlers;
  const auto piece = [&running](std::string_view text) {
    if (text.empty()) return;
    running.last = Clock::now();
    if (!running.first) running.first = running.last;
  };
  // Limits and keys are behind it then.
  handlers.on_phase = [&running](dispatch::Phase phase, const std::string&) {
    if (phase == dispatch::Phase::queued && !running.first) running.sent = Clock::now();
  };
  handlers.on_text = piece;
  handlers.on_reasoning = piece;
  handlers.on_done = [this, &running](Result<void> result, const dispatch::Outcome& outcome) {
    ended(running, std::move(result), outcome);
  };
  running.patience = std::make_unique<loop::Timer>(loop_, [this, &running] {
    if (running.first) return;
    const dispatch::Outcome outcome = running.question->outcome();
    running.question.reset();
    ended(running,
          Error{ErrorKind::provider,
                "no first token within " + std::to_string(kPatience.count() / 1000) + " s", ""},
          outcome);
  });
  running.patience->start(kPatience);
  running.question = dispatcher_.ask(std::move(request), std::move(handlers));
}

void LaneBench::ended(Running& running, Result<void> result, const dispatch::Outcome& outcome) {
  if (running.ended) return;
  running.ended = true;
  ++figures_.requests;
  figures_.input += outcome.usage.input;
  figures_.output += outcome.usage.output;
  last_input_ = outcome.usage.source == provider::UsageSource::reported ? outcome.usage.input : 0;
  if (outcome.usd) {
    left_usd_ -= *outcome.usd;
    if (figures_.usd) *figures_.usd += *outcome.usd;
  }
  Result<BenchAnswer> answer = BenchAnswer();
  if (!result) {
    answer = std::move(result.error());
  } else if (running.first) {
    answer->ttft_ms = millis_between(running.sent, *running.first);
    answer->ms = millis_between(running.sent, *running.last);
    answer->begun_ms = millis_between(begun_, running.sent);
    answer->output = outcome.usage.output;
  } else if (stage_ != Stage::context) {
    answer = Error{ErrorKind::provider, "an answer without text", ""};
  }
  // Not from inside the question's own callback.
  loop_.post([this, &running, answer = std::move(answer), alive = std::weak_ptr(alive_)]() mutable {
    if (alive.expired()) return;
    const Answered call = std::move(running.answered);
    running_.remove_if([&](const auto& one) { return one.get() == &running; });
    call(std::move(answer));
  });
}

// --- stages -----------------------------------------------------------------------

void LaneBench::engine_command(const char* action, unique_function<void(bool)> then) {
  std::vector<std::string> argv = {loop::own_program(), "engine", action, "--json"};
  if (!options_.config_file.empty()) argv.insert(argv.end(), {"--config", options_.config_file});
  process_ = std::make_unique<loop::Process>(
      loop_, argv, kEngine, 64 * 1024,
      [this, call = std::move(then)](const Result<loop::ProcessResult>& result) mutable {
        const bool well = result && result->exit_status == 0;
        loop_.post([this, well, call = std::move(call), alive = std::weak_ptr(alive_)]() mutable {
          if (alive.expired()) return;
          process_.reset();
          call(well);
        });
      });
}

void LaneBench::start_engine() {
  Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) {
    give_up(std::move(paths.error()));
    return next();
  }
  paths_ = std::move(*paths);
  const engine::Lease lease = engine::read_lease(*paths_);
  client_ = engine::Client::attach(*paths_);
  const auto start = [this] {
    progress("starting the engine", 0, 1);
    engine_command("start", [this, from = Clock::now()](bool well) {
      if (well) {
        start_took_ = std::chrono::duration_cast<Millis>(Clock::now() - from);
      } else {
        give_up(Error{ErrorKind::provider, "the engine does not start", "coder-nvim engine doctor says why"});
      }
      next();
    });
  };
  if (lease.keeper == 0) return start();
  if (lease.clients > 0) {
    figures_.cold = "not measured, " + std::to_string(lease.clients) + " others use the engine";
    return next();
  }
  progress("stopping the engine", 0, 1);
  engine_command("stop", [start](bool) { start(); });
}

void LaneBench::cold() {
  progress("first request", 0, 1);
  if (!affordable(kShortPrompt, kShortAnswer)) return next();
  ask(short_prompt(0), kShortAnswer, [this](const Result<BenchAnswer>& answer) {
    if (!answer) {
      give_up(answer.error());
      return next();
    }
    if (start_took_) {
      figures_.cold = "engine started, then the first request";
      figures_.cold_ms = static_cast<double>(start_took_->count()) + answer->ttft_ms;
    } else if (figures_.cold.empty()) {
      figures_.cold = "first request over a new connection";
      figures_.cold_ms = answer->ttft_ms;
    }
    stage_ = Stage::warm;
    next();
  });
}

void LaneBench::warm() {
  const auto done = static_cast<int64_t>(figures_.ttft_ms.size());
  progress("first token", done, options_.requests);
  if (done >= options_.requests) {
    stage_ = Stage::alone;
    return next();
  }
  if (!affordable(kShortPrompt, kShortAnswer)) return next();
  ask(short_prompt(figures_.ttft_ms.size() + 1), kShortAnswer, [this](const Result<BenchAnswer>& answer) {
    if (answer) {
      figures_.ttft_ms.push_back(answer->ttft_ms);
      failures_ = 0;
    } else if (++failures_ >= kMostFailures) {
      give_up(answer.error());
    }
    next();
  });
}

void LaneBench::alone() {
  progress("speed of one", rounds_, kRounds);
  if (rounds_ == kRounds) {
    rounds_ = 0;
    stage_ = Stage::two;
    return next();
  }
  if (!affordable(kShortPrompt, options_.tokens)) return next();
  ask(kLongPrompt, options_.tokens, [this](const Result<BenchAnswer>& answer) {
    ++rounds_;
    if (!answer) {
      give_up(answer.error());
    } else if (answer->rate() > 0) {
      figures_.alone.push_back(answer->rate());
    }
    next();
  });
}

void LaneBench::two() {
  progress("speed of two at once", rounds_, kRounds);
  if (rounds_ == kRounds) {
    stage_ = Stage::context;
    return next();
  }
  if (!affordable(2 * kShortPrompt, 2 * options_.tokens)) return next();
  const auto both = std::make_shared<std::vector<Result<BenchAnswer>>>();
  for (int i = 0; i < 2; ++i) {
    ask(kLongPrompt, options_.tokens, [this, both](Result<BenchAnswer> answer) {
      both->push_back(std::move(answer));
      if (both->size() < 2) return;
      ++rounds_;
      const Result<BenchAnswer>&a = both->front(), &b = both->back();
      if (!a || !b) {
        give_up((a ? b : a).error());
        return next();
      }
      for (const Result<BenchAnswer>& one : *both) {
        if (one->rate() > 0) figures_.of_two.push_back(one->rate());
        figures_.ttft_of_two_ms.push_back(one->ttft_ms);
      }
      const double first = std::min(a->begun_ms + a->ttft_ms, b->begun_ms + b->ttft_ms);
      const double last = std::max(a->begun_ms + a->ms, b->begun_ms + b->ms);
      if (last > first)
        figures_.together.push_back(static_cast<double>(a->output + b->output - 2) * 1000 / (last - first));
      next();
    });
  }
}

// --- the longest prompt -------------------------------------------------------------

void LaneBench::first_context() {
  if (is_paid(model_) && !options_.paid_context) {
    figures_.context_note = "not looked for on a lane that costs something; --yes does";
    stage_ = Stage::done;
    return next();
  }
  try_context(kFirstContext);
}

void LaneBench::try_context(int64_t tokens) {
  progress("longest prompt: " + std::to_string(tokens) + " tokens", tries_, kMostTries);
  if (!affordable(tokens, 1)) {
    figures_.context_note = "the search was cut short by the cost cap";
    return next();
  }
  const auto bytes = static_cast<size_t>(static_cast<double>(tokens) * bytes_per_token_);
  ask(filler(bytes), 1, [this, tokens](const Result<BenchAnswer>& answer) { context_tried(tokens, answer); });
}

void LaneBench::context_tried(int64_t tokens, const Result<BenchAnswer>& answer) {
  const int64_t most =
      std::min(model_.context.value_or(options_.max_context), options_.max_context) - kAround;
  const bool first = tries_++ == 0;
  if (first && last_input_ > 0 &&
      static_cast<double>(sent_bytes_) > kMostBytesPerToken * static_cast<double>(last_input_)) {
    uncounted_ = true;
  }
  if (uncounted_) last_input_ = 0;
  const bool cut = answer && !first && last_input_ > 0 &&
                   static_cast<double>(last_input_) < kCut * static_cast<double>(tokens);
  if (answer && !cut) {
    if (last_input_ > 0)
      bytes_per_token_ = static_cast<double>(sent_bytes_) / static_cast<double>(last_input_);
    works_ = std::max(works_, last_input_ > 0 ? last_input_ : tokens);
    figures_.context = works_;
  } else {
    fails_ = tokens;
    figures_.context_note = std::to_string(tokens) + " tokens: " +
                            (cut ? "the server cut the prompt without a word" : answer.error().message);
  }
  const auto finish = [this] {
    if (uncounted_) figures_.context_note += "; by estimate: the server does not count its prompts";
    stage_ = Stage::done;
    next();
  };
  if (first && fails_ > 0) return finish();
  // Often all of the window works: that is one more prompt.
  if (first && works_ < most) return try_context(most);
  if (fails_ == 0) {
    figures_.context_note = "no longer prompt was tried";
    return finish();
  }
  const bool exact = fails_ - works_ <= std::max<int64_t>(256, fails_ / kExact);
  if (tries_ >= kMostTries || exact || (tokens == told_ && answer && !cut)) return finish();
  // What is refused often says how much would not be.
  const int64_t told = dispatcher_.window(model_).value_or(0) - kAround;
  const bool new_word = told_ == 0 && told > works_ && told < fails_;
  if (new_word) told_ = told;
  try_context(new_word ? told : (works_ + fails_) / 2);
}

}  // namespace coder::app
