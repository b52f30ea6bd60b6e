// The bases of the repositories worked in last, in files of the user's own. Every call blocks: on workers
// only.
#pragma once

#include <memory>
#include <string>

#include "completion/repo_model/repo_base.h"

namespace coder::completion {

/// Where the base of `root` is kept in `folder`.
std::string kept_base(const std::string& folder, const std::string& root);

/// What is kept there; null where there is nothing, or nothing of use (damaged, of another version).
std::shared_ptr<const RepoBase> load_base(const std::string& file);

/// Keeps `base` instead of what was there, mode 0600 in a folder of mode 0700: whole or not at all. Of those
/// not used for longest some go, so that eight and 1 GiB remain. Gives what went wrong, else an empty text.
std::string keep_base(const std::string& folder, const std::string& root, const RepoBase& base);

}  // namespace coder::completion
