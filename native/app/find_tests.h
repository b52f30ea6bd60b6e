// Finds where the tests of a file belong: lists the project's files and looks on a worker. Loop thread only.
#pragma once

#include <memory>
#include <string>

#include "base/unique_function.h"
#include "loop/loop.h"
#include "task/source.h"
#include "task/test_place.h"

namespace coder::app {

class FindTests {
 public:
  using Done = unique_function<void(Result<task::TestPlace>)>;
  /// `root`: absolute; `path`: below it. `done` once, from the loop; destroying the object: not any more.
  FindTests(loop::Loop& loop, std::string root, std::string path, Done done);
  ~FindTests();
  FindTests(const FindTests&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The examples of a place as they are labelled now; without those that are never sent.
std::vector<task::Source> labelled_examples(
    const task::TestPlace& place, const std::string& root,
    const std::function<privacy::Verdict(const std::string& path)>& judge, const privacy::PathRules& rules);

}  // namespace coder::app
