// What a Completer says of itself: whether there is ghost text in a buffer and why not, to the statusline and
// the status page.
#include "completion/completer_buffer.h"

namespace coder::completion {

Completer::Attached Completer::judge(const Buffer& buffer) const {
  const std::shared_ptr<const config::Config> config = config_();
  if (buffer.never_send) {
    return {false, "this file is on the never-send list (rule " + buffer.origin.rule + ")"};
  }
  if (!config->completion.enabled) return {false, "[completion] enabled is false in " + config->file};
  if (!config->completion.applies_to(buffer.filetype)) {
    return {false, "[completion] filetypes leaves out `" + buffer.filetype + "`"};
  }
  if (gate(buffer)) return {true, ""};
  const auto models = dispatch::choose_completion(*config, std::nullopt, buffer.origin.label);
  if (!models) return {false, models.error().text()};
  return {true, ""};
}

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
    if (lane.state == dispatch::CompletionLane::State::none) {
      state.model = kRepoModel;
      state.lane = to_string(privacy::Lane::local);
      if (config_()->completion.model != kRepoModel) state.text = lane.why;
    } else if (lane.state == dispatch::CompletionLane::State::loading) {
      state.state = "loading";
      state.text = lane.why;
    } else if (lane.state == dispatch::CompletionLane::State::failed) {
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
    all.guessed += one.guessed;
    all.guesses_accepted += one.guesses_accepted;
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
  out.push_back("              of these from the repository: " + std::to_string(all.guessed) + " shown, " +
                std::to_string(all.guesses_accepted) + " accepted");
  out.push_back("              " + std::to_string(reads_) + " prompts read ahead, " +
                std::to_string(read_tokens_) + " tokens");
  return out;
}

}  // namespace coder::completion
