// The engine's parent process: runs what KeeperSteps decides. It starts the engine, reads what it writes,
// asks it how it is, counts clients, and tells all of that in the lease.
#pragma once

#include <memory>

#include "engine/engine_log.h"
#include "engine/keeper_steps.h"
#include "engine/lease.h"
#include "http/http.h"
#include "loop/child.h"
#include "loop/loop.h"

namespace coder::engine {

/// What becomes the engine: dies with the process `parent`, holds the engine's lock, and runs `argv`. Comes
/// back only when that fails, with an exit status.
int become_engine(pid_t parent, const std::string& lock, const std::vector<std::string>& argv);

/// Sees to it that there is a key for the engine's server, in a file for this user alone.
Result<void> make_key(const Paths& paths);

class Keeper {
 public:
  struct Options {
    Plan plan;
    Policy policy;
    Paths paths;
    std::string note;                   ///< for the lease
    int64_t model_bytes = 0;            ///< for the progress of loading
    std::vector<std::string> launcher;  ///< runs become_engine() with the arguments that follow
  };
  /// `lock` is on paths.keeper_lock. `on_end` runs once, on the loop, when the engine is gone for good.
  Keeper(loop::Loop& loop, Options options, FileLock lock, unique_function<void()> on_end);
  ~Keeper();
  Keeper(const Keeper&) = delete;

  void stop();  ///< ends the engine in peace, then the keeper

  const Status& status() const { return steps_.status(); }

 private:
  void apply(const Event& event);
  void act(const Actions& actions);
  void launch();
  void exited(loop::Child::Exit how);
  void poll();
  void ask(const char* path, unique_function<void(int status, const std::string& body)> on_answer);
  void ask_how_it_is();
  void ask_health();
  void ask_props(event::Answered answered);
  int percent_loaded() const;
  void publish();
  void end();

  loop::Loop& loop_;
  Options options_;
  FileLock lock_;
  unique_function<void()> on_end_;
  EngineLog log_;
  KeeperSteps steps_;
  http::Client http_;
  http::Transfer transfer_;
  std::string body_;
  int answer_ = 0;
  bool asking_ = false;
  bool ended_ = false;
  Secret key_;
  int clients_ = 0;
  Doctor doctor_;
  std::unique_ptr<loop::Child> child_;
  loop::Timer timer_;
};

/// From the engine's /metrics: requests under way, and a text that differs when anything was computed.
event::Answered read_metrics(std::string_view metrics);

}  // namespace coder::engine
