#include "dispatch/state.h"

#include "base/folders.h"
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

}  // namespace

Result<store::Database> open_state(const std::string& path, Millis busy) {
  return store::Database::open(path, migrations(), busy);
}

std::string state_file() {
  const std::string folder = state_folder();
  return folder.empty() ? "" : folder + "/state.db";
}

}  // namespace coder::dispatch
