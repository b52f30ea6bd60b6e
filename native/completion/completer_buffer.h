// What a Completer keeps of one buffer; for the completer*.cc files only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "completion/completer.h"

namespace coder::completion {

/// What stands for a model's name where the repository itself suggests.
inline constexpr const char* kRepoModel = "repo";

/// A request unanswered for so long is worth telling.
inline constexpr Millis kTellAsking{150};

/// A hide that is about to be told.
struct PendingHide {
  int64_t tick = 0;
  TimePoint at;
};

struct Completer::Buffer {
  explicit Buffer(int64_t number) : buf(number) {}

  int64_t buf;
  Origin origin;
  std::string filetype;
  bool never_send = false;
  std::unique_ptr<Session> session;
  privacy::Label session_label = privacy::Label::any;  ///< the session was made for
  Lane lane;
  LayoutPolicy layout_policy;
  Layout layout;
  std::vector<Extra> extras;  ///< as of the layout's anchor
  std::optional<PendingHide> hide;
  std::optional<Cursor> at;       ///< newest cursor the session knows
  std::optional<Cursor> resting;  ///< the cursor outside of insert mode
  bool idle_tried = false;        ///< the pause after `at` has been used, or cannot be
  std::optional<Cursor> pending;  ///< came before the text it speaks of
  std::map<int64_t, std::unique_ptr<dispatch::Operation>> requests;
  std::optional<TimePoint> asked;  ///< since when a request for now is unanswered
  int64_t now_request = 0;
  std::unique_ptr<Once> once;
  std::shared_ptr<Done> once_done;
};

}  // namespace coder::completion
