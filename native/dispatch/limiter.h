// Carries the admissions of one process (admissions.h) out: asks on a worker, or in memory, waits, calls
// back. limits.cc has two of them, one for what is shared with other processes and one for what is not.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "dispatch/admissions.h"
#include "dispatch/limits.h"
#include "dispatch/limits_store.h"
#include "loop/loop.h"
#include "loop/work.h"

namespace coder::dispatch {

class Limiter : public std::enable_shared_from_this<Limiter> {
 public:
  /// `state_file` empty: in memory.
  Limiter(loop::Loop& loop, std::string state_file, std::function<void(const std::string&)> notice);
  ~Limiter();
  Limiter(const Limiter&) = delete;

  Admissions::Id add(Counts counts, bool patient, Limits::Handlers handlers);
  void give_up(Admissions::Id id);
  /// No callback any more.
  void close();

 private:
  void wake();
  void ask();
  void ask_store(Batch batch);
  void store_answered(Result<LimitsStore::Reply> reply);
  void fall_back(const Error& why);
  void drop_store();
  void carry_out(const std::vector<Admissions::Action>& actions);
  void set_timer();
  Admissions::Moment now() const;

  struct Callbacks {
    /// Shared, so that it stays while it runs, also if it gives its own request up.
    std::shared_ptr<unique_function<void(int ahead, Millis wait)>> on_wait;
    unique_function<void(bool)> on_go;
  };

  loop::Loop& loop_;
  std::string state_file_;
  std::function<void(const std::string&)> notice_;
  Admissions admissions_;
  std::map<Admissions::Id, Callbacks> callbacks_;
  bool awake_ = false;  ///< ask() comes on the next turn
  bool closed_ = false;

  /// In memory: all there is. With a store: what this process saw of it last, so that it can go on from
  /// there.
  Book book_;
  std::shared_ptr<LimitsStore> store_;  ///< null: in memory; while a job runs, the job's alone
  std::unique_ptr<loop::Work> job_;
  int job_checks_ = 0;
  std::unique_ptr<loop::Timer> job_timer_, due_timer_;
};

}  // namespace coder::dispatch
