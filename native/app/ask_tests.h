// `ask --task test`: where the tests of the file belong, found as :CoderTest finds it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "privacy/prompt.h"
#include "task/recipes.h"
#include "task/source.h"
#include "task/test_place.h"

namespace coder::app {

struct AskedTests {
  task::TestPlace place;
  privacy::Verdict file;               ///< of the tests' file, also of one that is not there yet
  std::vector<task::Source> named;     ///< the tests' file, where it is there
  std::vector<task::Source> examples;  ///< gathered: for lanes that may see them
};

/// Nothing where it is no such task, or not about one source of a known language. Fails (kind usage) where no
/// framework is found, (kind policy) where the tests' file is never sent. Blocks.
Result<std::optional<AskedTests>> ask_tests(const task::Recipe* recipe,
                                            const std::vector<task::Source>& sources, const std::string& root,
                                            const config::Config& config);

/// Puts what was found into the question whose text is the user's words so far.
void with_tests(const AskedTests& tests, const std::string& words, privacy::Part& question);

}  // namespace coder::app
