// How calls of the canary and of the model it is compared with went, so that a canary that does worse is
// rolled back. Loop thread only; what outlives the process is in trials_store.h.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "dispatch/operation.h"
#include "dispatch/trials_store.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "routing/canary.h"

namespace coder::dispatch {

/// Names of the two arms a configuration compares, the canary's first; empty without a canary.
std::vector<std::string> arms_of(const config::Config& config);

/// Why the canary is out by these arms; empty: it is not.
std::string rolled_back(const config::Config& config, const TrialsStore::Arms& arms);

class Trials {
 public:
  Trials(loop::Loop& loop, std::string state_file)
      : loop_(loop), store_(std::make_shared<TrialsStore>(std::move(state_file))) {}
  Trials(const Trials&) = delete;

  /// Reads what other processes have found, if there is a canary and it was not read for a while; then (or
  /// when that fails) `done`, on the loop. nullptr: there is nothing to read, `done` is not called.
  std::unique_ptr<Operation> refresh(const config::Config& config, unique_function<void()> done);

  void add(const config::Config& config, const config::Model& model, bool good, std::optional<Millis> ttft);

  /// Calls `done`, on the loop, once all that was added is written down; at once when nothing is waiting.
  void settle(unique_function<void()> done);

  std::string rolled_back(const config::Config& config) const { return dispatch::rolled_back(config, arms_); }

  /// "x for 10 % of users: 34 calls, p95 …; y: …" for the status page; empty without a canary.
  std::string words(const config::Config& config) const;

 private:
  class Reader;
  struct Sample {
    std::string arm;
    routing::Arm::Sample sample;
  };
  void next();
  void write();
  void read();
  void note(const Error& error);

  loop::Loop& loop_;
  std::shared_ptr<TrialsStore> store_;  ///< used by one job at a time
  TrialsStore::Arms arms_;
  std::vector<std::string> names_;  ///< of the arms to read
  std::optional<TimePoint> read_at_;
  std::deque<Sample> unwritten_;
  std::unique_ptr<loop::Work> job_;
  std::vector<std::weak_ptr<Reader*>> readers_;
  unique_function<void()> settled_;
  bool told_ = false;
};

}  // namespace coder::dispatch
