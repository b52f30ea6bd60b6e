// The requests of a session: how they stand to what the user typed, when one is made, how one ends.
#include <algorithm>
#include <utility>

#include "completion/session.h"

namespace coder::completion {
namespace {

/// How far a user may type ahead of a request and still find its text.
constexpr size_t kOvertaken = 256;

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

std::optional<Session::Request>* Session::find(int64_t id) {
  if (foreground_ && foreground_->id == id) return &foreground_;
  if (ahead_ && ahead_->id == id) return &ahead_;
  return nullptr;
}

Session::Standing Session::standing(const Request& request) const {
  Standing best;
  if (!view_) return best;
  const std::string_view before = view_->before;
  const size_t most = std::min(before.size(), std::max(request.raw.size(), kOvertaken));
  for (size_t typed = 0; typed <= most; ++typed) {
    if (!before_fits(request.place.before, before, typed)) continue;
    const std::string_view text = before.substr(before.size() - typed);
    const std::string_view rest = std::string_view(request.raw).substr(std::min(typed, request.raw.size()));
    if (!after_fits(request.place.after, view_->after, text, rest)) continue;
    const bool along = starts_with(request.raw, text);
    if (!along && (best.fit == Fit::overtake || !starts_with(text, request.raw))) continue;
    Cleaned cleaned =
        clean({before, view_->after, request.raw, false, false, policy_.max_lines, along ? typed : 0});
    if (along) return {Fit::along, typed, std::move(cleaned.text), cleaned.stop};
    best = {Fit::overtake, typed, {}, false};
  }
  return best;
}

void Session::follow(TimePoint now, Actions& out) {
  if (foreground_) {
    foreground_->standing = standing(*foreground_);
    const Fit fit = foreground_->standing.fit;
    // A free engine has the text typed since as quickly as the rest of this answer.
    if (fit == Fit::diverged || (fit == Fit::overtake && quick())) cancel(foreground_, now, out);
  }
  if (!ahead_ || foreground_) return;
  Standing there = standing(*ahead_);
  if (there.fit != Fit::along) return;
  foreground_ = std::exchange(ahead_, std::nullopt);
  foreground_->purpose = Purpose::now;
  foreground_->standing = std::move(there);
}

void Session::ask(Purpose purpose, View view, std::string accepted, int64_t alternative, TimePoint now,
                  Actions& out) {
  if (purpose != Purpose::ahead) cancel(ahead_, now, out);
  Request request;
  request.id = results_.next_id();
  request.purpose = purpose;
  request.place = view;
  request.asked = now;
  request.standing.fit = Fit::along;
  out.emplace_back(Ask{request.id, purpose, alternative, std::move(view), std::move(accepted)});
  ++counters_.asked;
  if (lane_.paid) pace().spend(lane_.per_minute.value_or(policy_.paid_per_minute), now);
  if (purpose == Purpose::ahead) {
    ++counters_.ahead;
    last_ahead_ = request.id;
    request.base = shown_->id;
    ahead_ = std::move(request);
    return;
  }
  if (purpose == Purpose::now) {
    answered_ = true;
    if (manual_) insisted_ = request.id;
  } else {
    another_ = request.id;
  }
  foreground_ = std::move(request);
}

void Session::cancel(std::optional<Request>& request, TimePoint now, Actions& out) {
  if (!request) return;
  out.emplace_back(Cancel{request->id});
  ++counters_.cancelled;
  if (!request->began && request->purpose != Purpose::ahead) pace().unaccepted(now - request->asked);
  const Request over = *std::exchange(request, std::nullopt);
  // The whole lines of it serve whoever comes back; half a line would stay half.
  const size_t line = over.raw.rfind('\n');
  if (line == std::string::npos || over.raw.find_first_not_of(" \t\n") > line) return;
  const std::string lines = over.raw.substr(0, line);
  if (!clean({over.place.before, over.place.after, lines, true, false, policy_.max_lines, 0}).text.empty()) {
    keep(over, lines, false);
  }
}

// Bytes at its start that stand before the cursor already are taken off for good: the user will not type
// them, and so what is typed is found by plain compare. What is left may begin alike, but not for ever.
Cleaned Session::align(Request& request) const {
  const auto cleaned = [&] {
    return clean(
        {request.place.before, request.place.after, request.raw, false, false, policy_.max_lines, 0});
  };
  Cleaned first = cleaned();
  for (int i = 0; i < 4 && !request.aligned && first.from > 0; ++i) {
    request.raw.erase(0, first.from);
    first = cleaned();
  }
  request.aligned = request.aligned || !first.text.empty();
  return first;
}

void Session::keep(const Request& request, std::string raw, bool cut_short) {
  if (!request.aligned) {
    const size_t from =
        clean({request.place.before, request.place.after, raw, true, cut_short, policy_.max_lines, 0}).from;
    raw.erase(0, from);
  }
  results_.put(request.place, Suggestion{request.id, std::move(raw), true, cut_short}, scope_);
}

/// As far as the user has seen it: what was typed of it and what is on screen.
std::string Session::seen(const Request& request, std::string_view visible) const {
  const std::string_view before = view_->before;
  return std::string(before.substr(before.size() - request.standing.typed)) + std::string(visible);
}

void Session::end(std::optional<Request>& request, bool cut_short) {
  const Request over = *std::exchange(request, std::nullopt);
  keep(over, over.raw, cut_short);
}

void Session::fail(std::optional<Request>& request, TimePoint now) {
  pace().failed(now);
  const Request over = *std::exchange(request, std::nullopt);
  if (over.purpose == Purpose::ahead) return;
  answered_ = true;
  cycling_ = false;
  // What is on screen stays.
  if (view_ && over.standing.fit == Fit::along && !over.standing.text.empty()) {
    keep(over, seen(over, over.standing.text), false);
  }
}

void Session::expire(TimePoint now, Actions& out) {
  for (std::optional<Request>* request : {&foreground_, &ahead_}) {
    if (!*request || now < (*request)->asked + policy_.request_limit) continue;
    out.emplace_back(Cancel{(*request)->id});
    ++counters_.cancelled;
    if ((*request)->raw.empty()) {
      fail(*request, now);
    } else {
      end(*request, true);
    }
  }
}

bool Session::quick() const { return lane_.available && !lane_.paid && !lane_.busy && !pace().slow(); }

bool Session::affordable(TimePoint now) const {
  if (!lane_.paid) return true;
  const std::optional<TimePoint> at = pace().affordable(lane_.per_minute.value_or(policy_.paid_per_minute));
  return at && *at <= now;
}

std::optional<TimePoint> Session::due() const {
  if (!lane_.available) return std::nullopt;
  TimePoint at = moved_;
  if (!manual_) {
    if (policy_.debounce) {
      at += *policy_.debounce;
    } else if (!quick() && !hurry_) {
      at += pace().pause(policy_.least_pause, policy_.most_pause);
    }
    at = std::max(at, pace().rests_until());
  }
  if (lane_.paid) {
    const std::optional<TimePoint> paid =
        pace().affordable(lane_.per_minute.value_or(policy_.paid_per_minute));
    if (!paid) return std::nullopt;
    at = std::max(at, *paid);
  }
  return at;
}

/// The ghost, accepted, is still the place the request ahead is for.
bool Session::ahead_serves() const {
  return shown_ && shown_->id == ahead_->base &&
         before_fits(ahead_->place.before, view_->before + shown_->text, 0) &&
         after_fits(ahead_->place.after, view_->after, {}, {});
}

void Session::consider_ahead(TimePoint now, Actions& out) {
  const bool may = quick() && lane_.ahead && !foreground_ && !wanting_ && shown_ && !shown_->more;
  if (ahead_) {
    if (!may || !ahead_serves()) cancel(ahead_, now, out);
    return;
  }
  if (!may || ahead_tried_ == shown_->id || now < pace().rests_until()) return;
  if (now < shown_->at + 2 * policy_.frame) {
    ahead_pending_ = true;
    return;
  }
  ahead_tried_ = shown_->id;
  View view = *view_;
  view.before += shown_->text;
  if (view.before.size() > kViewBytes) {
    size_t cut = view.before.size() - kViewBytes;
    while (cut < view.before.size() && (static_cast<unsigned char>(view.before[cut]) & 0xC0) == 0x80) ++cut;
    view.before.erase(0, cut);
  }
  for (const Match& match : results_.find(view, scope_)) {
    if (match.typed == 0 || !match.rest.empty()) return;
  }
  ask(Purpose::ahead, std::move(view), shown_->text, 0, now, out);
}

}  // namespace coder::completion
