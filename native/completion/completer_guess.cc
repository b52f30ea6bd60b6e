// What the repository itself suggests, as long as no model has spoken.
#include "completion/clean.h"
#include "completion/completer_buffer.h"

namespace coder::completion {

namespace {

using Repo = config::Completion::Repo;
using LaneState = dispatch::CompletionLane::State;

}  // namespace

/// How sure a guess has to be here; nullopt: none is wanted.
std::optional<Gate> Completer::gate(const Buffer& buffer) const {
  if (!host_.guess || buffer.never_send) return std::nullopt;
  const config::Completion& wanted = config_()->completion;
  const dispatch::CompletionLane lane = completions_.lane(buffer.origin.label);
  const bool alone =
      lane.state == LaneState::none || lane.state == LaneState::loading || lane.state == LaneState::failed;
  const Repo repo = alone                               ? wanted.repo_alone
                    : lane.lane == privacy::Lane::cloud ? wanted.repo_cloud
                                                        : wanted.repo_local;
  if (repo == Repo::off) return std::nullopt;
  return repo == Repo::eager ? Gate::eager : Gate::quiet;
}

/// Who asks for it by hand wants to see what there is.
std::string Completer::guess(const Buffer& buffer, const View& view, bool manual) const {
  const std::optional<Gate> wanted = manual ? Gate::eager : gate(buffer);
  if (!wanted || !host_.guess) return "";
  const std::string raw = host_.guess(buffer.buf, view.line, view.col, *wanted);
  if (raw.empty()) return "";
  const size_t max_lines = config_()->completion.max_lines.value_or(0);
  return clean({view.before, view.after, raw, true, false, max_lines, 0}).text;
}

}  // namespace coder::completion
