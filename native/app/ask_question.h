// A question as the command line asks it: prompt, files, task.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/args.h"
#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"
#include "routing/route.h"
#include "task/recipes.h"
#include "task/source.h"

namespace coder::app {

/// What --task names, of ours or of the user's own; null: a question.
std::shared_ptr<const task::Recipe> task_of(const Args& args, const config::Config& config);

/// The one argument, or standard input for "-". `optional`: the task says what is wanted.
Result<std::string> read_prompt(const Args& args, bool optional);

/// The files of --file, then those of --files-from: one in a line, or, where it holds a NUL byte, one before
/// each.
Result<std::vector<std::string>> named_files(const Args& args);

/// --task, --repo, --max-tokens, and what answering.h reads.
Result<routing::Request> question_route(const Args& args);

/// The turns of a question about `sources`, in words of the task where there is one (`recipe` is not null).
/// What they are about decides where it goes: it is added to `route`. Fails (kind policy) when the prompt
/// holds a diff of a file that is never sent.
Result<std::vector<privacy::Turn>> question_turns(const std::string& prompt,
                                                  const std::vector<task::Source>& sources,
                                                  const task::Recipe* recipe, const std::string& root,
                                                  const config::Config& config, routing::Request& route);

}  // namespace coder::app
