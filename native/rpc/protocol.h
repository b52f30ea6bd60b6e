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

#include "rpc/messages.h"

namespace coder::rpc {

/// Raised when a change would make an older editor side misunderstand.
inline constexpr int64_t kProtocolVersion = 4;

// clang-format off
//        name         parameters        result         what it does
#define CODER_RPC_METHODS(X) \
  X(hello,       HelloParams,      HelloResult,   "first message: versions are compared") \
  X(buf_attach,  BufAttachParams,  BufAttachResult, "mirror a buffer through nvim_buf_attach") \
  X(quote,       QuoteParams,      QuoteResult,   "lines of a mirrored buffer as a quotation") \
  X(ask,         AskParams,        AskResult,     "answer the conversation in a chat buffer") \
  X(context,     AskParams,        ContextResult, "what would go along with the question in a chat buffer") \
  X(mention,     MentionParams,    MentionResult, "completes #file:, #symbol: and the like") \
  X(stop,        StopParams,       StopResult,    "stop one answer or all") \
  X(cursor,      CursorParams,     Nothing,       "the insert cursor is here: ghost text is wanted") \
  X(ghost_accept, GhostAcceptParams, Nothing,     "ghost text is about to be put into the buffer") \
  X(ghost_cycle, GhostCycleParams, Nothing,       "show the next or previous suggestion") \
  X(ghost_close, GhostCloseParams, Nothing,       "no ghost text is wanted until the next `cursor`") \
  X(complete,    CompleteParams,   CompleteResult, "one whole suggestion, for completion menus") \
  X(yank,        YankParams,       Nothing,       "text went into a register") \
  X(mode,        ModeParams,       ModeResult,    "sets or tells the mode, or one model for all requests") \
  X(models,      Nothing,          ModelsResult,  "every lane with its state and what its server lists") \
  X(status,      StatusParams,     StatusResult,  "the :CoderStatus page") \
  X(health,      Nothing,          HealthResult,  "checks for :checkhealth, servers asked included")

//        name         parameters        what happened
#define CODER_RPC_EVENTS(X) \
  X(reply,       ReplyEvent,       "answer to a method called with a call id") \
  X(ask_begin,   AskBeginEvent,    "an answer starts: put its heading into the chat buffer") \
  X(ask_wait,    AskWaitEvent,     "what a started answer waits for") \
  X(ask_delta,   AskDeltaEvent,    "more text of an answer, at most one per frame") \
  X(ask_end,     AskEndEvent,      "an answer ended, well or not; nothing follows for its id") \
  X(ghost_show,  GhostShowEvent,   "show this ghost text, or more of it; drop it if the buffer has changed") \
  X(ghost_hide,  GhostHideEvent,   "there is no ghost text for this state of the buffer") \
  X(ghost_state, GhostStateEvent,  "what ghost text is doing, for the statusline") \
  X(mode_changed, ModeEvent,       "what decides where requests go, for the statusline") \
  X(buf_label,   BufLabelEvent,    "a buffer holds private text from elsewhere: keep the label with it") \
  X(notice,      NoticeEvent,      "one line for the user")
// clang-format on

/// Hash of the table: ties lua/coder/protocol.lua to the binary.
std::string build_id();

/// The generated files' text.
std::string protocol_lua();
std::string protocol_markdown();

}  // namespace coder::rpc
