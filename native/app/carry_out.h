// What commands do with a plan of edits: tell it, and write it.
#pragma once

#include <string>

#include "config/config.h"
#include "edit/plan.h"

namespace coder::app {

/// Files that enter no prompt are changed by no model either: for edit::PlanOptions::forbid.
std::string forbidden(const config::Config& config, const std::string& path, bool exists);

/// Ends what a crash left of an earlier run, and says on stderr what a person must know. Errors: kind
/// internal.
Result<void> recover_edits();

struct CarryOut {
  bool json = false;   ///< one JSON object: edits, written
  bool write = false;  ///< all of it or nothing
  bool diff = false;   ///< to stdout, and what became of each edit to stderr; else the latter to stdout
};

/// Writes the plan where that is wanted and says what became of it. Returns the exit code.
int carry_out(edit::Plan plan, const CarryOut& how);

/// Nothing could be planned, for this.
int no_edits(bool json, const std::string& problem);

}  // namespace coder::app
