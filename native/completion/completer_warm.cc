// The prompts that a Completer has an engine read before anybody asks: after a pause in insert mode, and
// where the cursor rests outside of it. They go the way of all completions, cleared for the lane, with no
// output.
#include <utility>

#include "completion/completer_buffer.h"

namespace coder::completion {

using LaneState = dispatch::CompletionLane::State;

namespace {

/// The lane of the engine that coder-nvim keeps; config/load.cc makes it.
constexpr const char* kEngineLane = "engine";

}  // namespace

void Completer::rest(int64_t buf, size_t line, size_t col) {
  Buffer* buffer = find(buf);
  if (!buffer) return;
  if (current_ != buf) {
    if (Buffer* last = find(current_)) leave(*last);
    current_ = buf;
  }
  buffer->resting = Cursor{0, line, col, false};
  warmth_.rested(loop_.now());
  tell_state();
  arm();
}

void Completer::lane_changed() {
  if (Buffer* buffer = find(current_)) {
    update_lane(*buffer);
    const bool ready = completions_.lane(buffer->origin.label).state == LaneState::ready;
    // It is up again, and has read nothing yet.
    if (ready && !ready_) {
      read_ = -1;
      if (buffer->resting) warmth_.rested(loop_.now());
    }
    ready_ = ready;
    arm();
  }
  tell_state();
}

/// The user pauses in insert mode: have the engine read the prompt now that it will need at the next key.
void Completer::prefill(Buffer& buffer) {
  buffer.idle_tried = true;
  const workspace::Mirror* mirror = host_.mirror(buffer.buf);
  if (!mirror || !buffer.at || mirror->changedtick != buffer.at->tick || !buffer.requests.empty()) return;
  const dispatch::CompletionLane lane = completions_.lane(buffer.origin.label);
  if (lane.state == LaneState::ready && lane.reads) read(buffer, *buffer.at, true);
}

/// The cursor rests. Most ways into insert mode lead to the end of its line or to a line of their own below
/// it (A, o, cc, C): an anchor at the line's end fits them all, and shares the prefix with the others.
void Completer::read_ahead(Buffer& buffer) {
  const TimePoint now = loop_.now();
  const std::shared_ptr<const config::Config> config = config_();
  const dispatch::CompletionLane lane = completions_.lane(buffer.origin.label);
  if (lane.state == LaneState::unknown) completions_.warm(buffer.origin.label);
  if (lane.state != LaneState::ready || !lane.reads || !judge(buffer).ghost || !host_.may_read())
    return warmth_.left();  // when the lane is ready, lane_changed() comes back to it
  const workspace::Mirror* mirror = host_.mirror(buffer.buf);
  if (!mirror || !mirror->ready || buffer.resting->line >= mirror->lines.size()) {
    warmth_.began(now);
    return warmth_.ended(now, false);
  }
  const std::vector<std::string>& lines = mirror->lines;
  Cursor at = *buffer.resting;
  at.tick = mirror->changedtick;
  if (!buffer.layout.holds({&lines, at.line, at.col})) at.col = lines[at.line].size();
  const bool holds = buffer.layout.holds({&lines, at.line, at.col});
  WarmthPolicy policy;
  if (config->engine.written && lane.model == kEngineLane && config->engine.idle_unload.count() > 0)
    policy.stale = config->engine.idle_unload / 2;
  warmth_.set_policy(policy);
  if (holds && read_ == buffer.buf && !warmth_.stale(now)) return warmth_.left();
  warmth_.began(now);
  read(buffer, at, !holds);
}

void Completer::read(Buffer& buffer, const Cursor& at, bool anchor_anew) {
  const int64_t buf = buffer.buf;
  dispatch::CompletionRequest request;
  request.label = buffer.origin.label;
  request.folder = buffer.origin.project;
  request.max_tokens = 0;
  request.assemble = [this, buf, at, anchor_anew](const config::Model& model,
                                                  const provider::FimServer& server) {
    return prompt_for(buf, at, "", model, server, anchor_anew);
  };
  dispatch::CompletionHandlers handlers;
  handlers.on_done = [this, buf](const Result<void>& result, const dispatch::CompletionOutcome& outcome) {
    const std::unique_ptr<dispatch::Operation> over = std::move(prefill_);
    if (result) {
      read_ = buf;
      ++reads_;
      read_tokens_ += outcome.timings.prompt_fresh;
    }
    warmth_.ended(loop_.now(), static_cast<bool>(result));
    arm();
  };
  prefill_ = completions_.start(std::move(request), std::move(handlers));
}

}  // namespace coder::completion
