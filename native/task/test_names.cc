#include "task/test_names.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace coder::task {
namespace {

const std::map<std::string_view, Family>& families() {
  static const std::map<std::string_view, Family> kFamilies{
      {".py", Family::python},      {".js", Family::javascript},  {".jsx", Family::javascript},
      {".mjs", Family::javascript}, {".cjs", Family::javascript}, {".ts", Family::javascript},
      {".tsx", Family::javascript}, {".mts", Family::javascript}, {".cts", Family::javascript},
      {".go", Family::go},          {".rs", Family::rust},        {".c", Family::native},
      {".h", Family::native},       {".cc", Family::native},      {".cpp", Family::native},
      {".cxx", Family::native},     {".hh", Family::native},      {".hpp", Family::native},
      {".hxx", Family::native},     {".java", Family::java},      {".rb", Family::ruby},
      {".lua", Family::lua},        {".sh", Family::bash},        {".bash", Family::bash},
      {".bats", Family::bash}};
  return kFamilies;
}

/// The longer before the shorter.
const std::vector<Affix>& affixes(Family family) {
  static const std::vector<Affix> kPython{{"test_", ""}, {"", "_test"}, {"", "_tests"}};
  static const std::vector<Affix> kJavascript{{"", ".test"},  {"", ".spec"}, {"", "_test"}, {"", "-test"},
                                              {"", ".tests"}, {"test-", ""}, {"test_", ""}};
  static const std::vector<Affix> kGo{{"", "_test"}};
  static const std::vector<Affix> kRust{{"test_", ""}, {"", "_test"}, {"", "_tests"}};
  static const std::vector<Affix> kNative{
      {"", "_unittests"}, {"", "_unittest"}, {"", "_tests"}, {"", "_test"}, {"", "-tests"},
      {"", "-test"},      {"", ".test"},     {"", "_spec"},  {"test_", ""}, {"test-", ""},
      {"unit_", ""},      {"", "Tests"},     {"", "Test"},   {"Test", ""}};
  static const std::vector<Affix> kJava{
      {"", "Tests"}, {"", "Test"}, {"", "TestCase"}, {"", "IT"}, {"Test", ""}};
  static const std::vector<Affix> kRuby{{"", "_spec"}, {"", "_test"}, {"test_", ""}};
  static const std::vector<Affix> kLua{
      {"", "_spec"}, {"", "_test"}, {"test_", ""}, {"", ".test"}, {"test-", ""}};
  static const std::vector<Affix> kBash{{"test_", ""}, {"", "_test"}, {"test-", ""}, {"", ".test"}};
  static const std::vector<Affix> kNone;
  switch (family) {
    case Family::python:
      return kPython;
    case Family::javascript:
      return kJavascript;
    case Family::go:
      return kGo;
    case Family::rust:
      return kRust;
    case Family::native:
      return kNative;
    case Family::java:
      return kJava;
    case Family::ruby:
      return kRuby;
    case Family::lua:
      return kLua;
    case Family::bash:
      return kBash;
    case Family::none:
      break;
  }
  return kNone;
}

template <size_t N>
bool one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool test_folder(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kNames{
      "test", "tests", "__tests__", "spec", "specs", "unittests", "unittest", "testing", "t"};
  return one_of(kNames, name);
}

/// What stands among tests and is none itself.
bool helper_folder(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames{
      "fixtures", "fixture",   "data",      "testdata", "support",       "helpers",    "utils",
      "mocks",    "__mocks__", "resources", "common",   "__snapshots__", "benchmarks", "node_modules"};
  return one_of(kNames, name);
}

bool helper_name(std::string_view stem) {
  static constexpr std::array<std::string_view, 21> kNames{
      "conftest", "__init__",  "__main__",    "mod",   "main",  "setup",      "helper",
      "helpers",  "util",      "utils",       "index", "run",   "harness",    "test_helper",
      "common",   "test_main", "spec_helper", "tests", "types", "catch_main", "rails_helper"};
  return one_of(kNames, stem);
}

bool in_test_folder(const std::string& folder, bool& helper) {
  bool inside = false;
  helper = false;
  for (const std::string& name : components(folder)) {
    helper = helper || (inside && helper_folder(name)) || name == "node_modules";
    inside = inside || test_folder(name);
  }
  return inside;
}

/// Families whose tests may be called as what they test, where their folder says that they are tests.
bool plain_names(Family family) {
  return family == Family::javascript || family == Family::rust || family == Family::native;
}

}  // namespace

Family family_of(std::string_view path) {
  const std::string extension = parts_of(path).extension;
  const auto found = families().find(extension);
  return found == families().end() ? Family::none : found->second;
}

PathParts parts_of(std::string_view path) {
  PathParts out;
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) out.folder = path.substr(0, slash);
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  const size_t dot = name.rfind('.');
  const bool none = dot == std::string_view::npos || dot == 0;
  out.stem = none ? name : name.substr(0, dot);
  if (!none) out.extension = name.substr(dot);
  return out;
}

std::string in_folder(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : name.empty() ? folder : folder + "/" + name;
}

std::string path_of(const PathParts& parts) { return in_folder(parts.folder, parts.stem + parts.extension); }

std::vector<std::string> components(std::string_view folder) {
  std::vector<std::string> out;
  if (folder.empty()) return out;
  for (const std::string_view one : split(folder, '/')) out.emplace_back(one);
  return out;
}

std::optional<TestName> test_name(std::string_view path, Family family) {
  if (family == Family::none) return std::nullopt;
  const PathParts parts = parts_of(path);
  bool helper = false;
  const bool inside = in_test_folder(parts.folder, helper);
  if (helper || helper_name(parts.stem)) return std::nullopt;
  if (family == Family::bash && parts.extension == ".bats") {
    // Both "foo.bats" and "test_foo.bats" are common.
    for (const Affix& affix : affixes(family)) {
      if (!affix.prefix.empty() && parts.stem.starts_with(affix.prefix))
        return TestName{affix, parts.stem.substr(affix.prefix.size())};
    }
    return TestName{{}, parts.stem};
  }
  if (family == Family::go) {
    if (!parts.stem.ends_with("_test") || parts.stem.size() == 5) return std::nullopt;
    return TestName{{"", "_test"}, parts.stem.substr(0, parts.stem.size() - 5)};
  }
  // In-file tests of Rust and headers of C++ are no test files.
  if (family == Family::native && !inside && parts.extension.starts_with(".h")) return std::nullopt;
  for (const Affix& affix : affixes(family)) {
    const size_t both = affix.prefix.size() + affix.suffix.size();
    if (parts.stem.size() <= both || !parts.stem.starts_with(affix.prefix) ||
        !parts.stem.ends_with(affix.suffix))
      continue;
    std::string stem = parts.stem.substr(affix.prefix.size(), parts.stem.size() - both);
    // "Testing.java" and "Protest.cc" are no tests; "Test" ends or begins a word.
    if (affix.prefix == "Test" && !(stem[0] >= 'A' && stem[0] <= 'Z')) continue;
    if (family == Family::rust && !inside) continue;  // src/my_test.rs is a module
    return TestName{affix, std::move(stem)};
  }
  const bool header = family == Family::native && parts.extension.starts_with(".h");
  if (inside && plain_names(family) && !header) return TestName{{}, parts.stem};
  return std::nullopt;
}

bool among_tests(std::string_view path, Family family) {
  bool helper = false;
  return in_test_folder(parts_of(path).folder, helper) || test_name(path, family).has_value();
}

bool of_another_kind(std::string_view path) {
  static constexpr std::array<std::string_view, 13> kNames{
      "e2e",        "integration", "acceptance", "system", "fuzz",    "bench",      "benches",
      "benchmarks", "perf",        "smoke",      "stress", "cypress", "conformance"};
  for (const std::string& one : components(parts_of(path).folder)) {
    if (one_of(kNames, one)) return true;
  }
  return false;
}

}  // namespace coder::task
