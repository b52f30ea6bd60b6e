// What a transaction is about to do to files, written down before it does: whoever finds it after a crash can
// bring it to an end, forward or back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace coder::edit {

struct Step {
  enum class Kind : uint8_t {
    replace,  ///< `target` gets a new text
    create,   ///< `target` was not there
    remove,   ///< `target` goes
    buffer,   ///< the editor has `target` open and changes its buffer; the file only after a crash
  };
  Kind kind = Kind::replace;
  std::string target;  ///< absolute
  std::string fresh;   ///< the new text until it is at the target, beside it
  std::string stale;   ///< the old text from then on, beside it; `fresh` may hold it instead
  uint64_t old_hash = 0, new_hash = 0;
};

struct Journal {
  enum class State : uint8_t {
    prepare,  ///< nothing is at its target yet: goes back
    commit,   ///< goes forward
    undo,     ///< some of it could not be done: goes back
  };
  State state = State::prepare;
  std::vector<Step> steps;
  std::vector<std::string> folders;  ///< made for new files, outer ones first
};

/// $XDG_STATE_HOME/coder-nvim/edits; empty: there is no home.
std::string journal_folder();
std::string journal_file(const std::string& folder);

/// Replaces the journal of `folder`, on the disk when it returns.
Result<void> write_journal(const std::string& folder, const Journal& journal);
/// Nothing: there is none. One that is not whole was never in force, so it is none, too.
Result<std::optional<Journal>> read_journal(const std::string& folder);
Result<void> remove_journal(const std::string& folder);

}  // namespace coder::edit
