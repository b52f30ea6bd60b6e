// The database that all processes of a user share: one file, one list of migrations.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "store/store.h"

namespace coder::dispatch {

/// Opens the file at `path` as ours (see store::Database::open, whose errors it gives). On a worker only.
Result<store::Database> open_state(const std::string& path, Millis busy = Millis(2000));

}  // namespace coder::dispatch
