// What names of files say about tests: which file is one, and what the file it tests is called. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coder::task {

/// Languages whose sources and tests go together.
enum class Family { none, python, javascript, go, rust, native, java, ruby, lua, bash };
Family family_of(std::string_view path);

/// A path in its parts: "src/a/b.test.ts" is {"src/a", "b.test", ".ts"}.
struct PathParts {
  std::string folder;  ///< "" at the root
  std::string stem;
  std::string extension;  ///< with its dot
};
PathParts parts_of(std::string_view path);
/// The way back.
std::string path_of(const PathParts& parts);
std::string in_folder(const std::string& folder, const std::string& name);
std::vector<std::string> components(std::string_view folder);

/// How a test's name is made from the name of what it tests: "test_" + stem + "".
struct Affix {
  std::string prefix, suffix;
  bool operator==(const Affix&) const = default;
};

/// Of a test file: the ways to take its name apart, the likeliest first. {} when it is no test by its name
/// and place. Helpers among tests (conftest.py, fixtures) are none.
struct TestName {
  Affix affix;
  std::string stem;  ///< of what it tests
};
std::optional<TestName> test_name(std::string_view path, Family family);

/// It lies in a folder of tests, or is one, or helps one: no source that wants tests.
bool among_tests(std::string_view path, Family family);

/// It is in a folder of tests that are no unit tests (e2e, fuzz, bench …).
bool of_another_kind(std::string_view path);

}  // namespace coder::task
