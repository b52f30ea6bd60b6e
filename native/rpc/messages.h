// Parameters and results of every RPC method and event, as typed structs. The
// one table that names them is protocol.h; Lua's and the documentation's copies
// are generated from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/value.h"
#include "rpc/messages_ghost.h"

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

/// Lines of a buffer as a Markdown quotation for the conversation; with a task, what is asked about them,
/// too.
struct QuoteParams {
  int64_t buf = 0;
  std::optional<int64_t> first;  ///< 1-based, inclusive; none: what is around `line`, or all
  std::optional<int64_t> last;
  std::optional<int64_t> line;          ///< 1-based
  std::optional<std::string> task;      ///< explain, or one of the user's own
  std::optional<std::string> words;     ///< with a task: what to mind
  std::optional<std::string> language;  ///< that people speak: of the answer
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
  std::optional<std::string> task;   ///< for routing; none: ask
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

/// Have a model change files. Nothing is written: what it wants comes as `refactor_files`, piece by piece.
struct RefactorParams {
  std::string instruction;          ///< may name files and more as questions do ("#file:a.py")
  std::optional<std::string> task;  ///< doc, test or fix: then `instruction` is the rest, and may be empty
  std::optional<std::vector<std::string>> files;  ///< to change, absolute; none, and no `repo`: `source`
  std::optional<bool> repo;                       ///< any file of the repository
  std::optional<int64_t> source;                  ///< buffer the user is in
  std::optional<int64_t> line;                    ///< cursor line in it, 1-based
  std::optional<int64_t> first;                   ///< only these lines of it, 1-based, inclusive
  std::optional<int64_t> last;
  std::optional<std::string> label;  ///< of `instruction`, where it holds more than the user has written
  std::optional<bool> whole;         ///< doc, test: all of `source`, not only what is around `line`
  std::optional<std::vector<DiagnosticItem>> diagnostics;  ///< as of `ask`
  std::optional<std::vector<std::string>> open;
  std::optional<std::vector<PlaceItem>> jumps;
};
struct RefactorResult {
  int64_t id = 0;                        ///< of the preview; answers have others
  std::optional<std::string> note = {};  ///< of tests: where they go, with which framework, and why
};

/// Where the tests of a file belong, and how they are run. Nothing is sent.
struct TestPlaceParams {
  std::string path;  ///< absolute: a source or a test
};
struct TestPlaceResult {
  std::string root;
  std::string file;  ///< of the tests, relative to the root
  bool exists = false;
  std::string words;                       ///< all of it, for people
  std::string framework;                   ///< short: "pytest"
  std::vector<std::string> argv;           ///< what runs the file; empty: it is not known
  std::string folder;                      ///< absolute, to run it in
  bool all = false;                        ///< it runs other tests, too
  std::string problem;                     ///< why it is not known
  std::optional<std::string> source = {};  ///< what is tested, relative to the root
  std::string label;  ///< of what a run says: private where there are rules of private files
};

/// Have a model look for bugs, slowness and security holes. What it finds comes as `review_end`.
struct ReviewParams {
  std::optional<std::string> task;   ///< of the user's own whose answer is findings; none: a review
  std::optional<std::string> words;  ///< what to mind
  std::optional<bool> diff;          ///< the changes that are not committed, instead of `source`
  std::optional<bool> branch;        ///< likewise, with the commits of this branch
  std::optional<std::string> base;   ///< of the branch; none: origin's default branch, main or master
  std::optional<int64_t> source;     ///< buffer the user is in
  std::optional<int64_t> line;       ///< cursor line in it, 1-based
  std::optional<int64_t> first;      ///< only these lines of it, 1-based, inclusive
  std::optional<int64_t> last;
  std::optional<std::vector<DiagnosticItem>> diagnostics;  ///< as of `ask`
};

/// The edits of a reply that is there already, as if it had just come.
struct ApplyParams {
  std::string text;
  std::optional<std::string> label;  ///< of the buffer it is from
  std::optional<int64_t> source;     ///< buffer whose project it is for; none: the working directory's
};

/// Another answer instead of the last one, from its model or, after `apply`, from any: `text` says what is to
/// be different.
struct RefactorAgainParams {
  int64_t id = 0;
  std::string text;
};

/// The user's own lines for one hunk; none: what the model wanted.
struct RefactorEditParams {
  int64_t id = 0;
  std::string hunk;
  std::optional<std::vector<std::string>> lines;
};

/// Write these hunks, all or none of them. Fails with kind edits, and a message that names the file, where
/// one has changed so that a hunk does not fit any more; then the preview follows as it is now.
struct RefactorWriteParams {
  int64_t id = 0;
  std::vector<std::string> hunks;
  std::optional<bool> accept_syntax_errors;
};
struct RefactorWritten {
  std::vector<std::string> files;    ///< on the disk, as they are shown
  std::vector<std::string> buffers;  ///< changed in the editor, and not saved
  std::vector<std::string> left;     ///< what a person must know, in words
  std::vector<std::string> syntax;   ///< not empty: nothing was written, since these errors would be new
};

/// Of `refactor_undo`: the last write is taken back, all of it or nothing. Of `refactor_close`: the preview
/// is not wanted any more.
struct RefactorIdParams {
  int64_t id = 0;
};

struct StopParams {
  std::optional<int64_t> id;  ///< all when missing
};
struct StopResult {
  int64_t stopped = 0;
};

struct CostParams {
  std::optional<std::string> since;  ///< "2026-12-31"; none: this month
};
struct CostResult {
  std::vector<std::string> lines;
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
/// A tool was called for the answer. `line` goes into it as a line of its own, and is not sent back as its
/// text.
struct AskToolEvent {
  int64_t id = 0;
  std::string line;
  bool refused = false;
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
/// A model is at work on a refactor. Also when another one takes over, or the same is asked once more.
struct RefactorBeginEvent {
  int64_t id = 0;
  std::string model;
  std::string lane;
  std::string label;
  bool private_text = false;
  std::vector<ContextItem> context;
  std::string root;  ///< relative paths begin there
  std::vector<std::string> reasons;
  std::optional<std::string> instead;  ///< as of ask_begin
};
/// As ask_wait; also "again" (some edits do not fit, the model is asked for these once more).
struct RefactorWaitEvent {
  int64_t id = 0;
  std::string phase;
  std::optional<std::string> text;
};
/// How far the answer is, about twice a second.
struct RefactorProgressEvent {
  int64_t id = 0;
  int64_t edits = 0;
  int64_t tokens = 0;  ///< about
  double tokens_per_s = 0;
  std::optional<double> left_s;  ///< by how much of the files it has been through
};
/// What takes the place of some lines, for people to decide about. Lines are without their ends.
struct HunkItem {
  std::string id;     ///< stays as long as its lines do, whatever else changes
  int64_t first = 0;  ///< 0-based, in the file as it is now; of no old lines the line it goes before
  std::vector<std::string> old;     ///< lines that go
  std::vector<std::string> lines;   ///< lines that come
  bool edited = false;              ///< the user's own
  bool whole = false;               ///< the file is created, removed or renamed
  std::optional<std::string> note;  ///< what the lines do not show: line ends, a missing last newline
};
/// An edit that is not among the hunks.
struct EditProblem {
  std::string status;  ///< "refused", "already" (nothing is to be done), "warning" (of the file as a whole)
  int64_t line = 0;    ///< of the file, 1-based; 0: none
  std::string reason;
};
struct FilePreview {
  std::string path;               ///< as shown; the edits' own words where it is no file of the project
  std::string full;               ///< absolute; empty: no file of the project
  std::string kind;               ///< "change", "create", "remove", "rename"
  std::optional<std::string> to;  ///< of a rename, as shown
  std::optional<int64_t> buf;     ///< it is open there
  std::optional<int64_t> tick;    ///< and the hunks are for this changedtick
  std::vector<HunkItem> hunks;    ///< in order
  std::vector<EditProblem> problems;
};
/// Each of `files` takes the place of what was said of its path before; one without hunks and problems goes.
struct RefactorFilesEvent {
  int64_t id = 0;
  std::vector<FilePreview> files;
  bool all = false;  ///< these are all there are
};
struct FindingItem {
  std::string path;      ///< as it is shown
  std::string full;      ///< absolute; empty: no file of the project
  int64_t line = 0;      ///< 1-based; 0: at no line that is there
  std::string severity;  ///< "error", "warning" or "info"
  std::string kind;      ///< "bug", "performance", "security" or "other"
  std::string message;
  std::optional<std::string> fix;  ///< as a reply with an edit, for `apply`
};
struct ReviewEndEvent {
  int64_t id = 0;
  std::optional<WireError> error;
  std::string model;  ///< may be empty
  std::string label;  ///< of what was reviewed
  int64_t ms = 0;
  std::optional<double> usd;
  std::vector<FindingItem> findings;
  std::string about;                  ///< "3 commits since main"; may be empty
  std::vector<std::string> left_out;  ///< of the changes, in words
  int64_t dismissed = 0;              ///< findings that were dismissed before
  std::vector<std::string> tools;     ///< that were called for it, a line each
};
/// The answer is over and all of it is in the preview; more comes only for changed buffers, or when it is
/// asked for.
struct RefactorEndEvent {
  int64_t id = 0;
  std::optional<std::string> finish;  ///< as of ask_end; "applied" where no model was asked
  std::optional<WireError> error;
  std::string reply;  ///< all of it, for reading, and for `apply` should the backend end
  int64_t ms = 0;
  int64_t input = 0;
  int64_t cached_input = 0;
  int64_t output = 0;
  std::optional<double> usd;
};
/// The local engine's state, where the configuration has one: "cold", "loading", "warm", "busy", "asleep",
/// "failed" (text says why and what helps).
struct EngineEvent {
  std::string state;
  std::optional<int64_t> percent;  ///< of loading
  std::optional<std::string> text;
  bool operator==(const EngineEvent&) const = default;
};
/// USD of all processes of the user today; sent when the cents change.
struct SpentEvent {
  double today = 0;
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
