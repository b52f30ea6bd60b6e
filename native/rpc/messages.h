// Parameters and results of every RPC method and event, as typed structs. The
// one table that names them is protocol.h; Lua's and the documentation's copies
// are generated from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/value.h"

namespace coder::rpc {

struct Nothing {};

/// First message of the editor; a mismatch of `protocol` or `build` is answered with how to rebuild.
struct HelloParams {
  int64_t protocol = 0;
  std::string build;
  std::string nvim;  ///< "0.12.4"
};
struct HelloResult {
  int64_t protocol = 0;
  std::string build;
  std::string version;
  int64_t pid = 0;
  std::string log_file;
  std::string config_file;
  std::vector<std::string> problems;
};

/// Mirror this buffer from now on. Sent again when its name changes.
struct BufAttachParams {
  int64_t buf = 0;
  std::string path;  ///< absolute; empty for an unnamed buffer
  std::optional<std::string> filetype;
  std::optional<int64_t> bytes;      ///< its size; one that is too large is not asked for at all
  std::optional<std::string> label;  ///< what a `buf_label` event said of it before
};
struct BufAttachResult {
  bool ghost = false;              ///< ghost text applies to this buffer; `cursor` is worth sending
  std::optional<std::string> why;  ///< why it does not, in words for the user
};

/// Lines of a buffer as a Markdown quotation for the conversation.
struct QuoteParams {
  int64_t buf = 0;
  int64_t first = 0;  ///< 1-based, inclusive
  int64_t last = 0;
};
struct QuoteResult {
  std::vector<std::string> lines;
  std::string label;  ///< "any" or "local_only"
};

struct PlaceItem {
  std::string path;  ///< absolute
  int64_t line = 0;  ///< 1-based
};
struct DiagnosticItem {
  std::string path;      ///< absolute
  int64_t line = 0;      ///< 1-based
  std::string severity;  ///< "error", "warning", "info", "hint"
  std::string message;
};

/// Answer the conversation in buffer `chat`: its text is read, its last "## You" section is the question.
struct AskParams {
  int64_t chat = 0;
  std::optional<std::string> label;  ///< what this conversation has held so far
  std::optional<int64_t> source;     ///< buffer the user came from, offered as context
  std::optional<int64_t> line;       ///< cursor line in it, 1-based
  std::optional<std::string> avoid;  ///< "local" or "cloud": another lane than this one, if one is open
  std::optional<int64_t>
      selection_first;  ///< lines last selected in `source`, 1-based, inclusive; for #selection
  std::optional<int64_t> selection_last;
  std::optional<std::vector<DiagnosticItem>> diagnostics;  ///< of the loaded files, those of `source` first
  std::optional<std::vector<std::string>> open;       ///< absolute paths of listed buffers, last used first
  std::optional<std::vector<PlaceItem>> jumps;        ///< of the jump list, newest first
  std::optional<std::vector<PlaceItem>> definitions;  ///< of what is under the cursor, by language servers
  std::optional<std::vector<std::string>>
      pinned;  ///< words as in a question ("#file:a.py") that go along each time
  std::optional<std::vector<std::string>> without;  ///< paths as in `context` that are not gathered any more
};
struct AskResult {
  int64_t id = 0;
};

struct StopParams {
  std::optional<int64_t> id;  ///< all when missing
};
struct StopResult {
  int64_t stopped = 0;
};

/// The insert cursor of the current window, sent after every change or move, once the buffer's own events
/// have been sent. Always a notification without a call id.
struct CursorParams {
  int64_t buf = 0;
  int64_t tick = 0;            ///< b:changedtick
  int64_t line = 0;            ///< 0-based
  int64_t col = 0;             ///< byte column, 0-based
  std::optional<bool> manual;  ///< the user asked for it: no waiting, and also where it is switched off
};

/// Sent before the text is put into the buffer; the change itself follows as an edit, then `cursor`.
struct GhostAcceptParams {
  int64_t buf = 0;
  int64_t id = 0;     ///< of the ghost_show on screen
  int64_t bytes = 0;  ///< how much of its text is taken
  bool all = false;   ///< all that was visible: what is still being generated is not wanted
};
struct GhostCycleParams {
  int64_t buf = 0;
  int64_t tick = 0;
  int64_t step = 1;  ///< 1 next, -1 previous
};
struct GhostCloseParams {
  int64_t buf = 0;
  /// true: the user does not want this suggestion; it stays away until the text changes. false: insert mode
  /// was left, or something else owns the spot.
  bool dismissed = false;
};

/// One suggestion as a whole, for sources of completion menus. Fails with kind policy or config when there is
/// no lane for it.
struct CompleteParams {
  int64_t buf = 0;
  int64_t tick = 0;
  int64_t line = 0;
  int64_t col = 0;
};
struct CompleteResult {
  std::string text;  ///< to insert at the cursor; may be empty
  std::string model;
};

struct StatusParams {
  std::optional<int64_t> buf;  ///< the current buffer: its label is shown
};
struct StatusResult {
  std::vector<std::string> lines;
};

/// Text was yanked or deleted from a buffer: if that is private, so is the register. Positions as the marks
/// '[ and '] say; always a notification without a call id.
struct YankParams {
  int64_t buf = 0;
  int64_t first = 0;  ///< line, 1-based, inclusive
  int64_t col = 0;    ///< byte column in it, 0-based, inclusive
  int64_t last = 0;
  int64_t last_col = 0;
  std::string kind;  ///< "line", "char" or "block"
};

/// Without members: says what is set.
struct ModeParams {
  std::optional<std::string> mode;   ///< "local", "cloud" or "auto"; from the next request on
  std::optional<std::string> model;  ///< NAME: every request goes there; "": back to the mode
  std::optional<std::string> id;     ///< with model: the server's id to ask for instead of the configured one
};
struct ModeResult {
  std::string mode;
  std::optional<std::string> model;
  std::optional<std::string> id;
};

/// One lane for the picker of :CoderModels.
struct ModelItem {
  std::string name;
  std::string id;  ///< as configured; may be a pin
  std::string lane;
  std::string address;
  bool trusted = false;
  std::string state;                    ///< "ready", or why it is not, in words
  std::vector<std::string> live;        ///< ids its server lists
  std::optional<std::string> resolved;  ///< what a pin means now
  std::optional<std::string> error;     ///< why there is no list
};
struct ModelsResult {
  std::vector<ModelItem> items;
  std::string mode;
  std::optional<std::string> model;  ///< chosen for this session
  std::optional<std::string> id;
};

struct HealthItem {
  std::string level;  ///< "ok", "info", "warn", "error"
  std::string text;
  std::optional<std::string> hint;
};
struct HealthResult {
  std::vector<HealthItem> items;
};

struct WireError {
  std::string kind;
  std::string message;
  std::string hint;
};

/// Answer to a method called as a notification with a call id.
struct ReplyEvent {
  int64_t call = 0;
  std::optional<WireError> error;
  codec::Value result;
};

/// A piece of context. `form`: "named" (the user named it), "buffer" (the file the question came from), or
/// gathered: "body", "signature" (of what stands in these lines), "path" (only that the file is there).
struct ContextItem {
  std::string path;   ///< relative to the project's root where it lies below it
  int64_t first = 0;  ///< lines, 1-based, inclusive; 0 of a path
  int64_t last = 0;
  std::string label;
  std::optional<std::string> dropped;  ///< why it was left out
  std::optional<std::string> form;
  std::optional<int64_t> tokens;  ///< about
  std::optional<std::string> why;
};

/// What would go along with the question as it stands in the chat buffer; nothing is sent. Parameters as of
/// `ask`.
struct ContextResult {
  std::vector<ContextItem> items;
  int64_t tokens = 0;
  std::string root;                    ///< of the project; relative paths begin there
  std::optional<std::string> problem;  ///< a word that cannot be resolved, an index that is not complete yet
};

/// Completes a word of a question that begins with "#".
struct MentionParams {
  std::string lead;  ///< what is there of the word: "#fi", "#file:sr", "#symbol:Par"
  std::optional<int64_t> source;
};
struct MentionItem {
  std::string word;  ///< the whole word, quoted if need be; ends with ":" where a name is to follow
  std::string info;  ///< kind and place, for a menu
};
struct MentionResult {
  std::vector<MentionItem> items;  ///< best first, at most 50
};
struct AskBeginEvent {
  int64_t id = 0;
  int64_t chat = 0;
  std::string heading;  ///< line to put above the answer
  std::string label;    ///< of the conversation from now on; keep it with the buffer
  std::string model;
  std::string lane;
  std::vector<ContextItem> context;
  std::optional<std::string>
      root;  ///< where relative paths of `context` and of an answer without a model begin
  std::vector<std::string> reasons;  ///< of the choice, for the user
  /// Set when this lane takes over from one that failed before it had said anything: heading and context
  /// replace those of the ask_begin before. Says what happened.
  std::optional<std::string> instead;
  bool private_text = false;  ///< the prompt holds local_only text: the answer came from a trusted lane only
};
/// "connecting", "queued" (sent, no answer yet), "prefill" (accepted, no token yet), "retry" (text says why),
/// "limited" (waits for its turn under the rate limit), "warming" (the engine is loading). `text`, where
/// there is one, is what to show: "3rd in the queue, 2 s".
struct AskWaitEvent {
  int64_t id = 0;
  std::string phase;
  std::optional<std::string> text;
};
struct AskDeltaEvent {
  int64_t id = 0;
  std::optional<std::string> text;
  std::optional<std::string> reasoning;
};
struct AskEndEvent {
  int64_t id = 0;
  std::optional<std::string>
      finish;  ///< "stop", "length", "tool_calls", "content_filter", "stopped"; missing on error
  std::optional<WireError> error;
  int64_t ms = 0;
  std::optional<int64_t> ttft_ms;
  int64_t input = 0;
  int64_t cached_input = 0;
  int64_t output = 0;
  int64_t reasoning = 0;
  std::optional<double> usd;
};
/// Ghost text for exactly the state (`tick`, `line`, `col`) of `buf`. A later event of the same id for the
/// same state only adds to the end of `text`.
struct GhostShowEvent {
  int64_t buf = 0;
  int64_t tick = 0;
  int64_t line = 0;
  int64_t col = 0;
  int64_t id = 0;     ///< of the suggestion; stays while it grows or is typed along
  std::string text;   ///< never empty; lines end with "\n"; no NUL, no CR
  bool more = false;  ///< still growing
  int64_t index = 1;  ///< of this suggestion among those at hand, 1-based
  int64_t count = 1;
};
struct GhostHideEvent {
  int64_t buf = 0;
  int64_t tick = 0;
};
/// state: "off" (text says why), "idle", "asking", "failed" (text says why).
struct GhostStateEvent {
  std::string state;
  std::optional<std::string> model;
  std::optional<std::string> lane;
  std::optional<std::string> text;
};
/// What decides where requests go, for the statusline; sent after `hello` and whenever it changes.
struct ModeEvent {
  std::string mode;
  std::optional<std::string> model;
  std::optional<std::string> id;
  bool operator==(const ModeEvent&) const = default;
};
/// A buffer has come to hold private text that its path does not tell of (renamed, pasted, an unnamed one):
/// keep the label with it.
struct BufLabelEvent {
  int64_t buf = 0;
  std::string label;
};
struct NoticeEvent {
  std::string level;  ///< "info", "warn", "error"
  std::string text;
};

}  // namespace coder::rpc

#include "rpc/message_fields.h"  // how they are read and written
