#include "completion/once.h"

#include <utility>

#include "completion/clean.h"

namespace coder::completion {
namespace {

/// More is no suggestion but a server that does not end, and would push much else out of the results.
constexpr size_t kMostKept = 8192;

}  // namespace

std::optional<Suggested> recall(Results& results, const View& view, int64_t scope, size_t max_lines) {
  for (const Match& match : results.find(view, scope)) {
    if (!match.complete || match.dropped) continue;
    Suggested suggested;
    suggested.text =
        clean({view.before, view.after, match.raw, true, match.cut_short, max_lines, match.typed}).text;
    // Nothing is an answer too, where the model was asked at this very place.
    if (suggested.text.empty() && match.typed > 0) continue;
    suggested.raw = match.rest;
    suggested.cut_short = match.cut_short;
    return suggested;
  }
  return std::nullopt;
}

void remember(Results& results, const View& view, const Suggested& suggested, int64_t scope,
              size_t max_lines) {
  if (suggested.raw.size() > kMostKept) return;
  std::string raw = suggested.raw;
  std::erase_if(raw, [](char byte) { return byte == '\r' || byte == '\0'; });
  // What repeats the text before the cursor will not be typed again, see Cleaned::from.
  raw.erase(0, clean({view.before, view.after, raw, true, suggested.cut_short, max_lines}).from);
  results.put(view, {results.next_id(), std::move(raw), true, suggested.cut_short}, scope);
}

Once::Once(loop::Loop& loop, dispatch::Completions& completions, dispatch::CompletionRequest request,
           View view, size_t max_lines, Done done)
    : view_(std::move(view)), max_lines_(max_lines), done_(std::move(done)), timer_(loop, [this] {
        if (!raw_.empty()) stop(true);
      }) {
  request.assemble = [this, inner = std::move(request.assemble)](
                         const config::Model& model,
                         const provider::FimServer& server) mutable -> std::optional<privacy::Prompt> {
    model_ = model.name;
    return inner(model, server);
  };
  dispatch::CompletionHandlers handlers;
  handlers.on_text = [this](std::string_view text) { wrote(text); };
  handlers.on_done = [this](Result<void> result, dispatch::CompletionOutcome outcome) {
    end(std::move(result), std::move(outcome));
  };
  operation_ = completions.start(std::move(request), std::move(handlers));
  timer_.start(kOnceLimit);
}

void Once::wrote(std::string_view text) {
  raw_ += text;
  // Nothing that may still come would be kept: the server need not go on.
  if (clean({view_.before, view_.after, raw_, false, false, max_lines_}).stop) stop(false);
}

void Once::stop(bool cut_short) {
  const std::unique_ptr<dispatch::Operation> over = std::move(operation_);
  dispatch::CompletionOutcome outcome;
  outcome.model = model_;
  if (cut_short) outcome.finish = provider::Finish::length;
  end({}, std::move(outcome));
}

void Once::end(Result<void> result, dispatch::CompletionOutcome outcome) {
  auto done = std::move(done_);
  if (!result) return done(std::move(result.error()));
  Suggested suggested;
  suggested.cut_short = outcome.finish == provider::Finish::length;
  suggested.text = clean({view_.before, view_.after, raw_, true, suggested.cut_short, max_lines_}).text;
  suggested.raw = std::move(raw_);
  suggested.outcome = std::move(outcome);
  done(std::move(suggested));  // may destroy this
}

}  // namespace coder::completion
