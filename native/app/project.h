// What the command line says of project files, and of path patterns that look like a mistake; what both mean
// for the index.
#pragma once

#include <string>
#include <vector>

#include "app/args.h"
#include "base/result.h"
#include "config/config.h"
#include "workspace/indexer.h"

namespace coder::app {

/// The first error of the project files at or above --root (kind config, with file and line): a command that
/// sends something stops at it.
Result<void> check_projects(const Args& args, const config::Config& config);

/// Every error of those files.
std::vector<config::Problem> project_problems(const config::Config& config, const std::string& root);

/// A warning for each pattern of `config` and of the project files at or above `root` that matches nothing
/// below `root`; for one that begins with "/" or "~/" it is enough that its folder exists. Follows no links,
/// goes into no .git, and says nothing where there are more than 50,000 entries.
std::vector<config::Problem> unmatched_patterns(const config::Config& config, const std::string& root);

/// The root of the project that the file `path` (absolute) belongs to: its repository, else the working
/// directory where it lies below that; not where everything would, in the home folder and what is above it.
/// Empty: none.
std::string root_around(const std::string& path);

/// An Indexer of `root` by the configuration and the project files at or above it, its facts in the user's
/// cache folder.
workspace::Indexer::Options index_options(const config::Config& config, const std::string& root);
/// The same for a command that ends.
workspace::Indexer::Options unwatched(workspace::Indexer::Options options);

}  // namespace coder::app
