#include "dispatch/state.h"

#include <cstdlib>

#include "dispatch/limits.h"

namespace coder::dispatch {
namespace {

const store::Database::Migrations& migrations() {
  // Each of its own concern, new ones at the end.
  static const store::Database::Migrations instance = {
      // limits_store.h. Times are ms since the epoch.
      R"(
        CREATE TABLE limit_bucket (key TEXT PRIMARY KEY, tat REAL NOT NULL, updated INTEGER NOT NULL)
          WITHOUT ROWID;
        CREATE TABLE limit_window (model TEXT PRIMARY KEY, updated INTEGER NOT NULL, next_id INTEGER NOT NULL)
          WITHOUT ROWID;
        CREATE TABLE limit_place (model TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL,
                                  settled INTEGER NOT NULL, PRIMARY KEY (model, id))
          WITHOUT ROWID;
      )",
      // trials_store.h
      R"(
        CREATE TABLE trial (arm TEXT NOT NULL, at INTEGER NOT NULL, good INTEGER NOT NULL, ttft_ms INTEGER NOT NULL);
        CREATE INDEX trial_by_arm ON trial (arm, at);
      )",
  };
  return instance;
}

/// The value of an environment variable that names a folder; empty where it does not (XDG: absolute paths
/// only).
std::string folder_in(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value == '/' ? value : "";
}

}  // namespace

Result<store::Database> open_state(const std::string& path, Millis busy) {
  return store::Database::open(path, migrations(), busy);
}

std::string state_file() {
  if (const std::string state = folder_in("XDG_STATE_HOME"); !state.empty()) {
    return state + "/coder-nvim/state.db";
  }
  const std::string home = folder_in("HOME");
  return home.empty() ? "" : home + "/.local/state/coder-nvim/state.db";
}

}  // namespace coder::dispatch
