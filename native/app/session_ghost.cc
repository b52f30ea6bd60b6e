// The part of a Session that speaks of ghost text: RPC to completion::Completer and back.
#include <algorithm>

#include "app/session.h"
#include "context/signatures.h"
#include "engine/power.h"
#include "workspace/text_file.h"

namespace coder::app {
namespace {

/// What is used within so many lines is looked up again when the cursor has gone that far, or after so long.
constexpr size_t kLookedLines = 20;
constexpr Millis kLookedFor{20'000};
constexpr size_t kSignatureBytes = 2000;
/// A plug is pulled or put in seldom.
constexpr Millis kPowerFor{10'000};

/// A line or column of a message as an index: nothing below zero.
size_t index_of(int64_t number) { return static_cast<size_t>(std::max<int64_t>(number, 0)); }

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

completion::Completer::Host Session::completer_host() {
  completion::Completer::Host host;
  host.mirror = [this](int64_t buf) { return mirrors_.find(buf); };
  host.verdict = [this](int64_t buf) { return labels_.of(buf); };
  host.show = [this](int64_t buf, const completion::Show& show) {
    rpc::GhostShowEvent event;
    event.buf = buf;
    event.tick = show.tick;
    event.line = static_cast<int64_t>(show.line);
    event.col = static_cast<int64_t>(show.col);
    event.id = show.id;
    event.text = show.text;
    event.more = show.more;
    event.index = static_cast<int64_t>(show.index);
    event.count = static_cast<int64_t>(show.count);
    rpc::emit(channel_, event);
  };
  host.hide = [this](int64_t buf, int64_t tick) { rpc::emit(channel_, rpc::GhostHideEvent{buf, tick}); };
  host.state = [this](const completion::GhostState& state) {
    rpc::emit(channel_, rpc::GhostStateEvent{state.state, unless_empty(state.model), unless_empty(state.lane),
                                             unless_empty(state.text)});
  };
  host.may_read = [this] { return may_read(); };
  host.guess = [this](int64_t buf, size_t line, size_t col, completion::Gate gate) {
    return repo_models_.guess(buf, line, col, gate);
  };
  return host;
}

bool Session::may_read() {
  const config::KeepWarm keep = config_.current()->engine.keep_warm;
  if (keep != config::KeepWarm::on_mains) return keep == config::KeepWarm::always;
  const TimePoint now = loop_.now();
  if (!power_ || now - power_->at > kPowerFor) power_ = Power{engine::on_battery(), now};
  return !power_->battery;
}

void Session::rest(rpc::RestParams params, rpc::Reply<rpc::Nothing> reply) {
  completer_.rest(params.buf, index_of(params.line), index_of(params.col));
  reply.ok({});
  look_around(params.buf, index_of(params.line));
}

void Session::cursor(rpc::CursorParams params, rpc::Reply<rpc::Nothing> reply) {
  completer_.cursor(params.buf, params.tick, index_of(params.line), index_of(params.col),
                    params.manual.value_or(false));
  reply.ok({});
  look_around(params.buf, index_of(params.line));
}

void Session::look_around(int64_t buf, size_t line) {
  const size_t far = std::max(line, looked_.line) - std::min(line, looked_.line);
  const TimePoint now = Clock::now();
  if (looked_.buf == buf && far < kLookedLines && now - looked_.at < kLookedFor) return;
  const workspace::Mirror* mirror = mirrors_.find(buf);
  if (!mirror || !mirror->ready) return;
  looked_.buf = buf;
  looked_.line = line;
  looked_.at = now;
  const std::string root = workspaces_.root_of(mirror->path);
  workspace::Indexer* indexer = workspaces_.ready_at(root);
  if (!indexer) return;
  const std::string around = mirror->text(line > kLookedLines ? line - kLookedLines : 0, line + kLookedLines);
  looked_.query = indexer->query(
      [path = mirror->path.substr(root.size() + 1), around](const workspace::Corpus& corpus) {
        return context::signatures_near(corpus, path, around, kSignatureBytes, [&](const std::string& other) {
          return workspace::read_text_file(corpus.root + "/" + other);
        });
      },
      [this, root](const std::vector<context::FileSignatures>& found) {
        for (const context::FileSignatures& one : found) {
          completion::Extra extra;
          extra.origin = root + "/" + one.path;
          privacy::Verdict verdict = config_.current()->path_rules().judge(extra.origin);
          if (const auto open = mirrors_.at(extra.origin))
            verdict = privacy::stricter(verdict, labels_.of(*open));
          if (verdict.never_send) continue;
          extra.name = one.path;
          extra.text = one.text;
          extra.label = verdict.label;
          completer_.offer(std::move(extra));
        }
      });
}

void Session::ghost_accept(rpc::GhostAcceptParams params, rpc::Reply<rpc::Nothing> reply) {
  completer_.accept(params.buf, params.id, index_of(params.bytes), params.all);
  reply.ok({});
}

void Session::ghost_cycle(rpc::GhostCycleParams params, rpc::Reply<rpc::Nothing> reply) {
  completer_.cycle(params.buf, params.tick, params.step < 0 ? -1 : 1);
  reply.ok({});
}

void Session::ghost_close(rpc::GhostCloseParams params, rpc::Reply<rpc::Nothing> reply) {
  completer_.close(params.buf, params.dismissed);
  reply.ok({});
}

void Session::complete(rpc::CompleteParams params, rpc::Reply<rpc::CompleteResult> reply) {
  completer_.once(params.buf, params.tick, index_of(params.line), index_of(params.col),
                  [to = std::make_shared<rpc::Reply<rpc::CompleteResult>>(std::move(reply))](
                      Result<completion::Suggested> suggested) {
                    if (!suggested) return to->fail(std::move(suggested.error()));
                    to->ok({suggested->text, suggested->outcome.model});
                  });
}

}  // namespace coder::app
