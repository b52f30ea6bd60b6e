// The members of the structs of messages_daily.h by name. Included from messages.h only.
#pragma once

#include <tuple>

#include "codec/reader.h"
#include "rpc/messages_daily.h"

namespace coder::codec {

using namespace rpc;  // NOLINT: the specialisations below name nothing else

template <>
struct Fields<DraftParams> {
  static constexpr auto list =
      std::tuple{field("kind", &DraftParams::kind),     field("base", &DraftParams::base),
                 field("words", &DraftParams::words),   field("language", &DraftParams::language),
                 field("source", &DraftParams::source), field("folder", &DraftParams::folder)};
};
template <>
struct Fields<DraftBeginEvent> {
  static constexpr auto list =
      std::tuple{field("id", &DraftBeginEvent::id),       field("model", &DraftBeginEvent::model),
                 field("lane", &DraftBeginEvent::lane),   field("label", &DraftBeginEvent::label),
                 field("about", &DraftBeginEvent::about), field("left_out", &DraftBeginEvent::left_out)};
};
template <>
struct Fields<DraftPartEvent> {
  static constexpr auto list =
      std::tuple{field("id", &DraftPartEvent::id), field("done", &DraftPartEvent::done),
                 field("parts", &DraftPartEvent::parts)};
};
template <>
struct Fields<DraftDeltaEvent> {
  static constexpr auto list =
      std::tuple{field("id", &DraftDeltaEvent::id), field("text", &DraftDeltaEvent::text)};
};
template <>
struct Fields<DraftEndEvent> {
  static constexpr auto list =
      std::tuple{field("id", &DraftEndEvent::id),     field("error", &DraftEndEvent::error),
                 field("text", &DraftEndEvent::text), field("model", &DraftEndEvent::model),
                 field("ms", &DraftEndEvent::ms),     field("usd", &DraftEndEvent::usd)};
};
template <>
struct Fields<DismissParams> {
  static constexpr auto list =
      std::tuple{field("path", &DismissParams::path), field("kind", &DismissParams::kind),
                 field("text", &DismissParams::text)};
};
template <>
struct Fields<RestoreParams> {
  static constexpr auto list =
      std::tuple{field("path", &RestoreParams::path), field("project", &RestoreParams::project)};
};
template <>
struct Fields<RestoreResult> {
  static constexpr auto list = std::tuple{field("restored", &RestoreResult::restored)};
};

template <>
struct Fields<OwnTaskItem> {
  static constexpr auto list =
      std::tuple{field("name", &OwnTaskItem::name), field("does", &OwnTaskItem::does),
                 field("answer", &OwnTaskItem::answer)};
};
template <>
struct Fields<TasksResult> {
  static constexpr auto list = std::tuple{field("tasks", &TasksResult::tasks)};
};

}  // namespace coder::codec
