#include "task/draft.h"

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/tokens.h"
#include "task/diff_parts.h"

namespace coder::task {
namespace {

/// Share of a window that the diff may take: the rest is for the request, the answer and what counting
/// misses.
constexpr double kShare = 0.7;
constexpr int64_t kAnswerTokens = 2048;
constexpr int64_t kSummaryTokens = 600;
constexpr size_t kMaxParts = 100;
constexpr size_t kAtOnce = 3;
constexpr int kMaxRounds = 3;
constexpr size_t kMaxSummary = 16u << 10;  // bytes
constexpr size_t kMaxStat = 20'000;

privacy::Turn turn_of(privacy::Role role, std::vector<privacy::Part> parts) {
  privacy::Turn turn;
  turn.role = role;
  turn.parts = std::move(parts);
  return turn;
}

Error too_large(size_t parts) {
  return Error{ErrorKind::usage,
               "the diff is too large: " + std::to_string(parts) + " times what the model takes at once",
               "choose a model with a larger window, or commit in smaller steps"};
}

}  // namespace

size_t diff_budget(dispatch::Dispatcher& dispatcher, const config::Config& config,
                   const routing::Request& request) {
  const routing::Decision decision = dispatcher.decide(request, config);
  if (decision.models.empty()) return SIZE_MAX;
  const config::Model& model = *decision.models.front();
  const int64_t window =
      model.context ? *model.context : dispatcher.window(model).value_or(config::kAssumedWindow);
  const int64_t answer = std::min(model.max_tokens.value_or(kAnswerTokens), window / 3);
  return static_cast<size_t>(static_cast<double>(std::max<int64_t>(window - answer, 600)) * kShare *
                             dispatcher.bytes_per_token(model.name));
}

std::string tidy_draft(std::string_view answer) {
  std::string_view text = trim(answer);
  // One fence around all of it, perhaps with words before it.
  const size_t open = text.find("```");
  const bool first = open == 0 || (open != std::string_view::npos && open < 200 && text[open - 1] == '\n' &&
                                   text.substr(0, open).find("\n\n") == open - 2 && text[open - 3] == ':');
  if (first && text.ends_with("\n```")) {
    const size_t line_end = text.find('\n', open);
    const std::string_view inner =
        text.substr(line_end + 1, text.size() - 4 - std::min(text.size() - 4, line_end));
    if (line_end + 1 < text.size() - 3 && inner.find("\n```") == std::string_view::npos) text = trim(inner);
  }
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    const size_t end = line.find_last_not_of(" \t\r");
    out += std::string(line.substr(0, end == std::string_view::npos ? 0 : end + 1)) + "\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

struct Draft::State : std::enable_shared_from_this<Draft::State> {
  State(Deps given, Wanted asked, Handlers told)
      : deps(std::move(given)), wanted(std::move(asked)), handlers(std::move(told)) {}

  Deps deps;
  Wanted wanted;
  Handlers handlers;
  TimePoint began = Clock::now();
  dispatch::Outcome total;
  std::unique_ptr<dispatch::Question> last;
  std::vector<std::string> parts, summaries;
  std::map<size_t, std::unique_ptr<dispatch::Question>> under_way;
  std::map<size_t, std::unique_ptr<dispatch::Question>> over;  ///< ended, gone with the next step
  size_t next = 0, ended = 0;
  int round = 0;
  bool is_over = false;

  privacy::Part private_part(std::string text) const {
    return {std::move(text), wanted.changes.label, "the diff", wanted.changes.rule};
  }

  dispatch::Request request() {
    dispatch::Request out;
    deps.route(out);
    out.route.task = wanted.recipe;
    out.route.label = privacy::join(wanted.changes.label, wanted.rule.label);
    out.route.label_origin = wanted.changes.rule.empty() ? "" : "the diff (rule " + wanted.changes.rule + ")";
    return out;
  }

  size_t budget() { return diff_budget(deps.dispatcher, *deps.config(), request().route); }

  void begin() {
    const size_t bytes = budget();
    parts = diff_parts(wanted.changes.files, bytes);
    if (parts.size() <= 1) return write(parts.empty() ? "" : parts.front(), false);
    summarise();
  }

  void summarise() {
    if (parts.size() > kMaxParts) {
      return end(too_large(parts.size()));
    }
    summaries.assign(parts.size(), "");
    next = ended = 0;
    ++round;
    tell();
    while (next < parts.size() && under_way.size() < kAtOnce) ask(next++);
  }

  void tell() {
    if (handlers.on_part) handlers.on_part(ended, parts.size());
  }

  void ask(size_t at) {
    dispatch::Request asked = request();
    asked.route.max_tokens = kSummaryTokens;
    std::vector<privacy::Part> body{
        {"This is part " + std::to_string(at + 1) + " of " + std::to_string(parts.size()) +
             (round == 1 ? " of a diff" : " of notes about a diff") +
             ". Say in few lines what it changes, file by file, and why as far as it shows; leave out what "
             "is obvious "
             "from names. Another one will write the description of the whole from your lines.\n\n",
         privacy::Label::any, ""}};
    count(asked, parts[at]);
    body.push_back(private_part(parts[at]));
    asked.assemble = [turn = turn_of(privacy::Role::user, std::move(body))](const config::Model&) {
      return privacy::Prompt{{turn}};
    };
    dispatch::Handlers on;
    on.on_text = [this, at](std::string_view piece) {
      if (summaries[at].size() < kMaxSummary) summaries[at] += piece;
    };
    on.on_phase = [this](dispatch::Phase phase, const std::string& detail) {
      if (handlers.on_phase) handlers.on_phase(phase, detail);
    };
    on.on_done = [this, at](Result<void> result, const dispatch::Outcome& outcome) {
      total = together(total, outcome);
      over[at] = std::move(under_way[at]);
      under_way.erase(at);
      if (!result) return end(std::move(result));
      ++ended;
      tell();
      // Not inside of what has just ended.
      deps.loop.post([self = weak_from_this()] {
        if (const auto state = self.lock(); state && !state->is_over) state->go_on();
      });
    };
    under_way[at] = deps.dispatcher.ask(std::move(asked), std::move(on));
  }

  void go_on() {
    over.clear();
    while (next < parts.size() && under_way.size() < kAtOnce) ask(next++);
    if (ended < parts.size() || !under_way.empty() || last) return;
    for (size_t i = 0; i < summaries.size(); ++i)
      summaries[i] = "Part " + std::to_string(i + 1) + ":\n" + std::string(trim(summaries[i])) + "\n";
    const std::vector<std::string> packed = text_parts(summaries, budget());
    if (packed.size() == 1) return write(packed.front(), true);
    if (round >= kMaxRounds) return end(too_large(packed.size()));
    parts = packed;
    summarise();
  }

  /// What a task adds is ours: it does not count for where the request goes.
  static void count(dispatch::Request& asked, const std::string& named) {
    asked.route.chars += static_cast<int64_t>(count_code_points(named));
    asked.route.tokens += static_cast<int64_t>(estimated_tokens(named));
  }

  void write(const std::string& text, bool notes) {
    dispatch::Request asked = request();
    About about;
    about.words = wanted.words;
    about.language = wanted.language;
    std::vector<privacy::Part> body{{request_of(*find_recipe(wanted.recipe), about) + "\n\n",
                                     wanted.rule.label, "what was asked for", wanted.rule.rule}};
    std::string before;
    if (!wanted.changes.commits.empty()) {
      before += "Its commits, newest first:\n";
      for (const std::string& subject : wanted.changes.commits)
        before += "- " + one_line(subject, 200) + "\n";
      before += "\n";
    }
    if (notes) {
      before += "The diff is too large to be shown. Files:\n" +
                std::string(clip_utf8(stat_of(wanted.changes.files), kMaxStat)) +
                "\nWhat was noted about its parts:\n\n";
    } else {
      before += "The diff:\n\n";
    }
    count(asked, wanted.words);
    count(asked, text);
    body.push_back(private_part(before + text));
    asked.assemble = [turn = turn_of(privacy::Role::user, std::move(body))](const config::Model&) {
      return privacy::Prompt{{turn}};
    };
    dispatch::Handlers on;
    on.on_chosen = [this](const dispatch::Chosen& chosen) {
      if (handlers.on_chosen) handlers.on_chosen(chosen);
    };
    on.on_phase = [this](dispatch::Phase phase, const std::string& detail) {
      if (handlers.on_phase) handlers.on_phase(phase, detail);
    };
    on.on_text = [this](std::string_view piece) {
      if (handlers.on_text) handlers.on_text(piece);
    };
    on.on_done = [this](Result<void> result, const dispatch::Outcome& outcome) {
      total = together(total, outcome);
      end(std::move(result));
    };
    last = deps.dispatcher.ask(std::move(asked), std::move(on));
  }

  void end(Result<void> result) {
    if (is_over) return;
    is_over = true;
    deps.loop.post([self = weak_from_this(), result = std::make_shared<Result<void>>(std::move(result))] {
      const auto state = self.lock();
      if (!state) return;
      state->under_way.clear();
      state->over.clear();
      state->total.ms = millis_between(state->began, Clock::now());  // several at a time
      state->handlers.on_done(std::move(*result), state->total);
    });
  }
};

Draft::Draft(Deps deps, Wanted wanted, Handlers handlers)
    : state_(std::make_shared<State>(std::move(deps), std::move(wanted), std::move(handlers))) {
  state_->begin();
}

Draft::~Draft() = default;

dispatch::Outcome Draft::outcome() const {
  dispatch::Outcome out = state_->total;
  for (const auto& [at, one] : state_->under_way) out = together(out, one->outcome());
  if (state_->last && !state_->is_over) out = together(out, state_->last->outcome());
  return out;
}

}  // namespace coder::task
