#include "app/chat.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "task/conversation.h"
#include "task/describe.h"
#include "task/source.h"

namespace coder::app {

namespace {

/// Share of a model's window that the file asked from may take.
constexpr int64_t kContextShare = 4;

/// A phase shorter than this is not worth a redraw.
constexpr Millis kPhaseDelay{60};

/// Lines [first, last), 0-based, around `line` that fit `max_bytes`.
std::pair<size_t, size_t> window_around(const std::vector<std::string>& lines, int64_t line,
                                        size_t max_bytes) {
  size_t first =
      lines.empty() ? 0 : std::min(lines.size() - 1, static_cast<size_t>(std::max<int64_t>(0, line - 1)));
  size_t last = first, bytes = 0;
  for (bool grew = true; grew;) {
    grew = false;
    if (last < lines.size() && bytes + lines[last].size() + 1 <= max_bytes) {
      bytes += lines[last++].size() + 1;
      grew = true;
    }
    if (first > 0 && bytes + lines[first - 1].size() + 1 <= max_bytes) {
      bytes += lines[--first].size() + 1;
      grew = true;
    }
  }
  return {first, last};
}

}  // namespace

Chat::Chat(Deps deps, int64_t id, int64_t buf, rpc::Reply<rpc::AskResult> reply)
    : deps_(std::move(deps)),
      id_(id),
      buf_(buf),
      reply_(std::move(reply)),
      pacer_(deps_.loop, {}, deps_.backlog,
             [this](std::string text, std::string reasoning) {
               rpc::AskDeltaEvent delta;
               delta.id = id_;
               if (!text.empty()) delta.text = std::move(text);
               if (!reasoning.empty()) delta.reasoning = std::move(reasoning);
               rpc::emit(deps_.channel, delta);
             }),
      wait_timer_(deps_.loop, [this] { rpc::emit(deps_.channel, wait_); }) {}

void Chat::refuse(Error error) {
  const std::string summary = error.text();
  if (reply_) reply_->fail(std::move(error));
  reply_.reset();
  auto on_over = std::move(deps_.on_over);
  on_over(id_, summary);
}

void Chat::start(const std::vector<std::string>& lines, Asked asked,
                 std::function<std::optional<Offered>()> offer) {
  Result<std::vector<privacy::Turn>> turns = task::parse_conversation(lines, asked.label.label);
  if (!turns) return refuse(std::move(turns.error()));
  // What came from a cloud lane is no secret, and what came from a trusted one to a private question has left
  // its label with the buffer; but the user may have put text of their own below an answer's heading.
  privacy::Verdict label = asked.label;
  for (const privacy::Turn& turn : *turns) {
    if (!label.never_send) {
      label = privacy::stricter(label, asked.judge(turn.role, turn.parts.front().text));
    }
  }
  if (label.never_send) {
    return refuse(Error{ErrorKind::policy,
                        "the conversation holds text of a file that is never sent (" + label.rule + ")",
                        "take it out, or begin a new conversation"});
  }
  for (privacy::Turn& turn : *turns) {
    turn.parts.front().label = label.label;
    turn.parts.front().rule = label.rule;
  }
  label_ = label.label;
  offer_ = std::move(offer);
  context_ = std::move(asked.context);
  context_tokens_ = asked.context_tokens;

  dispatch::Request request;
  request.route = std::move(asked.route);
  request.route.repo_scope = request.route.repo_scope || context_.repo;
  std::vector<privacy::Turn> of_the_user = context_.named_turns();
  of_the_user.insert(of_the_user.end(), turns->begin(), turns->end());
  task::describe(of_the_user, asked.repo_markers, request.route);
  request.model_id = std::move(asked.model_id);
  request.folder = std::move(asked.folder);
  request.assemble = [this, turns = std::move(*turns)](const config::Model& model) {
    return assemble(model, turns);
  };
  dispatch::Handlers handlers;
  handlers.on_chosen = [this](const dispatch::Chosen& chosen) { began(chosen); };
  handlers.on_phase = [this](dispatch::Phase now, const std::string& detail) { phase(now, detail); };
  handlers.on_text = [this](std::string_view piece) {
    wait_timer_.stop();
    said_ = said_ || !piece.empty();
    pacer_.text(piece);
  };
  handlers.on_reasoning = [this](std::string_view piece) {
    wait_timer_.stop();
    pacer_.reasoning(piece);
  };
  handlers.on_done = [this](Result<void> result, const dispatch::Outcome& outcome) {
    ended(std::move(result), outcome, nullptr);
  };
  const bool repo = request.route.repo_scope || !request.route.marker.empty();
  const config::Tools::When when = asked.tools.ask;
  if (when == config::Tools::When::never || (when == config::Tools::When::repo && !repo)) {
    operation_ = deps_.dispatcher.ask(std::move(request), std::move(handlers));
    return;
  }
  operation_ = task::ask_with_tools({deps_.loop, deps_.dispatcher, std::move(asked.place), asked.tools},
                                    std::move(request), std::move(handlers),
                                    [this](const task::ToolShown& shown) { called(shown); });
}

void Chat::called(const task::ToolShown& shown) {
  pacer_.finish();
  if (shown.label == privacy::Label::local_only && label_ == privacy::Label::any) {
    label_ = shown.label;
    deps_.on_private(buf_);
    rpc::emit(deps_.channel, rpc::BufLabelEvent{buf_, to_string(label_)});
  }
  rpc::AskToolEvent event;
  event.id = id_;
  event.line = std::string(task::kToolPrefix) + one_line(shown.line(), 400);
  event.refused = shown.refused;
  rpc::emit(deps_.channel, event);
}

void Chat::phase(dispatch::Phase phase, const std::string& detail) {
  wait_.id = id_;
  wait_.phase = to_string(phase);
  wait_.text.reset();
  if (!detail.empty()) wait_.text = detail;
  wait_timer_.start(kPhaseDelay);
}

privacy::Prompt Chat::assemble(const config::Model& model, const std::vector<privacy::Turn>& turns) {
  const size_t gathered = std::min(context_tokens_, gathered_share(model, context_.repo));
  const auto count = [&](std::string_view text) { return deps_.dispatcher.count_tokens(model.name, text); };
  items_ = context_.items(model.trusted, gathered, count);
  // What lasts longest goes first, so that an engine can keep what it has evaluated: named files, the open
  // one, the conversation so far, and with the new question what was found for it.
  std::vector<task::Source> sources = context_.named;
  if (const std::optional<Offered> offered = offer_()) offer_source(*offered, model, sources);
  privacy::Prompt prompt;
  prompt.turns = task::context_turns(sources);
  prompt.turns.insert(prompt.turns.end(), turns.begin(), turns.end());
  if (privacy::Part part = context_.part(model.trusted, gathered, count); !part.text.empty()) {
    std::vector<privacy::Part>& last = prompt.turns.back().parts;
    last.insert(last.begin(), std::move(part));
  }
  return prompt;
}

void Chat::offer_source(const Offered& offered, const config::Model& model,
                        std::vector<task::Source>& sources) {
  const bool named = std::any_of(sources.begin(), sources.end(), [&](const task::Source& source) {
    return source.shown_path == offered.shown_path && source.first == 1;
  });
  if (named) return;
  rpc::ContextItem item;
  item.path = offered.shown_path;
  item.form = "buffer";
  const privacy::Verdict& verdict = offered.verdict;
  item.label = to_string(verdict.label);
  if (verdict.never_send) {
    item.dropped = "never sent (rule " + verdict.rule + ")";
  } else if (verdict.label == privacy::Label::local_only && !model.trusted) {
    item.dropped = "private (rule " + verdict.rule + "), " + model.name + " is not trusted";
  } else if (!offered.mirror) {
    item.dropped = offered.missing;
  } else {
    const std::vector<std::string>& lines = offered.mirror->lines;
    const auto budget = static_cast<size_t>(
        static_cast<double>(model.context.value_or(config::kAssumedWindow) / kContextShare) *
        deps_.dispatcher.bytes_per_token(model.name));
    const auto [first, last] = window_around(lines, offered.line, budget);
    const bool blank =
        std::all_of(lines.begin(), lines.end(), [](const std::string& l) { return l.empty(); });
    if (last <= first || blank) return;
    task::Source source;
    source.shown_path = offered.shown_path;
    source.label = verdict.label;
    source.rule = verdict.rule;
    source.first = first + 1;
    source.text = offered.mirror->text(first, last);
    item.first = static_cast<int64_t>(first + 1);
    item.last = static_cast<int64_t>(last);
    item.tokens = static_cast<int64_t>(deps_.dispatcher.count_tokens(model.name, source.text));
    sources.push_back(std::move(source));
  }
  items_.push_back(std::move(item));
}

void Chat::began(const dispatch::Chosen& chosen) {
  const config::Model& model = chosen.model;
  if (reply_) reply_->ok({id_});
  reply_.reset();
  if (chosen.label == privacy::Label::local_only) deps_.on_private(buf_);
  rpc::AskBeginEvent begin;
  begin.id = id_;
  begin.chat = buf_;
  begin.heading = task::answer_heading(model.name, to_string(model.lane));
  begin.label = to_string(chosen.label);
  begin.private_text = chosen.label == privacy::Label::local_only;
  begin.reasons = chosen.reasons;
  if (!chosen.instead.empty()) begin.instead = chosen.instead;
  begin.model = model.name;
  begin.lane = to_string(model.lane);
  begin.context = std::move(items_);
  if (!context_.root.empty()) begin.root = context_.root;
  rpc::emit(deps_.channel, begin);
}

void Chat::stop() {
  if (reply_) return refuse(Error{ErrorKind::interrupted, "stopped before anything was sent", ""});
  const dispatch::Outcome outcome = operation_->outcome();
  operation_.reset();
  ended({}, outcome, "stopped");
}

std::string Chat::places_instead(const Error& error) {
  const bool nobody_there =
      error.kind == ErrorKind::config || error.kind == ErrorKind::provider || error.kind == ErrorKind::auth;
  const std::string places = nobody_there ? context_.best_places() : "";
  if (places.empty()) return "";
  if (context_.has_private_places()) {
    deps_.on_private(buf_);
    rpc::emit(deps_.channel, rpc::BufLabelEvent{buf_, to_string(privacy::Label::local_only)});
  }
  return "No model has answered: " + error.text() +
         "\n\nThe best places in the repository for this question:\n\n" + places;
}

bool Chat::answer_with_places(const Error& error) {
  std::string places = places_instead(error);
  if (places.empty()) return false;
  reply_->ok({id_});
  reply_.reset();
  rpc::AskBeginEvent begin;
  begin.id = id_;
  begin.chat = buf_;
  begin.heading = task::answer_heading("index", "no model");
  begin.private_text = label_ == privacy::Label::local_only || context_.has_private_places();
  begin.label = to_string(begin.private_text ? privacy::Label::local_only : privacy::Label::any);
  begin.model = "index";
  begin.lane = "local";
  begin.root = context_.root;
  begin.reasons = {error.text()};
  rpc::emit(deps_.channel, begin);
  rpc::AskDeltaEvent delta;
  delta.id = id_;
  delta.text = std::move(places);
  rpc::emit(deps_.channel, delta);
  rpc::AskEndEvent end;
  end.id = id_;
  end.finish = "stop";
  end.usd = 0.0;
  rpc::emit(deps_.channel, end);
  log::info("ask " + std::to_string(id_) + ": best places, because " + error.text());
  auto on_over = std::move(deps_.on_over);
  on_over(id_, "best places of the index: " + error.message);
  return true;
}

void Chat::ended(Result<void> result, const dispatch::Outcome& outcome, const char* stopped) {
  if (reply_) {
    if (!result && answer_with_places(result.error())) return;
    return refuse(result ? Error{} : std::move(result.error()));
  }
  wait_timer_.stop();
  pacer_.finish();
  if (!result && !said_) {
    if (std::string places = places_instead(result.error()); !places.empty()) {
      rpc::AskDeltaEvent delta;
      delta.id = id_;
      delta.text = std::move(places);
      rpc::emit(deps_.channel, delta);
    }
  }
  rpc::AskEndEvent end;
  end.id = id_;
  std::string how = stopped ? stopped : provider::to_string(outcome.finish);
  if (result) {
    end.finish = how;
  } else {
    end.error = rpc::wire(result.error());
    how = result.error().message;
  }
  end.ms = static_cast<int64_t>(outcome.ms);
  if (outcome.ttft_ms) end.ttft_ms = static_cast<int64_t>(*outcome.ttft_ms);
  end.input = outcome.usage.input;
  end.cached_input = outcome.usage.cached_input;
  end.output = outcome.usage.output;
  end.reasoning = outcome.usage.reasoning;
  end.usd = outcome.usd;
  rpc::emit(deps_.channel, end);

  const std::string summary = outcome.model + " (" + to_string(outcome.lane) + "): " + how + ", " +
                              std::to_string(end.ms) + " ms, in=" + std::to_string(end.input) +
                              " out=" + std::to_string(end.output);
  log::info("ask " + std::to_string(id_) + ": " + summary);
  auto on_over = std::move(deps_.on_over);
  on_over(id_, summary);
}

}  // namespace coder::app
