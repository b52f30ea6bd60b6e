// Where the tests of a source file belong, with which framework, after which examples, and how they are run:
// by the project's own habits first, then by the framework's. Pure, but for what it reads through
// TestProject: on workers.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "task/test_command.h"

namespace coder::task {

/// Most of an example that is shown to a model, in bytes.
inline constexpr size_t kMaxExampleBytes = 4500;

struct TestExample {
  std::string path;
  std::string text;  ///< whole lines, cut
  size_t first = 1;  ///< 1-based line it begins with
  bool operator==(const TestExample&) const = default;
};

struct TestPlace {
  std::string source;  ///< what is tested; empty: the file is a test whose source is not found
  std::string file;    ///< the tests' file, relative to the root
  bool exists = false;
  bool inside = false;   ///< the tests stand in the source itself (Rust)
  bool of_test = false;  ///< what was asked about is the test file
  std::string why;       ///< of `file`, for people: "as tests/test_b.py is for b.py"
  Framework framework;
  std::vector<TestExample> examples;  ///< tests nearby, the best first
  TestCommand command;
  bool project_rules = false;  ///< for whoever looks: a .coder.toml is in force somewhere in the project
};

/// `path`: a source or a test, relative to the root. Fails (kind usage) where no framework is found or the
/// language is none that tests are known of.
Result<TestPlace> find_test_place(const TestProject& project, const std::string& path);

/// "tests/test_a.py (new; as tests/test_b.py is for b.py), pytest (by pyproject.toml)"
std::string in_words(const TestPlace& place);

}  // namespace coder::task
