// The one table of RPC methods and events.
//
// METHODS: called by the editor, either as a msgpack-RPC request [params] or as
// a notification [params, call id]; the second form is answered by the event
// "reply". EVENTS: sent to the editor as
//   nvim_exec_lua("require('coder.backend').receive(...)", [name, params]).
// To add a method, add its line here: dispatch then does not compile until
// Handlers has it, and lua/coder/protocol.lua and doc/protocol.md are out of
// date (a test says so) until written anew with `coder-nvim --dump-protocol`.
#pragma once

#include <string>

#include "rpc/messages_daily.h"

namespace coder::rpc {

/// Raised when a change would make an older editor side misunderstand.
inline constexpr int64_t kProtocolVersion = 5;

// clang-format off
//        name         parameters        result         what it does
#define CODER_RPC_METHODS(X) \
  X(hello,       HelloParams,      HelloResult,   "first message: versions are compared") \
  X(buf_attach,  BufAttachParams,  BufAttachResult, "mirror a buffer through nvim_buf_attach") \
  X(quote,       QuoteParams,      QuoteResult,   "lines of a mirrored buffer as a quotation") \
  X(ask,         AskParams,        AskResult,     "answer the conversation in a chat buffer") \
  X(context,     AskParams,        ContextResult, "what would go along with the question in a chat buffer") \
  X(mention,     MentionParams,    MentionResult, "completes #file:, #symbol: and the like") \
  X(refactor,    RefactorParams,   RefactorResult, "have a model change files, as a preview") \
  X(review,      ReviewParams,     RefactorResult, "have a model look for bugs, slowness and security holes") \
  X(dismiss,     DismissParams,    Nothing,       "findings like this one are not wanted any more") \
  X(restore,     RestoreParams,    RestoreResult, "findings that were dismissed are told again") \
  X(tasks,       Nothing,          TasksResult,   "the tasks that the user has configured") \
  X(draft,       DraftParams,      RefactorResult, "the text of a pull request or commit, from the changes in git") \
  X(test_place,  TestPlaceParams,  TestPlaceResult, "where the tests of a file belong, and how they are run") \
  X(apply,       ApplyParams,      RefactorResult, "the edits of a reply that is there, as a preview") \
  X(refactor_again, RefactorAgainParams, Nothing, "another answer, with what the user says of the last one") \
  X(refactor_edit, RefactorEditParams, Nothing,   "other lines for a hunk, by the user") \
  X(refactor_write, RefactorWriteParams, RefactorWritten, "write some hunks, all or none") \
  X(refactor_undo, RefactorIdParams, RefactorWritten, "take the last write back") \
  X(refactor_close, RefactorIdParams, Nothing,    "a preview is not wanted any more") \
  X(stop,        StopParams,       StopResult,    "stop one answer or all") \
  X(cursor,      CursorParams,     Nothing,       "the insert cursor is here: ghost text is wanted") \
  X(rest,        RestParams,       Nothing,       "the cursor is here outside of insert mode: an idle local engine may read ahead") \
  X(ghost_accept, GhostAcceptParams, Nothing,     "ghost text is about to be put into the buffer") \
  X(ghost_cycle, GhostCycleParams, Nothing,       "show the next or previous suggestion") \
  X(ghost_close, GhostCloseParams, Nothing,       "no ghost text is wanted until the next `cursor`") \
  X(complete,    CompleteParams,   CompleteResult, "one whole suggestion, for completion menus") \
  X(yank,        YankParams,       Nothing,       "text went into a register") \
  X(mode,        ModeParams,       ModeResult,    "sets or tells the mode, or one model for all requests") \
  X(models,      Nothing,          ModelsResult,  "every lane with its state and what its server lists") \
  X(cost,        CostParams,       CostResult,    "the :CoderCost page") \
  X(cost_continue, Nothing,        Nothing,       "the next request may go to a cloud lane, whatever was spent") \
  X(status,      StatusParams,     StatusResult,  "the :CoderStatus page") \
  X(health,      Nothing,          HealthResult,  "checks for :checkhealth, servers asked included")

//        name         parameters        what happened
#define CODER_RPC_EVENTS(X) \
  X(reply,       ReplyEvent,       "answer to a method called with a call id") \
  X(ask_begin,   AskBeginEvent,    "an answer starts: put its heading into the chat buffer") \
  X(ask_wait,    AskWaitEvent,     "what a started answer waits for") \
  X(ask_delta,   AskDeltaEvent,    "more text of an answer, at most one per frame") \
  X(ask_tool,    AskToolEvent,     "a tool was called for an answer: put the line into it") \
  X(ask_end,     AskEndEvent,      "an answer ended, well or not; nothing follows for its id") \
  X(refactor_begin, RefactorBeginEvent, "a model is at work on a refactor") \
  X(refactor_wait, RefactorWaitEvent, "what a refactor waits for") \
  X(refactor_progress, RefactorProgressEvent, "how far its answer is") \
  X(refactor_files, RefactorFilesEvent, "what is to change in these files") \
  X(refactor_end, RefactorEndEvent, "its answer is over, well or not") \
  X(draft_begin, DraftBeginEvent,  "a model writes the text of a pull request or commit") \
  X(draft_part,  DraftPartEvent,   "parts of a large diff that were read for it so far") \
  X(draft_delta, DraftDeltaEvent,  "more of that text") \
  X(draft_end,   DraftEndEvent,    "it is over; nothing follows for its id") \
  X(review_end,  ReviewEndEvent,   "what a review has found, or why nothing came of it") \
  X(ghost_show,  GhostShowEvent,   "show this ghost text, or more of it; drop it if the buffer has changed") \
  X(ghost_hide,  GhostHideEvent,   "there is no ghost text for this state of the buffer") \
  X(ghost_state, GhostStateEvent,  "what ghost text is doing, for the statusline") \
  X(mode_changed, ModeEvent,       "what decides where requests go, for the statusline") \
  X(spent,       SpentEvent,       "what was spent today, for the statusline") \
  X(engine_state, EngineEvent,     "what the local engine is doing") \
  X(buf_label,   BufLabelEvent,    "a buffer holds private text from elsewhere: keep the label with it") \
  X(notice,      NoticeEvent,      "one line for the user")
// clang-format on

/// Hash of the table: ties lua/coder/protocol.lua to the binary.
std::string build_id();

/// The generated files' text.
std::string protocol_lua();
std::string protocol_markdown();

}  // namespace coder::rpc
