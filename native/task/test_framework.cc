#include "task/test_framework.h"

#include <algorithm>
#include <array>

namespace coder::task {
namespace {

/// A text that gives a framework away. The first that fits counts.
struct Trace {
  Family family;
  const char* id;
  const char* text;
};

/// In test files.
constexpr Trace kInTests[] = {
    {Family::python, "pytest", "import pytest"},
    {Family::python, "django", "from django.test import"},
    {Family::javascript, "vitest", "vitest"},
    {Family::javascript, "jest", "@jest/globals"},
    {Family::javascript, "node", "node:test"},
    {Family::javascript, "playwright", "@playwright/test"},
    {Family::javascript, "bun", "bun:test"},
    {Family::javascript, "ava", "from 'ava'"},
    {Family::javascript, "ava", "require('ava')"},
    {Family::go, "ginkgo", "onsi/ginkgo"},
    {Family::go, "testify", "stretchr/testify"},
    {Family::native, "gtest", "gtest/gtest.h"},
    {Family::native, "gtest", "gmock/gmock.h"},
    {Family::native, "boost", "boost/test"},
    {Family::native, "boost", "BOOST_AUTO_TEST"},
    {Family::native, "catch2", "catch2/"},
    {Family::native, "catch2", "catch.hpp"},
    {Family::native, "doctest", "doctest"},
    {Family::native, "unity", "unity.h"},
    {Family::native, "cmocka", "cmocka.h"},
    {Family::native, "criterion", "criterion/criterion.h"},
    {Family::native, "cpputest", "CppUTest/"},
    {Family::native, "qtest", "QTest"},
    {Family::java, "junit5", "org.junit.jupiter"},
    {Family::java, "testng", "org.testng"},
    {Family::java, "junit4", "org.junit."},
    {Family::ruby, "rspec", "RSpec.describe"},
    {Family::ruby, "rspec", "spec_helper"},
    {Family::ruby, "rspec", "rails_helper"},
    {Family::ruby, "minitest", "Minitest"},
    {Family::ruby, "minitest", "minitest/"},
    {Family::ruby, "minitest", "ActiveSupport::TestCase"},
    {Family::ruby, "test-unit", "Test::Unit"},
    {Family::lua, "plenary", "require('plenary"},
    {Family::lua, "plenary", "require(\"plenary"},
    {Family::lua, "plenary", "require \"plenary"},
    {Family::lua, "plenary", "require 'plenary"},
    {Family::lua, "luaunit", "luaunit"},
    {Family::lua, "mini", "mini.test"},
    {Family::lua, "mini", "MiniTest"},
    {Family::lua, "busted", "busted.runner"},
    {Family::bash, "bats", "@test"},
    {Family::bash, "shunit2", "shunit2"},
};

/// In test files, where nothing else says it.
constexpr Trace kInTestsAtLast[] = {
    {Family::python, "unittest", "TestCase"},   {Family::python, "pytest", "\ndef test_"},
    {Family::python, "pytest", "\nclass Test"}, {Family::lua, "busted", "describe("},
    {Family::ruby, "rspec", "describe "},
};

/// In files of a package, from the nearest folder up. An empty text: that the file is there says it.
struct Manifest {
  Family family;
  const char* file;
  const char* id;
  const char* text;
};
constexpr Manifest kManifests[] = {
    {Family::python, "pytest.ini", "pytest", ""},
    {Family::python, ".pytest.ini", "pytest", ""},
    {Family::python, "conftest.py", "pytest", ""},
    {Family::python, "tests/conftest.py", "pytest", ""},
    {Family::python, "test/conftest.py", "pytest", ""},
    {Family::python, "pyproject.toml", "pytest", "pytest"},
    {Family::python, "setup.cfg", "pytest", "pytest"},
    {Family::python, "tox.ini", "pytest", "pytest"},
    {Family::python, "setup.py", "pytest", "pytest"},
    {Family::python, "Pipfile", "pytest", "pytest"},
    {Family::python, "noxfile.py", "pytest", "pytest"},
    {Family::python, "requirements.txt", "pytest", "pytest"},
    {Family::python, "requirements-dev.txt", "pytest", "pytest"},
    {Family::python, "requirements_dev.txt", "pytest", "pytest"},
    {Family::python, "dev-requirements.txt", "pytest", "pytest"},
    {Family::python, "requirements-test.txt", "pytest", "pytest"},
    {Family::python, "test-requirements.txt", "pytest", "pytest"},
    {Family::python, "requirements/dev.txt", "pytest", "pytest"},
    {Family::python, "requirements/test.txt", "pytest", "pytest"},
    {Family::python, "tox.ini", "unittest", "unittest"},
    {Family::python, "manage.py", "django", "django"},
    {Family::javascript, "package.json", "vitest", "\"vitest\""},
    {Family::javascript, "package.json", "jest", "\"jest\""},
    {Family::javascript, "package.json", "jest", "\"react-scripts\""},
    {Family::javascript, "package.json", "mocha", "\"mocha\""},
    {Family::javascript, "package.json", "ava", "\"ava\""},
    {Family::javascript, "package.json", "jasmine", "\"jasmine\""},
    {Family::javascript, "package.json", "node", "node --test"},
    {Family::javascript, "package.json", "bun", "bun test"},
    {Family::javascript, "vitest.config.ts", "vitest", ""},
    {Family::javascript, "vitest.config.js", "vitest", ""},
    {Family::javascript, "vitest.config.mts", "vitest", ""},
    {Family::javascript, "jest.config.js", "jest", ""},
    {Family::javascript, "jest.config.ts", "jest", ""},
    {Family::javascript, "jest.config.cjs", "jest", ""},
    {Family::javascript, "jest.config.mjs", "jest", ""},
    {Family::javascript, ".mocharc.json", "mocha", ""},
    {Family::javascript, ".mocharc.js", "mocha", ""},
    {Family::javascript, ".mocharc.cjs", "mocha", ""},
    {Family::javascript, ".mocharc.yml", "mocha", ""},
    {Family::javascript, "deno.json", "deno", ""},
    {Family::javascript, "deno.jsonc", "deno", ""},
    {Family::native, "CMakeLists.txt", "gtest", "GTest"},
    {Family::native, "CMakeLists.txt", "gtest", "gtest"},
    {Family::native, "CMakeLists.txt", "gtest", "googletest"},
    {Family::native, "CMakeLists.txt", "boost", "unit_test_framework"},
    {Family::native, "CMakeLists.txt", "catch2", "Catch2"},
    {Family::native, "CMakeLists.txt", "doctest", "doctest"},
    {Family::native, "CMakeLists.txt", "cmocka", "cmocka"},
    {Family::native, "CMakeLists.txt", "criterion", "criterion"},
    {Family::native, "CMakeLists.txt", "qtest", "Qt5::Test"},
    {Family::native, "CMakeLists.txt", "qtest", "Qt6::Test"},
    {Family::native, "meson.build", "gtest", "gtest"},
    {Family::native, "meson.build", "catch2", "catch2"},
    {Family::native, "meson.build", "doctest", "doctest"},
    {Family::native, "meson.build", "cmocka", "cmocka"},
    {Family::native, "meson.build", "criterion", "criterion"},
    {Family::native, "vcpkg.json", "gtest", "gtest"},
    {Family::native, "vcpkg.json", "catch2", "catch2"},
    {Family::native, "vcpkg.json", "doctest", "doctest"},
    {Family::native, "conanfile.txt", "gtest", "gtest"},
    {Family::native, "conanfile.py", "gtest", "gtest"},
    {Family::native, "conanfile.txt", "catch2", "catch2"},
    {Family::native, "conanfile.py", "catch2", "catch2"},
    {Family::native, "MODULE.bazel", "gtest", "googletest"},
    {Family::native, "WORKSPACE", "gtest", "googletest"},
    {Family::native, "Makefile", "gtest", "gtest"},
    {Family::native, "Makefile", "cmocka", "cmocka"},
    {Family::native, "Makefile", "unity", "unity"},
    {Family::java, "pom.xml", "junit5", "junit-jupiter"},
    {Family::java, "pom.xml", "junit5", "spring-boot-starter-test"},
    {Family::java, "pom.xml", "testng", "testng"},
    {Family::java, "pom.xml", "junit4", "<artifactId>junit</artifactId>"},
    {Family::java, "build.gradle", "junit5", "useJUnitPlatform"},
    {Family::java, "build.gradle", "junit5", "junit-jupiter"},
    {Family::java, "build.gradle", "testng", "useTestNG"},
    {Family::java, "build.gradle", "junit4", "junit:junit"},
    {Family::java, "build.gradle.kts", "junit5", "useJUnitPlatform"},
    {Family::java, "build.gradle.kts", "junit5", "junit-jupiter"},
    {Family::java, "build.gradle.kts", "testng", "useTestNG"},
    {Family::java, "build.gradle.kts", "junit4", "junit:junit"},
    {Family::java, "gradle/libs.versions.toml", "junit5", "junit-jupiter"},
    {Family::java, "gradle/libs.versions.toml", "junit4", "junit:junit"},
    {Family::ruby, ".rspec", "rspec", ""},
    {Family::ruby, "Gemfile", "rspec", "rspec"},
    {Family::ruby, "Gemfile", "minitest", "minitest"},
    {Family::ruby, "Gemfile", "test-unit", "test-unit"},
    {Family::ruby, "Gemfile.lock", "rspec", "rspec"},
    {Family::ruby, "Gemfile.lock", "minitest", "minitest"},
    {Family::ruby, "Rakefile", "minitest", "minitest"},
    {Family::lua, ".busted", "busted", ""},
    {Family::lua, "Makefile", "plenary", "lenary"},
    {Family::lua, "Makefile", "busted", "busted"},
    {Family::lua, "tests/minimal_init.lua", "plenary", "plenary"},
    {Family::lua, "tests/minimal_init.vim", "plenary", "plenary"},
    {Family::lua, "scripts/minimal_init.lua", "mini", "mini.test"},
    {Family::bash, "Makefile", "bats", "bats"},
    {Family::bash, "package.json", "bats", "\"bats\""},
};

struct Name {
  const char* id;
  const char* name;
};
constexpr Name kNames[] = {
    {"pytest", "pytest"},
    {"unittest", "Python's unittest"},
    {"django", "Django's test runner"},
    {"vitest", "Vitest"},
    {"jest", "Jest"},
    {"mocha", "Mocha"},
    {"ava", "AVA"},
    {"jasmine", "Jasmine"},
    {"node", "Node's own node:test"},
    {"playwright", "Playwright"},
    {"bun", "Bun's bun:test"},
    {"deno", "Deno.test"},
    {"go", "Go's testing package"},
    {"testify", "Go's testing package with testify"},
    {"ginkgo", "Ginkgo"},
    {"cargo", "Rust's own tests (#[test], run by cargo)"},
    {"gtest", "GoogleTest"},
    {"boost", "Boost.Test"},
    {"catch2", "Catch2"},
    {"doctest", "doctest"},
    {"unity", "Unity"},
    {"cmocka", "cmocka"},
    {"criterion", "Criterion"},
    {"cpputest", "CppUTest"},
    {"qtest", "Qt Test"},
    {"junit5", "JUnit 5"},
    {"junit4", "JUnit 4"},
    {"testng", "TestNG"},
    {"rspec", "RSpec"},
    {"minitest", "Minitest"},
    {"test-unit", "test-unit"},
    {"busted", "busted"},
    {"plenary", "plenary's busted, inside Neovim"},
    {"luaunit", "LuaUnit"},
    {"mini", "mini.test, inside Neovim"},
    {"bats", "Bats"},
    {"shunit2", "shUnit2"},
};

Framework framework(const std::string& id, std::string why, bool built_in = false) {
  Framework out{id, id, built_in, std::move(why)};
  for (const Name& one : kNames) {
    if (id == one.id) out.name = one.name;
  }
  return out;
}

/// `folder` and those above it, the root last.
std::vector<std::string> upwards(std::string folder) {
  std::vector<std::string> out;
  while (!folder.empty()) {
    out.push_back(folder);
    const size_t slash = folder.rfind('/');
    folder = slash == std::string::npos ? "" : folder.substr(0, slash);
  }
  out.emplace_back();
  return out;
}

std::optional<Framework> by_tests(const TestProject& project, Family family, const Trace* begin,
                                  const Trace* end, const std::vector<const TestPair*>& near) {
  for (const TestPair* pair : near) {
    const std::optional<std::string> text = project.read(pair->test);
    if (!text) continue;
    const auto found = std::find_if(begin, end, [&](const Trace& one) {
      return one.family == family && ("\n" + *text).find(one.text) != std::string::npos;
    });
    if (found != end) return framework(found->id, "as in " + pair->test);
  }
  return std::nullopt;
}

std::optional<Framework> by_manifests(const TestProject& project, Family family, const std::string& source) {
  for (const std::string& folder : upwards(parts_of(source).folder)) {
    for (const Manifest& one : kManifests) {
      if (one.family != family) continue;
      const std::string path = in_folder(folder, one.file);
      if (!project.has(path)) continue;
      if (one.text[0] == '\0') return framework(one.id, "by " + path);
      const std::optional<std::string> text = project.read(path);
      if (text && text->find(one.text) != std::string::npos) return framework(one.id, "by " + path);
    }
  }
  return std::nullopt;
}

/// Gemspecs, rockspecs, and what a build says of its tests' folder.
std::optional<Framework> by_odd_names(const TestProject& project, Family family) {
  for (const std::string& path : project.paths) {
    const PathParts parts = parts_of(path);
    if (family == Family::bash && parts.extension == ".bats") return framework("bats", "by " + path);
    const bool ruby = family == Family::ruby && parts.extension == ".gemspec" && parts.folder.empty();
    const bool lua = family == Family::lua && parts.extension == ".rockspec";
    const bool cmake = family == Family::native && parts.stem + parts.extension == "CMakeLists.txt" &&
                       among_tests(parts.folder + "/x.txt", family);
    if (!ruby && !lua && !cmake) continue;
    const std::optional<std::string> text = project.read(path);
    if (!text) continue;
    if (lua && text->find("busted") != std::string::npos) return framework("busted", "by " + path);
    for (const Manifest& one : kManifests) {
      const bool same = (ruby && one.family == family && std::string(one.file) == "Gemfile") ||
                        (cmake && std::string(one.file) == "CMakeLists.txt");
      if (same && text->find(one.text) != std::string::npos) return framework(one.id, "by " + path);
    }
  }
  return std::nullopt;
}

}  // namespace

bool TestProject::has(const std::string& path) const {
  return std::binary_search(paths.begin(), paths.end(), path);
}

bool TestProject::has_folder(const std::string& folder) const {
  const std::string head = folder + "/";
  const auto at = std::lower_bound(paths.begin(), paths.end(), head);
  return at != paths.end() && at->starts_with(head);
}

std::optional<Framework> framework_of(const TestProject& project, const std::string& source,
                                      const std::vector<const TestPair*>& near) {
  const Family family = family_of(source);
  if (auto found = by_tests(project, family, std::begin(kInTests), std::end(kInTests), near)) return found;
  if (auto found = by_manifests(project, family, source)) return found;
  if (auto found = by_odd_names(project, family)) return found;
  if (auto found = by_tests(project, family, std::begin(kInTestsAtLast), std::end(kInTestsAtLast), near))
    return found;
  switch (family) {
    case Family::go:
      return framework("go", "it comes with Go", true);
    case Family::rust:
      return framework("cargo", "they come with Rust", true);
    case Family::python:
      return framework("unittest", "no other is found, and it comes with Python", true);
    case Family::javascript:
      return framework("node", "no other is found, and it comes with Node", true);
    default:
      return std::nullopt;
  }
}

std::string framework_hint(Family family) {
  switch (family) {
    case Family::native:
      return "Name one in CMakeLists.txt or meson.build (GoogleTest, Catch2, doctest, Boost.Test), or write "
             "a "
             "first test";
    case Family::java:
      return "Add JUnit or TestNG to pom.xml or build.gradle, or write a first test";
    case Family::ruby:
      return "Add rspec or minitest to the Gemfile, or write a first test";
    case Family::lua:
      return "Add a .busted file, or write a first test with busted, plenary, mini.test or LuaUnit";
    case Family::bash:
      return "Write a first test with Bats (test/NAME.bats)";
    default:
      return "Write a first test by hand";
  }
}

std::string package_of(const TestProject& project, Family family, const std::string& file) {
  static const std::vector<std::pair<Family, const char*>> kMarks{
      {Family::python, "pyproject.toml"},   {Family::python, "setup.py"},      {Family::python, "setup.cfg"},
      {Family::python, "pytest.ini"},       {Family::python, "tox.ini"},       {Family::python, "manage.py"},
      {Family::javascript, "package.json"}, {Family::javascript, "deno.json"}, {Family::go, "go.mod"},
      {Family::rust, "Cargo.toml"},         {Family::java, "pom.xml"},         {Family::java, "build.gradle"},
      {Family::java, "build.gradle.kts"},   {Family::ruby, "Gemfile"},         {Family::lua, ".busted"}};
  for (const std::string& folder : upwards(parts_of(file).folder)) {
    for (const auto& [of, name] : kMarks) {
      if (of == family && project.has(in_folder(folder, name))) return folder;
    }
  }
  return "";
}

}  // namespace coder::task
