// The steps of a transaction, each forward and back, from whatever state a crash left them in.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "edit/journal.h"

namespace coder::edit {

/// Does a step for the first time. An error of kind edits: the file is not as it was; then it is left so.
Result<void> do_step(const Step& step);

/// Brings a step to its end, or back to its start, whatever of it was done. What cannot be done because
/// somebody changed the file goes to `left`, and the text that has no place to `rescue_folder`.
Result<void> forward_step(const Step& step, const std::string& rescue_folder, std::vector<std::string>& left);
Result<void> back_step(const Step& step, const std::string& rescue_folder, std::vector<std::string>& left);

/// Removes those folders that are empty, inner ones first.
void remove_folders(const std::vector<std::string>& folders);

/// Waits until the folders of all the steps' files are on the disk.
Result<void> sync_folders(const std::vector<Step>& steps);

}  // namespace coder::edit
