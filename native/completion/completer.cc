#include "completion/completer.h"

#include <algorithm>

#include "completion/completer_buffer.h"
#include "privacy/paths.h"

namespace coder::completion {
namespace {

/// Lines around the place one left that go along as background.
constexpr size_t kExtraLines = 24;
/// The editor takes a ghost that does not fit off by itself, at the key. What it is told for certainty may
/// wait until the request for that key is out.
constexpr Millis kHideDelay{2};

/// A NUL near the cursor: no text that a model could complete.
bool is_binary(const std::vector<std::string>& lines, size_t line) {
  constexpr size_t kNear = 32;
  const size_t last = std::min(lines.size(), line + kNear);
  for (size_t i = line > kNear ? line - kNear : 0; i < last; ++i) {
    if (lines[i].find('\0') != std::string::npos) return true;
  }
  return false;
}

}  // namespace

Completer::Completer(loop::Loop& loop, dispatch::Completions& completions, GetConfig config, Host host)
    : loop_(loop),
      completions_(completions),
      config_(std::move(config)),
      host_(std::move(host)),
      timer_(loop, [this] { due(); }) {
  completions_.watch([this] { lane_changed(); });
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
  const privacy::Verdict verdict = host_.verdict(buffer.buf);
  origin.label = verdict.label;
  origin.rule = verdict.rule;
  origin.name = origin.path.empty() ? std::string() : shown_name(origin.path);
  origin.project = origin.path.empty() ? std::string() : privacy::repository_root(origin.path);
  buffer.never_send = verdict.never_send;
  if (buffer.session && origin.label == buffer.session_label) return;
  // Suggestions made for private text stay with private text.
  if (buffer.session) step(buffer, Closed{});
  buffer.session_label = origin.label;
  buffer.lane = {};  // as the new session knows it
  buffer.session = std::make_unique<Session>(policy(), results_, &pace_, static_cast<int64_t>(origin.label));
}

void Completer::relabel(int64_t buf) {
  Buffer* buffer = find(buf);
  if (!buffer) return;
  label(*buffer);
  update_lane(*buffer);
}

void Completer::detach(int64_t buf) {
  if (current_ == buf) {
    current_ = -1;
    prefill_.reset();
    warmth_.left();
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
    buffer->extras.clear();  // gathered anew, by the rules of now, at the next anchor
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
  buffer->resting.reset();
  warmth_.left();
  const workspace::Mirror* mirror = host_.mirror(buf);
  if (!mirror || buffer->never_send) return tell_state();
  const Cursor cursor{tick, line, col, manual};
  if (!mirror->ready || mirror->changedtick < tick) {
    buffer->pending = cursor;
  } else if (mirror->changedtick == tick) {
    move(*buffer, cursor);
  }  // else the text has gone on, and its own cursor is under way
}

void Completer::move(Buffer& buffer, const Cursor& cursor) {
  const std::shared_ptr<const config::Config> config = config_();
  if (!cursor.manual && !config->completion.applies_to(buffer.filetype)) return step(buffer, Closed{});
  const std::vector<std::string>& lines = host_.mirror(buffer.buf)->lines;
  if (is_binary(lines, cursor.line)) return step(buffer, Closed{});
  buffer.at = cursor;
  buffer.idle_tried = false;
  update_lane(buffer);
  Moved moved;
  moved.view = make_view(lines, cursor.line, cursor.col, cursor.tick);
  moved.manual = cursor.manual;
  const View view = moved.view;
  step(buffer, std::move(moved));
  // The request is out by now.
  if (buffer.session->wants_guess() && gate(buffer))
    step(buffer, Guessed{guess(buffer, view, cursor.manual)});
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
  warmth_.left();
  const workspace::Mirror* mirror = host_.mirror(buffer.buf);
  if (!mirror || !mirror->ready || !buffer.at || buffer.never_send || buffer.origin.path.empty()) return;
  const size_t first = buffer.at->line > kExtraLines ? buffer.at->line - kExtraLines : 0;
  Extra extra;
  extra.name = buffer.origin.name;
  extra.text = mirror->text(first, buffer.at->line + kExtraLines);
  extra.label = buffer.origin.label;
  extra.origin = buffer.origin.path;
  extras_.add(std::move(extra));
}

// --- the session ----------------------------------------------------------------

void Completer::update_lane(Buffer& buffer) {
  const dispatch::CompletionLane now = completions_.lane(buffer.origin.label);
  Lane lane;
  using State = dispatch::CompletionLane::State;
  lane.available = now.state != State::none && now.state != State::loading && now.state != State::failed;
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
      buffer.hide.reset();
      host_.show(buffer.buf, *show);
    } else if (const Hide* hide = std::get_if<Hide>(&action)) {
      buffer.hide = PendingHide{hide->tick, loop_.now() + kHideDelay};
    }
  }
  tell_state();
  arm();
}

// --- time -------------------------------------------------------------------------

void Completer::arm() {
  std::optional<TimePoint> next;
  const auto at = [&](std::optional<TimePoint> point) {
    if (point && (!next || *point < *next)) next = point;
  };
  for (const auto& [buf, buffer] : buffers_) {
    at(buffer->session->deadline());
    if (buffer->hide) at(buffer->hide->at);
  }
  if (const Buffer* buffer = find(current_)) {
    if (buffer->asked && told_.state != "asking") at(*buffer->asked + kTellAsking);
    if (!buffer->idle_tried && buffer->requests.empty()) at(buffer->layout.idle_deadline());
    if (buffer->resting) at(warmth_.due());
  }
  if (!next) return timer_.stop();
  // Rounded up: a timer that fires early would only be set again. Never at once, so that whatever is late
  // cannot keep input waiting.
  timer_.start(std::max(std::chrono::ceil<Millis>(*next - loop_.now()), Millis{1}));
}

void Completer::due() {
  const TimePoint now = loop_.now();
  std::vector<int64_t> late;
  for (const auto& [buf, buffer] : buffers_) {
    if (buffer->hide && buffer->hide->at <= now) {
      host_.hide(buf, buffer->hide->tick);
      buffer->hide.reset();
    }
    const std::optional<TimePoint> deadline = buffer->session->deadline();
    if (deadline && *deadline <= now) late.push_back(buf);
  }
  for (const int64_t buf : late) {
    if (Buffer* buffer = find(buf)) step(*buffer, TimePassed{});
  }
  if (Buffer* buffer = find(current_)) {
    const std::optional<TimePoint> idle = buffer->layout.idle_deadline();
    if (idle && *idle <= now && !buffer->idle_tried) prefill(*buffer);
    const std::optional<TimePoint> warm = buffer->resting ? warmth_.due() : std::nullopt;
    if (warm && *warm <= now) read_ahead(*buffer);
  }
  tell_state();
  arm();
}

}  // namespace coder::completion
