#include "completion/completer.h"

#include <algorithm>

#include "base/log.h"
#include "privacy/paths.h"

namespace coder::completion {
namespace {

/// Tokens a suggestion may have, and the time a local engine may write on it.
constexpr int64_t kAnswerTokens = 96;
constexpr Millis kWriteLimit{1500};
/// Lines around the place one left that go along as background.
constexpr size_t kExtraLines = 24;
/// A request unanswered for so long is worth telling.
constexpr Millis kTellAsking{150};

}  // namespace

bool GhostState::operator==(const GhostState& other) const {
  return state == other.state && model == other.model && lane == other.lane && text == other.text;
}

struct Completer::Buffer {
  explicit Buffer(int64_t number) : buf(number) {}

  int64_t buf;
  Origin origin;
  std::string filetype;
  bool never_send = false;
  std::unique_ptr<Session> session;
  privacy::Label session_label = privacy::Label::any;  ///< the session was made for
  Lane lane;
  LayoutPolicy layout_policy;
  Layout layout;
  std::vector<Extra> extras;      ///< as of the layout's anchor
  std::optional<Cursor> at;       ///< newest cursor the session knows
  bool idle_tried = false;        ///< the pause after `at` has been used, or cannot be
  std::optional<Cursor> pending;  ///< came before the text it speaks of
  std::map<int64_t, std::unique_ptr<dispatch::Operation>> requests;
  std::optional<TimePoint> asked;  ///< since when a request for now is unanswered
  int64_t now_request = 0;
  std::unique_ptr<Once> once;
  std::shared_ptr<Done> once_done;
};

Completer::Completer(loop::Loop& loop, dispatch::Completions& completions, GetConfig config, Host host)
    : loop_(loop),
      completions_(completions),
      config_(std::move(config)),
      host_(std::move(host)),
      timer_(loop, [this] { due(); }) {
  completions_.watch([this] {
    if (Buffer* buffer = find(current_)) update_lane(*buffer);
    tell_state();
  });
}

Completer::~Completer() { completions_.watch({}); }

Completer::Buffer* Completer::find(int64_t buf) {
  const auto found = buffers_.find(buf);
  return found == buffers_.end() ? nullptr : found->second.get();
}

Policy Completer::policy() const {
  const std::shared_ptr<const config::Config> config = config_();
  Policy policy;
  policy.debounce = config->completion.debounce;
  policy.max_lines = config->completion.max_lines.value_or(0);
  return policy;
}

// --- buffers ----------------------------------------------------------------

Completer::Attached Completer::judge(const Buffer& buffer) const {
  const std::shared_ptr<const config::Config> config = config_();
  if (buffer.never_send) {
    return {false, "this file is on the never-send list (rule " + buffer.origin.rule + ")"};
  }
  if (!config->completion.enabled) return {false, "[completion] enabled is false in " + config->file};
  if (!config->completion.applies_to(buffer.filetype)) {
    return {false, "[completion] filetypes leaves out `" + buffer.filetype + "`"};
  }
  const auto models = dispatch::choose_completion(*config, std::nullopt, buffer.origin.label);
  if (!models) return {false, models.error().text()};
  return {true, ""};
}

Completer::Attached Completer::attach(int64_t buf, const std::string& path, const std::string& filetype) {
  std::unique_ptr<Buffer>& at = buffers_[buf];
  if (!at) at = std::make_unique<Buffer>(buf);
  at->filetype = filetype;
  at->origin.path = path;
  label(*at);
  Attached attached = judge(*at);
  if (attached.ghost) completions_.warm(at->origin.label);
  return attached;
}

void Completer::label(Buffer& buffer) {
  Origin& origin = buffer.origin;
  const privacy::Verdict verdict =
      origin.path.empty() ? privacy::Verdict{} : config_()->path_rules().judge(origin.path);
  origin.label = verdict.label;
  origin.rule = verdict.rule;
  buffer.never_send = verdict.never_send;
  if (buffer.session && origin.label == buffer.session_label) return;
  // Suggestions made for private text stay with private text.
  if (buffer.session) step(buffer, Closed{});
  buffer.session_label = origin.label;
  buffer.session = std::make_unique<Session>(policy(), results_, &pace_, static_cast<int64_t>(origin.label));
}

void Completer::detach(int64_t buf) {
  if (current_ == buf) {
    current_ = -1;
    prefill_.reset();
  }
  const auto found = buffers_.find(buf);
  if (found == buffers_.end()) return;
  if (found->second->once_done) (*found->second->once_done)(Suggested{});
  buffers_.erase(found);
  arm();
}

void Completer::config_changed() {
  results_.clear();  // another model may answer now
  for (auto& [buf, buffer] : buffers_) {
    label(*buffer);
    buffer->session->set_policy(policy());
    update_lane(*buffer);
  }
  tell_state();
}

void Completer::changed(int64_t buf) {
  Buffer* buffer = find(buf);
  if (!buffer || !buffer->pending) return;
  const Cursor cursor = *buffer->pending;
  this->cursor(buf, cursor.tick, cursor.line, cursor.col, cursor.manual);
}

// --- what the user does -------------------------------------------------------

void Completer::cursor(int64_t buf, int64_t tick, size_t line, size_t col, bool manual) {
  Buffer* buffer = find(buf);
  if (!buffer) return;
  if (current_ != buf) {
    if (Buffer* last = find(current_)) leave(*last);
    current_ = buf;
  }
  buffer->pending.reset();
  const workspace::Mirror* mirror = host_.mirror(buf);
  if (!mirror || buffer->never_send) return;
  const Cursor cursor{tick, line, col, manual};
  if (!mirror->ready || mirror->changedtick < tick) {
    buffer->pending = cursor;
  } else if (mirror->changedtick == tick) {
    move(*buffer, cursor);
  }  // else the text has gone on, and its own cursor is under way
}

void Completer::move(Buffer& buffer, const Cursor& cursor) {
  const std::shared_ptr<const config::Config> config = config_();
  if (!cursor.manual && !config->completion.applies_to(buffer.filetype)) return;
  prefill_.reset();
  buffer.at = cursor;
  buffer.idle_tried = false;
  update_lane(buffer);
  Moved moved;
  moved.view = make_view(host_.mirror(buffer.buf)->lines, cursor.line, cursor.col, cursor.tick);
  moved.manual = cursor.manual;
  step(buffer, std::move(moved));
}

void Completer::accept(int64_t buf, int64_t id, size_t bytes, bool all) {
  if (Buffer* buffer = find(buf)) step(*buffer, Accepted{id, bytes, all});
}

void Completer::cycle(int64_t buf, int64_t tick, int step_by) {
  if (Buffer* buffer = find(buf)) step(*buffer, Cycled{tick, step_by});
}

void Completer::close(int64_t buf, bool dismissed) {
  Buffer* buffer = find(buf);
  if (!buffer) return;
  buffer->pending.reset();
  step(*buffer, Closed{dismissed});
}

/// The user works elsewhere now: what is around the place they left is worth knowing there.
void Completer::leave(Buffer& buffer) {
  step(buffer, Closed{});
  prefill_.reset();
  const workspace::Mirror* mirror = host_.mirror(buffer.buf);
  if (!mirror || !mirror->ready || !buffer.at || buffer.never_send || buffer.origin.path.empty()) return;
  const size_t first = buffer.at->line > kExtraLines ? buffer.at->line - kExtraLines : 0;
  Extra extra;
  extra.name = shown_name(buffer.origin.path);
  extra.text = mirror->text(first, buffer.at->line + kExtraLines);
  extra.label = buffer.origin.label;
  extra.origin = buffer.origin.path;
  extras_.add(std::move(extra));
}

// --- the session ----------------------------------------------------------------

void Completer::update_lane(Buffer& buffer) {
  const dispatch::CompletionLane now = completions_.lane(buffer.origin.label);
  Lane lane;
  lane.available = now.state != dispatch::CompletionLane::State::none &&
                   now.state != dispatch::CompletionLane::State::failed;
  lane.paid = now.paid;
  lane.ahead = now.ahead;
  if (now.rpm) lane.per_minute = static_cast<int>(std::min<int64_t>(*now.rpm, 100000));
  if (lane.available == buffer.lane.available && lane.paid == buffer.lane.paid &&
      lane.ahead == buffer.lane.ahead && lane.per_minute == buffer.lane.per_minute) {
    return;
  }
  buffer.lane = lane;
  step(buffer, LaneChanged{lane});
}

void Completer::step(Buffer& buffer, Event event) {
  // Actions never lead back here: what they start calls back from the loop.
  for (Action& action : buffer.session->step(std::move(event), loop_.now())) {
    if (const Ask* ask = std::get_if<Ask>(&action)) {
      perform(buffer, *ask);
    } else if (const Cancel* cancel = std::get_if<Cancel>(&action)) {
      buffer.requests.erase(cancel->request);
      if (cancel->request == buffer.now_request) buffer.asked.reset();
    } else if (const Show* show = std::get_if<Show>(&action)) {
      host_.show(buffer.buf, *show);
    } else if (const Hide* hide = std::get_if<Hide>(&action)) {
      host_.hide(buffer.buf, hide->tick);
    }
  }
  tell_state();
  arm();
}

std::optional<privacy::Prompt> Completer::prompt_for(int64_t buf, const Cursor& at,
                                                     const std::string& accepted, const config::Model& model,
                                                     const provider::FimServer& server) {
  Buffer* buffer = find(buf);
  const workspace::Mirror* mirror = host_.mirror(buf);
  if (!buffer || !mirror || mirror->changedtick != at.tick) return std::nullopt;
  const LayoutPolicy wanted = layout_policy(server.context, kAnswerTokens);
  if (wanted.prefix_bytes != buffer->layout_policy.prefix_bytes) {
    buffer->layout_policy = wanted;
    buffer->layout = Layout(wanted);
  }
  const Texts texts = buffer->layout.texts({&mirror->lines, at.line, at.col}, loop_.now(), accepted);
  if (texts.anchored_anew) {
    buffer->extras.clear();
    size_t room = extras_bytes(server.context, kAnswerTokens);
    for (const Extra& extra : extras_.pieces()) {
      if (extra.origin == buffer->origin.path || extra.text.size() > room) continue;
      room -= extra.text.size();
      buffer->extras.push_back(extra);
    }
  }
  return make_prompt(texts, buffer->extras, buffer->origin, model);
}

void Completer::perform(Buffer& buffer, const Ask& ask) {
  const int64_t buf = buffer.buf;
  const int64_t id = ask.request;
  const Cursor at = buffer.at.value_or(Cursor{});
  prefill_.reset();
  if (ask.purpose == Purpose::now) {
    buffer.now_request = id;
    buffer.asked = loop_.now();
  }
  dispatch::CompletionRequest request;
  request.label = buffer.origin.label;
  request.max_tokens = kAnswerTokens;
  request.time_limit = kWriteLimit;
  request.ahead = ask.purpose == Purpose::ahead;
  request.alternative = ask.alternative;
  request.assemble = [this, buf, at, accepted = ask.accepted](const config::Model& model,
                                                              const provider::FimServer& server) {
    return prompt_for(buf, at, accepted, model, server);
  };
  dispatch::CompletionHandlers handlers;
  handlers.on_accepted = [this, buf, id] {
    if (Buffer* to = find(buf)) step(*to, Began{id});
  };
  handlers.on_text = [this, buf, id](std::string_view text) {
    Buffer* to = find(buf);
    if (!to) return;
    if (id == to->now_request) to->asked.reset();
    step(*to, Wrote{id, std::string(text)});
  };
  handlers.on_done = [this, buf, id](Result<void> result, const dispatch::CompletionOutcome& outcome) {
    Buffer* to = find(buf);
    if (!to) return;
    if (id == to->now_request) to->asked.reset();
    const auto over = to->requests.extract(id);  // destroyed when this is through
    update_lane(*to);
    if (result) {
      step(*to, Ended{id, outcome.finish == provider::Finish::length});
    } else {
      step(*to, Failed{id});
    }
  };
  buffer.requests[id] = completions_.start(std::move(request), std::move(handlers));
}

// --- one whole suggestion ------------------------------------------------------------

void Completer::once(int64_t buf, int64_t tick, size_t line, size_t col, Done done) {
  Buffer* buffer = find(buf);
  const workspace::Mirror* mirror = buffer ? host_.mirror(buf) : nullptr;
  // Not inside the call that asked.
  const auto answer = [this](Done to, Result<Suggested> with) {
    auto held = std::make_shared<std::pair<Done, Result<Suggested>>>(std::move(to), std::move(with));
    loop_.post([held] { held->first(std::move(held->second)); });
  };
  if (!buffer || !mirror || !mirror->ready || mirror->changedtick != tick) {
    return answer(std::move(done), Suggested{});  // asked for a text that is no more
  }
  if (const Attached attached = judge(*buffer); !attached.ghost) {
    return answer(std::move(done), Error{ErrorKind::policy, "no completions here: " + attached.why, ""});
  }
  if (buffer->once_done) answer(std::move(*buffer->once_done), Suggested{});
  buffer->once.reset();
  buffer->once_done = std::make_shared<Done>(std::move(done));

  const View view = make_view(mirror->lines, line, col, tick);
  const Cursor at{tick, view.line, view.col, true};
  dispatch::CompletionRequest request;
  request.label = buffer->origin.label;
  request.max_tokens = kAnswerTokens;
  request.time_limit = kWriteLimit;
  request.assemble = [this, buf, at](const config::Model& model, const provider::FimServer& server) {
    return prompt_for(buf, at, "", model, server);
  };
  const size_t max_lines = config_()->completion.max_lines.value_or(0);
  buffer->once = std::make_unique<Once>(loop_, completions_, std::move(request), view, max_lines,
                                        [this, buf](Result<Suggested> result) {
                                          Buffer* to = find(buf);
                                          if (!to || !to->once_done) return;
                                          const std::unique_ptr<Once> over = std::move(to->once);
                                          const std::shared_ptr<Done> done_to = std::move(to->once_done);
                                          to->once_done.reset();
                                          (*done_to)(std::move(result));
                                        });
}

// --- time -------------------------------------------------------------------------

/// The user pauses: have the engine read the prompt now that it will need at the next key.
void Completer::prefill(Buffer& buffer) {
  buffer.idle_tried = true;
  const workspace::Mirror* mirror = host_.mirror(buffer.buf);
  if (!mirror || !buffer.at || mirror->changedtick != buffer.at->tick || !buffer.requests.empty()) return;
  const dispatch::CompletionLane lane = completions_.lane(buffer.origin.label);
  const bool keeps =
      lane.dialect == provider::FimDialect::tokens || lane.dialect == provider::FimDialect::infill;
  if (lane.state != dispatch::CompletionLane::State::ready || lane.paid || !keeps) return;
  const int64_t buf = buffer.buf;
  const Cursor at = *buffer.at;
  dispatch::CompletionRequest request;
  request.label = buffer.origin.label;
  request.max_tokens = 0;
  request.assemble = [this, buf, at](const config::Model& model,
                                     const provider::FimServer& server) -> std::optional<privacy::Prompt> {
    Buffer* to = find(buf);
    const workspace::Mirror* text = host_.mirror(buf);
    if (!to || !text || text->changedtick != at.tick) return std::nullopt;
    to->layout.anchor({&text->lines, at.line, at.col}, loop_.now());
    return prompt_for(buf, at, "", model, server);
  };
  dispatch::CompletionHandlers handlers;
  handlers.on_done = [this](const Result<void>&, const dispatch::CompletionOutcome&) {
    const std::unique_ptr<dispatch::Operation> over = std::move(prefill_);
  };
  prefill_ = completions_.start(std::move(request), std::move(handlers));
}

void Completer::arm() {
  std::optional<TimePoint> next;
  const auto at = [&](std::optional<TimePoint> point) {
    if (point && (!next || *point < *next)) next = point;
  };
  for (const auto& [buf, buffer] : buffers_) at(buffer->session->deadline());
  if (const Buffer* buffer = find(current_)) {
    if (buffer->asked) at(*buffer->asked + kTellAsking);
    if (!buffer->idle_tried && buffer->requests.empty()) at(buffer->layout.idle_deadline());
  }
  if (!next) return timer_.stop();
  // Rounded up: a timer that fires early would only be set again.
  timer_.start(std::max(std::chrono::ceil<Millis>(*next - loop_.now()), Millis{0}));
}

void Completer::due() {
  const TimePoint now = loop_.now();
  std::vector<int64_t> late;
  for (const auto& [buf, buffer] : buffers_) {
    const std::optional<TimePoint> deadline = buffer->session->deadline();
    if (deadline && *deadline <= now) late.push_back(buf);
  }
  for (const int64_t buf : late) {
    if (Buffer* buffer = find(buf)) step(*buffer, TimePassed{});
  }
  if (Buffer* buffer = find(current_)) {
    const std::optional<TimePoint> idle = buffer->layout.idle_deadline();
    if (idle && *idle <= now && !buffer->idle_tried) prefill(*buffer);
  }
  tell_state();
  arm();
}

// --- what it says of itself -----------------------------------------------------------

void Completer::tell_state() {
  Buffer* buffer = find(current_);
  if (!buffer) return;
  GhostState state;
  if (const Attached attached = judge(*buffer); !attached.ghost) {
    state.state = "off";
    state.text = attached.why;
  } else {
    const dispatch::CompletionLane lane = completions_.lane(buffer->origin.label);
    state.model = lane.model;
    state.lane = to_string(lane.lane);
    state.state = "idle";
    if (lane.state == dispatch::CompletionLane::State::failed) {
      state.state = "failed";
      state.text = lane.why;
    } else if (buffer->asked && loop_.now() - *buffer->asked >= kTellAsking) {
      state.state = "asking";
    }
  }
  if (state == told_) return;
  told_ = state;
  host_.state(state);
}

std::vector<std::string> Completer::status() const {
  Counters all;
  int64_t anchors = 0;
  for (const auto& [buf, buffer] : buffers_) {
    const Counters& one = buffer->session->counters();
    all.asked += one.asked;
    all.cancelled += one.cancelled;
    all.saved += one.saved;
    all.shown += one.shown;
    all.accepted += one.accepted;
    all.ahead += one.ahead;
    all.ahead_used += one.ahead_used;
    anchors += buffer->layout.anchors();
  }
  std::vector<std::string> out;
  std::string now = told_.state.empty() ? "not used yet" : told_.state;
  if (!told_.model.empty()) now += ", " + told_.model + " on the " + told_.lane + " lane";
  const auto found = buffers_.find(current_);
  const dispatch::CompletionLane lane =
      completions_.lane(found == buffers_.end() ? privacy::Label::any : found->second->origin.label);
  if (lane.state == dispatch::CompletionLane::State::ready) {
    now += std::string(", ") + provider::to_string(lane.dialect) + " completions";
  }
  if (!told_.text.empty()) now += ": " + told_.text;
  out.push_back("ghost text    " + now);
  out.push_back("              " + std::to_string(all.asked) + " requests, " + std::to_string(all.cancelled) +
                " cancelled, " + std::to_string(all.saved) + " saved; " + std::to_string(all.shown) +
                " shown, " + std::to_string(all.accepted) + " accepted; " + std::to_string(all.ahead_used) +
                " of " + std::to_string(all.ahead) + " asked ahead were used; " + std::to_string(anchors) +
                " anchors");
  return out;
}

}  // namespace coder::completion
