// The requests of a Completer: their prompts, what becomes of their answers.
#include <utility>

#include "completion/completer_buffer.h"
#include "privacy/paths.h"

namespace coder::completion {
namespace {

/// The time a local engine may write on a suggestion.
constexpr Millis kWriteLimit{1500};

}  // namespace

std::optional<privacy::Prompt> Completer::prompt_for(int64_t buf, const Cursor& at,
                                                     const std::string& accepted, const config::Model& model,
                                                     const provider::FimServer& server, bool anchor_anew) {
  Buffer* buffer = find(buf);
  const workspace::Mirror* mirror = host_.mirror(buf);
  if (!buffer || !mirror || mirror->changedtick != at.tick) return std::nullopt;
  const LayoutPolicy wanted = layout_policy(server.context);
  if (wanted.prefix_bytes != buffer->layout_policy.prefix_bytes) {
    buffer->layout_policy = wanted;
    buffer->layout = Layout(wanted);
  }
  const Place place{&mirror->lines, at.line, at.col};
  const Texts texts = anchor_anew ? buffer->layout.anchor(place, loop_.now())
                                  : buffer->layout.texts(place, loop_.now(), accepted);
  if (texts.anchored_anew || read_ != buf) read_ = -1;
  if (texts.anchored_anew) {
    buffer->extras.clear();
    size_t room = extras_bytes(server.context);
    const std::shared_ptr<const config::Config> config = config_();
    for (const Extra& extra : extras_.pieces()) {
      if (extra.origin == buffer->origin.path || extra.text.size() > room) continue;
      // By the rules of now: it may have been gathered under others.
      const privacy::Verdict verdict = config->path_rules().judge(extra.origin);
      if (verdict.never_send) continue;
      room -= extra.text.size();
      buffer->extras.push_back(extra);
      buffer->extras.back().label = privacy::join(extra.label, verdict.label);
    }
  }
  return make_prompt(texts, buffer->extras, buffer->origin, model);
}

void Completer::perform(Buffer& buffer, const Ask& ask) {
  const int64_t buf = buffer.buf;
  const int64_t id = ask.request;
  const Cursor at = buffer.at.value_or(Cursor{});
  prefill_.reset();
  warmth_.used(loop_.now());
  if (ask.purpose == Purpose::now) {
    buffer.now_request = id;
    buffer.asked = loop_.now();
  }
  dispatch::CompletionRequest request;
  request.label = buffer.origin.label;
  request.folder = buffer.origin.project;
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
    read_ = buf;
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
  buffer->once_done.reset();

  const View view = make_view(mirror->lines, line, col, tick);
  const size_t max_lines = config_()->completion.max_lines.value_or(0);
  const auto scope = static_cast<int64_t>(buffer->session_label);
  if (std::optional<Suggested> known = recall(results_, view, scope, max_lines)) {
    known->outcome.model = completions_.lane(buffer->origin.label).model;
    return answer(std::move(done), std::move(*known));
  }
  if (completions_.lane(buffer->origin.label).state == dispatch::CompletionLane::State::none) {
    Suggested repo;
    repo.text = repo.raw = guess(*buffer, view, true);
    repo.outcome.model = kRepoModel;
    return answer(std::move(done), std::move(repo));
  }
  buffer->once_done = std::make_shared<Done>(std::move(done));
  const Cursor at{tick, view.line, view.col, true};
  dispatch::CompletionRequest request;
  request.label = buffer->origin.label;
  request.folder = buffer->origin.project;
  request.max_tokens = kAnswerTokens;
  request.time_limit = kWriteLimit;
  request.assemble = [this, buf, at](const config::Model& model, const provider::FimServer& server) {
    return prompt_for(buf, at, "", model, server);
  };
  buffer->once = std::make_unique<Once>(loop_, completions_, std::move(request), view, max_lines,
                                        [this, buf, view, scope, max_lines](Result<Suggested> result) {
                                          if (result) remember(results_, view, *result, scope, max_lines);
                                          Buffer* to = find(buf);
                                          if (!to || !to->once_done) return;
                                          const std::unique_ptr<Once> over = std::move(to->once);
                                          const std::shared_ptr<Done> done_to = std::move(to->once_done);
                                          to->once_done.reset();
                                          (*done_to)(std::move(result));
                                        });
}

}  // namespace coder::completion
