// The members of the structs of messages.h by name. Included from there only.
#pragma once

#include <tuple>

#include "codec/reader.h"
#include "rpc/messages.h"

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
                 field("filetype", &BufAttachParams::filetype), field("bytes", &BufAttachParams::bytes),
                 field("label", &BufAttachParams::label)};
};
template <>
struct Fields<BufAttachResult> {
  static constexpr auto list =
      std::tuple{field("ghost", &BufAttachResult::ghost), field("why", &BufAttachResult::why)};
};
template <>
struct Fields<QuoteParams> {
  static constexpr auto list =
      std::tuple{field("buf", &QuoteParams::buf),          field("first", &QuoteParams::first),
                 field("last", &QuoteParams::last),        field("line", &QuoteParams::line),
                 field("task", &QuoteParams::task),        field("words", &QuoteParams::words),
                 field("language", &QuoteParams::language)};
};
template <>
struct Fields<QuoteResult> {
  static constexpr auto list =
      std::tuple{field("lines", &QuoteResult::lines), field("label", &QuoteResult::label)};
};
template <>
struct Fields<PlaceItem> {
  static constexpr auto list = std::tuple{field("path", &PlaceItem::path), field("line", &PlaceItem::line)};
};
template <>
struct Fields<DiagnosticItem> {
  static constexpr auto list =
      std::tuple{field("path", &DiagnosticItem::path), field("line", &DiagnosticItem::line),
                 field("severity", &DiagnosticItem::severity), field("message", &DiagnosticItem::message)};
};
template <>
struct Fields<AskParams> {
  static constexpr auto list = std::tuple{field("chat", &AskParams::chat),
                                          field("label", &AskParams::label),
                                          field("source", &AskParams::source),
                                          field("line", &AskParams::line),
                                          field("avoid", &AskParams::avoid),
                                          field("task", &AskParams::task),
                                          field("selection_first", &AskParams::selection_first),
                                          field("selection_last", &AskParams::selection_last),
                                          field("diagnostics", &AskParams::diagnostics),
                                          field("open", &AskParams::open),
                                          field("jumps", &AskParams::jumps),
                                          field("definitions", &AskParams::definitions),
                                          field("pinned", &AskParams::pinned),
                                          field("without", &AskParams::without)};
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
struct Fields<StatusParams> {
  static constexpr auto list = std::tuple{field("buf", &StatusParams::buf)};
};
template <>
struct Fields<YankParams> {
  static constexpr auto list =
      std::tuple{field("buf", &YankParams::buf),           field("first", &YankParams::first),
                 field("col", &YankParams::col),           field("last", &YankParams::last),
                 field("last_col", &YankParams::last_col), field("kind", &YankParams::kind)};
};
template <>
struct Fields<ModeParams> {
  static constexpr auto list = std::tuple{field("mode", &ModeParams::mode),
                                          field("model", &ModeParams::model), field("id", &ModeParams::id)};
};
template <>
struct Fields<ModeResult> {
  static constexpr auto list = std::tuple{field("mode", &ModeResult::mode),
                                          field("model", &ModeResult::model), field("id", &ModeResult::id)};
};
template <>
struct Fields<ModelItem> {
  static constexpr auto list =
      std::tuple{field("name", &ModelItem::name),       field("id", &ModelItem::id),
                 field("lane", &ModelItem::lane),       field("address", &ModelItem::address),
                 field("trusted", &ModelItem::trusted), field("state", &ModelItem::state),
                 field("live", &ModelItem::live),       field("resolved", &ModelItem::resolved),
                 field("error", &ModelItem::error)};
};
template <>
struct Fields<ModelsResult> {
  static constexpr auto list =
      std::tuple{field("items", &ModelsResult::items), field("mode", &ModelsResult::mode),
                 field("model", &ModelsResult::model), field("id", &ModelsResult::id)};
};
template <>
struct Fields<CostParams> {
  static constexpr auto list = std::tuple{field("since", &CostParams::since)};
};
template <>
struct Fields<CostResult> {
  static constexpr auto list = std::tuple{field("lines", &CostResult::lines)};
};
template <>
struct Fields<SpentEvent> {
  static constexpr auto list = std::tuple{field("today", &SpentEvent::today)};
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
      std::tuple{field("path", &ContextItem::path),       field("first", &ContextItem::first),
                 field("last", &ContextItem::last),       field("label", &ContextItem::label),
                 field("dropped", &ContextItem::dropped), field("form", &ContextItem::form),
                 field("tokens", &ContextItem::tokens),   field("why", &ContextItem::why)};
};
template <>
struct Fields<ContextResult> {
  static constexpr auto list =
      std::tuple{field("items", &ContextResult::items), field("tokens", &ContextResult::tokens),
                 field("root", &ContextResult::root), field("problem", &ContextResult::problem)};
};
template <>
struct Fields<MentionParams> {
  static constexpr auto list =
      std::tuple{field("lead", &MentionParams::lead), field("source", &MentionParams::source)};
};
template <>
struct Fields<MentionItem> {
  static constexpr auto list =
      std::tuple{field("word", &MentionItem::word), field("info", &MentionItem::info)};
};
template <>
struct Fields<MentionResult> {
  static constexpr auto list = std::tuple{field("items", &MentionResult::items)};
};
template <>
struct Fields<AskBeginEvent> {
  static constexpr auto list = std::tuple{field("id", &AskBeginEvent::id),
                                          field("chat", &AskBeginEvent::chat),
                                          field("heading", &AskBeginEvent::heading),
                                          field("label", &AskBeginEvent::label),
                                          field("model", &AskBeginEvent::model),
                                          field("lane", &AskBeginEvent::lane),
                                          field("context", &AskBeginEvent::context),
                                          field("root", &AskBeginEvent::root),
                                          field("reasons", &AskBeginEvent::reasons),
                                          field("instead", &AskBeginEvent::instead),
                                          field("private_text", &AskBeginEvent::private_text)};
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
struct Fields<AskToolEvent> {
  static constexpr auto list = std::tuple{field("id", &AskToolEvent::id), field("line", &AskToolEvent::line),
                                          field("refused", &AskToolEvent::refused)};
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
struct Fields<RestParams> {
  static constexpr auto list = std::tuple{field("buf", &RestParams::buf), field("line", &RestParams::line),
                                          field("col", &RestParams::col)};
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
struct Fields<ModeEvent> {
  static constexpr auto list = std::tuple{field("mode", &ModeEvent::mode), field("model", &ModeEvent::model),
                                          field("id", &ModeEvent::id)};
};
template <>
struct Fields<BufLabelEvent> {
  static constexpr auto list =
      std::tuple{field("buf", &BufLabelEvent::buf), field("label", &BufLabelEvent::label)};
};
template <>
struct Fields<NoticeEvent> {
  static constexpr auto list =
      std::tuple{field("level", &NoticeEvent::level), field("text", &NoticeEvent::text)};
};
template <>
struct Fields<RefactorParams> {
  static constexpr auto list = std::tuple{field("instruction", &RefactorParams::instruction),
                                          field("task", &RefactorParams::task),
                                          field("files", &RefactorParams::files),
                                          field("repo", &RefactorParams::repo),
                                          field("source", &RefactorParams::source),
                                          field("line", &RefactorParams::line),
                                          field("first", &RefactorParams::first),
                                          field("last", &RefactorParams::last),
                                          field("label", &RefactorParams::label),
                                          field("whole", &RefactorParams::whole),
                                          field("diagnostics", &RefactorParams::diagnostics),
                                          field("open", &RefactorParams::open),
                                          field("jumps", &RefactorParams::jumps)};
};
template <>
struct Fields<ReviewParams> {
  static constexpr auto list =
      std::tuple{field("task", &ReviewParams::task), field("words", &ReviewParams::words),
                 field("diff", &ReviewParams::diff), field("branch", &ReviewParams::branch),
                 field("base", &ReviewParams::base), field("source", &ReviewParams::source),
                 field("line", &ReviewParams::line), field("first", &ReviewParams::first),
                 field("last", &ReviewParams::last), field("diagnostics", &ReviewParams::diagnostics)};
};
template <>
struct Fields<FindingItem> {
  static constexpr auto list =
      std::tuple{field("path", &FindingItem::path), field("full", &FindingItem::full),
                 field("line", &FindingItem::line), field("severity", &FindingItem::severity),
                 field("kind", &FindingItem::kind), field("message", &FindingItem::message),
                 field("fix", &FindingItem::fix)};
};
template <>
struct Fields<ReviewEndEvent> {
  static constexpr auto list = std::tuple{field("id", &ReviewEndEvent::id),
                                          field("error", &ReviewEndEvent::error),
                                          field("model", &ReviewEndEvent::model),
                                          field("label", &ReviewEndEvent::label),
                                          field("ms", &ReviewEndEvent::ms),
                                          field("usd", &ReviewEndEvent::usd),
                                          field("findings", &ReviewEndEvent::findings),
                                          field("about", &ReviewEndEvent::about),
                                          field("left_out", &ReviewEndEvent::left_out),
                                          field("dismissed", &ReviewEndEvent::dismissed),
                                          field("tools", &ReviewEndEvent::tools)};
};
template <>
struct Fields<RefactorResult> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorResult::id), field("note", &RefactorResult::note)};
};

template <>
struct Fields<TestPlaceParams> {
  static constexpr auto list = std::tuple{field("path", &TestPlaceParams::path)};
};
template <>
struct Fields<TestPlaceResult> {
  static constexpr auto list =
      std::tuple{field("root", &TestPlaceResult::root),           field("file", &TestPlaceResult::file),
                 field("exists", &TestPlaceResult::exists),       field("words", &TestPlaceResult::words),
                 field("framework", &TestPlaceResult::framework), field("argv", &TestPlaceResult::argv),
                 field("folder", &TestPlaceResult::folder),       field("all", &TestPlaceResult::all),
                 field("problem", &TestPlaceResult::problem),     field("source", &TestPlaceResult::source),
                 field("label", &TestPlaceResult::label)};
};
template <>
struct Fields<ApplyParams> {
  static constexpr auto list =
      std::tuple{field("text", &ApplyParams::text), field("label", &ApplyParams::label),
                 field("source", &ApplyParams::source)};
};
template <>
struct Fields<RefactorAgainParams> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorAgainParams::id), field("text", &RefactorAgainParams::text)};
};
template <>
struct Fields<RefactorEditParams> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorEditParams::id), field("hunk", &RefactorEditParams::hunk),
                 field("lines", &RefactorEditParams::lines)};
};
template <>
struct Fields<RefactorWriteParams> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorWriteParams::id), field("hunks", &RefactorWriteParams::hunks),
                 field("accept_syntax_errors", &RefactorWriteParams::accept_syntax_errors)};
};
template <>
struct Fields<RefactorWritten> {
  static constexpr auto list =
      std::tuple{field("files", &RefactorWritten::files), field("buffers", &RefactorWritten::buffers),
                 field("left", &RefactorWritten::left), field("syntax", &RefactorWritten::syntax)};
};
template <>
struct Fields<RefactorIdParams> {
  static constexpr auto list = std::tuple{field("id", &RefactorIdParams::id)};
};
template <>
struct Fields<RefactorBeginEvent> {
  static constexpr auto list = std::tuple{field("id", &RefactorBeginEvent::id),
                                          field("model", &RefactorBeginEvent::model),
                                          field("lane", &RefactorBeginEvent::lane),
                                          field("label", &RefactorBeginEvent::label),
                                          field("private_text", &RefactorBeginEvent::private_text),
                                          field("context", &RefactorBeginEvent::context),
                                          field("root", &RefactorBeginEvent::root),
                                          field("reasons", &RefactorBeginEvent::reasons),
                                          field("instead", &RefactorBeginEvent::instead)};
};
template <>
struct Fields<RefactorWaitEvent> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorWaitEvent::id), field("phase", &RefactorWaitEvent::phase),
                 field("text", &RefactorWaitEvent::text)};
};
template <>
struct Fields<RefactorProgressEvent> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorProgressEvent::id), field("edits", &RefactorProgressEvent::edits),
                 field("tokens", &RefactorProgressEvent::tokens),
                 field("tokens_per_s", &RefactorProgressEvent::tokens_per_s),
                 field("left_s", &RefactorProgressEvent::left_s)};
};
template <>
struct Fields<HunkItem> {
  static constexpr auto list = std::tuple{
      field("id", &HunkItem::id),       field("first", &HunkItem::first),   field("old", &HunkItem::old),
      field("lines", &HunkItem::lines), field("edited", &HunkItem::edited), field("whole", &HunkItem::whole),
      field("note", &HunkItem::note)};
};
template <>
struct Fields<EditProblem> {
  static constexpr auto list =
      std::tuple{field("status", &EditProblem::status), field("line", &EditProblem::line),
                 field("reason", &EditProblem::reason)};
};
template <>
struct Fields<FilePreview> {
  static constexpr auto list =
      std::tuple{field("path", &FilePreview::path),   field("full", &FilePreview::full),
                 field("kind", &FilePreview::kind),   field("to", &FilePreview::to),
                 field("buf", &FilePreview::buf),     field("tick", &FilePreview::tick),
                 field("hunks", &FilePreview::hunks), field("problems", &FilePreview::problems)};
};
template <>
struct Fields<RefactorFilesEvent> {
  static constexpr auto list =
      std::tuple{field("id", &RefactorFilesEvent::id), field("files", &RefactorFilesEvent::files),
                 field("all", &RefactorFilesEvent::all)};
};
template <>
struct Fields<RefactorEndEvent> {
  static constexpr auto list = std::tuple{field("id", &RefactorEndEvent::id),
                                          field("finish", &RefactorEndEvent::finish),
                                          field("error", &RefactorEndEvent::error),
                                          field("reply", &RefactorEndEvent::reply),
                                          field("ms", &RefactorEndEvent::ms),
                                          field("input", &RefactorEndEvent::input),
                                          field("cached_input", &RefactorEndEvent::cached_input),
                                          field("output", &RefactorEndEvent::output),
                                          field("usd", &RefactorEndEvent::usd)};
};

template <>
struct Fields<EngineEvent> {
  static constexpr auto list =
      std::tuple{field("state", &EngineEvent::state), field("percent", &EngineEvent::percent),
                 field("text", &EngineEvent::text)};
};

}  // namespace coder::codec
