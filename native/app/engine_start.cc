// `coder-nvim engine start|stop|status`: one engine for all of a user's processes.
#include <csignal>
#include <cstdio>
#include <thread>

#include "app/engine.h"
#include "codec/json.h"
#include "engine/gpu.h"
#include "loop/child.h"

namespace coder::app {

using codec::Value;
using engine::Lease;
using engine::State;

namespace {

constexpr Millis kLook{100};
constexpr Millis kStart{120'000};  // of `engine run --detach`: it asks the server for its options and devices
constexpr Millis kEnd{15'000};     // the keeper's own grace for the engine, and some more
constexpr Millis kKilled{5'000};

void wait_a_little() { std::this_thread::sleep_for(kLook); }

/// Starts a keeper. Comes back when there is one; false: somebody else was quicker.
Result<bool> start_keeper(const Args& args) {
  std::vector<std::string> argv = {loop::own_program(), "engine", "run", "--detach", "--json"};
  if (const auto file = args.get("--config")) argv.insert(argv.end(), {"--config", *file});
  loop::Loop loop;
  Result<bool> out = true;
  const loop::Process process(loop, argv, kStart, 64 * 1024, [&](Result<loop::ProcessResult> result) {
    loop.stop();
    if (!result) {
      out = std::move(result.error());
      return;
    }
    const Result<Value> json = codec::parse_json(result->out);
    if (result->exit_status == 0) {
      out = !json || !json->find("already");
    } else {
      const Value* error = json ? json->find("error") : nullptr;
      const auto text = [&](const char* key) {
        const Value* value = error ? error->find(key) : nullptr;
        return value && value->as_string() ? *value->as_string() : std::string();
      };
      const ErrorKind kind = text("kind") == "config" ? ErrorKind::config : ErrorKind::internal;
      out = Error{kind, text("message").empty() ? "the engine's keeper did not start" : text("message"),
                  text("hint")};
    }
  });
  loop.run();
  return out;
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// "warm, qwen.gguf at unix:///…, 2 slots of 8192 tokens"
std::string line_of(const Lease& lease) {
  std::string out = state_words(lease.status);
  if (lease.keeper == 0 || lease.model.empty()) return out;
  out += ", " + name_of(lease.model) + " at " + lease.address + ", " + std::to_string(lease.slots) +
         (lease.slots == 1 ? " slot of " : " slots of ") + std::to_string(lease.context) + " tokens";
  if (lease.status.tokens_per_s > 0) {
    char speed[32];
    std::snprintf(speed, sizeof speed, ", %.*f tok/s", lease.status.tokens_per_s < 10 ? 1 : 0,
                  lease.status.tokens_per_s);
    out += speed;
  }
  return out;
}

bool is_settled(State state) {
  return state == State::warm || state == State::busy || state == State::asleep || state == State::failed;
}

/// Waits until the engine answers, failed, or nobody keeps it any more.
Lease wait_until_settled(const engine::Paths& paths) {
  std::string shown;
  while (true) {
    Lease lease = engine::read_lease(paths);
    if (lease.keeper == 0 || is_settled(lease.status.state)) return lease;
    if (const std::string words = state_words(lease.status); words != shown) {
      shown = words;
      std::fprintf(stderr, "coder-nvim: %s\n", words.c_str());
    }
    wait_a_little();
  }
}

Value gpu_value(const engine::Gpu& gpu, pid_t engine) {
  Value::Map out{{"name", Value(gpu.name)},
                 {"memory_total", Value(gpu.memory_total)},
                 {"memory_free", Value(gpu.memory_free)},
                 {"temperature", gpu.temperature ? Value(*gpu.temperature) : Value()}};
  for (const engine::GpuUser& user : gpu.users) {
    if (engine != 0 && user.pid == engine && user.bytes)
      out.emplace_back("memory_engine", Value(*user.bytes));
  }
  return out;
}

}  // namespace

std::string state_words(const engine::Status& status) {
  std::string out = engine::to_string(status.state);
  if (status.state == State::loading) {
    out += " " + std::to_string(status.percent) + " %";
    if (!status.reason.empty()) out += " (again: " + status.reason + ")";
  }
  if (status.state == State::failed) out += ": " + status.reason;
  if (status.state != State::failed && !status.changed.empty()) out += ", with " + status.changed;
  return out;
}

Value::Map lease_object(const Lease& lease) {
  Value::Map out{{"state", Value(engine::to_string(lease.status.state))}};
  if (lease.status.state == State::loading) out.emplace_back("percent", Value(lease.status.percent));
  if (!lease.status.reason.empty()) {
    out.emplace_back("reason", Value(lease.status.reason));
    out.emplace_back("remedy", Value(lease.status.remedy));
  }
  if (!lease.note.empty()) out.emplace_back("note", Value(lease.note));
  if (!lease.model.empty()) {
    out.emplace_back("model", Value(lease.model));
    out.emplace_back("server", Value(lease.server));
  }
  if (lease.keeper != 0 && !lease.model.empty()) {
    out.emplace_back("address", Value(lease.address));
    out.emplace_back("key_file", Value(lease.key_file));
    out.emplace_back("context", Value(lease.context));
    out.emplace_back("slots", Value(lease.slots));
    out.emplace_back("clients", Value(lease.clients));
    out.emplace_back("restarts", Value(lease.status.restarts));
    if (lease.status.tokens_per_s > 0) out.emplace_back("tok_s", Value(lease.status.tokens_per_s));
    if (!lease.status.changed.empty()) out.emplace_back("changed", Value(lease.status.changed));
    out.emplace_back("keeper", Value(int64_t{lease.keeper}));
    out.emplace_back("engine", Value(int64_t{lease.engine}));
  }
  out.emplace_back("log", Value(lease.log));
  return out;
}

int engine_start(const Args& args) {
  const bool json = args.has("--json");
  const Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) return fail(json, paths.error());
  // So that the idle end does not come while we wait.
  const engine::Client client = engine::Client::attach(*paths);
  bool started = false;
  Lease lease = engine::read_lease(*paths);
  // Twice: the one that lived a moment ago may have been about to end.
  for (int tries = 0; tries < 2; ++tries) {
    if (engine::keeper_of(*paths) == 0) {
      const Result<bool> ran = start_keeper(args);
      if (!ran) return fail(json, ran.error());
      started = *ran;
    }
    lease = args.has("--no-wait") ? engine::read_lease(*paths) : wait_until_settled(*paths);
    if (lease.keeper != 0 || lease.status.state == State::failed) break;
  }
  Value::Map object = lease_object(lease);
  object.emplace_back("started", Value(started));
  if (lease.status.state == State::failed)
    return fail(json, Error{ErrorKind::provider, lease.status.reason, lease.status.remedy},
                std::move(object));
  if (lease.keeper == 0) {
    return fail(json,
                Error{ErrorKind::provider, "the engine ended while it was waited for", "see " + lease.log},
                std::move(object));
  }
  if (json) {
    print(codec::dump_json(Value(std::move(object))) + "\n");
  } else {
    print(std::string(started ? "started" : "adopted") + ": " + line_of(lease) + "\n");
  }
  return 0;
}

int engine_stop(const Args& args) {
  const bool json = args.has("--json");
  const Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) return fail(json, paths.error());
  const pid_t keeper = engine::keeper_of(*paths);
  const auto gone = [&](Millis limit) {
    for (const TimePoint until = Clock::now() + limit; Clock::now() < until; wait_a_little()) {
      if (!engine::FileLock::is_held(paths->keeper_lock) && !engine::FileLock::is_held(paths->engine_lock))
        return true;
    }
    return false;
  };
  if (keeper != 0) {
    ::kill(keeper, SIGTERM);
    // The engine goes with its keeper.
    if (!gone(kEnd) && engine::keeper_of(*paths) == keeper) ::kill(keeper, SIGKILL);
    if (!gone(kKilled))
      return fail(json, Error{ErrorKind::internal, "the engine does not end", "see " + paths->log});
  }
  if (json) {
    print(codec::dump_json(Value(Value::Map{{"stopped", Value(keeper != 0)}})) + "\n");
  } else {
    print(keeper != 0 ? "stopped\n" : "no engine runs\n");
  }
  return 0;
}

int engine_status(const Args& args) {
  const bool json = args.has("--json");
  const Result<engine::Paths> paths = engine::Paths::make();
  if (!paths) return fail(json, paths.error());
  const Lease lease = engine::read_lease(*paths);
  const engine::GpuReport gpus = engine::probe_gpus();
  if (json) {
    Value::Map object = lease_object(lease);
    Value::Array list;
    for (const engine::Gpu& gpu : gpus.gpus) list.push_back(gpu_value(gpu, lease.engine));
    object.emplace_back("gpus", Value(std::move(list)));
    print(codec::dump_json(Value(std::move(object))) + "\n");
    return 0;
  }
  std::string out = line_of(lease) + "\n";
  if (!lease.note.empty()) out += "  note: " + lease.note + "\n";
  for (const engine::Gpu& gpu : gpus.gpus) out += "  GPU: " + engine::describe(gpu) + "\n";
  if (lease.status.state == State::failed && !lease.status.remedy.empty())
    out += "  remedy: " + lease.status.remedy + "\n";
  if (lease.keeper != 0) {
    out += "  clients: " + std::to_string(lease.clients) + ", keeper " + std::to_string(lease.keeper) +
           ", engine " + std::to_string(lease.engine) + "\n";
  }
  print(out + "  log: " + lease.log + "\n");
  return 0;
}

}  // namespace coder::app
