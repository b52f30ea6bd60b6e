// The requests of one process on their way through the limits: a pure state machine. What is to be asked
// next, what an answer means for its request, whose time has come. limits.cc has the clock, the worker and
// the callbacks; reserve.h answers.
//
//    add() ──▶ queued ──▶ asked ──▶ Planned: waiting ──▶ goes
//                ▲          │            (late: queued again)
//                │          ├─────▶ Ticket: waiting for the window, then queued again
//                └─ InLine ─┤
//                           └─────▶ Refused: does not go
//
// A batch at a time is out; what is added meanwhile is in the next one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "dispatch/reserve.h"

namespace coder::dispatch {

class Admissions {
 public:
  using Id = uint64_t;
  /// Waits are counted on the monotonic clock, since the other one may be set; reservations on the wall
  /// clock, since processes share it and it goes on while the machine sleeps.
  struct Moment {
    WallMs wall = 0;
    TimePoint steady;
  };

  Id add(Counts counts, bool patient);
  /// What it has reserved goes back with the next batch. Nothing where the request is no more.
  void give_up(Id id);

  /// What to ask now; nullopt when nothing is to be asked or a batch is out.
  std::optional<Batch> next_batch();

  struct Wait {
    Id id = 0;
    int ahead = 1;
    Millis wait{0};
  };
  /// The request's last action.
  struct End {
    Id id = 0;
    bool goes = false;
  };
  using Action = std::variant<Wait, End>;

  /// The batch that is out was answered, at `answered_at` by the wall clock.
  std::vector<Action> answered(const std::vector<Answer>& answers, WallMs answered_at, Moment now);
  /// It was not, and will not be: the next batch asks all of it again.
  void unanswered();

  std::vector<Action> time_passed(Moment now);
  /// When time_passed() has something to do next.
  std::optional<TimePoint> next_due() const;

 private:
  enum class State { queued, asked, waits_for_window, waits_to_go };
  struct Request {
    Counts counts;
    bool patient = true;
    State state = State::queued;
    bool told = false;  ///< that it is in line
    Held held;
    WallMs at = 0;  ///< what it waits for, by the wall clock
    TimePoint due;  ///< the same
  };
  using Requests = std::map<Id, Request>;  ///< oldest first

  bool may_ask(const Request& request, const Batch& batch) const;
  void apply(const Planned& planned, Requests::iterator request, Moment now);
  void apply(const Ticket& ticket, Requests::iterator request, Moment now);
  void apply(const InLine& in_line, Requests::iterator request, Moment now);
  void apply(const Refused& refused, Requests::iterator request, Moment now);
  void wait(Requests::iterator request, State state, WallMs at, int ahead, Moment now);
  Millis left_until(WallMs at, Moment now) const;
  /// It goes, unless it is so late that its reservation is worth nothing any more.
  void let_go(Requests::iterator request, Moment now);

  Requests requests_;
  Id next_id_ = 1;
  std::vector<Return> returns_;
  struct Out {
    std::vector<Id> ids;
    Batch batch;
  };
  std::optional<Out> out_;
  std::vector<Action> actions_;
  WallMs answered_at_ = 0;
};

}  // namespace coder::dispatch
