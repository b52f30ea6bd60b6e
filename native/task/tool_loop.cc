#include "task/tool_loop.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "base/tokens.h"
#include "task/tool_history.h"
#include "task/tool_text.h"

namespace coder::task {
namespace {

using config::ToolForm;
using dispatch::Outcome;

/// Most bytes of one result, and of all results in one answer; less where the model's window is small.
constexpr size_t kMaxResult = 24u << 10, kMaxResults = 400u << 10, kLeastResult = 500;
/// Share of a window that results may take, in tokens.
constexpr int64_t kShare = 3;
/// Rounds in a row that brought nothing new.
constexpr int kMaxIdleRounds = 2;

}  // namespace

std::string ToolShown::line() const { return name + (words.empty() ? "" : " " + words) + " → " + result; }

class ToolLoop final : public dispatch::Question {
 public:
  ToolLoop(ToolDeps deps, dispatch::Request request, dispatch::Handlers handlers,
           unique_function<void(const ToolShown&)> on_tool)
      : deps_(std::move(deps)),
        request_(std::move(request)),
        handlers_(std::move(handlers)),
        on_tool_(std::move(on_tool)),
        alive_(std::make_shared<ToolLoop*>(this)) {
    ask();
  }
  ~ToolLoop() override { *alive_ = nullptr; }

  Outcome outcome() const override {
    Outcome out = asking_ ? together(done_, question_->outcome()) : done_;
    out.ms = millis_between(started_, Clock::now());
    return out;
  }

 private:
  void ask();
  void chosen(const dispatch::Chosen& chosen);
  void text(std::string_view piece);
  void give(std::string_view visible);
  void answered(Result<void> result, const Outcome& outcome);
  void end(Result<void> result);
  void run_next();
  void record(ToolResult result, const ToolUse* use);
  void next_round();
  size_t room(const config::Model& model) const;
  std::optional<ToolResult> without_running(const Result<ToolUse>& use, const privacy::ToolCall& call);

  ToolDeps deps_;
  dispatch::Request request_;
  dispatch::Handlers handlers_;
  unique_function<void(const ToolShown&)> on_tool_;
  std::shared_ptr<ToolLoop*> alive_;
  std::unique_ptr<dispatch::Question> question_;
  std::unique_ptr<ToolRun> run_;
  bool asking_ = false;
  Outcome done_;  ///< of the rounds that are over
  TimePoint started_ = Clock::now();

  ToolHistory history_;
  std::vector<privacy::ToolCall> calls_;  ///< of the round that is over, not yet answered ones from next_ on
  size_t next_ = 0;
  ToolUse use_;  ///< the one that runs
  int64_t made_ = 0;
  int idle_rounds_ = 0;
  bool news_ = false;  ///< not all that this round called was called before
  bool last_ = false;  ///< the round under way may call nothing

  // Of the model that is asked now.
  std::string model_;
  ToolForm form_ = ToolForm::calls;
  bool trusted_ = false;
  privacy::Label label_ = privacy::Label::any;
  size_t room_ = kMaxResults;

  ToolBlocks blocks_;
  std::string said_;     ///< in this round, as the user sees it
  bool spoken_ = false;  ///< the user has seen some text
  bool gap_ = false;     ///< and what comes next is a paragraph of its own
};

/// Bytes that results may have in all.
size_t ToolLoop::room(const config::Model& model) const {
  const int64_t window = deps_.dispatcher.window(model).value_or(config::kAssumedWindow);
  const int64_t tokens = std::min(model.context.value_or(window), window) / kShare;
  return std::min(kMaxResults, static_cast<size_t>(static_cast<double>(tokens) * kBytesPerToken));
}

void ToolLoop::ask() {
  dispatch::Request round;
  round.route = request_.route;
  round.route.label = privacy::join(round.route.label, history_.label());
  if (round.route.label_origin.empty()) round.route.label_origin = history_.origin();
  round.route.tokens += estimate_tokens(history_.bytes());
  round.folder = request_.folder;
  round.stream = request_.stream;
  round.model_id = request_.model_id;
  round.tools = tool_specs();
  round.tool_choice = last_ ? "none" : "";
  round.assemble = [this](const config::Model& model) {
    return history_.with(request_.assemble(model), deps_.dispatcher.call_form(model), room(model), last_);
  };
  dispatch::Handlers handlers;
  handlers.on_chosen = [this](const dispatch::Chosen& chosen) { this->chosen(chosen); };
  handlers.on_phase = [this](dispatch::Phase phase, const std::string& detail) {
    if (handlers_.on_phase) handlers_.on_phase(phase, detail);
  };
  handlers.on_text = [this](std::string_view piece) { text(piece); };
  handlers.on_reasoning = [this](std::string_view piece) {
    if (handlers_.on_reasoning) handlers_.on_reasoning(piece);
  };
  handlers.on_done = [this](Result<void> result, const Outcome& outcome) {
    answered(std::move(result), outcome);
  };
  blocks_ = {};
  said_.clear();
  gap_ = spoken_;
  asking_ = true;
  question_ = deps_.dispatcher.ask(std::move(round), std::move(handlers));
}

void ToolLoop::chosen(const dispatch::Chosen& chosen) {
  const bool another = !model_.empty() && model_ != chosen.model.name;
  const bool first = model_.empty();
  model_ = chosen.model.name;
  form_ = deps_.dispatcher.call_form(chosen.model);
  trusted_ = chosen.model.trusted;
  label_ = chosen.label;
  room_ = room(chosen.model);
  if (!handlers_.on_chosen || (!first && !another && chosen.instead.empty())) return;
  const std::string instead = chosen.instead.empty() && another ? model_ + " goes on" : chosen.instead;
  handlers_.on_chosen({chosen.model, chosen.label, chosen.reasons, instead});
}

void ToolLoop::text(std::string_view piece) {
  if (form_ != ToolForm::text) return give(piece);
  give(blocks_.take(piece));
}

void ToolLoop::give(std::string_view visible) {
  if (visible.empty()) return;
  said_ += visible;
  spoken_ = true;
  const bool gap = std::exchange(gap_, false);
  if (!handlers_.on_text) return;
  if (!gap) return handlers_.on_text(visible);
  const std::string apart = "\n\n" + std::string(visible);
  handlers_.on_text(apart);
}

void ToolLoop::answered(Result<void> result, const Outcome& outcome) {
  asking_ = false;
  done_ = together(done_, outcome);
  if (!result) return end(std::move(result));
  calls_ = std::exchange(done_.tool_calls, {});
  if (form_ == ToolForm::text) {
    const std::shared_ptr<ToolLoop*> alive = alive_;
    give(blocks_.finish());
    if (!*alive) return;
    calls_ = blocks_.calls();
    if (!calls_.empty() && !last_) done_.finish = provider::Finish::tool_calls;
  }
  if (last_ || calls_.empty()) {
    if (trim(said_).empty() && !calls_.empty()) {
      return end(Error{ErrorKind::provider,
                       model_ + " has called tools " + std::to_string(made_) + " times and gives no answer",
                       "ask for less at once, or raise `max_calls` in [tools]"});
    }
    if (done_.finish == provider::Finish::tool_calls) done_.finish = provider::Finish::stop;
    return end({});
  }
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (form_ == ToolForm::text) calls_[i].id = "call_" + std::to_string(made_ + static_cast<int64_t>(i) + 1);
  }
  history_.add(std::string(trim(said_)), label_);
  next_ = 0;
  news_ = false;
  run_next();
}

void ToolLoop::end(Result<void> result) {
  Outcome out = outcome();
  auto on_done = std::move(handlers_.on_done);
  handlers_.on_done = nullptr;
  if (on_done) on_done(std::move(result), std::move(out));  // may destroy this
}

/// What is answered without a look at anything.
std::optional<ToolResult> ToolLoop::without_running(const Result<ToolUse>& use,
                                                    const privacy::ToolCall& call) {
  const auto refuse = [](const std::string& text, const std::string& why) {
    ToolResult out;
    out.text = text;
    out.words = "refused: " + why;
    out.refused = true;
    return out;
  };
  if (made_ >= deps_.limits.max_calls)
    return refuse("No more calls are possible.", "the limit of calls is reached");
  if (Clock::now() - started_ > deps_.limits.max_time)
    return refuse("No more calls are possible: the time is over.", "the time for calls is over");
  if (history_.bytes() >= room_)
    return refuse("There is no room for more results.", "no room for more results");
  if (history_.repeated(call))
    return refuse("This very call was made before; its result is above.", "the same as before");
  news_ = true;
  if (!use) {
    const std::string what =
        call.name.empty() ? "the block is no JSON object with a name" : use.error().message;
    return refuse("Error: " + what + (use.error().hint.empty() ? "" : "; " + use.error().hint) + ".",
                  one_line(what, 200));
  }
  return std::nullopt;
}

void ToolLoop::run_next() {
  const std::shared_ptr<ToolLoop*> alive = alive_;
  while (next_ < calls_.size()) {
    const privacy::ToolCall& call = calls_[next_];
    const Result<ToolUse> use = read_call(call);
    if (std::optional<ToolResult> at_once = without_running(use, call)) {
      record(std::move(*at_once), use ? &*use : nullptr);
      if (!*alive) return;
      continue;
    }
    use_ = *use;
    const size_t left = room_ - std::min(room_, history_.bytes());
    const size_t bytes = std::max(kLeastResult, std::min({left, room_ / 4, kMaxResult}));
    run_ = std::make_unique<ToolRun>(deps_.loop, deps_.place, use_, trusted_, bytes,
                                     [this, alive](ToolResult result) {
                                       record(std::move(result), &use_);
                                       if (*alive) run_next();
                                     });
    return;
  }
  next_round();
}

void ToolLoop::record(ToolResult result, const ToolUse* use) {
  const privacy::ToolCall call = calls_[next_++];
  ++made_;
  ToolShown shown;
  shown.name = call.name.empty() ? "a call that cannot be read" : one_line(call.name, 60);
  shown.arguments = call.arguments;
  shown.words = use ? words_of(*use) : "";
  shown.result = one_line(result.words, 300);
  shown.refused = result.refused;
  shown.label = result.label;
  history_.last().answered.push_back({call, std::move(result)});
  log::info("tool: " + shown.name + " → " + shown.result);
  // It may destroy this, but not itself while it runs.
  const std::shared_ptr<ToolLoop*> alive = alive_;
  auto tell = std::move(on_tool_);
  on_tool_ = nullptr;
  if (tell) tell(shown);
  if (*alive) on_tool_ = std::move(tell);
}

void ToolLoop::next_round() {
  idle_rounds_ = news_ ? 0 : idle_rounds_ + 1;
  last_ = made_ >= deps_.limits.max_calls || idle_rounds_ >= kMaxIdleRounds || history_.bytes() >= room_ ||
          Clock::now() - started_ > deps_.limits.max_time;
  ask();
}

std::unique_ptr<dispatch::Question> ask_with_tools(ToolDeps deps, dispatch::Request request,
                                                   dispatch::Handlers handlers,
                                                   unique_function<void(const ToolShown&)> on_tool) {
  return std::make_unique<ToolLoop>(std::move(deps), std::move(request), std::move(handlers),
                                    std::move(on_tool));
}

}  // namespace coder::task
