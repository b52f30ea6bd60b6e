// `ask --task pr`, `commit` and `review` about the changes in git; the first two also about a diff in the
// prompt, of any size.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/args.h"
#include "config/config.h"
#include "task/changes.h"
#include "task/source.h"

namespace coder::app {

/// The changes that such a command is about: git's without PROMPT, else PROMPT itself. nullopt: it is another
/// task, or names files. Blocks.
Result<std::optional<task::Changes>> asked_changes(const Args& args, const config::Config& config);

/// What a review without PROMPT and files is about: what a branch has changed, committed or not.
struct ReviewedChanges {
  task::Source diff;
  std::vector<task::Source> files;  ///< as they are now, to tie findings to; not sent
};
/// Tells on standard error what it is, and what is left out. Blocks.
Result<ReviewedChanges> reviewed_changes(const Args& args, const config::Config& config);

int run_draft(const Args& args, const std::shared_ptr<const config::Config>& config, task::Changes changes);

}  // namespace coder::app
