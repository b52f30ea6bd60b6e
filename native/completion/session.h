// The ghost text of one buffer, as a pure state machine: what happened goes in with the time, what is to be
// done comes out. It knows no clock, no buffer and no connection; completer.cc feeds it and carries out what
// it says.
//
//   cursor ──▶ fits what is known (results, or the request under way)? ──▶ show the rest, no request
//                 │ no
//                 ├─ cancel what diverged, at once
//                 └─ lane idle and free: ask now; busy or paid: ask after the user's own pause; out of
//                 budget: wait
//
// Until the model has spoken, a guess of the repo model may stand in: it is told after each cursor, and goes
// as soon as the model says something else, unless the user has gone along with it.
//
// Invariants: at most one ghost; it fits the buffer's state it names; at most one request for now and one
// ahead.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "completion/clean.h"
#include "completion/results.h"
#include "completion/session_pace.h"
#include "completion/view.h"

namespace coder::completion {

/// Fixed in tests; the rest comes from the configuration.
struct Policy {
  Millis frame{33};                         ///< least time between two shows of a growing ghost
  std::optional<Millis> debounce;           ///< [completion] debounce_ms: always this; none: adaptive
  Millis least_pause{40}, most_pause{400};  ///< bounds of the adaptive pause
  size_t max_lines = 0;                     ///< [completion] max_lines, 0: no limit
  size_t max_raw_bytes = 8192;              ///< a longer answer is ended
  size_t max_alternatives = 4;
  int paid_per_minute = 20;    ///< requests to a paid lane, where the model sets no rpm
  Millis request_limit{8000};  ///< a request that takes longer is cancelled
};

/// The lane requests go to now, told by the owner.
struct Lane {
  bool available = false;  ///< there is one that may see this buffer
  bool paid = false;       ///< has a price, or is a cloud lane
  bool busy = false;       ///< others are being served: the last head took long, or requests are queued
  bool ahead = false;      ///< it can work on a second request of ours without slowing the first
  std::optional<int> per_minute;
};

// What happens.
struct Moved {  ///< the cursor is here, after an edit or a move
  View view;
  bool manual = false;
};
struct Closed {
  bool dismissed = false;
};
struct Accepted {
  int64_t id = 0;
  size_t bytes = 0;
  bool all = false;
};
struct Cycled {
  int64_t tick = 0;
  int step = 1;
};
struct LaneChanged {
  Lane lane;
};
struct Began {  ///< the request was accepted by the server
  int64_t request = 0;
};
struct Wrote {  ///< the model wrote more
  int64_t request = 0;
  std::string text;
};
struct Ended {
  int64_t request = 0;
  bool cut_short = false;
};
struct Failed {
  int64_t request = 0;
};
struct TimePassed {};
struct Guessed {     ///< what the repo model says to the newest Moved
  std::string text;  ///< empty: nothing
};
using Event = std::variant<Moved, Closed, Accepted, Cycled, LaneChanged, Began, Wrote, Ended, Failed,
                           TimePassed, Guessed>;

// What is to be done.
enum class Purpose {
  now,      ///< for the cursor
  ahead,    ///< for the state after the visible ghost is accepted; dropped first
  another,  ///< an alternative: sampled
};
struct Ask {
  int64_t request = 0;
  Purpose purpose = Purpose::now;
  int64_t alternative = 0;  ///< 0 the first, then 1, 2 …: the seed
  View view;                ///< of `ahead`: as it would be; its changedtick, line and col then mean nothing
  std::string accepted;     ///< of `ahead`: the text that would have been put in at the cursor
};
struct Cancel {
  int64_t request = 0;
};
struct Show {
  int64_t tick = 0;
  size_t line = 0, col = 0;
  int64_t id = 0;
  std::string text;
  bool more = false;
  size_t index = 1, count = 1;
};
struct Hide {
  int64_t tick = 0;
};
using Action = std::variant<Ask, Cancel, Show, Hide>;

/// Counts for the status page and the benchmarks.
struct Counters {
  int64_t asked = 0, cancelled = 0, saved = 0;  ///< saved: keys answered without a request
  int64_t shown = 0, accepted = 0, ahead = 0, ahead_used = 0;
  int64_t guessed = 0, guesses_accepted = 0;  ///< of those shown and accepted, what was guessed
};

class Session {
 public:
  /// `results` is shared by all buffers and outlives the session; so does `pace`, where there is one (none:
  /// the session has its own). `scope`: see Results::put.
  Session(Policy policy, Results& results, Pace* pace = nullptr, int64_t scope = 0);

  /// What is to be done now, in this order. Events of requests that are over (ended, failed or cancelled)
  /// are ignored, so a late one needs no care. Requests are numbered by `results`, a suggestion has the
  /// number of its request. Every Ask is over by exactly one of: Ended or Failed told, Cancel given.
  std::vector<Action> step(Event event, TimePoint now);

  /// When TimePassed is due; none: never by time alone. After step(TimePassed, t) it is later than t.
  std::optional<TimePoint> deadline() const;

  /// There is a cursor, and no model has something to show at it: a guess would be looked at.
  bool wants_guess() const;

  const Counters& counters() const { return counters_; }
  void set_policy(Policy policy) { policy_ = policy; }

 private:
  using Actions = std::vector<Action>;

  /// How what a request wrote so far stands to the text the user has now.
  enum class Fit {
    along,     ///< what was typed since is the beginning of what it wrote
    overtake,  ///< what it wrote is the beginning of what was typed
    diverged,
  };
  struct Standing {
    Fit fit = Fit::diverged;
    size_t typed = 0;  ///< bytes typed since
    std::string text;  ///< what there is to show after them
    bool stop = false;
  };
  struct Request {
    int64_t id = 0;
    Purpose purpose = Purpose::now;
    View place;
    std::string raw;       ///< from where the text to show begins, once that is clear
    bool aligned = false;  ///< it is
    TimePoint asked;
    bool began = false;
    int64_t base = 0;   ///< of `ahead`: the suggestion whose acceptance it is for
    Standing standing;  ///< of foreground_, to view_
  };
  struct Candidate {
    int64_t id = 0;
    size_t typed = 0;
    std::string text;  ///< to show
    bool more = false;
  };
  /// What is at hand for view_.
  struct AtHand {
    std::vector<Candidate> candidates;  ///< with text, no two alike, in the order they were asked for
    bool known = false;                 ///< the model has answered for exactly this place
    std::vector<std::string> dropped;   ///< the user wants none that begins like these
  };
  /// What the repo model said, here or up to where the user has typed along.
  struct Guess {
    int64_t id = 0;
    View place;
    std::string text;
    size_t typed = 0;     ///< bytes of it typed since
    bool agreed = false;  ///< the user has seen it and gone along with it
  };
  struct Shown {
    int64_t tick = 0;
    size_t line = 0, col = 0;
    int64_t id = 0;
    std::string text;
    bool more = false;
    size_t index = 0, count = 0;
    TimePoint at;
  };

  // session.cc: what happens
  void on(Moved event, TimePoint now, Actions& out);
  void on(Closed event, TimePoint now, Actions& out);
  void on(Accepted event, TimePoint now, Actions& out);
  void on(Cycled event, TimePoint now, Actions& out);
  void on(LaneChanged event, TimePoint now, Actions& out);
  void on(Began event, TimePoint now, Actions& out);
  void on(Wrote event, TimePoint now, Actions& out);
  void on(Ended event, TimePoint now, Actions& out);
  void on(Failed event, TimePoint now, Actions& out);
  void on(TimePassed event, TimePoint now, Actions& out);
  void on(Guessed event, TimePoint now, Actions& out);
  /// After every event: shows, hides and asks for what is right now.
  void settle(TimePoint now, Actions& out);

  // session_requests.cc: the requests under way, and when to make one
  std::optional<Request>* find(int64_t id);
  Standing standing(const Request& request) const;
  void follow(TimePoint now, Actions& out);
  void ask(Purpose purpose, View view, std::string accepted, int64_t alternative, TimePoint now,
           Actions& out);
  void cancel(std::optional<Request>& request, TimePoint now, Actions& out);
  Cleaned align(Request& request) const;
  void keep(const Request& request, std::string raw, bool cut_short);
  std::string seen(const Request& request, std::string_view visible) const;
  void end(std::optional<Request>& request, bool cut_short);
  void fail(std::optional<Request>& request, TimePoint now);
  void expire(TimePoint now, Actions& out);
  bool quick() const;
  bool affordable(TimePoint now) const;
  std::optional<TimePoint> due() const;
  void consider_ahead(TimePoint now, Actions& out);
  bool ahead_serves() const;

  // session_show.cc: which suggestion is the ghost
  AtHand look();
  void choose(const AtHand& at_hand);
  void show(const Candidate& chosen, size_t index, size_t count, TimePoint now, Actions& out);
  void hide(Actions& out);
  void continue_cycle(const AtHand& at_hand, TimePoint now, Actions& out);
  bool more_alternatives(size_t at_hand, TimePoint now) const;
  size_t chosen_index(const AtHand& at_hand) const;

  // session_guess.cc: the guess that stands in until a model has spoken
  void follow_guess();
  std::optional<Candidate> guess_instead(const AtHand& at_hand) const;
  bool shows_guess() const { return shown_ && guess_ && shown_->id == guess_->id; }

  Pace& pace() { return shared_pace_ != nullptr ? *shared_pace_ : own_pace_; }
  const Pace& pace() const { return shared_pace_ != nullptr ? *shared_pace_ : own_pace_; }

  Policy policy_;
  Results& results_;
  Pace own_pace_;
  Pace* shared_pace_;
  int64_t scope_;
  Counters counters_;
  Lane lane_;

  std::optional<View> view_;  ///< the newest Moved; none when no ghost text is wanted
  TimePoint moved_;           ///< when the text or the cursor changed
  bool manual_ = false;       ///< the user asked for it, here
  bool hurry_ = false;        ///< the user accepted everything to get here
  bool answered_ = false;     ///< asked for exactly this view: not again by itself
  bool accepting_ = false;    ///< everything was accepted, its edit is on the way

  std::optional<Request> foreground_;  ///< for now, or another
  std::optional<Request> ahead_;
  std::optional<Guess> guess_;
  int64_t ahead_tried_ = 0;     ///< the suggestion that was last looked ahead of
  int64_t last_ahead_ = 0;      ///< the request that did
  bool ahead_pending_ = false;  ///< one is due when the ghost has been stable for a while

  int64_t chosen_ = 0;    ///< the suggestion to show as long as it fits
  int64_t insisted_ = 0;  ///< of a manual request: shown even if dismissed before
  std::optional<Shown> shown_;
  int64_t last_shown_ = 0;
  bool growing_ = false;  ///< there is more to show when the frame is over
  bool wanting_ = false;  ///< a request for now is to be made when it is due

  bool cycling_ = false;      ///< another one is asked for or is to be, to be shown as soon as it is there
  int64_t another_ = 0;       ///< the request for it
  int64_t alternatives_ = 0;  ///< asked for here
};

}  // namespace coder::completion
