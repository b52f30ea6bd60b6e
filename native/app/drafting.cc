#include "app/drafting.h"

#include "base/log.h"
#include "base/text.h"

namespace coder::app {
namespace {

constexpr size_t kMaxText = 1u << 20;  // bytes

}  // namespace

Drafting::Drafting(Deps deps, Wanted wanted)
    : deps_(std::move(deps)),
      wanted_(std::move(wanted)),
      pacer_(deps_.draft.loop, {}, deps_.backlog, [this](std::string text, const std::string&) {
        if (!text.empty()) rpc::emit(deps_.channel, rpc::DraftDeltaEvent{wanted_.id, std::move(text)});
      }) {
  reading_ = std::make_unique<task::ReadChanges>(deps_.draft.loop, wanted_.changes, deps_.judge,
                                                 [this](Result<task::Changes> changes) {
                                                   if (!changes) return end(changes.error(), {});
                                                   write(std::move(*changes));
                                                 });
}

void Drafting::write(task::Changes changes) {
  if (!changes.unmerged.empty()) return end(task::conflict_in(changes.unmerged), {});
  about_ = changes.about;
  left_out_ = changes.left_out;
  task::Draft::Wanted wanted;
  wanted.recipe = wanted_.recipe;
  wanted.changes = std::move(changes);
  wanted.words = wanted_.words;
  wanted.rule = deps_.judge(wanted_.words);
  wanted.language = wanted_.language;
  if (wanted.rule.never_send) {
    return end(
        Error{ErrorKind::policy, "this holds text of a file that is never sent (" + wanted.rule.rule + ")",
              "take it out"},
        {});
  }
  task::Draft::Handlers on;
  on.on_part = [this](size_t done, size_t parts) {
    rpc::emit(deps_.channel,
              rpc::DraftPartEvent{wanted_.id, static_cast<int64_t>(done), static_cast<int64_t>(parts)});
  };
  on.on_chosen = [this](const dispatch::Chosen& chosen) {
    rpc::DraftBeginEvent begin;
    begin.id = wanted_.id;
    begin.model = chosen.model.name;
    begin.lane = to_string(chosen.model.lane);
    begin.label = to_string(chosen.label);
    begin.about = about_;
    begin.left_out = left_out_;
    rpc::emit(deps_.channel, begin);
  };
  on.on_text = [this](std::string_view piece) {
    if (text_.size() + piece.size() > kMaxText) return;
    text_ += piece;
    pacer_.text(piece);
  };
  on.on_done = [this](const Result<void>& result, const dispatch::Outcome& outcome) {
    end(result ? std::nullopt : std::optional(result.error()), outcome);
  };
  draft_ = std::make_unique<task::Draft>(deps_.draft, std::move(wanted), std::move(on));
}

void Drafting::stop() {
  const dispatch::Outcome outcome = draft_ ? draft_->outcome() : dispatch::Outcome();
  reading_.reset();
  draft_.reset();
  end(Error{ErrorKind::interrupted, "stopped; what had come stays", ""}, outcome);
}

void Drafting::end(const std::optional<Error>& error, const dispatch::Outcome& outcome) {
  if (ended_) return;
  ended_ = true;
  pacer_.finish();
  rpc::DraftEndEvent event;
  event.id = wanted_.id;
  if (error) event.error = rpc::wire(*error);
  event.text = error ? to_valid_utf8(text_) : to_valid_utf8(task::tidy_draft(text_));
  event.model = outcome.model;
  event.ms = static_cast<int64_t>(outcome.ms);
  event.usd = outcome.usd;
  rpc::emit(deps_.channel, event);
  log::info("draft " + std::to_string(wanted_.id) + ": " + outcome.model + ": " +
            (error ? error->message : std::to_string(event.text.size()) + " bytes"));
  deps_.over();
}

}  // namespace coder::app
