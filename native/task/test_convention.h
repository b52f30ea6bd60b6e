// Where a project keeps its tests, learnt from those that are there. Pure.
#pragma once

#include <string>
#include <vector>

#include "task/test_names.h"

namespace coder::task {

/// A test file, and the source it belongs to where that can be told.
struct TestPair {
  std::string test;
  std::string source;  ///< may be empty
  TestName name;
};

/// The tests of one family among all paths of a project, each with its source. Paths are relative to the
/// project's root.
std::vector<TestPair> test_pairs(const std::vector<std::string>& paths, Family family);

/// The test of `source` that is there; nullptr: none.
const TestPair* test_of(const std::vector<TestPair>& pairs, const std::string& source);

/// Where a test of `source` would be.
struct Convention {
  std::string path;      ///< empty: the tests that are there do not say it
  const TestPair* like;  ///< the pair that says it best
};
Convention convention_for(const std::vector<TestPair>& pairs, const std::string& source);

/// The tests to learn from, best first: those of the nearest folders and the likest names.
std::vector<const TestPair*> neighbours(const std::vector<TestPair>& pairs, const std::string& source,
                                        const std::string& test, size_t most);

/// How many folders two paths share from the root on.
size_t shared_folders(std::string_view a, std::string_view b);

}  // namespace coder::task
