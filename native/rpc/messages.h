// Parameters and results of every RPC method and event, as typed structs. The
// one table that names them is protocol.h; Lua's and the documentation's copies
// are generated from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "codec/reader.h"

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
  std::optional<int64_t> bytes;  ///< its size; one that is too large is not asked for at all
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

/// Answer the conversation in buffer `chat`: its text is read, its last "## You" section is the question.
struct AskParams {
  int64_t chat = 0;
  std::optional<std::string> label;  ///< what this conversation has held so far
  std::optional<int64_t> source;     ///< buffer the user came from, offered as context
  std::optional<int64_t> line;       ///< cursor line in it, 1-based
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

struct StatusResult {
  std::vector<std::string> lines;
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

struct ContextItem {
  std::string path;
  int64_t first = 0;
  int64_t last = 0;
  std::string label;
  std::optional<std::string> dropped;  ///< why it was left out
};
struct AskBeginEvent {
  int64_t id = 0;
  int64_t chat = 0;
  std::string heading;  ///< line to put above the answer
  std::string label;    ///< of the conversation from now on; keep it with the buffer
  std::string model;
  std::string lane;
  std::vector<ContextItem> context;
};
/// "connecting", "queued" (sent, no answer yet), "prefill" (accepted, no token yet), "retry" (text says why).
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
struct NoticeEvent {
  std::string level;  ///< "info", "warn", "error"
  std::string text;
};

}  // namespace coder::rpc

namespace coder::codec {

using namespace rpc;  // NOLINT: the specialisations below name nothing else

template <>
struct Fields<Nothing> {
  static constexpr auto list = std::tuple{};
};
template <>
struct Fields<HelloParams> {
  static constexpr auto list =
      std::tuple{field("protocol", &HelloParams::protocol), field("build", &HelloParams::build),
                 field("nvim", &HelloParams::nvim)};
};
template <>
struct Fields<HelloResult> {
  static constexpr auto list =
      std::tuple{field("protocol", &HelloResult::protocol), field("build", &HelloResult::build),
                 field("version", &HelloResult::version),   field("pid", &HelloResult::pid),
                 field("log_file", &HelloResult::log_file), field("config_file", &HelloResult::config_file),
                 field("problems", &HelloResult::problems)};
};
template <>
struct Fields<BufAttachParams> {
  static constexpr auto list =
      std::tuple{field("buf", &BufAttachParams::buf), field("path", &BufAttachParams::path),
                 field("filetype", &BufAttachParams::filetype), field("bytes", &BufAttachParams::bytes)};
};
template <>
struct Fields<BufAttachResult> {
  static constexpr auto list =
      std::tuple{field("ghost", &BufAttachResult::ghost), field("why", &BufAttachResult::why)};
};
template <>
struct Fields<QuoteParams> {
  static constexpr auto list =
      std::tuple{field("buf", &QuoteParams::buf), field("first", &QuoteParams::first),
                 field("last", &QuoteParams::last)};
};
template <>
struct Fields<QuoteResult> {
  static constexpr auto list =
      std::tuple{field("lines", &QuoteResult::lines), field("label", &QuoteResult::label)};
};
template <>
struct Fields<AskParams> {
  static constexpr auto list =
      std::tuple{field("chat", &AskParams::chat), field("label", &AskParams::label),
                 field("source", &AskParams::source), field("line", &AskParams::line)};
};
template <>
struct Fields<AskResult> {
  static constexpr auto list = std::tuple{field("id", &AskResult::id)};
};
template <>
struct Fields<StopParams> {
  static constexpr auto list = std::tuple{field("id", &StopParams::id)};
};
template <>
struct Fields<StopResult> {
  static constexpr auto list = std::tuple{field("stopped", &StopResult::stopped)};
};
template <>
struct Fields<StatusResult> {
  static constexpr auto list = std::tuple{field("lines", &StatusResult::lines)};
};
template <>
struct Fields<HealthItem> {
  static constexpr auto list = std::tuple{field("level", &HealthItem::level),
                                          field("text", &HealthItem::text), field("hint", &HealthItem::hint)};
};
template <>
struct Fields<HealthResult> {
  static constexpr auto list = std::tuple{field("items", &HealthResult::items)};
};
template <>
struct Fields<WireError> {
  static constexpr auto list =
      std::tuple{field("kind", &WireError::kind), field("message", &WireError::message),
                 field("hint", &WireError::hint)};
};
template <>
struct Fields<ReplyEvent> {
  static constexpr auto list =
      std::tuple{field("call", &ReplyEvent::call), field("error", &ReplyEvent::error),
                 field("result", &ReplyEvent::result)};
};
template <>
struct Fields<ContextItem> {
  static constexpr auto list =
      std::tuple{field("path", &ContextItem::path), field("first", &ContextItem::first),
                 field("last", &ContextItem::last), field("label", &ContextItem::label),
                 field("dropped", &ContextItem::dropped)};
};
template <>
struct Fields<AskBeginEvent> {
  static constexpr auto list =
      std::tuple{field("id", &AskBeginEvent::id),           field("chat", &AskBeginEvent::chat),
                 field("heading", &AskBeginEvent::heading), field("label", &AskBeginEvent::label),
                 field("model", &AskBeginEvent::model),     field("lane", &AskBeginEvent::lane),
                 field("context", &AskBeginEvent::context)};
};
template <>
struct Fields<AskWaitEvent> {
  static constexpr auto list =
      std::tuple{field("id", &AskWaitEvent::id), field("phase", &AskWaitEvent::phase),
                 field("text", &AskWaitEvent::text)};
};
template <>
struct Fields<AskDeltaEvent> {
  static constexpr auto list =
      std::tuple{field("id", &AskDeltaEvent::id), field("text", &AskDeltaEvent::text),
                 field("reasoning", &AskDeltaEvent::reasoning)};
};
template <>
struct Fields<AskEndEvent> {
  static constexpr auto list = std::tuple{field("id", &AskEndEvent::id),
                                          field("finish", &AskEndEvent::finish),
                                          field("error", &AskEndEvent::error),
                                          field("ms", &AskEndEvent::ms),
                                          field("ttft_ms", &AskEndEvent::ttft_ms),
                                          field("input", &AskEndEvent::input),
                                          field("cached_input", &AskEndEvent::cached_input),
                                          field("output", &AskEndEvent::output),
                                          field("reasoning", &AskEndEvent::reasoning),
                                          field("usd", &AskEndEvent::usd)};
};
template <>
struct Fields<CursorParams> {
  static constexpr auto list =
      std::tuple{field("buf", &CursorParams::buf), field("tick", &CursorParams::tick),
                 field("line", &CursorParams::line), field("col", &CursorParams::col),
                 field("manual", &CursorParams::manual)};
};
template <>
struct Fields<GhostAcceptParams> {
  static constexpr auto list =
      std::tuple{field("buf", &GhostAcceptParams::buf), field("id", &GhostAcceptParams::id),
                 field("bytes", &GhostAcceptParams::bytes), field("all", &GhostAcceptParams::all)};
};
template <>
struct Fields<GhostCycleParams> {
  static constexpr auto list =
      std::tuple{field("buf", &GhostCycleParams::buf), field("tick", &GhostCycleParams::tick),
                 field("step", &GhostCycleParams::step)};
};
template <>
struct Fields<GhostCloseParams> {
  static constexpr auto list =
      std::tuple{field("buf", &GhostCloseParams::buf), field("dismissed", &GhostCloseParams::dismissed)};
};
template <>
struct Fields<CompleteParams> {
  static constexpr auto list =
      std::tuple{field("buf", &CompleteParams::buf), field("tick", &CompleteParams::tick),
                 field("line", &CompleteParams::line), field("col", &CompleteParams::col)};
};
template <>
struct Fields<CompleteResult> {
  static constexpr auto list =
      std::tuple{field("text", &CompleteResult::text), field("model", &CompleteResult::model)};
};
template <>
struct Fields<GhostShowEvent> {
  static constexpr auto list =
      std::tuple{field("buf", &GhostShowEvent::buf),    field("tick", &GhostShowEvent::tick),
                 field("line", &GhostShowEvent::line),  field("col", &GhostShowEvent::col),
                 field("id", &GhostShowEvent::id),      field("text", &GhostShowEvent::text),
                 field("more", &GhostShowEvent::more),  field("index", &GhostShowEvent::index),
                 field("count", &GhostShowEvent::count)};
};
template <>
struct Fields<GhostHideEvent> {
  static constexpr auto list =
      std::tuple{field("buf", &GhostHideEvent::buf), field("tick", &GhostHideEvent::tick)};
};
template <>
struct Fields<GhostStateEvent> {
  static constexpr auto list =
      std::tuple{field("state", &GhostStateEvent::state), field("model", &GhostStateEvent::model),
                 field("lane", &GhostStateEvent::lane), field("text", &GhostStateEvent::text)};
};
template <>
struct Fields<NoticeEvent> {
  static constexpr auto list =
      std::tuple{field("level", &NoticeEvent::level), field("text", &NoticeEvent::text)};
};

}  // namespace coder::codec
