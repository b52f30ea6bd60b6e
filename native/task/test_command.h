// What the users of a test framework do: where they put a new test, and how they run one file of tests. Pure,
// but for what it reads through TestProject.
#pragma once

#include <string>
#include <vector>

#include "task/test_framework.h"

namespace coder::task {

/// Where a new test of `source` goes, where the project's own tests do not say it.
std::string usual_place(const TestProject& project, const Framework& framework, const std::string& source);

struct TestCommand {
  std::vector<std::string> argv;  ///< empty: it is not known
  std::string folder;             ///< to run it in, relative to the root; "" is the root itself
  bool all = false;               ///< it runs more than the one file
  std::string problem;            ///< why there is none
};

/// Runs the tests in `test`, which for Rust may be a source file with tests in it.
TestCommand command_for(const TestProject& project, const Framework& framework, const std::string& test);

}  // namespace coder::task
