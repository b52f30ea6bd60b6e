#include "completion/session.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace coder::completion {

Session::Session(Policy policy, Results& results, Pace* pace, int64_t scope)
    : policy_(policy), results_(results), shared_pace_(pace), scope_(scope) {}

std::vector<Action> Session::step(Event event, TimePoint now) {
  Actions out;
  const bool moved = std::holds_alternative<Moved>(event);
  const int64_t asked = counters_.asked;
  std::visit([&](auto& happened) { on(std::move(happened), now, out); }, event);
  settle(now, out);
  if (moved && moved_ == now && shown_ && !shows_guess() && counters_.asked == asked) ++counters_.saved;
  return out;
}

void Session::on(Moved event, TimePoint now, Actions& out) {
  View& view = event.view;
  const bool edited = view_ && view_->changedtick != view.changedtick;
  const bool same = view_ && !edited && view_->line == view.line && view_->col == view.col &&
                    view_->before == view.before && view_->after == view.after;
  if (edited) pace().edited(now);
  view_ = std::move(view);
  if (!same) {
    hurry_ = std::exchange(accepting_, false);
    moved_ = now;
    manual_ = false;
    answered_ = false;
    follow(now, out);
    follow_guess();
  }
  if (!event.manual) return;
  manual_ = true;
  if (guess_) guess_->agreed = false;
  if (!foreground_) answered_ = false;
}

void Session::on(Closed event, TimePoint now, Actions& out) {
  if (event.dismissed && shown_) {
    const int64_t id = shown_->id;
    if (foreground_ && foreground_->id == id) {
      const Request request = *foreground_;
      cancel(foreground_, now, out);
      keep(request, seen(request, request.standing.text), false);
    }
    if (shows_guess()) results_.put(guess_->place, Suggestion{id, guess_->text, true, false}, scope_);
    results_.drop(id);
  }
  cancel(foreground_, now, out);
  cancel(ahead_, now, out);
  hide(out);
  guess_.reset();
  view_.reset();
  accepting_ = cycling_ = manual_ = hurry_ = false;
  chosen_ = 0;
}

void Session::on(Accepted event, TimePoint now, Actions& out) {
  if (!shown_ || shown_->id != event.id) return;
  ++counters_.accepted;
  if (shows_guess()) {
    ++counters_.guesses_accepted;
    if (event.all) guess_.reset();
  }
  if (!event.all) return;
  if (foreground_ && foreground_->id == event.id) {
    const Request request = *foreground_;
    const std::string taken(clip_utf8(shown_->text, event.bytes));
    cancel(foreground_, now, out);
    keep(request, seen(request, taken), false);
  }
  // The editor takes the ghost off by itself; until its edit arrives there is nothing to show.
  accepting_ = true;
  shown_.reset();
}

void Session::on(Cycled event, TimePoint now, Actions&) {
  if (!view_ || accepting_ || !lane_.available || event.tick != view_->changedtick || event.step == 0) return;
  const AtHand at_hand = look();
  const size_t count = at_hand.candidates.size();
  if (count == 0) {
    if (!foreground_) {
      manual_ = true;
      answered_ = false;
    }
    if (guess_) guess_->agreed = false;
    return;
  }
  guess_.reset();
  choose(at_hand);
  const size_t index = chosen_index(at_hand);
  if (event.step < 0) {
    cycling_ = false;
    chosen_ = at_hand.candidates[(index + count - 1) % count].id;
  } else if (index + 1 < count) {
    cycling_ = false;
    chosen_ = at_hand.candidates[index + 1].id;
  } else if (cycling_) {
    return;
  } else if (more_alternatives(count, now)) {
    cycling_ = true;
    // One asked for before and not shown yet is as good as a new one.
    if (!foreground_ || foreground_->purpose != Purpose::another) another_ = 0;
  } else {
    chosen_ = at_hand.candidates.front().id;
  }
}

void Session::on(LaneChanged event, TimePoint now, Actions& out) {
  if (event.lane.available && !lane_.available) answered_ = false;
  lane_ = event.lane;
  if (lane_.available) return;
  cancel(foreground_, now, out);
  cancel(ahead_, now, out);
  cycling_ = false;
}

void Session::on(Began event, TimePoint now, Actions&) {
  std::optional<Request>* request = find(event.request);
  if (request == nullptr || (*request)->began) return;
  (*request)->began = true;
  // One ahead may wait behind the user's own: that says nothing about others.
  if ((*request)->purpose != Purpose::ahead) pace().accepted(now - (*request)->asked);
}

void Session::on(Wrote event, TimePoint now, Actions& out) {
  std::optional<Request>* slot = find(event.request);
  if (slot == nullptr) return;
  Request& request = **slot;
  pace().worked();
  for (const char byte : event.text) {
    if (byte != '\r' && byte != '\0') request.raw.push_back(byte);
  }
  const bool full = request.raw.size() > policy_.max_raw_bytes;
  if (full) request.raw = std::string(clip_utf8(request.raw, policy_.max_raw_bytes));
  bool stop = align(request).stop;
  if (slot == &foreground_) {
    request.standing = standing(request);
    if (request.standing.fit == Fit::diverged) return cancel(foreground_, now, out);
    stop = request.standing.stop;
  }
  if (!stop && !full) return;
  out.emplace_back(Cancel{request.id});
  ++counters_.cancelled;
  end(*slot, !stop);
}

void Session::on(Ended event, TimePoint, Actions&) {
  std::optional<Request>* request = find(event.request);
  if (request == nullptr) return;
  pace().worked();
  end(*request, event.cut_short);
}

void Session::on(Failed event, TimePoint now, Actions&) {
  if (std::optional<Request>* request = find(event.request)) fail(*request, now);
}

void Session::on(TimePassed, TimePoint, Actions&) {}

void Session::settle(TimePoint now, Actions& out) {
  expire(now, out);
  growing_ = wanting_ = ahead_pending_ = false;
  if (!view_ || accepting_) return;
  AtHand at_hand = look();
  if (!lane_.available) at_hand.candidates.clear();
  choose(at_hand);
  if (cycling_) continue_cycle(at_hand, now, out);
  const std::optional<Candidate> guess = guess_instead(at_hand);
  if (at_hand.candidates.empty() && lane_.available && !foreground_ && !answered_ &&
      (manual_ || !at_hand.known)) {
    const std::optional<TimePoint> at = due();
    if (at && *at <= now) {
      ask(Purpose::now, *view_, {}, 0, now, out);
    } else {
      wanting_ = true;
    }
  }
  if (guess) {
    show(*guess, 1, std::max<size_t>(at_hand.candidates.size(), 1), now, out);
  } else if (!at_hand.candidates.empty()) {
    const size_t index = chosen_index(at_hand);
    guess_.reset();
    show(at_hand.candidates[index], index + 1, at_hand.candidates.size(), now, out);
  } else {
    hide(out);
  }
  consider_ahead(now, out);
}

std::optional<TimePoint> Session::deadline() const {
  std::optional<TimePoint> first;
  const auto consider = [&](std::optional<TimePoint> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  if (foreground_) consider(foreground_->asked + policy_.request_limit);
  if (ahead_) consider(ahead_->asked + policy_.request_limit);
  if (growing_) consider(shown_->at + policy_.frame);
  if (ahead_pending_) consider(shown_->at + 2 * policy_.frame);
  if (wanting_) consider(due());
  return first;
}

}  // namespace coder::completion
