// What `coder-nvim engine ACTION` consists of.
#pragma once

#include <string>
#include <vector>

#include "app/commands.h"
#include "engine/lease.h"

namespace coder::app {

int engine_run(const Args& args);
int engine_start(const Args& args);
int engine_stop(const Args& args);
int engine_status(const Args& args);

int engine_doctor(const Args& args);
int engine_pull(const Args& args);

/// The engine as the configuration and the machine want it.
struct Prepared {
  engine::Plan plan;
  engine::ModelFacts facts;
  engine::Machine machine;
  Millis idle{0};
  std::string note;  ///< what the user should know
};
Result<Prepared> prepare_engine(const Args& args, const engine::Paths& paths);

/// exec PARENT LOCK PROGRAM ARGUMENT…: see engine::become_engine().
int engine_exec(const std::vector<std::string>& words);

/// The lease as status and start print it.
codec::Value::Map lease_object(const engine::Lease& lease);

/// "warm", "loading 40 %", "failed: the model file is cut off".
std::string state_words(const engine::Status& status);

}  // namespace coder::app
