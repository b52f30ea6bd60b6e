// Parameters, results and events of ghost text; see messages.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coder::rpc {

/// The insert cursor of the current window, sent after every change or move, once the buffer's own events
/// have been sent. Always a notification without a call id.
struct CursorParams {
  int64_t buf = 0;
  int64_t tick = 0;            ///< b:changedtick
  int64_t line = 0;            ///< 0-based
  int64_t col = 0;             ///< byte column, 0-based
  std::optional<bool> manual;  ///< the user asked for it: no waiting, and also where it is switched off
};

/// The cursor of the current window outside of insert mode, where ghost text applies: sent when it moves,
/// when the text changes, and when the user comes back to Neovim.
struct RestParams {
  int64_t buf = 0;
  int64_t line = 0;  ///< 0-based
  int64_t col = 0;   ///< byte column, 0-based
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
/// state: "off" (text says why), "idle", "asking", "loading" (text says how far), "failed" (text says why).
struct GhostStateEvent {
  std::string state;
  std::optional<std::string> model;
  std::optional<std::string> lane;
  std::optional<std::string> text;
};

}  // namespace coder::rpc
