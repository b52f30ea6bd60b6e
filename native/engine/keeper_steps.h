// The keeper's decisions as a state machine: what happened goes in with the time, what is to be done comes
// out. No loop, no clock, no process.
//
//   loading ──▶ warm ◀──▶ busy        the engine runs
//      ▲  ▲       └─────▶ asleep      (it has freed the model and takes requests still)
//      │  └─ exit, hang ──┘
//   waiting (back-off) ──▶ over       ended: idle, told to, or failed
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/result.h"
#include "engine/doctor.h"
#include "engine/plan.h"

namespace coder::engine {

/// What others are told.
enum class State { cold, loading, warm, busy, asleep, failed };
const char* to_string(State state);
std::optional<State> state_named(std::string_view name);

struct Status {
  State state = State::cold;
  int percent = 0;     ///< of loading; -1: not known
  std::string reason;  ///< failed: why; loading again: after what
  std::string remedy;
  int restarts = 0;         ///< since it last ran for long
  std::string changed;      ///< what was changed in the plan after crashes
  double tokens_per_s = 0;  ///< of the answers it computed last; 0: none yet
};

namespace event {
struct Launched {};
struct LaunchFailed {
  Error error;
};
struct Exited {
  int status = 0;
  int signal = 0;
  std::optional<Diagnosis> found;  ///< in what it wrote
};
struct Answered {  ///< to a request of the keeper's
  bool loading = false;
  bool asleep = false;
  int running = 0;          ///< requests
  std::string activity;     ///< differs when anything was computed meanwhile
  double tokens_per_s = 0;  ///< of answers, since it was asked last; 0: none
};
struct Silent {};  ///< it did not answer
struct Loaded {
  int percent = 0;
};
struct Clients {
  int count = 0;
};
struct Tick {};
struct Stop {};
}  // namespace event
using Event = std::variant<event::Launched, event::LaunchFailed, event::Exited, event::Answered,
                           event::Silent, event::Loaded, event::Clients, event::Tick, event::Stop>;

/// What to do, in this order.
struct Actions {
  bool publish = false;  ///< the status changed
  bool launch = false;   ///< start the engine with plan()
  bool terminate = false;
  bool kill = false;
  bool end = false;  ///< the keeper is over; the engine is gone
};

/// Statuses of an engine that could not begin (see become_engine): the one before it has not ended, or there
/// is no such program.
inline constexpr int kAnotherRuns = 75;
inline constexpr int kCannotRun = 127;

struct Policy {
  Millis idle{0};             ///< without clients and requests for this long: end; zero: never
  Millis grace{10'000};       ///< from SIGTERM to SIGKILL
  Millis silence{60'000};     ///< an engine that answers nothing for this long hangs
  Millis calm{600'000};       ///< crashes before a run this long are forgotten
  Millis first_pause{1'000};  ///< before a restart; four times as long each time
};

class KeeperSteps {
 public:
  KeeperSteps(Plan plan, Policy policy, TimePoint now);

  /// The first one is Tick.
  Actions step(const Event& event, TimePoint now);

  const Status& status() const { return status_; }
  const Plan& plan() const { return plan_; }
  bool running() const { return phase_ == Phase::running; }
  bool loading() const { return running() && status_.state == State::loading; }
  /// When Tick must come at the latest; none: never.
  std::optional<TimePoint> due() const;

 private:
  enum class Phase { resting, waiting, running, stopping, over };

  Actions on(const event::Launched&, TimePoint now);
  Actions on(const event::LaunchFailed& failed, TimePoint now);
  Actions on(const event::Exited& exited, TimePoint now);
  Actions on(const event::Answered& answered, TimePoint now);
  Actions on(const event::Silent&, TimePoint now);
  Actions on(const event::Loaded& loaded, TimePoint now);
  Actions on(const event::Clients& clients, TimePoint now);
  Actions on(const event::Tick&, TimePoint now);
  Actions on(const event::Stop&, TimePoint now);

  Actions show(State state);
  Actions stop(TimePoint now);
  Actions fail(std::string reason, std::string remedy);
  Actions launch();
  bool idle_over(TimePoint now) const;

  const Plan first_;
  Plan plan_;
  Policy policy_;
  Phase phase_ = Phase::resting;
  Status status_;
  Crashes crashes_;
  bool hung_ = false;  ///< we killed it because it did not answer
  int clients_ = 0;
  int requests_ = 0;
  std::string activity_;
  TimePoint used_;      ///< last sign of somebody who wants it
  TimePoint answered_;  ///< last answer, or its start
  TimePoint begun_;     ///< of this run
  TimePoint until_;     ///< waiting: the next start; stopping: the kill
  bool killed_ = false;
};

}  // namespace coder::engine
