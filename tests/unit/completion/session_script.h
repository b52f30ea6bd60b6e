// A session on a clock and a buffer of its own; what it does is written as one line of text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "completion/session.h"

namespace coder::completion {

/// "ask 1", "ask 2 ahead", "ask 3 another 1", "cancel 1", "show 1 [text]", with + while it grows and 2/3
/// where there are several, "hide".
inline std::string describe(const Action& action) {
  if (const auto* ask = std::get_if<Ask>(&action)) {
    std::string text = "ask " + std::to_string(ask->request);
    if (ask->purpose == Purpose::ahead) text += " ahead [" + ask->accepted + "]";
    if (ask->purpose == Purpose::another) text += " another " + std::to_string(ask->alternative);
    return text;
  }
  if (const auto* over = std::get_if<Cancel>(&action)) return "cancel " + std::to_string(over->request);
  if (const auto* show = std::get_if<Show>(&action)) {
    std::string text = "show " + std::to_string(show->id) + " [" + show->text + "]";
    if (show->more) text += "+";
    if (show->count > 1) text += " " + std::to_string(show->index) + "/" + std::to_string(show->count);
    return text;
  }
  return "hide";
}

struct Script {
  Results results;
  TimePoint now = TimePoint(std::chrono::hours(1000));
  Policy policy;
  Pace pace;
  Session session{policy, results, &pace};
  View view;
  std::vector<Action> last;

  explicit Script(Lane lane = {true, false, false, false, std::nullopt}) { tell(LaneChanged{lane}); }

  std::string tell(Event event) {
    last = session.step(std::move(event), now);
    std::string text;
    for (const Action& action : last) text += (text.empty() ? "" : ", ") + describe(action);
    return text;
  }
  std::string after(int ms, Event event = TimePassed{}) {
    now += Millis(ms);
    return tell(std::move(event));
  }
  /// The cursor comes to stand between `before` and `after`.
  std::string at(std::string_view before, std::string_view after, bool manual = false) {
    if (before != view.before || after != view.after) ++view.changedtick;
    view.before = before;
    view.after = after;
    view.col = before.size() - (before.rfind('\n') + 1);
    return tell(Moved{view, manual});
  }
  std::string type(std::string_view text) { return at(view.before + std::string(text), view.after); }
  std::string erase(size_t bytes) {
    return at(view.before.substr(0, view.before.size() - bytes), view.after);
  }
  std::string manual() { return at(view.before, view.after, true); }
  std::string wrote(int64_t request, std::string_view text) {
    return tell(Wrote{request, std::string(text)});
  }
  std::string ended(int64_t request, bool cut_short = false) { return tell(Ended{request, cut_short}); }
  std::string cycle(int step) { return tell(Cycled{view.changedtick, step}); }
  std::string accept(int64_t id, size_t bytes, bool all) { return tell(Accepted{id, bytes, all}); }
  /// Milliseconds from now to the deadline, -1 where there is none.
  int64_t due() const {
    const std::optional<TimePoint> at = session.deadline();
    return at ? std::chrono::ceil<Millis>(*at - now).count() : -1;
  }
};

}  // namespace coder::completion
