// Which of many files is asked about next, and how many at once: a pure state machine over outcomes and time.
//
//   waiting ─▶ under way ─┬─▶ over (answered, or failed for good)
//      ▲                  └─ a failure that passes: back in line after a wait, a bounded number of times
//      └──────────────────────┘
//
// Failures that pass halve the number at once, answers raise it again by one for each round of them. Where
// nothing is answered any more all pause, then a single file tries; after some pauses the batch gives up.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"

namespace coder::app {

class BatchQueue {
 public:
  BatchQueue(size_t files, size_t at_once);

  /// The next file to begin with, which is then under way; nullopt: none may begin now.
  std::optional<size_t> next(TimePoint now);
  /// When next() has one again though nothing ends before; nullopt: never.
  std::optional<TimePoint> next_due() const;

  /// It is answered.
  void answered(size_t file);
  /// It needed no request, or failed for a reason of its own.
  void over(size_t file);

  struct Failure {
    bool busy = false;  ///< the server has too much to do: no fault of the file, so it may come back oftener
    std::optional<Millis> retry_after;
  };
  enum class Verdict {
    again,   ///< it is back in line
    failed,  ///< it has failed too often
    stop,    ///< nothing is answered any more; it failed, and the others need not be tried
  };
  /// It failed for a reason that may pass.
  Verdict failed(size_t file, const Failure& failure, TimePoint now);

  /// No more files begin.
  void stop() { stopped_ = true; }
  /// Files that have not begun or are back in line, in order.
  std::vector<size_t> left() const;

  size_t under_way() const { return under_way_.size(); }
  bool idle() const;  ///< nothing is under way, and nothing is to begin
  /// All wait until then; nullopt: no pause.
  std::optional<TimePoint> paused_until(TimePoint now) const;

 private:
  Verdict back(size_t file, const Failure& failure, TimePoint now);
  void pause(const Failure& failure, TimePoint now);

  const size_t files_;
  const double most_;
  double at_once_;
  size_t fresh_ = 0;                       ///< files before it have begun
  std::multimap<TimePoint, size_t> back_;  ///< in line again, by when
  std::map<size_t, int> under_way_;        ///< and since which pause
  std::map<size_t, int> busy_, broken_;    ///< failures so far
  bool stopped_ = false;
  bool ever_ = false;  ///< anything was answered
  int in_row_ = 0;     ///< failures since the last answer
  int pauses_ = 0;     ///< since then
  int pause_number_ = 0;
  TimePoint resume_{};
};

}  // namespace coder::app
