// Which test framework a project uses for the language of a file, and how sure that is. Pure, but for what it
// reads through TestProject.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "task/test_convention.h"

namespace coder::task {

struct TestProject {
  std::vector<std::string> paths;  ///< relative to the root, sorted
  /// A small file by its path; nothing where there is none, or it cannot be read. Also asked for files that
  /// are not among `paths` (build folders, virtual environments).
  std::function<std::optional<std::string>(const std::string& path)> read;

  bool has(const std::string& path) const;
  /// It holds files below this folder.
  bool has_folder(const std::string& folder) const;
};

struct Framework {
  std::string id;    ///< "pytest"
  std::string name;  ///< for people and models: "JUnit 5"
  bool built_in = false;
  std::string why;  ///< "by package.json", "it comes with Go"
};

/// `near`: tests to be read for what they use. nullopt: none is found, and the language has none of its own.
std::optional<Framework> framework_of(const TestProject& project, const std::string& source,
                                      const std::vector<const TestPair*>& near);

/// What to do where there is none.
std::string framework_hint(Family family);

/// The folder that a framework's commands are run in: the nearest one at or above `file` that holds what
/// describes a package of this family; else "", the root.
std::string package_of(const TestProject& project, Family family, const std::string& file);

}  // namespace coder::task
