// Processes of one user in simulated time: their admissions, one book, workers that take their time, loops
// that come late, a machine that sleeps, a clock that is set back. It writes down what went when.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "dispatch/admissions.h"

namespace coder::dispatch {

class World {
 public:
  struct Terms {
    int processes = 2;
    int64_t job_ms = 2;         ///< a worker's job takes up to so long, on either side of the transaction
    int64_t late_ms = 1;        ///< a timer is up to so late
    int stall_percent = 0;      ///< of timers and jobs that are up to 3 s late
    int sleep_percent = 0;      ///< of events after which the machine sleeps, up to 2 minutes
    int set_back_percent = 0;   ///< of events after which the clock is set back, up to an hour
    std::vector<Counts> kinds;  ///< of requests
  };
  World(Terms terms, uint32_t seed);

  size_t add(int64_t at, size_t process, size_t kind, bool patient = true,
             std::optional<int64_t> give_up_at = std::nullopt);
  /// Until nothing is left to do, or for `limit` ms.
  void run(int64_t limit);

  struct Request {
    size_t process = 0, kind = 0;
    bool patient = true;
    int64_t begun = 0;
    std::optional<int64_t> give_up_at;
    bool given_up = false;
    int ends = 0;
    std::optional<int64_t> went;  ///< ms of real time
    int waits = 0;                ///< how often it was told to wait
    Admissions::Id id = 0;
  };
  const std::vector<Request>& requests() const { return requests_; }

  /// More than `rpm` of a model in 60 s; more of a key than its rate allows with `slack` ms; a request that
  /// was forgotten, or ended twice, or after it was given up. Empty: none of these.
  std::string trouble(int64_t slack) const;

 private:
  struct Process {
    Admissions admissions;
    std::map<Admissions::Id, size_t> ids;
    Batch batch;
    std::vector<Answer> answers;
    WallMs answered_at = 0;
    std::optional<int64_t> transacts, returns, wakes;
  };
  Admissions::Moment moment() const;
  int64_t delay(int64_t most);
  void act(size_t process, const std::vector<Admissions::Action>& actions);
  void go_on(size_t process);
  /// The time of what comes next and what it is.
  std::optional<std::pair<int64_t, std::function<void()>>> next();
  void disturb();
  std::vector<int64_t> sends(const std::function<bool(const Counts&)>& of) const;

  Terms terms_;
  std::mt19937 random_;
  int64_t now_ = 0;
  int64_t slept_ = 0;
  WallMs epoch_ = 1'790'000'000'000;
  Book book_;
  std::vector<Process> processes_;
  std::vector<Request> requests_;
  std::multimap<int64_t, size_t> arrivals_, give_ups_;
  std::string trouble_;
};

}  // namespace coder::dispatch
